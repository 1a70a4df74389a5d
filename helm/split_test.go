package main

import (
	"math/rand"
	"slices"
	"sort"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/releaseutil"
)

func TestSplitIsHelmsOwn(t *testing.T) {
	pieces := []string{"---", "--", "\n", "\n\n", " ", "\t", "\r\n", "a: 1", "---x", "# c", "|", "\n---\n", "\u00a0", "é"}
	random := rand.New(rand.NewSource(1))
	for range 200_000 {
		var file strings.Builder
		for range random.Intn(12) {
			file.WriteString(pieces[random.Intn(len(pieces))])
		}
		wanted := byHelm(file.String())
		if got := split(file.String()); !slices.Equal(got, wanted) {
			t.Fatalf("%q: got %q, want %q", file.String(), got, wanted)
		}
	}
}

func byHelm(file string) []string {
	entries := releaseutil.SplitManifests(file)
	keys := make([]string, 0, len(entries))
	for key := range entries {
		keys = append(keys, key)
	}
	sort.Sort(releaseutil.BySplitManifestsOrder(keys))
	documents := make([]string, len(keys))
	for at, key := range keys {
		documents[at] = entries[key]
	}
	return documents
}
