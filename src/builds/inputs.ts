import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { unlessMissing } from "../oci/layout/disk.ts";

/** All that decides what an image built from a Dockerfile will be. */
export interface BuildInputs {
  /** Absolute folder. */
  readonly context: string;
  /** Globs below the context: what of it counts. */
  readonly patterns: readonly string[];
  readonly dockerfile: { readonly path: string; readonly text: string };
  readonly args: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly target: string | undefined;
  readonly platforms: readonly string[];
  /** Names of secrets. What they are does not count: a renewed token is no reason to build again. */
  readonly secrets: readonly string[];
  /** Images it starts from, as written, and the digest that each stands for. */
  readonly bases: ReadonlyMap<string, string>;
}

/** What a build's inputs come to. */
export interface HashedInputs {
  /** The same for the same inputs, whenever and wherever they are: dates, owners and umask do not count. */
  readonly hash: string;
  readonly files: number;
  /** The file of patterns that the Dockerfile has for itself, where there is one: absolute. */
  readonly ownIgnoreFile: string | undefined;
}

/** Reads and hashes what goes into a build; files that .dockerignore leaves out do not count. */
export async function hashInputs(inputs: BuildInputs, signal: AbortSignal): Promise<HashedInputs> {
  const { context, dockerfile, args, labels, target, platforms, secrets, bases } = inputs;
  const { text, own } = await ignoreText(context, dockerfile.path);
  const files = await filesOf(inputs, text);
  const hash = createHash("sha256");
  add(hash, ["mirror build 1", dockerfile.text, target ?? null, platforms, [...secrets].sort()]);
  for (const map of [args, labels, bases]) add(hash, [...map].sort());
  for (const path of files) {
    signal.throwIfAborted();
    add(hash, [path, ...(await contentOf(join(context, path), signal))]);
  }
  return { hash: hash.digest("hex"), files: files.length, ownIgnoreFile: own };
}

const add = (hash: Hash, values: unknown): Hash => hash.update(`${JSON.stringify(values)}\n`);

/** `DOCKERFILE.dockerignore` wins over `.dockerignore` of the context (Dockerfile reference, ".dockerignore"). */
async function ignoreText(context: string, dockerfile: string) {
  const own = `${dockerfile}.dockerignore`;
  const text = await unlessMissing(readFile(own, "utf8"));
  if (text !== undefined) return { text, own };
  return { text: (await unlessMissing(readFile(join(context, ".dockerignore"), "utf8"))) ?? "", own: undefined };
}

async function filesOf({ context, patterns }: BuildInputs, ignore: string): Promise<readonly string[]> {
  const { globby } = await import("globby");
  const { default: dockerignore } = await import("@balena/dockerignore");
  const found = await globby([...patterns], {
    cwd: context,
    dot: true,
    onlyFiles: false,
    markDirectories: true,
    followSymbolicLinks: false,
  });
  const ignored = dockerignore.default().add(ignore.split(/\r?\n/));
  return found.filter((path) => !path.endsWith("/") && !ignored.ignores(path)).sort();
}

/** What of a file gets into an image: its kind, whether it is executable, and its bytes or where it leads. */
async function contentOf(file: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await lstat(file);
  if (found.isSymbolicLink()) return ["link", await readlink(file)];
  if (!found.isFile()) return ["other"];
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return [(found.mode & 0o100) === 0 ? "file" : "executable", hash.digest("hex")];
}
