import type { ImageManifest } from "../oci/index.ts";
import type { ImageConfig } from "./image/config.ts";
import type { Layer } from "./image/layer.ts";
import { nvra, type Package } from "./rpm/package.ts";

/** What a submission tells of an image, in the JSON of Red Hat's service (Pyxis, `POST /images`), repositories aside. */
export interface Contents {
  readonly image: {
    readonly docker_image_digest: string;
    /** Of the config. */
    readonly docker_image_id: string;
    readonly image_id: string;
    readonly architecture: string;
    readonly parsed_data: {
      readonly architecture: string;
      readonly command: string;
      readonly created: string;
      readonly image_id: string;
      readonly labels: readonly { readonly name: string; readonly value: string }[];
      /** Digests of what the registry holds, top first. */
      readonly layers: readonly string[];
      readonly os: string;
      /** Bytes of the manifest: what openshift-preflight sends here. */
      readonly size: number;
      readonly uncompressed_layer_sizes: readonly { readonly layer_id: string; readonly size_bytes: number }[];
    };
    readonly raw_config: string;
    readonly sum_layer_size_bytes: number;
    /** Of the lowest layer: the service finds the base image by it. */
    readonly uncompressed_top_layer_id?: string;
  };
  /** What rpm installed (`POST /images/id/ID/rpm-manifest`); undefined where the image has no database of rpm. */
  readonly packages: readonly RpmEntry[] | undefined;
}

/** A package as the service takes it; what is not known is left out. */
export interface RpmEntry {
  readonly architecture?: string;
  /** The number of the key that signed it. */
  readonly gpg?: string;
  readonly name?: string;
  readonly nvra?: string;
  readonly release?: string;
  readonly srpm_name?: string;
  readonly srpm_nevra?: string;
  readonly summary?: string;
  readonly version?: string;
}

export interface Examined {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
  readonly packages: readonly Package[] | undefined;
}

export function contentsOf({ manifest, config, layers, packages }: Examined): Contents {
  const sizes = config.diffIds.map((layer_id, index) => ({ layer_id, size_bytes: layers[index]?.size ?? 0 }));
  const [lowest] = config.diffIds;
  return {
    image: {
      docker_image_digest: manifest.digest,
      docker_image_id: manifest.config.digest,
      image_id: manifest.digest,
      architecture: config.architecture,
      parsed_data: {
        architecture: config.architecture,
        command: config.command.join(" "),
        created: config.created,
        image_id: manifest.digest,
        labels: [...config.labels].map(([name, value]) => ({ name, value })),
        layers: manifest.layers.map(({ digest }) => digest).reverse(),
        os: config.os,
        size: manifest.bytes.length,
        uncompressed_layer_sizes: sizes,
      },
      raw_config: config.raw,
      sum_layer_size_bytes: sizes.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
      ...(lowest === undefined ? {} : { uncompressed_top_layer_id: lowest }),
    },
    packages: packages?.map(rpmEntry),
  };
}

function rpmEntry(one: Package): RpmEntry {
  // name-version-release.arch.rpm: a name may have dashes in it, the other two have none.
  const [, source = "", rest = ""] = /^(.+)-([^-]+-[^-]+)\.rpm$/.exec(one.sourceRpm) ?? [];
  const entry = {
    architecture: one.arch,
    gpg: one.keyId ?? "",
    name: one.name,
    nvra: nvra(one),
    release: one.release,
    srpm_name: source,
    srpm_nevra: source === "" ? "" : `${source}-${one.epoch}:${rest}`,
    summary: one.summary,
    version: one.version,
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== ""));
}
