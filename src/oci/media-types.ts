/**
 * Media types of image-spec v1.1, of Docker's image manifest version 2, schema 1 and 2, and of Helm's charts
 * (helm.sh/docs/topics/registries).
 */
export const MediaType = {
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  ociEmpty: "application/vnd.oci.empty.v1+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  dockerSchema1: "application/vnd.docker.distribution.manifest.v1+json",
  dockerSchema1Signed: "application/vnd.docker.distribution.manifest.v1+prettyjws",
  chartConfig: "application/vnd.cncf.helm.config.v1+json",
  chartLayer: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  chartProvenance: "application/vnd.cncf.helm.chart.provenance.v1.prov",
} as const;

/** What a manifest request accepts, indexes first. Schema 1 is named so that it can be told apart and refused. */
export const ACCEPT_MANIFESTS = [
  MediaType.ociIndex,
  MediaType.dockerList,
  MediaType.ociManifest,
  MediaType.dockerManifest,
  MediaType.dockerSchema1Signed,
].join(", ");

export const isIndexType = (mediaType: string): boolean =>
  mediaType === MediaType.ociIndex || mediaType === MediaType.dockerList;

/** True for the manifest of one image, or of an artifact in the form of one. */
export const isImageType = (mediaType: string): boolean =>
  mediaType === MediaType.ociManifest || mediaType === MediaType.dockerManifest;
