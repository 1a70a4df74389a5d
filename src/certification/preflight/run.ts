import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failed } from "../../failure/index.ts";
import { RED_HAT_CATALOG } from "../ubi.ts";

/** What preflight leaves behind for one architecture. */
export interface Artifacts {
  readonly architecture: string;
  readonly results: unknown;
  /** `cert-image.json`. */
  readonly image: unknown;
  /** `rpm-manifest.json`; undefined where it wrote none. */
  readonly packages: unknown;
}

export interface PreflightRun {
  readonly artifacts: readonly Artifacts[];
  readonly log: string;
}

export interface PreflightOptions {
  /** `host/repository:tag` or `host/repository@digest`, as preflight pulls it. */
  readonly reference: string;
  /** The address of Red Hat's API without its scheme, which preflight takes for https. */
  readonly pyxisHost: string | undefined;
  /** Variables of the caller: PATH, and those of preflight's own (`PFLT_…`). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The address of a catalog as preflight takes it; undefined for Red Hat's own, which it knows. */
export const pyxisHostOf = (catalog: string): string | undefined =>
  catalog === RED_HAT_CATALOG ? undefined : catalog.replace(/^https?:\/\//, "");

/**
 * Runs `preflight check container` of PATH, without submitting, in a folder of its own: its artifacts and log lie in
 * the current folder otherwise, where those of one image overwrite another's. Throws `Failed` (`certification/…`).
 */
export async function runPreflight({ reference, pyxisHost, env, signal }: PreflightOptions): Promise<PreflightRun> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-preflight-"));
  try {
    const { execa } = await import("execa");
    const run = await execa("preflight", ["check", "container", reference], {
      cwd: folder,
      env: {
        ...env,
        PFLT_ARTIFACTS: join(folder, "artifacts"),
        PFLT_LOGFILE: join(folder, "preflight.log"),
        PFLT_LOGLEVEL: "debug",
        ...(pyxisHost === undefined ? {} : { PFLT_PYXIS_HOST: pyxisHost }),
      },
      extendEnv: false,
      cancelSignal: signal,
      forceKillAfterDelay: 2000,
      stdin: "ignore",
      reject: false,
      all: true,
    });
    signal.throwIfAborted();
    if (run.code === "ENOENT") throw missing();
    const artifacts = await artifactsIn(join(folder, "artifacts"));
    if (run.failed || artifacts.length === 0) throw broke(reference, run.all ?? "");
    return { artifacts, log: await readFile(join(folder, "preflight.log"), "utf8").catch(() => "") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function artifactsIn(folder: string): Promise<readonly Artifacts[]> {
  const architectures = await readdir(folder).catch(() => []);
  return Promise.all(
    architectures.sort().map(async (architecture) => ({
      architecture,
      results: await json(join(folder, architecture, "results.json")),
      image: await json(join(folder, architecture, "cert-image.json")),
      packages: await json(join(folder, architecture, "rpm-manifest.json")),
    })),
  );
}

async function json(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

function missing(): Failed {
  return new Failed({
    code: "certification/no-preflight",
    class: "usage",
    message: "preflight is to judge, and there is no preflight on PATH",
    hint: "Install openshift-preflight from its releases on GitHub, or let mirror judge: --judge mirror",
  });
}

function broke(reference: string, output: string): Failed {
  return new Failed({
    code: "certification/preflight-failed",
    class: "permanent",
    message: `preflight could not check ${reference}`,
    hint: "It reads credentials from the file that PFLT_DOCKERCONFIG names",
    detail: output.trim().split("\n").slice(-3),
  });
}
