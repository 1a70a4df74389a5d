export {
  type Archive,
  type ArchiveBase,
  type ArchiveTarget,
  archiveNotes,
  archiveSource,
  checkNames,
  type DockerExport,
  differenceOf,
  type ExportedImage,
  exportDockerArchives,
  lookInto,
  openArchive,
  openArchiveTarget,
  openVolumes,
  verifyArchive,
  volumesOf,
  whatIsIn,
} from "./archive/index.ts";
export { type PassingEntry, readTarStream } from "./archive/tar/read-stream.ts";
export {
  type AssembledArtifact,
  type AssembledImage,
  assembleArtifact,
  assembleImage,
  assembleIndex,
  type ImageFile,
  type ImageSpec,
  packFiles,
} from "./assemble/index.ts";
export {
  type Credentials,
  type CredentialsFor,
  createFileCredentials,
  type FileCredentials,
  type FileCredentialsOptions,
  howToRenew,
  inWords,
  type Whence,
} from "./auth/index.ts";
export { type ImageAt, imageFor, platformsAt } from "./child-for.ts";
export type { PullLimit } from "./client/pull-limit.ts";
export { createRegistry, defaultUrl, type RegistryOptions } from "./client.ts";
export type { ImageSource, ManifestHead } from "./content.ts";
export { type Digest, digestOf, hashFor, hexOf, isDigest, parseDigest, shortDigest } from "./digest.ts";
export {
  type BackoffOptions,
  createHostPauses,
  createHostWindows,
  gathered,
  type HostPauses,
  proxiesIn,
  WholeStream,
} from "./http/index.ts";
export { type BlobWriter, type Layout, openLayout, type StoreRequest, storeImage } from "./layout/index.ts";
export {
  type Descriptor,
  type ImageManifest,
  type IndexManifest,
  type Manifest,
  parseManifest,
} from "./manifest.ts";
export { ACCEPT_MANIFESTS, isIndexType, MediaType } from "./media-types.ts";
export { formatPlatform, isWanted, type Platform, parsePlatform } from "./platform.ts";
export {
  formatReference,
  isHost,
  isLoopback,
  isRepository,
  isTag,
  parseReference,
  type Reference,
} from "./reference.ts";
export { isSigned, NO_REFERRERS, type ReferrerCounts } from "./referrers/index.ts";
export type {
  BlobToPut,
  ManifestToPut,
  MountResult,
  RegistryClient,
  RegistrySource,
  UploadSession,
} from "./registry-client.ts";
export {
  type Certificate,
  type Content,
  type Doorkeeper,
  doorkeeper,
  isLoopbackHost,
  type Served,
  type ServedRegistry,
  type ServedRequest,
  type ServeOptions,
  serveContent,
  serveLayout,
} from "./server/index.ts";
export { platformOf as platformInConfig } from "./transfer/image-config.ts";
export {
  type CopyRequest,
  type CopyResult,
  createTransfer,
  type ImageToRead,
  type Journal,
  loadTree,
  type Measure,
  openJournal,
  type ReadImages,
  readImages,
  type Survey,
  type Transfer,
  type TransferOptions,
} from "./transfer/index.ts";
