import type { Pyxis } from "../certification/pyxis/index.ts";
import type { ArchiveTarget, Credentials, RegistryClient, RegistrySource } from "../oci/index.ts";
import type { RegistryApi } from "./api.ts";
import type { Preparation } from "./kind.ts";
import type { RequestLimit, TagHistory } from "./tags/index.ts";

/** A repository at the server where it is really reached. */
export interface Location {
  readonly registry: RegistrySource;
  readonly repository: string;
}

/** The open connections of a run: one client for each server, made when it is first needed. */
export interface Connections {
  /** Where a repository is read whose host is written in a reference: a declared registry, an upstream, or the host itself. */
  readonly source: (host: string, repository: string) => Promise<Location>;
  /** What the registry of a repository tells of its tags beside the protocol; undefined where it tells nothing. */
  readonly tagHistory: (host: string, repository: string) => Promise<TagHistory | undefined>;
  /** How many more requests such interfaces allow, where their answers so far have told. By host. */
  readonly requestLimits: () => ReadonlyMap<string, RequestLimit>;
  /** Credentials for something else than a registry at a host, below a path: those of its upstream, or of auth files. */
  readonly credentials: (host: string, path: string) => Promise<Credentials | undefined>;
  /** The client of a declared registry. */
  readonly target: (registry: string) => Promise<RegistryClient>;
  /** Told how many requests a declared registry is about to get, so that a server is connected to meanwhile. Never fails. */
  readonly expect: (registry: string, requests: number) => void;
  /** The file behind a declared registry of type `archive`. */
  readonly archive: (registry: string) => Promise<ArchiveTarget>;
  /** The interface that a declared registry has beside the wire protocol, as the account that pushes. */
  readonly api: (registry: string) => Promise<RegistryApi>;
  /** Makes, once, what has to be there before anything is pushed to a declared registry; a plan only looks. */
  readonly prepare: (registry: string, mode: "run" | "plan", signal: AbortSignal) => Promise<Preparation>;
  /** Red Hat's certification service, for a registry of type rhcr that has a key; undefined for all others. */
  readonly certification: (registry: string) => Pyxis | undefined;
  readonly close: () => Promise<void>;
}
