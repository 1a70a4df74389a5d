// Package rest stands in for the client's of Kubernetes: there is no cluster to be configured.
package rest

// Config would say how a cluster is reached.
type Config struct{}
