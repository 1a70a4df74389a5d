import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fieldOf, listOf, textOf } from "../../json/index.ts";

/** Where an image stands on its way: one after the other. */
export type Stage = "pushed" | "submitted" | "graded" | "checklist" | "publishing" | "tags" | "published";

/**
 * What earlier runs know of one image of one component. The service is asked before anything is done; this tells what
 * it cannot: since when a person sees the image wait, and what was sent just before a run was killed.
 */
export interface Memory {
  readonly stage: Stage;
  /** Of the stage. */
  readonly since: string;
  /** Ids of results that were sent, by the digest of the image of one architecture. */
  readonly results: Readonly<Record<string, string>>;
  /** Digests of images of one architecture whose submission is whole. */
  readonly submitted: readonly string[];
  /** Ids of requests whose failure a person has been told. */
  readonly told: readonly string[];
  /** Ids of the requests that brought the tag along, by image. */
  readonly tagRequests: Readonly<Record<string, string>>;
}

/** The memory of one image, kept in a file of its own. */
export interface Notebook {
  readonly read: () => Memory;
  /** Written before this is done: the process may be killed right after. */
  readonly note: (change: Partial<Omit<Memory, "since">>) => Promise<void>;
}

export interface NotebookOptions {
  /** Absolute; made where it is missing. */
  readonly folder: string;
  readonly component: string;
  /** Of what was pushed, an index or an image. */
  readonly digest: string;
  /** `host/name:tag`, for whoever reads the file. */
  readonly reference: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Reads what is known of an image. A file that is missing or damaged knows nothing, which costs a question more. */
export async function openNotebook({ folder, component, digest, reference, now }: NotebookOptions): Promise<Notebook> {
  const file = join(folder, `${component}-${digest.slice(7, 19)}.json`);
  const text = await readFile(file, "utf8").catch(() => "");
  const isoNow = () => new Date(now()).toISOString();
  let memory = memoryOf(text, digest) ?? fresh(isoNow());
  let writing = Promise.resolve();
  return {
    read: () => memory,
    note: (change) => {
      const moved = change.stage !== undefined && change.stage !== memory.stage;
      memory = { ...memory, ...change, ...(moved ? { since: isoNow() } : {}) };
      const whole = `${JSON.stringify({ reference, component, digest, ...memory }, undefined, 2)}\n`;
      writing = writing.then(() => replace(folder, file, whole));
      return writing;
    },
  };
}

const fresh = (since: string): Memory => ({
  stage: "pushed",
  since,
  results: {},
  submitted: [],
  told: [],
  tagRequests: {},
});

async function replace(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

const STAGES: readonly Stage[] = ["pushed", "submitted", "graded", "checklist", "publishing", "tags", "published"];

function memoryOf(text: string, digest: string): Memory | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const stage = STAGES.find((known) => known === fieldOf(read, "stage"));
    const since = textOf(fieldOf(read, "since"));
    if (fieldOf(read, "digest") !== digest || stage === undefined || since === undefined) return undefined;
    return {
      stage,
      since,
      results: textsOf(fieldOf(read, "results")),
      submitted: listOf(fieldOf(read, "submitted")).map(String),
      told: listOf(fieldOf(read, "told")).map(String),
      tagRequests: textsOf(fieldOf(read, "tagRequests")),
    };
  } catch {
    return undefined;
  }
}

const textsOf = (value: unknown): Record<string, string> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
    : {};
