package main

import (
	"fmt"
	"log"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

const (
	// As many templates as may fail on their own before going on makes no sense.
	attempts    = 100
	notesSuffix = "NOTES.txt"
)

// answer renders, where it may go on again and again: each time without the templates that have failed so far.
func answer(request *Request) *Answer {
	log.SetFlags(0)
	failed := &failures{}
	for {
		found := &findings{goOn: request.GoOn}
		log.SetOutput(found)
		result, problem := render(request, found, failed)
		if problem == nil {
			return finish(result, found, failed)
		}
		if !request.GoOn || problem.Template == "" || len(failed.problems) == attempts || !failed.add(*problem) {
			return &Answer{Error: problem, Warnings: found.warnings}
		}
	}
}

func finish(result *Answer, found *findings, failed *failures) *Answer {
	result.Problems = append(append(result.Problems, failed.problems...), found.problems...)
	result.Warnings = found.warnings
	return result
}

func render(request *Request, found *findings, failed *failures) (*Answer, *Problem) {
	ch, err := loadChart(request)
	if err != nil {
		return nil, &Problem{Kind: "chart", Message: err.Error()}
	}
	if err := checkInstallable(ch); err != nil {
		return nil, &Problem{Kind: "chart", Message: err.Error()}
	}
	if ch.Metadata.Deprecated {
		found.warn("This chart is deprecated")
	}
	if err := missingDependencies(ch); err != nil && !found.mayGoOn("dependencies", err) {
		return nil, &Problem{Kind: "dependencies", Message: err.Error()}
	}
	top, problem := topValues(request, ch, found)
	if problem != nil {
		return nil, problem
	}
	renderer := engine.Engine{LintMode: request.GoOn}
	if request.GoOn {
		failed.leaveOut(ch)
		found.follow(ch, top)
	}
	files, err := renderer.Render(ch, top)
	if err != nil {
		return nil, templateProblem(err, found.template)
	}
	for name := range files {
		if strings.HasSuffix(name, notesSuffix) {
			delete(files, name)
		}
	}
	documents, problem := inOrder(request, ch, files, found)
	if problem != nil {
		return nil, problem
	}
	about := Chart{Name: ch.Name(), Version: ch.Metadata.Version, AppVersion: ch.AppVersion()}
	return &Answer{Chart: &about, Documents: documents}, nil
}

// topValues is what the templates see as their dot. It settles which subcharts take part.
func topValues(request *Request, ch *chart.Chart, found *findings) (chartutil.Values, *Problem) {
	values, err := mergeValues(request)
	if err != nil {
		return nil, &Problem{Kind: "values", Message: err.Error()}
	}
	if err := chartutil.ProcessDependenciesWithMerge(ch, values); err != nil {
		return nil, &Problem{Kind: "chart", Message: err.Error()}
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	if request.KubeVersion != "" {
		version, err := chartutil.ParseKubeVersion(request.KubeVersion)
		if err != nil {
			return nil, &Problem{Kind: "values", Message: fmt.Sprintf("invalid kube version '%s': %s", request.KubeVersion, err)}
		}
		capabilities.KubeVersion = *version
	}
	capabilities.APIVersions = append(capabilities.APIVersions, request.APIVersions...)
	release := chartutil.ReleaseOptions{Name: request.ReleaseName, Namespace: request.Namespace, Revision: 1, IsInstall: true}
	top, err := chartutil.ToRenderValuesWithSchemaValidation(ch, values, release, capabilities, false)
	if err != nil && found.mayGoOn("schema", err) {
		top, err = chartutil.ToRenderValuesWithSchemaValidation(ch, values, release, capabilities, true)
	}
	if err != nil {
		return nil, &Problem{Kind: "schema", Message: err.Error()}
	}
	if wanted := ch.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, capabilities.KubeVersion.Version) {
		err := fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s", wanted, capabilities.KubeVersion.Version)
		if !found.mayGoOn("kube-version", err) {
			return nil, &Problem{Kind: "kube-version", Message: err.Error()}
		}
	}
	return top, nil
}
