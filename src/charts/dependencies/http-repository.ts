import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Failed } from "../../failure/index.ts";
import { addressesFrom, discard, type HttpAnswer, readBytes, resolveUrl } from "../../oci/http/index.ts";
import { digestOf, isDigest } from "../../oci/index.ts";
import { newestOf } from "./constraint.ts";
import { digestMismatch, offline, unknownChart, unknownVersion } from "./failures.ts";
import { ask } from "./http-answers.ts";
import { type ChartIndex, readIndex } from "./index-file.ts";
import type { Asking, ChartRepository, FetchedChart } from "./repository.ts";
import { notedArchive } from "./store.ts";

const LARGEST_INDEX = 256 * 1024 * 1024;
const LARGEST_ARCHIVE = 100 * 1024 * 1024;
const LARGEST_PROVENANCE = 1024 * 1024;

/** An index with where it came from, since archives may be named relative to that. */
interface Located {
  readonly index: ChartIndex;
  readonly url: URL;
  /** Where the server that gave the index may refer to. */
  readonly refers: (to: URL) => "any" | "public";
}

/** A repository with an `index.yaml`, reached by HTTP. The index is asked for once, and only sent if it has changed. */
export function httpRepository(url: string, asking: Asking): ChartRepository {
  let located: Promise<Located> | undefined;
  const index = (): Promise<Located> => {
    located ??= askIndex(url, asking);
    return located;
  };
  const versions = async (chart: string): Promise<readonly string[]> => {
    const found = (await index()).index;
    const known = found.versions(chart);
    if (known.length === 0) throw unknownChart(url, chart, found.names());
    return known;
  };
  return {
    name: url,
    versions,
    async fetch(chart, version) {
      const about = `archive ${url} ${chart} ${version}`;
      const kept = asking.network === "offline" ? await notedArchive(asking.store, about) : undefined;
      if (kept !== undefined) return { kind: "archive", ...kept, from: `${url} (from the cache)` };
      const known = await versions(chart);
      const entry = (await index()).index.entry(chart, version);
      const [file] = entry?.urls ?? [];
      if (file === undefined) throw unknownVersion(url, chart, version, await newestOf(known, 5));
      const fetched = await fetchArchive(await index(), file, entry?.digest, asking);
      await asking.store.keepNote(about, fetched.digest);
      return fetched;
    },
  };
}

async function askIndex(url: string, asking: Asking): Promise<Located> {
  const indexUrl = new URL(`${url}/index.yaml`);
  const about = `index ${url}`;
  const kept = readKept(await asking.store.note(about));
  if (asking.network === "offline") {
    if (kept === undefined) throw offline(`The index of ${url}`);
    return { index: parsed(kept.text, url), url: indexUrl, refers: () => "any" };
  }
  const headers = {
    "accept-encoding": "gzip",
    ...(kept?.etag === undefined ? {} : { "if-none-match": kept.etag }),
    ...(kept?.lastModified === undefined ? {} : { "if-modified-since": kept.lastModified }),
  };
  const answer = await ask(asking, { url: indexUrl, headers });
  const refers = (to: URL) => addressesFrom(answer, to);
  if (answer.status === 304 && kept !== undefined) {
    discard(answer);
    return { index: parsed(kept.text, url), url: indexUrl, refers };
  }
  const text = await readText(answer, url);
  const index = parsed(text, url);
  const { etag, "last-modified": lastModified } = answer.headers;
  await asking.store.keepNote(about, `${JSON.stringify({ etag, lastModified })}\n${text}`);
  return { index, url: indexUrl, refers };
}

async function readText(answer: HttpAnswer, url: string): Promise<string> {
  const bytes = await readBytes(answer, LARGEST_INDEX);
  if (answer.headers["content-encoding"] !== "gzip") return Buffer.from(bytes).toString("utf8");
  try {
    return (await promisify(gunzip)(bytes, { maxOutputLength: LARGEST_INDEX })).toString("utf8");
  } catch (cause) {
    throw badIndex(url, cause);
  }
}

/** A note of an index: what tells its age on the first line, and then the index. */
function readKept(note: string | undefined) {
  if (note === undefined) return undefined;
  const end = note.indexOf("\n");
  const head = JSON.parse(note.slice(0, end)) as { readonly etag?: string; readonly lastModified?: string };
  return { ...head, text: note.slice(end + 1) };
}

function parsed(text: string, url: string): ChartIndex {
  const index = readIndex(text);
  if (index === undefined) throw badIndex(url);
  return index;
}

function badIndex(url: string, cause?: unknown): Failed {
  return new Failed(
    {
      code: "charts/bad-index",
      class: "permanent",
      message: `${url}/index.yaml is not the index of a chart repository`,
      hint: "Check the repository's URL",
    },
    { cause },
  );
}

async function fetchArchive(
  { url, refers }: Located,
  file: string,
  written: string | undefined,
  asking: Asking,
): Promise<Extract<FetchedChart, { kind: "archive" }>> {
  const expected = written === undefined ? undefined : `sha256:${written.replace(/^sha256:/, "").toLowerCase()}`;
  const from = redirectedFrom(file, url, asking);
  const addresses = from.origin === url.origin ? "any" : refers(from);
  const provenance = async (): Promise<Uint8Array> => {
    const beside = new URL(from);
    beside.pathname += ".prov";
    return readBytes(await ask(asking, { url: beside, addresses }), LARGEST_PROVENANCE);
  };
  if (expected !== undefined && isDigest(expected)) {
    const kept = await asking.store.archive(expected);
    if (kept !== undefined) return { kind: "archive", bytes: kept, digest: expected, from: shown(from), provenance };
  }
  if (asking.network === "offline") throw offline(shown(from));
  const bytes = await readBytes(await ask(asking, { url: from, addresses }), LARGEST_ARCHIVE);
  const digest = digestOf(bytes);
  if (expected !== undefined && expected !== digest) throw digestMismatch(shown(from), expected, digest);
  await asking.store.keepArchive(bytes);
  return { kind: "archive", bytes, digest, from: shown(from), provenance };
}

/** Where an archive is: below its own repository, or somewhere else that the config redirects in turn. */
function redirectedFrom(file: string, index: URL, asking: Asking): URL {
  const named = URL.canParse(file) ? asking.redirects.file(file) : file;
  // What a person wrote in the config need not have TLS.
  return named === file ? resolveUrl(file, index) : new URL(named);
}

/** Without a query, which may be a signature. */
const shown = (url: URL): string => `${url.origin}${url.pathname}`;
