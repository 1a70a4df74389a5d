import type { Place } from "../failure/index.ts";
import type { Need, Registry, Target } from "./config.ts";
import { type Cursor, entries, get, items, need } from "./cursor.ts";
import { asForm, referenceForm } from "./forms.ts";
import { isGlob } from "./glob.ts";
import type { Form, Reader } from "./reader.ts";
import type { Catalog as RawCatalog, PreviousBundles as RawPrevious } from "./schema.gen.ts";
import { readNeeds } from "./work.ts";

/** A file-based catalog: what a cluster is told of the versions of operators. */
export interface Catalog {
  readonly name: string;
  readonly place: Place;
  /** Bundles of the config, as `bundle:NAME`, or a glob of such. */
  readonly bundles: readonly Need[];
  readonly previous: readonly PreviousBundles[];
  /** Undefined: as the newest bundle says. */
  readonly defaultChannel: string | undefined;
  /** The image of the config, of opm as a rule, that the catalog is put on; undefined: it stands on nothing. */
  readonly base: string | undefined;
  readonly to: {
    readonly target: string;
    /** A path at the target; with a `:` also the tag, which is otherwise the version of the newest bundle. */
    readonly as: string;
    readonly place: Place;
  };
  readonly needs: readonly Need[];
}

/** Bundles that were published before, and are not made again. */
export interface PreviousBundles {
  readonly place: Place;
  /** Absolute folders. */
  readonly folder: string;
  readonly metadata: string | undefined;
  /** A reference to the image of each, with `${version}` in it. */
  readonly image: string;
}

/** Reads the catalogs. */
export function readCatalogs(
  raw: Cursor<Readonly<Record<string, RawCatalog>>> | undefined,
  reader: Reader,
  known: { targets: ReadonlyMap<string, Target>; registries: ReadonlyMap<string, Registry> },
): ReadonlyMap<string, Catalog> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readCatalog(name, cursor, reader, known)]));
}

function readCatalog(
  name: string,
  cursor: Cursor<RawCatalog>,
  reader: Reader,
  { targets, registries }: { targets: ReadonlyMap<string, Target>; registries: ReadonlyMap<string, Registry> },
): Catalog {
  const [base, defaultChannel] = [get(cursor, "base"), get(cursor, "defaultChannel")];
  const to = need(cursor, "to");
  const target = reader.named(need(to, "target"), "targets");
  if (registries.get(targets.get(target)?.registry ?? "")?.type === "rhcr") {
    reader.refuse(need(to, "target"), {
      code: "catalog-target",
      message: `The catalog "${name}" is for ${target}, where Red Hat takes images and bundles alone`,
      hint: "Name a target of another registry: Red Hat makes its catalogs itself",
    });
  }
  return {
    name,
    place: reader.keyPlace(cursor),
    bundles: items(get(cursor, "bundles")).map((item) => readBundleName(item, reader)),
    previous: items(get(cursor, "previous")).map((item) => readPrevious(item, reader)),
    defaultChannel: defaultChannel === undefined ? undefined : reader.text(defaultChannel),
    base: base === undefined ? undefined : reader.named(base, "images"),
    to: { target, as: reader.text(need(to, "as"), asForm), place: reader.place(to) },
    needs: readNeeds(get(cursor, "needs"), reader),
  };
}

function readBundleName(cursor: Cursor<string>, reader: Reader): Need {
  const text = reader.text(cursor);
  if (text !== "" && !isGlob(text)) reader.expectName(cursor, text, "bundles");
  return { pattern: `bundle:${text}`, place: reader.place(cursor) };
}

function readPrevious(cursor: Cursor<RawPrevious>, reader: Reader): PreviousBundles {
  const metadata = get(cursor, "metadata");
  return {
    place: reader.place(cursor),
    folder: reader.existing(need(cursor, "folder"), "folder"),
    metadata: metadata === undefined ? undefined : reader.existing(metadata, "folder"),
    image: reader.template(need(cursor, "image"), previousForm, ["version"]),
  };
}

/** A reference once a version stands in it. */
const previousForm: Form = (text) => referenceForm(text.replaceAll(`$${"{version}"}`, "1.0.0"));
