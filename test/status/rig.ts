import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Config } from "../../src/config/index.ts";
import { type Digest, parseDigest } from "../../src/oci/index.ts";
import { openConnections } from "../../src/registries/index.ts";
import { createSources, EMPTY_LOCK, type Lock, type LockedImage, UNLOCKED } from "../../src/release/index.ts";
import { type Status, type SurveyOptions, survey } from "../../src/status/index.ts";
import type { ScriptedRegistry } from "../rig/scripted-registry.ts";

const IMAGE = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

/** Bytes of a manifest that is told from others by a text in it. */
export function manifestBytes(text: string): Buffer {
  const descriptor = {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: digestOf(text),
    size: text.length,
  };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config: descriptor, layers: [] }));
}

/** Bytes of an index of images, by platform. */
export function indexBytes(images: Readonly<Record<string, Buffer>>): Buffer {
  const manifests = Object.entries(images).map(([platform, bytes]) => {
    const [os, architecture] = platform.split("/");
    return { mediaType: IMAGE, digest: digestOf(bytes), size: bytes.length, platform: { os, architecture } };
  });
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
}

export const digestOf = (bytes: string | Buffer): Digest =>
  parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, "a test");

/** Puts a manifest into a registry, under a tag and its digest. */
export function put(registry: ScriptedRegistry, repository: string, tag: string, bytes: Buffer): Digest {
  const { mediaType } = JSON.parse(bytes.toString("utf8")) as { mediaType: string };
  const digest = digestOf(bytes);
  registry.manifests.set(`${repository} ${tag}`, { mediaType, bytes });
  registry.manifests.set(`${repository} ${digest}`, { mediaType, bytes });
  return digest;
}

/** The entry of a lock for an image that comes from `docker.io/example/NAME`. */
export function locked(
  name: string,
  tag: string,
  bytes: Buffer,
  platforms: Readonly<Record<string, Buffer>> = {},
): LockedImage {
  const { mediaType } = JSON.parse(bytes.toString("utf8")) as { mediaType: string };
  return {
    repository: `docker.io/example/${name}`,
    tag,
    digest: digestOf(bytes),
    mediaType,
    manifestSize: bytes.length,
    rule: `tag ${tag}`,
    why: undefined,
    chosenFrom: undefined,
    size: undefined,
    platforms: new Map(
      Object.entries(platforms).map(([platform, part]) => [platform, { digest: digestOf(part), size: undefined }]),
    ),
  };
}

export const lockWith = (images: Readonly<Record<string, LockedImage>>): Lock => ({
  ...EMPTY_LOCK,
  images: new Map(Object.entries(images)),
});

/** Looks at everything that a config has. */
export async function surveyed(
  config: Config,
  { lock = EMPTY_LOCK, ...options }: Partial<SurveyOptions> & { readonly lock?: Lock } = {},
): Promise<Status> {
  const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
  const locking = { ...UNLOCKED, lock };
  const { signal } = new AbortController();
  try {
    return await survey(config, {
      connections,
      signal,
      locking,
      sources: createSources(config, { locking, env: {}, signal }),
      isSelected: () => true,
      targets: [...config.targets.keys()],
      extra: "leave",
      packageOf: async () => assert.fail("no chart is published"),
      referenced: undefined,
      ...options,
    });
  } finally {
    await connections.close();
  }
}

/** The states of a status, as `image target state`. */
export const statesOf = ({ rows }: Status): readonly string[] =>
  rows.flatMap(({ name, cells }) => [...cells].map(([target, { state }]) => `${name} ${target} ${state}`));
