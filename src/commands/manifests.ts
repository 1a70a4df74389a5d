import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Findings, findImages, type SourceText } from "../charts/find/index.ts";
import { Failed } from "../failure/index.ts";
import type { Host } from "./command.ts";

const MANIFEST = /\.(?:ya?ml|json)$/;

/**
 * What is found in files, in the YAML and JSON files of folders, and in the standard input (`-`). `values` are the
 * chart's, as files. Throws `Failed`: `usage/no-file`, `usage/no-manifests` where there is nothing to read.
 */
export async function findInManifests(
  host: Host,
  names: readonly string[],
  values: readonly string[],
): Promise<Findings> {
  const texts = await readManifests(host, names);
  return findImages(texts, { values: values.length === 0 ? [] : await readManifests(host, values) });
}

async function readManifests(host: Host, names: readonly string[]): Promise<readonly SourceText[]> {
  const texts: SourceText[] = [];
  for (const name of names) texts.push(...(name === "-" ? [await standardInput(host)] : await below(host, name)));
  if (texts.every(({ text }) => text.trim() === "")) throw nothing(names);
  return texts;
}

async function standardInput(host: Host): Promise<SourceText> {
  const chunks: Buffer[] = [];
  for await (const chunk of host.input()) chunks.push(Buffer.from(chunk));
  return { source: "-", text: Buffer.concat(chunks).toString("utf8") };
}

async function below(host: Host, name: string): Promise<readonly SourceText[]> {
  const path = resolve(host.cwd, name);
  const found = await stat(path).catch((error: unknown) => {
    throw noFile(name, error);
  });
  if (!found.isDirectory()) return [{ source: name, text: await readFile(path, "utf8") }];
  const entries = await readdir(path, { recursive: true, encoding: "utf8" });
  const files = entries.filter((entry) => MANIFEST.test(entry)).sort();
  return Promise.all(
    files.map(async (file) => ({ source: join(name, file), text: await readFile(join(path, file), "utf8") })),
  );
}

function noFile(name: string, cause: unknown): Failed {
  return new Failed(
    {
      code: "usage/no-file",
      class: "usage",
      message: `${name} cannot be read`,
      hint: "Name a chart of the config, a file, a folder, or - for the standard input",
    },
    { cause },
  );
}

function nothing(names: readonly string[]): Failed {
  return new Failed({
    code: "usage/no-manifests",
    class: "usage",
    message: `There are no manifests in ${names.map((name) => (name === "-" ? "the standard input" : name)).join(", ")}`,
    hint: "Look at what rendered them: its errors are on its own output",
  });
}
