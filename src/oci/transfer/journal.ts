import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Failed } from "../../failure/index.ts";
import { type Digest, isDigest } from "../digest.ts";
import type { UploadSession } from "../registry-client.ts";

/**
 * Where blobs were being sent, kept in a file for the runs to come: one that was killed leaves blobs in repositories
 * whose images are not there yet, and uploads that are half done. All of it is only a hint. What it says is asked of
 * the registry, and the digest decides in the end.
 */
export interface Journal {
  /** A repository that an earlier run has sent a blob to, or was about to. */
  readonly holder: (registry: string, digest: Digest) => string | undefined;
  /** The upload that an earlier run has left open, where it has. */
  readonly session: (registry: string, repository: string, digest: Digest) => UploadSession | undefined;
  /** Written before this returns: the process may be killed at any moment. Never throws. */
  readonly add: (registry: string, digest: Digest, session: UploadSession) => void;
  readonly close: () => void;
}

export interface JournalOptions {
  readonly file: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told once where the file cannot be written. */
  readonly warn: (failure: Failed) => void;
}

/** Registries forget uploads after a week, as a rule. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const MOST_LINES = 20_000;

interface Line {
  readonly at: number;
  readonly registry: string;
  readonly repository: string;
  readonly digest: Digest;
  /** The address can hold a signature: the file is for its owner alone. */
  readonly url: string;
  readonly addresses: "any" | "public";
}

/** Reads what earlier runs have left. A file that is missing or damaged is an empty one. */
export async function openJournal({ file, now, warn }: JournalOptions): Promise<Journal> {
  const { lines, isCurrent } = await readLines(file, now());
  // Where that fails, the first line to be added tells.
  if (!isCurrent) await rewrite(file, lines).catch(() => {});
  const holders = new Map(lines.map(({ registry, repository, digest }) => [`${registry} ${digest}`, repository]));
  const sessions = new Map(
    lines.map((line) => [`${line.registry} ${line.repository} ${line.digest}`, sessionOf(line)]),
  );
  let descriptor: number | "failed" | undefined;
  return {
    holder: (registry, digest) => holders.get(`${registry} ${digest}`),
    session: (registry, repository, digest) => sessions.get(`${registry} ${repository} ${digest}`),
    add: (registry, digest, { repository, url, addresses }) => {
      if (descriptor === "failed") return;
      const line: Line = { at: now(), registry, repository, digest, url: url.href, addresses };
      try {
        descriptor ??= openToAppend(file);
        writeSync(descriptor, `${JSON.stringify(line)}\n`);
      } catch (error) {
        descriptor = "failed";
        warn(unwritable(file, error));
      }
    },
    close: () => {
      if (typeof descriptor === "number") closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

async function readLines(file: string, now: number): Promise<{ lines: readonly Line[]; isCurrent: boolean }> {
  const text = await readFile(file, "utf8").catch(() => "");
  const written = text.split("\n").filter((line) => line !== "");
  const lines = written.flatMap(parseLine).filter(({ at }) => now - at < KEPT_MS);
  return { lines: lines.slice(-MOST_LINES), isCurrent: lines.length === written.length && lines.length <= MOST_LINES };
}

/** Nothing where the process was killed in the middle of the line. */
function parseLine(text: string): Line[] {
  try {
    const line = JSON.parse(text) as Partial<Record<keyof Line, unknown>> | null;
    const { at, registry, repository, digest, url, addresses } = line ?? {};
    if (typeof at !== "number" || typeof registry !== "string" || typeof repository !== "string") return [];
    if (typeof digest !== "string" || !isDigest(digest) || typeof url !== "string" || !URL.canParse(url)) return [];
    return [{ at, registry, repository, digest, url, addresses: addresses === "any" ? "any" : "public" }];
  } catch {
    return [];
  }
}

const sessionOf = ({ repository, url, addresses }: Line): UploadSession => ({
  repository,
  url: new URL(url),
  addresses,
  received: "unknown",
});

async function rewrite(file: string, lines: readonly Line[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function openToAppend(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, "a", 0o600);
}

function unwritable(file: string, error: unknown): Failed {
  const why = error instanceof Error ? error.message : String(error);
  return new Failed(
    {
      code: "transfer/journal",
      class: "permanent",
      message: `Uploads cannot be noted in ${file}: ${why}`,
      hint: "Make the folder writable; without it, a run that is killed sends more than it has to",
    },
    { cause: error },
  );
}
