export { type PackedChart, packArchive, packFolder } from "./pack.ts";
