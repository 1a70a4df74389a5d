import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { type Archive, type ExportedImage, exportDockerArchives, openArchive, type Platform } from "../oci/index.ts";
import { formatCount } from "../report/index.ts";
import { lockInArchive } from "./archived-lock.ts";
import type { Arguments, Host } from "./command.ts";

/** Where images stand while they are gathered: a run that was interrupted goes on there. */
export const layoutBeside = (folder: string): string => `${folder.replace(/\/+$/, "")}.gathered.tar`;

/** What docker archives are for where nobody says. */
export const DOCKER_PLATFORM = { os: "linux", architecture: "amd64", variant: undefined } as const;

interface DockerArchives {
  readonly from: string;
  readonly folder: string;
  readonly platform: Platform;
}

/** Makes a folder of docker archives of what was gathered, which is gone then. Gives the exit code. */
export async function writeDockerArchives(host: Host, args: Arguments, made: DockerArchives): Promise<number> {
  const archive = await openArchive([made.from]);
  const tell = (image: ExportedImage): void => {
    if (args.flags.has("json")) host.out.write(`${JSON.stringify({ type: "docker-archive", ...image })}\n`);
    else if (image.kind === "for-mirror")
      host.err.write(`${image.source} is in ${image.file}: docker cannot load it\n`);
    else if (!args.flags.has("quiet")) host.out.write(`${image.source} -> ${image.file}\n`);
  };
  try {
    const real = await realNames(archive, host.stopping);
    const images = await exportDockerArchives(archive, {
      folder: made.folder,
      compression: args.flags.has("gzip") ? "gzip" : "none",
      platform: made.platform,
      calls: (repository) => real.get(repository) ?? repository,
      onImage: tell,
      signal: host.stopping,
    });
    const written = images.filter(({ kind }) => kind === "written").length;
    if (!args.flags.has("json")) {
      host.out.write(`${relative(host.cwd, made.folder) || "."} has ${formatCount(written, "docker archive")}\n`);
    }
  } finally {
    await archive.close();
  }
  await rm(made.from, { force: true });
  return 0;
}

/** The names of images whose host has a port, by the names that they have in an archive, where a colon begins a tag. */
async function realNames(archive: Archive, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const locked = (await lockInArchive(archive, signal))?.lock.images.values() ?? [];
  return new Map([...locked].map(({ repository }) => [repository.replace(":", "-"), repository]));
}
