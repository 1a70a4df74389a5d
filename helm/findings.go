package main

import (
	"path"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
)

// findings is what comes up while one rendering goes on. It is the log that helm's packages write to.
type findings struct {
	goOn     bool
	problems []Problem
	warnings []string
	// template is the file that is being rendered, where it is followed.
	template string
	texts    map[string]string
}

// Write takes one message of helm's log. In its lint mode the engine tells there what it would have failed with.
func (f *findings) Write(message []byte) (int, error) {
	text := strings.TrimRight(string(message), "\n")
	if missing, is := strings.CutPrefix(text, "[INFO] Missing required value: "); is && f.goOn {
		f.report("required", missing)
	} else if failure, is := strings.CutPrefix(text, "[INFO] Fail: "); is && f.goOn {
		f.report("fail", failure)
	} else {
		f.warn(text)
	}
	return len(message), nil
}

func (f *findings) warn(text string) {
	for _, told := range f.warnings {
		if told == text {
			return
		}
	}
	f.warnings = append(f.warnings, text)
}

func (f *findings) mayGoOn(kind string, err error) bool {
	if f.goOn {
		f.problems = append(f.problems, Problem{Kind: kind, Message: err.Error()})
	}
	return f.goOn
}

func (f *findings) report(kind, message string) {
	problem := Problem{Kind: kind, Message: message, Template: f.template}
	f.place(&problem)
	for _, told := range f.problems {
		if told == problem {
			return
		}
	}
	f.problems = append(f.problems, problem)
}

// place finds the words of a message in the templates: the engine does not say where it was.
func (f *findings) place(problem *Problem) {
	if line := lineOf(f.texts[problem.Template], problem.Message); line > 0 {
		problem.Line = line
		return
	}
	places := []string{}
	for name, text := range f.texts {
		if line := lineOf(text, problem.Message); line > 0 {
			places = append(places, name+":"+strconv.Itoa(line))
		}
	}
	if len(places) == 1 {
		problem.At = places[0]
	}
}

func lineOf(text, message string) int {
	for _, literal := range []string{strconv.Quote(message), "`" + message + "`"} {
		if at := strings.Index(text, literal); at >= 0 {
			return strings.Count(text[:at], "\n") + 1
		}
	}
	return 0
}

// follow makes each template say its name when its turn comes, in front of its first line, so that lines stay.
func (f *findings) follow(ch *chart.Chart, top chartutil.Values) {
	capabilities, is := top["Capabilities"].(*chartutil.Capabilities)
	if !is {
		return
	}
	top["Capabilities"] = &followed{Capabilities: capabilities, found: f}
	f.texts = map[string]string{}
	eachChart(ch, func(ch *chart.Chart) {
		followed := make([]*chart.File, len(ch.Templates))
		for at, template := range ch.Templates {
			name := path.Join(ch.ChartFullPath(), template.Name)
			f.texts[name] = string(template.Data)
			followed[at] = template
			if !isPartial(template.Name) {
				call := "{{ .Capabilities.RenderingNow " + strconv.Quote(name) + " }}"
				followed[at] = &chart.File{Name: template.Name, Data: append([]byte(call), template.Data...)}
			}
		}
		ch.Templates = followed
	})
}

// followed is helm's capabilities with an ear.
type followed struct {
	*chartutil.Capabilities
	found *findings
}

// RenderingNow is told the name of each template before it is rendered.
func (f *followed) RenderingNow(template string) string {
	f.found.template = template
	return ""
}

func eachChart(ch *chart.Chart, visit func(*chart.Chart)) {
	visit(ch)
	for _, dependency := range ch.Dependencies() {
		eachChart(dependency, visit)
	}
}

func isPartial(name string) bool { return strings.HasPrefix(path.Base(name), "_") }
