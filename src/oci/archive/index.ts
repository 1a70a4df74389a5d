export { type Archive, openArchive } from "./open.ts";
export { openTarFile, type TarFile } from "./write/tar-file.ts";
