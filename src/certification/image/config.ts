import { Failed } from "../../failure/index.ts";
import { gathered, type ImageManifest, type ImageSource } from "../../oci/index.ts";

/** What an image says of itself (image-spec, config.md), as far as the checks and a submission want it. */
export interface ImageConfig {
  /** As it came. */
  readonly raw: string;
  readonly architecture: string;
  readonly os: string;
  readonly created: string;
  /** Empty where none is set. */
  readonly user: string;
  readonly command: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  /** Digests of the layers' tars, base first. */
  readonly diffIds: readonly string[];
}

const LARGEST = 16 * 1024 * 1024;

/** Reads the config of an image. Throws `Failed`: `oci/bad-config`, and what the source throws. */
export async function readConfig(
  source: ImageSource,
  repository: string,
  { config }: ImageManifest,
  signal: AbortSignal,
): Promise<ImageConfig> {
  const name = `${source.name}/${repository}`;
  if (config.size > LARGEST) throw bad(name, "it is too large");
  const raw = (await gathered(await source.openBlob(repository, config, signal))).toString("utf8");
  const body = objectOf(parse(raw, name));
  const settings = objectOf(body.config);
  return {
    raw,
    architecture: textOf(body.architecture),
    os: textOf(body.os),
    created: textOf(body.created),
    user: textOf(settings.User),
    command: textsOf(settings.Cmd),
    labels: new Map(Object.entries(objectOf(settings.Labels)).map(([label, value]) => [label, textOf(value)])),
    diffIds: textsOf(objectOf(body.rootfs).diff_ids),
  };
}

function parse(raw: string, name: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw bad(name, "it is not JSON");
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(textOf) : []);

function bad(name: string, why: string): Failed {
  return new Failed({
    code: "oci/bad-config",
    class: "permanent",
    message: `The config of ${name} cannot be read: ${why}`,
  });
}
