import { Failed } from "../failure/index.ts";

/** What an image runs on (image-spec, image-index.md). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** `v7` of `linux/arm/v7`. */
  readonly variant?: string | undefined;
  readonly "os.version"?: string | undefined;
}

/** Reads `os/architecture[/variant]`. Throws `Failed` (`oci/bad-platform`). */
export function parsePlatform(text: string): Platform {
  const [os, architecture, variant, ...rest] = text.split("/");
  if (os && architecture && variant !== "" && rest.length === 0) {
    return variant === undefined ? { os, architecture } : { os, architecture, variant };
  }
  throw new Failed({
    code: "oci/bad-platform",
    class: "usage",
    message: `"${text}" is not a platform`,
    hint: "Write os/architecture or os/architecture/variant, as in linux/amd64 and linux/arm/v7",
  });
}

/** `os/architecture[/variant]`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant === undefined || variant === "" ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** True where `offered` is one of `wanted`; a variant or version that is not asked for may be any. */
export function isWanted(offered: Platform, wanted: readonly Platform[]): boolean {
  return wanted.some(
    (one) =>
      one.os === offered.os &&
      one.architecture === offered.architecture &&
      (!one.variant || variantOf(one) === variantOf(offered)) &&
      (!one["os.version"] || one["os.version"] === offered["os.version"]),
  );
}

/** `arm64` without a variant is `arm64/v8`, and `arm` is `arm/v7`, as containerd reads them. */
function variantOf({ architecture, variant }: Platform): string {
  if (variant) return variant;
  if (architecture === "arm64") return "v8";
  return architecture === "arm" ? "v7" : "";
}
