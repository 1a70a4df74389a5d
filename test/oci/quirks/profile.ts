import assert from "node:assert/strict";
import { test } from "uvu";
import type { Failed, Failure } from "../../../src/failure/index.ts";
import {
  type CopyRequest,
  type CopyResult,
  createHostPauses,
  createRegistry,
  createTransfer,
  type Digest,
  type RegistryClient,
  type RegistryOptions,
} from "../../../src/oci/index.ts";
import { seededLayer } from "../../rig/blob.ts";
import { type Image, indexImage, singleImage } from "../../rig/images.ts";
import { profileNamed, type QuirkyRegistry, type Seen, startQuirkyRegistry } from "../../rig/quirks/index.ts";

export const never = new AbortController().signal;
const backoff = { attempts: 4, baseMs: 1, capMs: 5, patienceMs: 5000 };

/** Larger than where the rig breaks connections, and a small one. */
export const large = seededLayer("large", 240_000);
const small = seededLayer("small", 3000);
export const single = singleImage([large, small], "oci");
/** Too long to be gathered before any of it is sent on. */
export const long = seededLayer("long", 300_000);
export const withLong = singleImage([long, small], "oci");
const platforms = new Map(
  ["amd64", "arm64"].map((name) => [name, singleImage([small, seededLayer(name, 9000)], "oci", name)]),
);
/** Two platforms, each with an attestation. */
export const index = indexImage(platforms, { form: "oci", attestations: "with" });

export interface Scene {
  readonly source: QuirkyRegistry;
  readonly target: QuirkyRegistry;
  readonly from: RegistryClient;
  readonly to: RegistryClient;
  /** Copies an image to `team/app:v1`, or another repository, and looks at the target whether all of it is whole. */
  arrives(image?: Image, repository?: string): Promise<CopyResult>;
  /** Copies an image, which has to fail. */
  fails(image?: Image): Promise<Failure>;
}

export interface ProfileOptions {
  /** Which side of a copy has the profile; the other does as the specification says. */
  readonly at: "source" | "target";
  /** Of the client that speaks to that side. */
  readonly client?: Partial<RegistryOptions>;
  readonly request?: Partial<CopyRequest>;
}

/** A test of what the client does with a profile: `body` copies and looks at the requests that were made. */
export function profile(name: string, options: ProfileOptions, body: (scene: Scene) => Promise<void>): void {
  const { client, quirk } = profileNamed(name);
  test(`${name}: ${client}`, async () => {
    const [source, target] = await Promise.all([
      startQuirkyRegistry(options.at === "source" ? quirk() : {}),
      startQuirkyRegistry(options.at === "target" ? quirk() : {}),
    ]);
    try {
      await body(sceneOf(source, target, options));
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  });
}

function sceneOf(
  source: QuirkyRegistry,
  target: QuirkyRegistry,
  { at, client = {}, request = {} }: ProfileOptions,
): Scene {
  const pauses = createHostPauses();
  const from = createRegistry({ host: source.host, backoff, pauses, ...(at === "source" ? client : {}) });
  const to = createRegistry({ host: target.host, backoff, pauses, ...(at === "target" ? client : {}) });
  const transfer = createTransfer({ backoff });
  const copy = (image: Image, repository: string): Promise<CopyResult> => {
    source.store.hold(repository, "v1", image);
    return transfer.copy({
      from: { source: from, repository, digest: image.top.digest as Digest },
      to: { registry: to, repository, tag: "v1" },
      platforms: "all",
      tags: "mutable",
      stopping: never,
      killed: never,
      ...request,
    });
  };
  return {
    source,
    target,
    from,
    to,
    arrives: async (image = single, repository = "team/app") => {
      const result = await copy(image, repository);
      assert.equal(target.store.faultOf(repository, "v1", image), undefined);
      return result;
    },
    fails: (image = single) => failureOf(copy(image, "team/app")),
  };
}

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    return (error as Failed).failure;
  }
  return assert.fail("it did not fail");
}

/** Requests as `METHOD status`, of those that `which` picks. */
export function talk({ log }: QuirkyRegistry, which: (seen: Seen) => boolean): string[] {
  return log.filter(which).map(({ method, status }) => `${method} ${status === 0 ? "broken" : status}`);
}
