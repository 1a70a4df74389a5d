import { Failed, failureOf } from "../failure/index.ts";
import { parseReference } from "../oci/index.ts";
import { readBuild } from "./build.ts";
import type { Image } from "./config.ts";
import { type Cursor, entries, get, need } from "./cursor.ts";
import type { Form, Reader } from "./reader.ts";
import { refuseCircles } from "./same.ts";
import type { Image as RawImage } from "./schema.gen.ts";
import { loadRangeForm, readVersion } from "./versions.ts";

/** Reads the images: where each comes from, and which version of it. */
export async function readImages(
  raw: Cursor<Readonly<Record<string, RawImage>>> | undefined,
  reader: Reader,
): Promise<ReadonlyMap<string, Image>> {
  const all = entries(raw);
  const rangeForm = all.some(([, { value }]) => typeof value.version !== "string") ? await loadRangeForm() : undefined;
  const images = new Map(all.map(([name, cursor]) => [name, readImage(name, cursor, reader, rangeForm)]));
  refuseCircles(images, new Map(all), reader);
  return images;
}

function readImage(name: string, cursor: Cursor<RawImage>, reader: Reader, rangeForm: Form | undefined): Image {
  const [from, build, hold] = [get(cursor, "from"), get(cursor, "build"), get(cursor, "hold")];
  return {
    name,
    place: reader.keyPlace(cursor),
    origin:
      build === undefined
        ? { kind: "upstream", ...(from === undefined ? NOWHERE : readFrom(from, reader)) }
        : { kind: "build", build: readBuild(build, reader) },
    version: readVersion(need(cursor, "version"), reader, {
      rangeForm,
      built: build === undefined ? "upstream" : "built",
    }),
    hold: hold === undefined ? undefined : reader.text(hold),
    signatures: cursor.value.signatures,
    foreignLayers: cursor.value.foreignLayers,
  };
}

const NOWHERE = { host: "", repository: "" };

function readFrom(cursor: Cursor<string>, reader: Reader): { host: string; repository: string } {
  const text = reader.text(cursor, fromForm);
  if (text === "" || fromForm(text) !== undefined) return NOWHERE;
  const { host, repository } = parseReference(text);
  return { host, repository };
}

const fromForm: Form = (text) => {
  try {
    const { tag, digest } = parseReference(text);
    if (tag === undefined && digest === undefined) return undefined;
    const version = [tag, digest].filter((part) => part !== undefined).join("@");
    return { message: `"${text}" has a version in it`, hint: `Write it beside, as in version: "${version}"` };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const hint = "Write host/repository, the repository in lower case, as in docker.io/library/mysql";
    return { message: failureOf(error).message, hint };
  }
};
