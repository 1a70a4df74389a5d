import type { PublicationState } from "../certification/certify/index.ts";
import type { Registry, RegistryType } from "../config/index.ts";
import type { Digest } from "../oci/index.ts";
import type { RegistryApi } from "./api.ts";

/** The declared registry of one type. */
export type RegistryOf<Type extends RegistryType> = Extract<Registry, { readonly type: Type }>;

/** What naming a publication takes; a plan's destination is one. */
export interface Publication {
  /** Below the registry's own prefix. */
  readonly path: string;
  readonly component: string | undefined;
}

/** A repository as it is written in references. */
export interface PublicName {
  readonly host: string;
  readonly repository: string;
}

/** What is to be known of a registry before something is pushed there. */
export type Preparation =
  | { readonly kind: "ready" }
  /** Something was made just now, as `the project mlrun (private)`. */
  | { readonly kind: "made"; readonly what: string }
  /** A run would make it: nothing can be there yet. */
  | { readonly kind: "missing"; readonly what: string };

/** What one type of registry does its own way. */
export interface RegistryKind<Type extends RegistryType> {
  /** The repository that is pushed to, below the endpoint's host. */
  readonly pushedTo: (registry: RegistryOf<Type>, publication: Publication) => string;
  /** The name under which users pull it. */
  readonly publicName: (registry: RegistryOf<Type>, publication: Publication) => PublicName;
  /** Asks whether a digest is published; absent where pushed is published. */
  readonly stateOf?: (
    registry: RegistryOf<Type>,
    publication: Publication,
    digest: Digest,
    signal: AbortSignal,
  ) => Promise<PublicationState>;
  /** Makes what has to be there before a push; a plan only looks. Absent where nothing has to. */
  readonly prepare?: (
    registry: RegistryOf<Type>,
    api: RegistryApi,
    mode: "run" | "plan",
    signal: AbortSignal,
  ) => Promise<Preparation>;
}

/** Joins the parts of a repository name; empty ones leave no slash. */
export const joinPath = (...parts: readonly string[]): string =>
  parts
    .map((part) => part.replace(/^\/+|\/+$/g, ""))
    .filter((part) => part !== "")
    .join("/");
