import type { Place } from "../../failure/index.ts";
import type { BundleFile } from "../files.ts";
import type { BundleObject } from "../objects.ts";

/** One check of a bundle, without a cluster. */
export interface BundleCheck {
  /** The code of its failures is `bundle/NAME`. */
  readonly name: string;
  /** Nobody but Red Hat asks for it. */
  readonly only?: "certified";
  readonly judge: (subject: BundleSubject) => Iterable<Finding>;
}

/**
 * How grave a finding is: an `error` is one to operator-sdk, opm or OLM; what is `certified` only Red Hat's
 * certification refuses; a `warning` refuses nobody.
 */
export type Level = "error" | "certified" | "warning";

export interface Finding {
  readonly level: Level;
  /** A sentence without a full stop. */
  readonly message: string;
  /** What to do: a sentence that starts with a verb. */
  readonly hint: string;
  readonly place: Place | undefined;
}

/** A bundle as checks see it. */
export interface BundleSubject {
  readonly packageName: string;
  readonly channels: readonly string[];
  readonly defaultChannel: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly csv: BundleObject;
  /** All manifests, the ClusterServiceVersion among them. */
  readonly objects: readonly BundleObject[];
  /** annotations.yaml. */
  readonly metadata: BundleObject | undefined;
  readonly files: readonly BundleFile[];
  readonly semver: Semver;
}

/** The library, which is loaded only where there is a bundle. */
export type Semver = typeof import("semver");

/** Whether a text is a version as OLM reads it: no `v`, three numbers. */
export const isVersion = (text: string, semver: Semver): boolean => /^\d/.test(text) && semver.valid(text) !== null;

const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** What is wrong with a name that is also a label's value; undefined where nothing is (RFC 1123, Kubernetes' labels). */
export function wrongName(name: string): string | undefined {
  if (name.length > 63) return `has ${name.length} characters, and 63 is the most`;
  const parts = name.split(".").every((part) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part));
  return NAME.test(name) && parts ? undefined : "has other characters than a-z, 0-9, - and . between them";
}

/** Whether an object is the definition of a custom resource. */
export const isCrd = ({ kind }: BundleObject): boolean => kind === "CustomResourceDefinition";

/** Permissions of the ClusterServiceVersion, each with the way to it. */
export function permissionsOf(csv: BundleObject): { readonly path: (string | number)[] }[] {
  return ["permissions", "clusterPermissions"].flatMap((list) =>
    csv.listAt("spec", "install", "spec", list).map((_, index) => ({ path: ["spec", "install", "spec", list, index] })),
  );
}

/** The way to each deployment of the ClusterServiceVersion. */
export const deploymentsOf = (csv: BundleObject): (string | number)[][] =>
  csv
    .listAt("spec", "install", "spec", "deployments")
    .map((_, index) => ["spec", "install", "spec", "deployments", index]);
