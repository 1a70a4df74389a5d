import type { NamedImage } from "../../test/rig/images.ts";

/** What a contender is asked to do: the same images, from one registry to another, under the same names. */
export interface Task {
  /** `address:port`. */
  readonly source: string;
  readonly target: string;
  readonly scheme: "http" | "https";
  readonly images: readonly NamedImage[];
  /** What the target has had from an earlier release, where it has had any. */
  readonly before: readonly NamedImage[] | undefined;
  /** The authority of both registries' certificates, where they speak TLS. */
  readonly ca: string | undefined;
  /** A folder of the contender's own. */
  readonly folder: string;
  readonly distance: "near" | "far";
  /** How many processes at once do best here, for tools that copy one image each. */
  readonly processes: number;
}

/** A tool with its best way to do a task. */
export interface Contender {
  readonly name: string;
  /** `passed on` where it leaves it to the registry at the target to find out that bytes are wrong. */
  readonly bytes: "hashed" | "passed on";
  /** Writes what the tool reads, and gives the command that is measured. */
  readonly prepare: (task: Task) => Promise<readonly string[]>;
}
