/**
 * What a node does, as plain data: `plan/` lays these out, `steps/` carries them out.
 * Every name in a step is a key of the config.
 */
export type Step =
  | { readonly kind: "pin"; readonly image: string }
  | { readonly kind: "chart"; readonly chart: string; readonly targets: readonly string[] }
  | { readonly kind: "build"; readonly image: string }
  | { readonly kind: "copy"; readonly image: string; readonly target: string; readonly destination: Destination }
  | { readonly kind: "package"; readonly chart: string; readonly target: string; readonly destination: Destination }
  | { readonly kind: "certify"; readonly image: string; readonly target: string; readonly destination: Destination }
  | { readonly kind: "gate"; readonly state: GateState; readonly target: string }
  | { readonly kind: "bundle"; readonly bundle: string; readonly destination: Destination }
  | { readonly kind: "catalog"; readonly catalog: string; readonly destination: Destination }
  | { readonly kind: "room"; readonly registry: string }
  | { readonly kind: "save"; readonly registry: string }
  | { readonly kind: "script"; readonly task: string };

/** What all images of a target are, where its gate is open. */
export type GateState = "published" | "scanned";

/** Where something goes: a path below the registry's own prefix, and a tag. The registry's kind makes a repository of it. */
export interface Destination {
  readonly registry: string;
  readonly path: string;
  /** Red Hat's id of the component, on `rhcr`. */
  readonly component: string | undefined;
  /** Undefined until a version rule has chosen it: `mirror graph` needs no network. */
  readonly tag: string | undefined;
}
