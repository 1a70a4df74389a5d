import { resolve } from "node:path";
import { bytesOf } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { parsePlatform } from "../oci/index.ts";
import { withArchive } from "../plan/index.ts";
import type { Arguments, Host } from "./command.ts";
import { DOCKER_PLATFORM, layoutBeside, writeDockerArchives } from "./save-docker.ts";
import { runSession } from "./session.ts";

/** `mirror save`: brings images into a file, by the same nodes as to a registry. */
export async function save(host: Host, args: Arguments): Promise<number> {
  const to = args.values.get("to")?.at(-1);
  if (to === undefined) throw nowhere();
  const form = formOf(args);
  const since = args.values.get("since")?.at(-1);
  const platforms = (args.values.get("platform") ?? []).map((text) => {
    const { os, architecture, variant } = parsePlatform(text);
    return { os, architecture, variant };
  });
  const [platform = DOCKER_PLATFORM] = platforms;
  const archive = {
    file: form === "oci" ? placeOf(host.cwd, to) : layoutBeside(resolve(host.cwd, to)),
    volumeSize: volumeSizeOf(args),
    since: since === undefined ? undefined : resolve(host.cwd, since),
    gathered: form === "oci" ? undefined : platform,
    names: args.names,
    targets: args.values.get("target") ?? [],
    platforms: platforms.length === 0 ? undefined : platforms,
  };
  const exitCode = await runSession(host, args, args.flags.has("dry-run") ? "plan" : "run", {
    configure: (config) => withArchive(config, archive),
    selection: { names: [], targets: ["archive"] },
  });
  if (form === "oci" || exitCode !== 0 || args.flags.has("dry-run")) return exitCode;
  return writeDockerArchives(host, args, { from: archive.file, folder: resolve(host.cwd, to), platform });
}

/** With the slash at its end that makes it a folder's name. */
const placeOf = (cwd: string, to: string): string => `${resolve(cwd, to)}${to.endsWith("/") ? "/" : ""}`;

function formOf(args: Arguments): "oci" | "docker-archive" {
  const form = args.values.get("format")?.at(-1) ?? "oci";
  if (form !== "oci" && form !== "docker-archive") {
    throw usage(`--format is oci or docker-archive, not "${form}"`, "Write: --format docker-archive");
  }
  if (args.flags.has("gzip") && form === "oci") {
    throw usage("--gzip is for docker archives", "Leave it out: layers are compressed already");
  }
  const alone = ["since", "volume-size"].find((name) => args.values.has(name));
  if (form === "docker-archive" && alone !== undefined) {
    throw usage(`--${alone} is not for docker archives`, "Leave it out, or save in the form oci");
  }
  if (form === "docker-archive" && (args.values.get("platform")?.length ?? 0) > 1) {
    throw usage("A docker archive has one platform", "Name one --platform, or save in the form oci");
  }
  return form;
}

function volumeSizeOf(args: Arguments): number | undefined {
  const text = args.values.get("volume-size")?.at(-1);
  if (text === undefined) return undefined;
  const bytes = bytesOf(text);
  if (args.values.get("to")?.at(-1)?.endsWith("/") === true) {
    throw usage("--volume-size is for tars, and --to names a folder", "Take the slash at the end of --to away");
  }
  if (bytes !== undefined && bytes >= 1e6) return bytes;
  throw usage(
    `--volume-size takes the size of a file, of at least 1M, not "${text}"`,
    "Write a number with k, M or G (or Ki, Mi, Gi): --volume-size 4G",
  );
}

const nowhere = (): Failed =>
  new Failed({
    code: "usage/no-file",
    class: "usage",
    message: "mirror save has nowhere to write to",
    hint: "Name a file: mirror save --to release.tar",
  });

function usage(message: string, hint: string): Failed {
  return new Failed({ code: "usage/bad-argument", class: "usage", message, hint });
}
