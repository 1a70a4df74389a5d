import type { Config } from "../config/index.ts";
import type { Graph, Node, NodeId, StepContext, StepResult } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import type { Transfer } from "../oci/index.ts";
import type { Step } from "../plan/index.ts";
import type { Connections } from "../registries/index.ts";
import type { OpenPackage, Pins } from "../release/index.ts";
import type { Commands } from "./command/index.ts";
import type { StepValue } from "./value.ts";

/** Whether steps do their work, or say what it would be. */
export type Mode = "run" | "plan";

/** What all steps of a run share. */
export interface Scope {
  readonly mode: Mode;
  readonly config: Config;
  readonly graph: Graph<Step>;
  readonly pins: Pins;
  readonly connections: Connections;
  readonly openPackage: OpenPackage;
  readonly transfer: Transfer;
  /** When it is looked for what refers to an image: as it is copied, or also where it is up to date. */
  readonly lookForReferrers: "on-copy" | "always";
  readonly commands: Commands;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From now on this value is shown nowhere. */
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of mirror. */
  readonly version: string;
  readonly hide: (secret: string) => void;
  readonly warn: (failure: Failure) => void;
  /** Values of every step that is done, for the scripts that look further back than their own needs. */
  readonly values: ReadonlyMap<NodeId, StepValue>;
}

/** Carries out one kind of step. */
export type StepOf<Kind extends Step["kind"]> = (
  step: Extract<Step, { readonly kind: Kind }>,
  context: StepContext<StepValue> & { readonly node: Node<Step> },
  scope: Scope,
) => Promise<StepResult<StepValue>>;
