import { Failed, failureOf } from "../failure/index.ts";
import { parseReference } from "../oci/index.ts";
import { readBuild } from "./build.ts";
import type { Image, VersionRule } from "./config.ts";
import { type Cursor, entries, get, need } from "./cursor.ts";
import { splitVersion, tagForm, versionForm } from "./forms.ts";
import type { Form, Reader } from "./reader.ts";
import type { Image as RawImage } from "./schema.gen.ts";

/** Reads the images: where each comes from, and which version of it. */
export async function readImages(
  raw: Cursor<Readonly<Record<string, RawImage>>> | undefined,
  reader: Reader,
): Promise<ReadonlyMap<string, Image>> {
  const all = entries(raw);
  const rangeForm = all.some(([, { value }]) => typeof value.version !== "string") ? await loadRangeForm() : undefined;
  return new Map(all.map(([name, cursor]) => [name, readImage(name, cursor, reader, rangeForm)]));
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
    version: readVersion(need(cursor, "version"), reader, { rangeForm, built: build !== undefined }),
    hold: hold === undefined ? undefined : reader.text(hold),
    signatures: cursor.value.signatures,
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

function readVersion(
  { value, path }: Cursor<RawImage["version"]>,
  reader: Reader,
  { rangeForm, built }: { rangeForm: Form | undefined; built: boolean },
): VersionRule {
  if (typeof value === "string") {
    const { tag = "", digest } = splitVersionOf(reader.text({ value, path }, built ? tagForm : versionForm));
    return digest === undefined ? { kind: "tag", tag } : { kind: "digest", digest, tag: tag === "" ? undefined : tag };
  }
  const range = reader.text({ value: value.range, path: [...path, "range"] }, rangeForm);
  return { kind: "range", range, prereleases: value.prereleases ?? "exclude" };
}

const splitVersionOf = (text: string) => (text === "" ? { tag: "", digest: undefined } : splitVersion(text));

/** semver is loaded only where a config has ranges. */
async function loadRangeForm(): Promise<Form> {
  const { default: semver } = await import("semver");
  return (text) => {
    if (semver.validRange(text) !== null) return undefined;
    return { message: `"${text}" is not a semver range`, hint: 'Write for example "^1.8", "~1.8.2" or ">=1.8 <2"' };
  };
}
