import { basename } from "node:path";
import { didYouMean, Failed, FailedTogether } from "../failure/index.ts";
import {
  type Archive,
  archiveNotes,
  differenceOf,
  lookInto,
  openArchive,
  shortDigest,
  verifyArchive,
} from "../oci/index.ts";
import { colorFor, formatBytes, formatCount, formatDuration, renderTable } from "../report/index.ts";
import { someFiles } from "./archive-files.ts";
import type { Arguments, Host } from "./command.ts";
import { readingProgress } from "./reading-progress.ts";

const VERBS = ["verify", "list", "diff"] as const;

/** `mirror archive verify|list|diff`: what is in files, and whether it is whole. */
export async function archive(host: Host, args: Arguments): Promise<number> {
  const [verb = "", ...names] = args.names;
  switch (VERBS.find((known) => known === verb)) {
    case "verify":
      return verify(host, args, names);
    case "list":
      return within(someFiles(host, names, "mirror archive list"), (opened) => list(host, args, opened));
    case "diff":
      return diff(host, args, names);
    default:
      throw unknownVerb(verb);
  }
}

/** Reads and hashes all of some archives. */
async function verify(host: Host, args: Arguments, names: readonly string[]): Promise<number> {
  return within(someFiles(host, names, "mirror archive verify"), async (opened) => {
    const total = [...opened.blobs.values()].reduce((sum, size) => sum + size, 0);
    const told = readingProgress(host, args);
    told.expect(total);
    const startedAt = host.now();
    const { failures, images, blobs, bytes, inBase } = await verifyArchive(opened, {
      signal: host.stopping,
      onBytes: told.add,
    });
    told.end();
    if (failures.length > 0) throw new FailedTogether(failures);
    if (args.flags.has("json")) {
      host.out.write(`${JSON.stringify({ files: opened.files, images, blobs, bytes, inBase })}\n`);
      return 0;
    }
    const took = formatDuration(host.now() - startedAt);
    const base = inBase === 0 ? "" : `, and ${inBase} blobs that ${notesIn(opened).base} has to have`;
    host.out.write(
      `${opened.name} is whole: ${formatCount(images, "image")}, ${formatCount(blobs, "blob")}, ${formatBytes(bytes)} read and hashed in ${took}${base}\n`,
    );
    return 0;
  });
}

async function list(host: Host, args: Arguments, opened: Archive): Promise<number> {
  const images = await lookInto(opened);
  const { base, volume, lock } = notesIn(opened);
  const rows = images.map(({ name, kind, manifest, blobs, referrers, missing, leftOut }) => ({
    name,
    kind,
    digest: manifest.digest,
    bytes: blobs.reduce((sum, { size }) => sum + size, 0),
    referrers,
    inBase: missing.length,
    platformsLeftOut: leftOut,
  }));
  if (args.flags.has("json")) {
    host.out.write(`${JSON.stringify({ files: opened.files, base, volume, lock, images: rows }, undefined, 2)}\n`);
    return 0;
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  const table = rows.map(({ name, kind, digest, bytes, referrers, inBase, platformsLeftOut }) => [
    name,
    shortDigest(digest),
    formatBytes(bytes),
    [
      ...(kind === "chart" ? ["chart"] : []),
      ...(referrers === 0 ? [] : [`${referrers} ${referrers === 1 ? "referrer" : "referrers"}`]),
      ...(inBase === 0 ? [] : [`${inBase} blobs in ${base ?? "no file here"}`]),
      ...(platformsLeftOut === 0 ? [] : [`${platformsLeftOut} platforms left out`]),
    ].join(", "),
  ]);
  const width = host.out.isTTY ? host.out.columns : undefined;
  host.out.write(renderTable({ head: ["IMAGE", "DIGEST", "SIZE", ""], rows: table, color, width }));
  const all = [...opened.blobs.values()].reduce((sum, size) => sum + size, 0);
  const parts = [
    ...counted(rows),
    `${opened.blobs.size} blobs`,
    formatBytes(all),
    ...(base === undefined ? [] : [`builds on ${base}`]),
    ...(volume === undefined ? [] : [`volume ${volume}`]),
    ...(lock === undefined ? [] : ["with its lock"]),
  ];
  host.out.write(`\n${parts.join(", ")}\n`);
  return 0;
}

/** `24 images, 1 chart`. */
function counted(rows: readonly { readonly kind: "image" | "chart" }[]): string[] {
  const charts = rows.filter(({ kind }) => kind === "chart").length;
  return [formatCount(rows.length - charts, "image"), ...(charts === 0 ? [] : [formatCount(charts, "chart")])];
}

async function diff(host: Host, args: Arguments, names: readonly string[]): Promise<number> {
  const [before, after, ...rest] = someFiles(host, names, "mirror archive diff");
  if (after === undefined || rest.length > 0) throw notTwo();
  return within([before], (old) =>
    within([after], async (now) => {
      const { images, newBytes } = await differenceOf(old, now);
      const changes = images.filter(({ kind }) => kind !== "same");
      if (args.flags.has("json")) {
        host.out.write(`${JSON.stringify({ images, newBytes }, undefined, 2)}\n`);
        return 0;
      }
      for (const change of changes) {
        const was = change.kind === "changed" ? `${shortDigest(change.before)} → ` : "";
        host.out.write(`${change.kind.padEnd(8)} ${change.name}  ${was}${shortDigest(change.digest)}\n`);
      }
      const same = images.length - changes.length;
      host.out.write(
        `${changes.length} differ, ${same} are the same; ${formatBytes(newBytes)} are new in ${basename(after)}\n`,
      );
      return 0;
    }),
  );
}

async function within<Value>(
  files: readonly [string, ...string[]],
  work: (opened: Archive) => Promise<Value>,
): Promise<Value> {
  const opened = await openArchive(files);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

const notesIn = (opened: Archive) => archiveNotes(opened.catalogues);

function unknownVerb(verb: string): Failed {
  const hint = didYouMean(verb, VERBS) ?? `Write one of: ${VERBS.join(", ")}`;
  const message = verb === "" ? "mirror archive needs to be told what to do" : `mirror archive cannot ${verb}`;
  return new Failed({ code: "usage/bad-argument", class: "usage", message, hint });
}

const notTwo = (): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: "mirror archive diff compares two archives",
    hint: "Write: mirror archive diff 1.0.tar 1.1.tar",
  });
