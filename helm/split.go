package main

import "strings"

const (
	separator = "---"
	space     = "\t\n\f\r "
)

// split gives the documents of a file as helm's releaseutil.SplitManifests does, in their order: what is between
// matches of `(?:^|\s*\n)---\s*`. By hand, since that expression costs more than rendering.
func split(file string) []string {
	rest := strings.TrimSpace(file)
	var documents []string
	if after, found := strings.CutPrefix(rest, separator); found {
		rest = strings.TrimLeft(after, space)
	}
	for rest != "" {
		document, after, found := strings.Cut(rest, "\n"+separator)
		if document = strings.TrimRight(document, space); document != "" {
			documents = append(documents, strings.TrimSpace(document))
		}
		if !found {
			break
		}
		rest = strings.TrimLeft(after, space)
	}
	return documents
}
