// Package v1beta1 stands in for the kinds of apiextensions.k8s.io/v1beta1, whose name is in the scheme's list.
package v1beta1

import "k8s.io/client-go/kubernetes/scheme"

// AddToScheme has nothing to add.
func AddToScheme(*scheme.Names) error { return nil }
