package main

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// failures are the templates that cannot be rendered, and why.
type failures struct {
	problems []Problem
}

// add tells whether there is something new to be left out.
func (f *failures) add(problem Problem) bool {
	for _, known := range f.problems {
		if known.Template == problem.Template {
			return false
		}
	}
	f.problems = append(f.problems, problem)
	return true
}

// leaveOut keeps failed templates from being rendered. What one defines stays defined, unless it cannot be parsed.
func (f *failures) leaveOut(ch *chart.Chart) {
	kinds := map[string]string{}
	for _, problem := range f.problems {
		kinds[problem.Template] = problem.Kind
	}
	eachChart(ch, func(ch *chart.Chart) {
		kept := make([]*chart.File, 0, len(ch.Templates))
		for _, template := range ch.Templates {
			switch kinds[path.Join(ch.ChartFullPath(), template.Name)] {
			case "":
				kept = append(kept, template)
			case "parse":
			default:
				partial := path.Join(path.Dir(template.Name), "_"+path.Base(template.Name))
				kept = append(kept, &chart.File{Name: partial, Data: template.Data})
			}
		}
		ch.Templates = kept
	})
}

var (
	outermost = regexp.MustCompile(`^(?:template: |(execution|parse) error (?:at|in) \()([^:()]+)(?::(\d+))?`)
	executing = regexp.MustCompile(`(?s)template: ([^:]+):(\d+):\d+: executing "[^"]*" at <([^\n]*?)>: `)
	calling   = regexp.MustCompile(`^error calling (\w+): `)
)

// templateProblem reads the sentence of the engine, which is a chain of places from the outside in. A chain that
// begins with no place is put to the template that was being rendered, where that is known.
func templateProblem(err error, rendering string) *Problem {
	text := err.Error()
	problem := &Problem{Kind: "template", Message: text, Template: rendering}
	place := outermost.FindStringSubmatch(text)
	if place == nil {
		return problem
	}
	problem.Template = place[2]
	problem.Line, _ = strconv.Atoi(place[3])
	if place[1] != "" {
		if _, message, found := strings.Cut(text, "): "); found {
			problem.Message = message
		}
		// The engine says "execution error" of what the chart itself refuses: by required, or by fail.
		problem.Kind = map[string]string{"parse": "parse", "execution": "fail"}[place[1]]
		return problem
	}
	problem.Message = innermost(text, problem)
	return problem
}

// innermost gives the end of the chain, and puts its place to the problem.
func innermost(text string, problem *Problem) string {
	links := executing.FindAllStringSubmatchIndex(text, -1)
	if len(links) == 0 {
		return text
	}
	last := links[len(links)-1]
	file, line, expression := text[last[2]:last[3]], text[last[4]:last[5]], text[last[6]:last[7]]
	if at := file + ":" + line; at != problem.Template+":"+strconv.Itoa(problem.Line) {
		problem.At = at
	}
	return expression + ": " + calling.ReplaceAllString(text[last[1]:], "$1: ")
}
