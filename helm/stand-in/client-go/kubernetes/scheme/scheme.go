// Package scheme stands in for the client's of Kubernetes: it knows the names of the API versions, not their kinds.
package scheme

import "k8s.io/apimachinery/pkg/runtime/schema"

// Names holds the API versions that a helm binary knows without a cluster.
type Names struct{}

// Scheme is where helm looks for them.
var Scheme = &Names{}

// PrioritizedVersionsAllGroups gives the API versions, in the client's own order.
func (*Names) PrioritizedVersionsAllGroups() []schema.GroupVersion {
	versions := make([]schema.GroupVersion, 0, len(known))
	for _, name := range known {
		version, err := schema.ParseGroupVersion(name)
		if err != nil {
			panic(err)
		}
		versions = append(versions, version)
	}
	return versions
}
