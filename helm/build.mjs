/**
 * Builds the engine from its Go source into engine.wasm.br, the same bytes wherever the same Go builds it, and notes
 * in engine.json what it was built of.
 *
 *   node helm/build.mjs            builds and writes
 *   node helm/build.mjs --check    builds and compares with what is there; 1 where they differ
 *
 * Needs the Go that go.mod names, and helm's modules from where Go takes modules.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const BINARY = join(here, "engine.wasm.br");
const NOTE = join(here, "engine.json");
/** In pages of 64 KiB: what a chart may use before its rendering fails. */
const MEMORY_PAGES = 16_384;
const MEMORY_SECTION = 5;

const run = promisify(execFile);
const env = { ...process.env, GOFLAGS: "", GOEXPERIMENT: "", GOWASM: "", GOWORK: "off" };

process.exitCode = process.argv.includes("--check") ? await check() : await write();

async function write() {
  const { wasm, note } = await built();
  const compressed = brotliCompressSync(wasm, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
    },
  });
  await writeFile(BINARY, compressed);
  await writeFile(NOTE, `${JSON.stringify(note, null, 2)}\n`);
  process.stdout.write(`${note.sha256}: ${wasm.length} bytes, compressed ${compressed.length}\n`);
  return 0;
}

async function check() {
  const { note } = await built();
  const noted = JSON.parse(await readFile(NOTE, "utf8"));
  const shipped = sha256(brotliDecompressSync(await readFile(BINARY)));
  const same = shipped === note.sha256 && JSON.stringify(noted) === JSON.stringify(note);
  process.stdout.write(
    same
      ? `the same: ${shipped}\n`
      : `shipped ${shipped}\nbuilt   ${note.sha256}\n${JSON.stringify({ noted, note })}\n`,
  );
  return same ? 0 : 1;
}

async function built() {
  const versions = await versionsOf(["helm.sh/helm/v3", "k8s.io/client-go"]);
  const helm = versions["helm.sh/helm/v3"];
  // As helm's own Makefile does: client-go v0.37.0 stands for Kubernetes 1.37.
  const [, , minor] = /^v(\d+)\.(\d+)\./.exec(versions["k8s.io/client-go"]);
  const variables = {
    "helm.sh/helm/v3/internal/version.version": helm,
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": "1",
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": minor,
  };
  const flags = ["-s", "-w", "-buildid=", ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)];
  const wasm = limited(await compiled(flags.join(" ")));
  const go = (await goSays(["env", "GOVERSION"])).trim();
  return { wasm, note: { helm, kubernetes: `v1.${minor}.0`, go, sha256: sha256(wasm), bytes: wasm.length } };
}

async function compiled(ldflags) {
  const folder = await mkdtemp(join(tmpdir(), "mirror-helm-"));
  try {
    const file = join(folder, "engine.wasm");
    const options = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", ldflags];
    await goSays(["build", ...options, "-o", file, "."], { GOOS: "wasip1", GOARCH: "wasm" });
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function versionsOf(modules) {
  const lines = await goSays(["list", "-m", "-f", "{{.Path}} {{.Version}}", ...modules]);
  return Object.fromEntries(
    lines
      .trim()
      .split("\n")
      .map((line) => line.split(" ")),
  );
}

async function goSays(args, more = {}) {
  const { stdout } = await run("go", args, { cwd: here, env: { ...env, ...more }, maxBuffer: 1 << 26 });
  return stdout;
}

/** Go declares its memory without a maximum; this puts one in. */
function limited(wasm) {
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at];
    const size = number(wasm, at + 1);
    const end = size.next + size.value;
    if (id === MEMORY_SECTION) {
      const least = number(wasm, size.next + 2);
      const body = [1, 1, ...leb(least.value), ...leb(MEMORY_PAGES)];
      const section = Buffer.from([MEMORY_SECTION, ...leb(body.length), ...body]);
      return Buffer.concat([wasm.subarray(0, at), section, wasm.subarray(end)]);
    }
    at = end;
  }
  throw new Error("the module declares no memory");
}

function number(wasm, at) {
  let value = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = wasm[at++];
    value += (byte & 127) * shift;
    if (byte < 128) return { value, next: at };
  }
}

function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)];
}

function sha256(data) {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
