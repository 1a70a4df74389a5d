package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/ignore"
)

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// loadChart gives a chart of its own each time: rendering changes it.
func loadChart(request *Request) (*chart.Chart, error) {
	if request.Form == "archive" {
		return loader.LoadArchive(bytes.NewReader(request.Files[0].data))
	}
	rules, err := ignoreRules(request.Files)
	if err != nil {
		return nil, err
	}
	files := make([]*loader.BufferedFile, 0, len(request.Files))
	for _, file := range request.Files {
		if ignored(rules, file.Name) {
			continue
		}
		if file.TooLarge {
			return nil, fmt.Errorf("chart file %q is larger than the maximum file size %d", file.Name, loader.MaxDecompressedFileSize)
		}
		data := bytes.Clone(bytes.TrimPrefix(file.data, byteOrderMark))
		files = append(files, &loader.BufferedFile{Name: file.Name, Data: data})
	}
	return loader.LoadFiles(files)
}

func ignoreRules(files []*File) (*ignore.Rules, error) {
	rules := ignore.Empty()
	for _, file := range files {
		if file.Name != ignore.HelmIgnore {
			continue
		}
		parsed, err := ignore.Parse(bytes.NewReader(file.data))
		if err != nil {
			return nil, err
		}
		rules = parsed
	}
	rules.AddDefaults()
	return rules, nil
}

// ignored tells whether a file, or a folder it is in, is left out.
func ignored(rules *ignore.Rules, name string) bool {
	for at, char := range name {
		if char == '/' && rules.Ignore(name[:at], entry{name: name[:at], mode: fs.ModeDir}) {
			return true
		}
	}
	return rules.Ignore(name, entry{name: name})
}

// entry is what the rules ask of a file.
type entry struct {
	name string
	mode fs.FileMode
}

func (e entry) Name() string       { return path.Base(e.name) }
func (e entry) Size() int64        { return 0 }
func (e entry) Mode() fs.FileMode  { return e.mode }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return e.mode.IsDir() }
func (e entry) Sys() any           { return nil }

// checkInstallable says what `helm template` has against a chart before it looks at the templates.
func checkInstallable(ch *chart.Chart) error {
	switch ch.Metadata.Type {
	case "", "application":
		return nil
	}
	return fmt.Errorf("%s charts are not installable", ch.Metadata.Type)
}

func missingDependencies(ch *chart.Chart) error {
	present := make(map[string]bool)
	for _, dependency := range ch.Dependencies() {
		present[dependency.Name()] = true
	}
	var missing []string
	for _, wanted := range ch.Metadata.Dependencies {
		if !present[wanted.Name] {
			missing = append(missing, wanted.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("found in Chart.yaml, but missing in charts/ directory: %s", strings.Join(missing, ", "))
}
