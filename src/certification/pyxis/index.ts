export type { PyxisOptions } from "./call.ts";
export { createPyxis, type Pyxis } from "./client.ts";
export type { CertImage, Checklist, ImageRequest, Operation, Project } from "./shapes.ts";
