import type { Place } from "../failure/index.ts";
import type { Platform, Secret } from "./config.ts";
import { type Cursor, entries, get, items } from "./cursor.ts";
import { imagePathForm, platformForm, platformOf } from "./forms.ts";
import type { Reader } from "./reader.ts";
import type { Build as RawBuild, Files as RawFiles } from "./schema.gen.ts";

/** How an image is made here. */
export type Build = FilesBuild | DockerfileBuild;

/** An image made of files alone, `FROM scratch` or on top of another image. */
export interface FilesBuild {
  readonly kind: "files";
  readonly place: Place;
  /** The image of the config that the files are added to; undefined: none. */
  readonly base: string | undefined;
  /** Each pattern is a glob below `from`, an absolute folder; matches land below `to`, a path in the image. */
  readonly files: readonly { readonly from: string; readonly patterns: readonly string[]; readonly to: string }[];
  /** Empty: those of the base, or linux/amd64. */
  readonly platforms: readonly Platform[];
  readonly labels: ReadonlyMap<string, string>;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly user: string | undefined;
  readonly workdir: string | undefined;
}

/** An image that a builder makes from a Dockerfile. */
export interface DockerfileBuild {
  readonly kind: "dockerfile";
  readonly place: Place;
  /** The source that the context is in; undefined: the folder of the config. */
  readonly source: string | undefined;
  /** Absolute where there is no source, otherwise relative to it. */
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  readonly args: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  /** The stage that is built; undefined: the last. */
  readonly target: string | undefined;
  /** Empty: that of this machine. */
  readonly platforms: readonly Platform[];
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly builder: Builder;
  /** Globs below the context: files that a change of which asks for another build. */
  readonly inputs: readonly string[];
  /** Images that the Dockerfile starts from, as far as they are known: reading it is another stage's work. */
  readonly bases: readonly string[];
}

export type Builder = "auto" | "docker" | "podman" | "buildah";

type Key = keyof RawBuild;

/** What each form has that the other has not. */
const OF_FILES: readonly Key[] = ["files", "base", "entrypoint", "cmd", "env", "user", "workdir"];
const OF_DOCKERFILES: readonly Key[] = ["context", "dockerfile", "source", "args", "target", "secrets", "inputs"];

/** Reads how an image is made: of files alone, or from a Dockerfile. */
export function readBuild(cursor: Cursor<RawBuild>, reader: Reader): Build {
  const { builder } = cursor.value;
  const hasFiles = OF_FILES.some((key) => cursor.value[key] !== undefined);
  if (builder === "mirror" || (hasFiles && builder === undefined)) return readFilesBuild(cursor, reader);
  return readDockerfileBuild(cursor, reader);
}

function readFilesBuild(cursor: Cursor<RawBuild>, reader: Reader): FilesBuild {
  refuseKeys(cursor, OF_DOCKERFILES, "is for a Dockerfile, and this image is made of files", reader);
  const [base, user, workdir] = [get(cursor, "base"), get(cursor, "user"), get(cursor, "workdir")];
  const texts = (key: "entrypoint" | "cmd") => items(get(cursor, key)).map((item) => reader.text(item));
  return {
    kind: "files",
    place: reader.place(cursor),
    base: base === undefined ? undefined : reader.named(base, "images"),
    files: items(get(cursor, "files")).map((item) => readFiles(item, reader)),
    platforms: readPlatforms(cursor, reader),
    labels: readTexts(get(cursor, "labels"), reader),
    entrypoint: texts("entrypoint"),
    cmd: texts("cmd"),
    env: readTexts(get(cursor, "env"), reader),
    user: user === undefined ? undefined : reader.text(user),
    workdir: workdir === undefined ? undefined : reader.text(workdir, imagePathForm),
  };
}

function readDockerfileBuild(cursor: Cursor<RawBuild>, reader: Reader): DockerfileBuild {
  refuseKeys(cursor, OF_FILES, "is for images made of files, and this one has a Dockerfile", reader);
  const [source, target] = [get(cursor, "source"), get(cursor, "target")];
  const [dockerfile, inputs] = [get(cursor, "dockerfile"), items(get(cursor, "inputs"))];
  const secrets = entries(get(cursor, "secrets")).map(([id, secret]) => [id, reader.secret(secret)] as const);
  const { builder = "auto" } = cursor.value;
  return {
    kind: "dockerfile",
    place: reader.place(cursor),
    source: source === undefined ? undefined : reader.named(source, "sources"),
    context: readContext(cursor, reader),
    dockerfile: dockerfile === undefined ? "Dockerfile" : reader.text(dockerfile),
    args: readTexts(get(cursor, "args"), reader),
    labels: readTexts(get(cursor, "labels"), reader),
    target: target === undefined ? undefined : reader.text(target),
    platforms: readPlatforms(cursor, reader),
    secrets: new Map(secrets),
    builder: builder === "mirror" ? "auto" : builder,
    inputs: inputs.length > 0 ? inputs.map((item) => reader.text(item)) : ["**"],
    bases: [],
  };
}

function readContext(cursor: Cursor<RawBuild>, reader: Reader): string {
  const context = get(cursor, "context");
  if (cursor.value.source !== undefined) return context === undefined ? "." : reader.text(context);
  if (context !== undefined) return reader.existing(context, "folder");
  reader.refuseKey(cursor, {
    code: "empty-build",
    message: "the image is made of nothing",
    hint: "Name the folder of its Dockerfile, as in context: ., or what it is made of with files",
  });
  return "";
}

function refuseKeys(cursor: Cursor<RawBuild>, keys: readonly Key[], why: string, reader: Reader): void {
  for (const key of keys) {
    const value = get(cursor, key);
    if (value === undefined) continue;
    reader.refuseKey(value, { code: "bad-value", message: `"${key}" ${why}`, hint: "Take one of the two out" });
  }
}

function readPlatforms(cursor: Cursor<RawBuild>, reader: Reader): readonly Platform[] {
  return items(get(cursor, "platforms")).map((item) => platformOf(reader.text(item, platformForm)));
}

function readFiles(cursor: Cursor<RawFiles>, reader: Reader): FilesBuild["files"][number] {
  const [from, to] = [{ value: cursor.value.from, path: [...cursor.path, "from"] }, get(cursor, "to")];
  const patterns = items(get(cursor, "patterns")).map((item) => reader.text(item));
  return {
    from: reader.existing(from, "folder"),
    patterns: patterns.length > 0 ? patterns : ["**"],
    to: to === undefined ? "/" : reader.text(to, imagePathForm),
  };
}

function readTexts(
  cursor: Cursor<Readonly<Record<string, string>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, string> {
  return new Map(entries(cursor).map(([key, value]) => [key, reader.text(value)]));
}
