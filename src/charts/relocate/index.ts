export { type FormName, type FormOptions, forms, type Relocation, type Written } from "./forms/index.ts";
export type { Values } from "./leaves.ts";
export { type Overlay, type OverlayOptions, overlayFor, type Uncovered, type Variation } from "./overlay.ts";
export { valuesFile } from "./values-file.ts";
