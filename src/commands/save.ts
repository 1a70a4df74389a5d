import { resolve } from "node:path";
import { bytesOf } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { parsePlatform } from "../oci/index.ts";
import { withArchive } from "../plan/index.ts";
import type { Arguments, Host } from "./command.ts";
import { runSession } from "./session.ts";

/** `mirror save`: brings images into a file, by the same nodes as to a registry. */
export async function save(host: Host, args: Arguments): Promise<number> {
  const to = args.values.get("to")?.at(-1);
  if (to === undefined) throw nowhere();
  const since = args.values.get("since")?.at(-1);
  const platforms = (args.values.get("platform") ?? []).map((text) => {
    const { os, architecture, variant } = parsePlatform(text);
    return { os, architecture, variant };
  });
  const archive = {
    file: resolve(host.cwd, to),
    volumeSize: volumeSizeOf(args),
    since: since === undefined ? undefined : resolve(host.cwd, since),
    names: args.names,
    targets: args.values.get("target") ?? [],
    platforms: platforms.length === 0 ? undefined : platforms,
  };
  return runSession(host, args, args.flags.has("dry-run") ? "plan" : "run", {
    configure: (config) => withArchive(config, archive),
    selection: { names: [], targets: ["archive"] },
  });
}

function volumeSizeOf(args: Arguments): number | undefined {
  const text = args.values.get("volume-size")?.at(-1);
  if (text === undefined) return undefined;
  const bytes = bytesOf(text);
  if (bytes !== undefined && bytes >= 1e6) return bytes;
  throw new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: `--volume-size takes the size of a file, of at least 1M, not "${text}"`,
    hint: "Write a number with k, M or G (or Ki, Mi, Gi): --volume-size 4G",
  });
}

const nowhere = (): Failed =>
  new Failed({
    code: "usage/no-file",
    class: "usage",
    message: "mirror save has nowhere to write to",
    hint: "Name a file: mirror save --to release.tar",
  });
