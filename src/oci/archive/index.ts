export { type Archive, openArchive } from "./open.ts";
export { type ArchiveBase, type ArchiveTarget, openArchiveTarget } from "./write/target.ts";
