import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Candidate,
  certify,
  type Evidence,
  openNotebook,
  type Standing,
} from "../../../src/certification/certify/index.ts";
import { createPyxis } from "../../../src/certification/pyxis/index.ts";
import type { PyxisRig } from "../../rig/pyxis/index.ts";

export const COMPONENT = "65f0c2a1b3d4e5f60718293a";
const digest = (char: string): string => `sha256:${char.repeat(64)}`;

/** An image for two architectures, as it was pushed. */
export const index: Candidate = {
  component: COMPONENT,
  pushed: { host: "quay.io", repository: `redhat-isv-containers/${COMPONENT}`, tag: "1.2.1" },
  reference: "registry.connect.redhat.com/seldonio/deploy:1.2.1",
  digest: digest("c"),
  form: "index",
  platforms: [
    { digest: digest("a"), architecture: "amd64" },
    { digest: digest("b"), architecture: "arm64" },
  ],
};

/** An image for one architecture. */
export const single: Candidate = {
  ...index,
  form: "image",
  digest: digest("a"),
  platforms: [{ digest: digest("a"), architecture: "amd64" }],
};

export const evidence: Evidence = {
  image: {
    docker_image_digest: digest("a"),
    docker_image_id: digest("d"),
    image_id: digest("a"),
    architecture: "amd64",
    parsed_data: {
      architecture: "amd64",
      command: "",
      created: "2026-11-26T08:00:00Z",
      image_id: digest("a"),
      labels: [{ name: "name", value: "deploy" }],
      layers: [digest("e")],
      os: "linux",
      size: 528,
      uncompressed_layer_sizes: [{ layer_id: digest("f"), size_bytes: 1024 }],
    },
    raw_config: "{}",
    sum_layer_size_bytes: 1024,
  },
  results: {
    passed: true,
    test_library: { name: "mirror", version: "0.1.0", commit: "" },
    results: { passed: [], failed: [], errors: [] },
  },
  packages: [
    {
      name: "glibc",
      version: "2.34",
      release: "1.el9",
      architecture: "x86_64",
      gpg: "199e2f91fd431d51",
      nvra: "glibc-2.34-1.el9.x86_64",
      srpm_name: "glibc",
      srpm_nevra: "glibc-0:2.34-1.el9.src",
      summary: "The GNU libc libraries",
    },
  ],
  log: "all checks passed",
};

/** A machine that takes images through certification; its memory may be taken away. */
export class Machine {
  readonly said: string[] = [];
  examined = 0;
  readonly #pyxis: PyxisRig;
  readonly #folder: string;

  constructor(pyxis: PyxisRig, folder: string) {
    this.#pyxis = pyxis;
    this.#folder = folder;
  }

  /** One run. Throws what it threw. */
  async go(
    candidate: Candidate,
    options: { apiKey?: string; signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<Standing> {
    const { base, portal, key, state } = this.#pyxis;
    const { apiKey = key, signal = new AbortController().signal, timeoutMs } = options;
    const now = () => state.now;
    const { component, digest, reference } = candidate;
    return certify(candidate, {
      pyxis: createPyxis({
        base,
        portal,
        apiKey: async () => apiKey,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
      notebook: await openNotebook({ folder: this.#folder, component, digest, reference, now }),
      examine: async () => {
        this.examined += 1;
        return evidence;
      },
      say: (line) => this.said.push(line),
      now,
      signal,
    });
  }

  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export async function machine(pyxis: PyxisRig): Promise<Machine> {
  return new Machine(pyxis, await mkdtemp(join(tmpdir(), "mirror-certify-")));
}
