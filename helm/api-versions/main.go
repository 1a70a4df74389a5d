// Command api-versions prints the Go source of the API versions that helm knows without a cluster, taken from
// helm itself, built with the true client of Kubernetes.
package main

import (
	"fmt"

	"helm.sh/helm/v3/pkg/chartutil"
)

func main() {
	fmt.Print("package scheme\n\n// Printed by helm/api-versions.\nvar known = []string{\n")
	for _, version := range chartutil.DefaultVersionSet {
		fmt.Printf("\t%q,\n", version)
	}
	fmt.Println("}")
}
