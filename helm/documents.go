package main

import (
	"encoding/json"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"
)

// inOrder gives the documents as `helm template` prints them: definitions, resources in the order of their
// installation, hooks.
func inOrder(request *Request, ch *chart.Chart, files map[string]string, found *findings) ([]Document, *Problem) {
	documents := []Document{}
	if request.IncludeCRDs {
		documents = append(documents, definitions(ch)...)
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	shelf := &shelf{}
	for _, name := range names {
		if err := shelf.put(name, files[name]); err != nil {
			problem := Problem{Kind: "yaml", Template: name, Message: notYAML(err)}
			if !found.goOn {
				return nil, &problem
			}
			found.problems = append(found.problems, problem)
		}
	}
	sorted, err := shelf.sorted()
	if err != nil {
		return nil, &Problem{Kind: "yaml", Message: err.Error()}
	}
	return append(documents, sorted...), nil
}

// shelf keeps the documents while helm puts them in order by their heads alone: over whole documents, its search
// for their separators takes longer than everything else.
type shelf struct {
	documents []Document
	heads     map[string]string
}

// put reads all documents of one rendered file, or takes none of them.
func (s *shelf) put(name, content string) error {
	if isPartial(name) || strings.TrimSpace(content) == "" {
		return nil
	}
	var documents []Document
	var heads strings.Builder
	for _, text := range split(content) {
		head := releaseutil.SimpleHead{}
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			return err
		}
		document := Document{Source: name, Role: "resource", Text: text}
		describe(&document, &head)
		line, err := json.Marshal(ticket{SimpleHead: head, Ticket: len(s.documents) + len(documents)})
		if err != nil {
			return err
		}
		heads.WriteString("---\n" + string(line) + "\n")
		documents = append(documents, document)
	}
	if s.heads == nil {
		s.heads = map[string]string{}
	}
	s.heads[name] = heads.String()
	s.documents = append(s.documents, documents...)
	return nil
}

// ticket is what helm sorts instead of a document.
type ticket struct {
	releaseutil.SimpleHead
	Ticket int `json:"ticket"`
}

func (s *shelf) sorted() ([]Document, error) {
	hooks, manifests, err := releaseutil.SortManifests(s.heads, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	documents := make([]Document, 0, len(manifests)+len(hooks))
	for _, manifest := range manifests {
		document, err := s.take(manifest.Content)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	for _, hook := range hooks {
		document, err := s.take(hook.Manifest)
		if err != nil {
			return nil, err
		}
		document.Role = "hook"
		documents = append(documents, document)
	}
	return documents, nil
}

func (s *shelf) take(line string) (Document, error) {
	of := ticket{}
	if err := json.Unmarshal([]byte(line), &of); err != nil {
		return Document{}, err
	}
	return s.documents[of.Ticket], nil
}

func describe(document *Document, head *releaseutil.SimpleHead) {
	document.APIVersion, document.Kind = head.Version, head.Kind
	if head.Metadata != nil {
		document.Name = head.Metadata.Name
	}
}

// definitions are the files of crds/, which are no templates.
func definitions(ch *chart.Chart) []Document {
	var documents []Document
	for _, crd := range ch.CRDObjects() {
		for _, text := range split(string(crd.File.Data)) {
			document := Document{Source: crd.Filename, Role: "crd", Text: text}
			head := releaseutil.SimpleHead{}
			if yaml.Unmarshal([]byte(text), &head) == nil {
				describe(&document, &head)
			}
			documents = append(documents, document)
		}
	}
	return documents
}

// notYAML says why. Lines in it are of the rendered text.
func notYAML(err error) string {
	return "what it renders is not YAML: " + strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
}
