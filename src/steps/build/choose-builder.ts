import { BUILDERS, type KnownBuilder } from "../../builds/index.ts";
import type { Builder } from "../../config/index.ts";
import { Failed, type Place } from "../../failure/index.ts";

/** Runs a program to its end, and gives the lines that it wrote; undefined where it is not there or fails. */
export type Try = (argv: readonly [string, ...string[]]) => Promise<readonly string[] | undefined>;

/**
 * The builder that was asked for, or the first that works here: a docker without its daemon does not count. Throws
 * `Failed` (`build/no-builder`).
 */
export async function chooseBuilder(wanted: Builder, attempt: Try, place: Place): Promise<KnownBuilder> {
  for (const name of wanted === "auto" ? BUILDERS : [wanted]) {
    const found = name === "docker" ? await dockerHere(attempt) : await hereIs(name, attempt);
    if (found !== undefined) return found;
  }
  throw noBuilder(wanted, place);
}

async function hereIs(name: "podman" | "buildah", attempt: Try): Promise<KnownBuilder | undefined> {
  return (await attempt([name, "--version"])) === undefined ? undefined : { name };
}

async function dockerHere(attempt: Try): Promise<KnownBuilder | undefined> {
  if ((await attempt(["docker", "version", "--format", "{{.Server.Version}}"])) === undefined) return undefined;
  const builder = await attempt(["docker", "buildx", "inspect"]);
  const driver = builder?.map((line) => /^Driver:\s*(\S+)/.exec(line)?.[1]).find((found) => found !== undefined);
  if (driver === undefined) return undefined;
  return { name: "docker", exports: driver === "docker" ? "save" : "layout" };
}

function noBuilder(wanted: Builder, place: Place): Failed {
  const message =
    wanted === "auto"
      ? "No builder works here: docker (with its daemon and buildx), podman and buildah were tried"
      : `${wanted} does not work here`;
  const hint =
    wanted === "docker"
      ? "Start its daemon, install its buildx plugin, or choose another with builder"
      : "Install one, as with: apt-get install buildah";
  return new Failed({ code: "build/no-builder", class: "permanent", message, hint, place });
}
