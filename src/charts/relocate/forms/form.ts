import type { Reference } from "../../../oci/index.ts";

/** An image by the name that manifests have for it, and by the name under which users pull it from a target. */
export interface Relocation {
  readonly from: Reference;
  readonly to: Reference;
}

export interface FormOptions {
  /** The name of the target. */
  readonly target: string;
  /** How the target is reached from a cluster. */
  readonly scheme: "https" | "http";
}

/** What makes a cluster pull images from a target though its manifests still have their old names. */
export interface Form {
  /** What is done with the files, in a line. */
  readonly use: string;
  readonly write: (relocations: readonly Relocation[], options: FormOptions) => Written;
}

export interface Written {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Images that this form cannot redirect, and why: a sentence without full stop. */
  readonly left: readonly { readonly relocation: Relocation; readonly why: string }[];
}

/** Relocations by the host of their old name, in the order of the hosts. */
export function byHost(relocations: readonly Relocation[]): readonly (readonly [string, readonly Relocation[]])[] {
  const hosts = new Map<string, Relocation[]>();
  for (const relocation of relocations) {
    const { host } = relocation.from;
    hosts.set(host, [...(hosts.get(host) ?? []), relocation]);
  }
  return [...hosts].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Clients that are redirected ask for the tag they know: another one at the target is out of their reach. */
export const keepsVersion = ({ from, to }: Relocation): boolean =>
  from.digest !== undefined ? to.digest === from.digest || to.tag === undefined : from.tag === to.tag;

export const OTHER_VERSION = "it has another version at the target than the one that is asked for";
