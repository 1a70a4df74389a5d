/** A ClusterServiceVersion with every way of naming an image, and formatting that nobody would write twice alike. */
export const CSV = `# hand-written
apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata:
  name: toy-operator.v1.2.1   # keep
  annotations:
    alm-examples: |-
      [
        {
          "kind": "Toy",
          "spec": { "image":   "docker.io/toys/server:1.2.1" , "count": 2,
            "cleanupImage": "toys/kubectl:1.14.3", "note": "say \\"quay.io/toys/operator:1.2.1\\" aloud",
            "form": "a\\u003cb\\u003e", "imagePullPolicy": "IfNotPresent",
            "extra": ["quay.io/toys/batch:1.9.0-dev"]
          }
        }
      ]
    containerImage: "quay.io/toys/operator:1.2.1"
    support: Toys Inc.
    mirrored: quay.io/toys/batch:1.9.0-dev
spec:
  version: 1.2.1
  replaces: toy-operator.v1.2.0
  install:
    spec:
      deployments:
      - name: toy
        spec:
          template:
            spec:
              initContainers:
                - {name: init, image: 'busybox'}
              containers:
              - args: ["--image", quay.io/toys/operator:1.2.1]
                env:
                - { name: RELATED_IMAGE_SERVER, value: toys/server:1.2.1 }
                - name: RELATED_IMAGE_BATCH
                  value:   quay.io/toys/batch:1.9.0-dev     # by hand
                - name: FALLBACK
                  value: quay.io/toys/batch:1.9.0-dev
                - name: PROXY
                  value: localhost:8080
                image: &operator quay.io/toys/operator:1.2.1
                imagePullPolicy: Always
              - name: sidecar
                image: *operator
  relatedImages:
  - {name: proxy, image: gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0}
`;
