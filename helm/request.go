package main

// Request says what to render, and how.
type Request struct {
	// Form is "folder" (Files are those of the chart) or "archive" (the one file is its .tgz).
	Form  string  `json:"form"`
	Files []*File `json:"files"`
	// Values are the values files, the later over the earlier.
	Values    []*File  `json:"values"`
	Set       []string `json:"set"`
	SetString []string `json:"setString"`

	ReleaseName string `json:"releaseName"`
	Namespace   string `json:"namespace"`
	// KubeVersion is empty for helm's own default.
	KubeVersion string   `json:"kubeVersion"`
	APIVersions []string `json:"apiVersions"`
	IncludeCRDs bool     `json:"includeCrds"`
	// GoOn says to render all that can be rendered, and to tell the rest as problems.
	GoOn bool `json:"goOn"`
}

// File is a name and so many of the bytes that follow the request.
type File struct {
	Name string `json:"name"`
	Size int    `json:"size"`
	// TooLarge is set where the bytes were left out, because helm would refuse so large a file.
	TooLarge bool `json:"tooLarge"`
	data     []byte
}

// Answer is what came of it. Where Error is set, there is nothing else.
type Answer struct {
	Documents []Document `json:"documents"`
	Problems  []Problem  `json:"problems"`
	Warnings  []string   `json:"warnings"`
	Error     *Problem   `json:"error,omitempty"`
	Chart     *Chart     `json:"chart,omitempty"`
}

// Chart says what was rendered.
type Chart struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	AppVersion string `json:"appVersion"`
}

// Document is one YAML document of the output.
type Document struct {
	// Source is the path of the template, as in helm's comment.
	Source string `json:"source"`
	// Role is "resource", "hook" or "crd".
	Role       string `json:"role"`
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Name       string `json:"name,omitempty"`
	Text       string `json:"text"`
}

// Problem is one thing that is wrong with the chart or its values.
type Problem struct {
	// Kind is one of required, fail, template, yaml, schema, kube-version, dependencies, values and chart.
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// Template is the file that was being rendered; Line is where in it, from 1.
	Template string `json:"template,omitempty"`
	Line     int    `json:"line,omitempty"`
	// At is the innermost place, where that is another: the helper that was included.
	At string `json:"at,omitempty"`
}
