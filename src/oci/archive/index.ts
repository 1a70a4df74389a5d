export { archiveSource } from "./as-source.ts";
export { checkNames, differenceOf, lookInto, verifyArchive } from "./check.ts";
export { type DockerExport, type ExportedImage, exportDockerArchives } from "./docker/export.ts";
export { archiveNotes } from "./notes.ts";
export { type Archive, openArchive } from "./open.ts";
export { whatIsIn } from "./what-is-in.ts";
export { type ArchiveBase, type ArchiveTarget, openArchiveTarget } from "./write/target.ts";
export { openVolumes, volumesOf } from "./write/volumes.ts";
