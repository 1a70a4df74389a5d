import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Failed, failureOf } from "../failure/index.ts";
import {
  type Certificate,
  type Content,
  type Doorkeeper,
  doorkeeper,
  isLoopbackHost,
  type Layout,
  openArchive,
  openLayout,
  serveContent,
} from "../oci/index.ts";
import { formatBytes, formatCount } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { DEFAULT_LISTEN } from "./limits.ts";
import { openServeLog, type ServeLog } from "./serve-log.ts";

const GC_EVERY_MS = 60 * 60 * 1000;

/** `mirror serve`: a registry until it is interrupted. Gives 130 or 143 then. */
export async function serve(host: Host, args: Arguments): Promise<number> {
  const listen = listenOf(args);
  const certificate = await certificateOf(host, args);
  const mayEnter = await doorkeeperOf(host, args);
  const opened = await openContent(host, args);
  try {
    const log = openServeLog(host, args);
    const served = await serveContent(opened.content, { listen, certificate, mayEnter, onRequest: log.request });
    log.serving({
      what: opened.name,
      address: `${certificate === undefined ? "http" : "https"}://${served.host}`,
      content: opened.content,
    });
    if (!isLoopbackHost(listen.host)) warnOfExposure(log, certificate, mayEnter, opened.content);
    const collecting = args.flags.has("gc") ? collectEvery(opened.content, log) : undefined;
    await interrupted(host);
    clearInterval(collecting);
    log.ending();
    await Promise.race([served.close(), aborted(host.killed)]);
    return host.interruptedBy() === "SIGTERM" ? 143 : 130;
  } finally {
    await opened.close();
  }
}

interface Opened {
  readonly name: string;
  readonly content: Content;
  readonly close: () => Promise<void>;
}

async function openContent(host: Host, args: Arguments): Promise<Opened> {
  const [first, ...others] = args.names.map((name) => resolve(host.cwd, name));
  const folder = first ?? join(host.cwd, ".mirror", "registry");
  const name = args.names.length === 0 ? join(".mirror", "registry") : args.names.join(" + ");
  if (others.length === 0 && !args.flags.has("read-only") && (await isFolderToWrite(folder))) {
    return { name, content: { access: "writable", layout: await openLayout(folder) }, close: async () => {} };
  }
  if (args.flags.has("gc")) throw usage("--gc is for a folder that can be written to", "Leave --gc out");
  const archive = await openArchive([folder, ...others]);
  return { name, content: { access: "read-only", layout: archive }, close: archive.close };
}

/** A folder, unless it is one of docker archives: those are only read. What is not there yet will be a folder. */
async function isFolderToWrite(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return !/\.(?:tar|tar\.gz|tgz)$/.test(path);
  return found.isDirectory() && (await stat(join(path, "images-list.txt")).catch(() => undefined)) === undefined;
}

function listenOf(args: Arguments) {
  const text = args.values.get("listen")?.at(-1) ?? DEFAULT_LISTEN;
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))?:(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw usage(`--listen takes HOST:PORT, not "${text}"`, `Write: --listen ${DEFAULT_LISTEN}`);
  }
  const reach = args.flags.has("allow-remote") ? ("network" as const) : ("loopback" as const);
  return { host: match[1] ?? match[2] ?? "0.0.0.0", port, reach };
}

async function certificateOf(host: Host, args: Arguments): Promise<Certificate | undefined> {
  const [cert, key] = ["tls-cert", "tls-key"].map((name) => args.values.get(name)?.at(-1));
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw usage("--tls-cert and --tls-key belong together", "Give both: --tls-cert cert.pem --tls-key key.pem");
  }
  return { cert: await textOf(host, cert), key: await textOf(host, key) };
}

async function doorkeeperOf(host: Host, args: Arguments): Promise<Doorkeeper | undefined> {
  const file = args.values.get("auth")?.at(-1);
  return file === undefined ? undefined : doorkeeper(await textOf(host, file), file);
}

async function textOf(host: Host, file: string): Promise<string> {
  try {
    return await readFile(resolve(host.cwd, file), "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failed(
      { code: "serve/unreadable", class: "usage", message: `${file} cannot be read: ${why}` },
      { cause },
    );
  }
}

function warnOfExposure(
  log: ServeLog,
  certificate: Certificate | undefined,
  mayEnter: Doorkeeper | undefined,
  { access }: Content,
): void {
  const may = access === "writable" ? "read and write" : "read";
  if (mayEnter === undefined) log.warn("serve/no-auth", `Whoever reaches it may ${may} everything`, "Give --auth");
  if (certificate === undefined) {
    const what = mayEnter === undefined ? "Images" : "Images and passwords";
    log.warn("serve/no-tls", `${what} cross the network in the clear`, "Give --tls-cert and --tls-key");
  }
}

function collectEvery(content: Content, log: ServeLog): NodeJS.Timeout | undefined {
  if (content.access !== "writable") return undefined;
  const { layout } = content;
  void collect(layout, log);
  return setInterval(() => void collect(layout, log), GC_EVERY_MS);
}

async function collect(layout: Layout, log: ServeLog): Promise<void> {
  try {
    const { blobs, bytes } = await layout.collectGarbage();
    log.say(`collected ${formatCount(blobs, "blob")} that nothing refers to, ${formatBytes(bytes)}`);
  } catch (thrown) {
    const { code, message, hint } = failureOf(thrown);
    log.warn(code, `Nothing was collected: ${message}`, hint);
  }
}

/** Until the first interrupt. Timers of its own would not keep the process: the server does. */
const interrupted = (host: Host): Promise<void> => aborted(host.stopping);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function usage(message: string, hint: string): Failed {
  return new Failed({ code: "usage/bad-argument", class: "usage", message, hint });
}
