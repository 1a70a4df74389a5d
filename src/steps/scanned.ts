import type { Severity } from "../config/index.ts";
import type { StepContext, StepResult } from "../engine/index.ts";
import { Failed, FailedTogether, type Failure, type Place } from "../failure/index.ts";
import type { Digest, RegistryClient } from "../oci/index.ts";
import { type Finding, isWorse, type Scan, type ScanReader, scanReaderOf, waysOf } from "../registries/index.ts";
import type { Scope } from "./scope.ts";
import type { PublishedImage, StepValue } from "./value.ts";

const MOST_SHOWN = 10;

/**
 * The gate of scans: done when the registry has scanned every image of a target and found nothing worse than the
 * target lets through; waits while a scan is under way.
 */
export async function scanned(
  target: string,
  images: readonly PublishedImage[],
  context: StepContext<StepValue>,
  scope: Scope,
): Promise<StepResult<StepValue>> {
  const limit = scope.config.targets.get(target)?.scanned;
  if (limit === undefined) throw new Error(`${target} has no limit for scans`);
  const reports = (await Promise.all(images.map((image) => scansOf(image, context.stopping, scope)))).flat();
  const failures = reports.flatMap((report) => failureOf(report, limit));
  if (failures.length > 0) throw new FailedTogether(failures);
  const pending = reports.filter(({ scan }) => scan.kind === "pending").map(({ name }) => name);
  if (pending.length > 0) return { kind: "waiting", for: `the scan of ${[...new Set(pending)].join(", ")}` };
  const counted = `${images.length} ${images.length === 1 ? "image" : "images"} scanned`;
  const summary = `${counted}, nothing worse than ${limit.max}`;
  return { kind: "done", value: { kind: "gate", target }, effect: "none", summary, bytes: 0 };
}

interface Report {
  readonly name: string;
  readonly scan: Scan;
}

/** Registries scan the images of an index, not the index. */
async function scansOf(image: PublishedImage, signal: AbortSignal, scope: Scope): Promise<Report[]> {
  const registry = scope.config.registries.get(image.destination.registry);
  const read = registry && scanReaderOf(registry, await scope.connections.api(registry.name));
  if (registry === undefined || read === undefined) throw new Error(`no scans at ${image.destination.registry}`);
  const client = await scope.connections.target(registry.name);
  const repository = waysOf(registry).pushedTo(image.destination);
  const digests = await imagesBelow(client, repository, image.digest, signal);
  return Promise.all(digests.map((digest) => reportOf(image, read, repository, digest, signal)));
}

async function reportOf(
  image: PublishedImage,
  read: ScanReader,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Report> {
  return { name: image.reference, scan: await read(repository, digest, signal) };
}

async function imagesBelow(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const manifest = await client.getManifest(repository, digest, signal);
  if (manifest.kind === "image") return [digest];
  return manifest.manifests
    .filter(({ platform }) => platform !== undefined && platform.architecture !== "unknown")
    .map((descriptor) => descriptor.digest);
}

function failureOf(
  { name, scan }: Report,
  { max, place }: { readonly max: Severity; readonly place: Place },
): Failure[] {
  switch (scan.kind) {
    case "pending":
      return [];
    case "impossible":
      return [
        new Failed({
          code: "scan/impossible",
          class: "permanent",
          message: `${name} is not scanned: ${scan.why}`,
          place,
          hint: "Take the image out of the target, or the limit off it",
        }).failure,
      ];
    case "scanned": {
      const worse = [...scan.found].filter(([severity]) => isWorse(severity, max));
      return worse.length === 0 ? [] : [tooBad(name, worse, scan.findings, { max, place })];
    }
  }
}

function tooBad(
  name: string,
  worse: readonly (readonly [Severity, number])[],
  findings: readonly Finding[],
  { max, place }: { readonly max: Severity; readonly place: Place },
): Failure {
  const counted = worse.map(([severity, count]) => `${count} ${severity}`).join(", ");
  const lines = findings
    .filter(({ severity }) => isWorse(severity, max))
    .map(({ id, severity, where }) => `${severity}: ${id} in ${where}`);
  const more = lines.length > MOST_SHOWN ? [`and ${lines.length - MOST_SHOWN} more`] : [];
  return {
    code: "scan/too-bad",
    class: "permanent",
    message: `${name} has vulnerabilities worse than ${max}: ${counted}`,
    place,
    hint: "Rebuild it on a base that is mended, or raise max after a person has looked",
    ...(lines.length === 0 ? {} : { detail: [...lines.slice(0, MOST_SHOWN), ...more] }),
  };
}
