import type { Place } from "../failure/index.ts";
import type { Need, Registry, Target } from "./config.ts";
import { type Cursor, entries, get, items, need } from "./cursor.ts";
import { asForm, versionTextForm } from "./forms.ts";
import type { Reader } from "./reader.ts";
import type { Bundle as RawBundle, BundleTo as RawBundleTo } from "./schema.gen.ts";
import { missingComponent, readComponent } from "./targets.ts";
import { readNeeds } from "./work.ts";

export interface Bundle {
  readonly name: string;
  readonly place: Place;
  /** Absolute folders. */
  readonly manifests: string;
  readonly metadata: string | undefined;
  /** The target whose images the manifests will name; undefined where they stay as they are. */
  readonly images: string | undefined;
  readonly pin: BundlePin;
  /** What annotations.yaml, and with it the image's labels, will say beside what it says or instead of it. */
  readonly annotations: ReadonlyMap<string, string>;
  /** The same of the ClusterServiceVersion's annotations. */
  readonly csvAnnotations: ReadonlyMap<string, string>;
  /** Undefined: as the ClusterServiceVersion says. */
  readonly version: string | undefined;
  readonly replaces: string | undefined;
  readonly validate: BundleStandard;
  readonly to: {
    readonly target: string;
    /** A path at the target; with a `:` also the tag, which is otherwise the version of the bundle's CSV. */
    readonly as: string;
    readonly component: string | undefined;
    readonly place: Place;
  };
  readonly needs: readonly Need[];
}

/** How manifests name images: by digest, by tag, or as they do already. */
export type BundlePin = "digest" | "tag" | "keep";

/**
 * By whose standard a bundle is judged: `certified` is Red Hat's certification; `operator-sdk` is what `operator-sdk
 * bundle validate` refuses by itself; under `warn` nothing is refused.
 */
export type BundleStandard = "certified" | "operator-sdk" | "warn";

const BUNDLE = "operators.operatorframework.io.bundle";

/** Reads the operator bundles. */
export function readBundles(
  raw: Cursor<Readonly<Record<string, RawBundle>>> | undefined,
  reader: Reader,
  known: { targets: ReadonlyMap<string, Target>; registries: ReadonlyMap<string, Registry> },
): ReadonlyMap<string, Bundle> {
  return new Map(entries(raw).map(([name, cursor]) => [name, { name, ...readBundle(name, cursor, reader, known) }]));
}

function readBundle(
  name: string,
  cursor: Cursor<RawBundle>,
  reader: Reader,
  known: { targets: ReadonlyMap<string, Target>; registries: ReadonlyMap<string, Registry> },
): Omit<Bundle, "name"> {
  const [metadata, images] = [get(cursor, "metadata"), get(cursor, "images")];
  const [version, replaces] = [get(cursor, "version"), get(cursor, "replaces")];
  return {
    place: reader.keyPlace(cursor),
    manifests: reader.existing(need(cursor, "manifests"), "folder"),
    metadata: metadata === undefined ? undefined : reader.existing(metadata, "folder"),
    images: images === undefined ? undefined : reader.named(images, "targets"),
    pin: cursor.value.pin ?? "digest",
    annotations: readAnnotations(cursor, reader),
    csvAnnotations: readFeatures(cursor, reader),
    version: version === undefined ? undefined : reader.text(version, versionTextForm),
    replaces: replaces === undefined ? undefined : reader.text(replaces, versionTextForm),
    validate: cursor.value.validate ?? usualStandard(cursor.value, known),
    to: readTo(name, need(cursor, "to"), reader, known),
    needs: readNeeds(get(cursor, "needs"), reader),
  };
}

/** Bytes that must not change cannot be mended either. */
function usualStandard(
  { pin, to }: RawBundle,
  { targets, registries }: { targets: ReadonlyMap<string, Target>; registries: ReadonlyMap<string, Registry> },
): BundleStandard {
  if (pin === "keep") return "warn";
  return registries.get(targets.get(to.target)?.registry ?? "")?.type === "rhcr" ? "certified" : "operator-sdk";
}

/** Channels and the versions of OpenShift are annotations with names that nobody remembers. */
function readAnnotations(cursor: Cursor<RawBundle>, reader: Reader): Bundle["annotations"] {
  const [channels, defaultChannel] = [get(cursor, "channels"), get(cursor, "defaultChannel")];
  const openshift = get(cursor, "openshift");
  const others = entries(get(cursor, "annotations")).map(([key, value]) => [key, reader.text(value)] as const);
  const named = items(channels).map((channel) => reader.text(channel));
  return new Map([
    ...(named.length > 0 ? [[`${BUNDLE}.channels.v1`, named.join(",")] as const] : []),
    ...(defaultChannel ? [[`${BUNDLE}.channel.default.v1`, reader.text(defaultChannel)] as const] : []),
    ...(openshift ? [["com.redhat.openshift.versions", reader.text(openshift)] as const] : []),
    ...others,
  ]);
}

/** Each of these is `"true"` or `"false"`, a string, in the ClusterServiceVersion. */
function readFeatures(cursor: Cursor<RawBundle>, reader: Reader): Bundle["csvAnnotations"] {
  const others = entries(get(cursor, "csvAnnotations")).map(([key, value]) => [key, reader.text(value)] as const);
  const features = Object.entries(cursor.value.features ?? {});
  return new Map([
    ...features.map(([key, value]) => [`features.operators.openshift.io/${key}`, String(value)] as const),
    ...others,
  ]);
}

function readTo(
  name: string,
  cursor: Cursor<RawBundleTo>,
  reader: Reader,
  { targets, registries }: { targets: ReadonlyMap<string, Target>; registries: ReadonlyMap<string, Registry> },
): Bundle["to"] {
  const target = reader.named(need(cursor, "target"), "targets");
  const registry = registries.get(targets.get(target)?.registry ?? "");
  const component = get(cursor, "component");
  if (component === undefined && registry?.type === "rhcr") {
    const { code, message } = missingComponent(name, registry);
    reader.refuseKey(cursor, { code, message, hint: "Add component: 24 hex digits" });
  }
  return {
    target,
    as: reader.text(need(cursor, "as"), asForm),
    component: component === undefined ? undefined : readComponent(component, reader, registry),
    place: reader.place(cursor),
  };
}
