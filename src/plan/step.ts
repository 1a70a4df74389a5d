/**
 * What a node does, as plain data: `plan/` lays these out, `steps/` carries them out.
 * Every name in a step is a key of the config.
 */
export type Step =
  | { readonly kind: "pin"; readonly image: string }
  | { readonly kind: "build"; readonly image: string }
  | { readonly kind: "copy"; readonly image: string; readonly target: string; readonly destination: Destination }
  | { readonly kind: "gate"; readonly state: "published"; readonly target: string }
  | { readonly kind: "bundle"; readonly bundle: string; readonly destination: Destination }
  | { readonly kind: "script"; readonly task: string };

/** Where an image goes at its target: a repository below the registry's host, and a tag. */
export interface Destination {
  readonly registry: string;
  readonly repository: string;
  /** Undefined until a version rule has chosen it: `mirror graph` needs no network. */
  readonly tag: string | undefined;
}
