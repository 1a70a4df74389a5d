import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, readConfig } from "../../src/config/index.ts";
import { type Comparison, checkReferences, declarationsOf, type FileText, mend } from "../../src/references/index.ts";

const HEAD = `version: 1
vars: { release: 1.2.1 }
registries:
  quay: { type: quay, namespace: seldon }
images:
  operator: { from: quay.io/seldon/operator, version: "\${vars.release}" }
  deploy: { from: docker.io/seldonio/deploy, version: "\${vars.release}" }
  minio-client: { from: docker.io/seldonio/mc-ubi, version: "1.0" }
  busybox: { from: docker.io/library/busybox, version: "1.35" }
  mysql-old: { from: docker.io/library/mysql, version: "5.7" }
  mysql-new: { from: docker.io/library/mysql, version: "8.0" }
  pinned: { from: quay.io/x/pinned, version: "1.0@sha256:${"a".repeat(64)}" }
  ranged: { from: quay.io/x/ranged, version: { range: ^1.8 } }
targets:
  public: { registry: quay, images: { deploy: deploy-public } }
references:
`;

/** A config with some images, and the references that are written below it. */
export async function configWith(references: string): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-references-"));
  try {
    await writeFile(join(folder, "mirror.config.yaml"), HEAD + references.replace(/^/gm, "  "));
    return await readConfig({ path: join(folder, "mirror.config.yaml"), env: {} });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const fileOf = (path: string, text: string): FileText => ({ key: `/${path}`, path, shown: path, text });

/** Compares files with the references of a config; every set gets the files that it names, without globs. */
export async function compared(references: string, files: Readonly<Record<string, string>>): Promise<Comparison> {
  const config = await configWith(references);
  const sets = [...config.references.values()];
  const texts = new Map(
    sets.map((set) => [
      set.name,
      Object.entries(files)
        .filter(([path]) => set.files.includes(path))
        .map(([path, text]) => fileOf(path, text)),
    ]),
  );
  return checkReferences(sets, texts, declarationsOf(config, new Map()));
}

/** Differences as lines: `file:line:column kind found -> declared`, with `(accepted)` behind those that are. */
export const linesOf = ({ differences }: Comparison): readonly string[] =>
  differences.map(({ place, kind, found, declared, accepted }) => {
    const should = declared === undefined ? "" : ` -> ${declared.text} (${declared.by})`;
    const meant = accepted === undefined ? "" : ` accepted: ${accepted}`;
    return `${place.file}:${place.line}:${place.column} ${kind} ${found}${should}${meant}`;
  });

/** One file with its differences mended; undefined where nothing could be. */
export async function mendedText(references: string, path: string, text: string): Promise<string | undefined> {
  return mend((await compared(references, { [path]: text })).differences)[0]?.text;
}
