import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Certificate } from "./certificate.ts";
import type { Net } from "./net.ts";

/** What went over the wire since the last time. */
export interface Traffic {
  readonly requests: number;
  /** Bytes of blobs and manifests that were given out. */
  readonly down: number;
  /** Digests of blobs and references of manifests that were taken in whole. */
  readonly taken: readonly string[];
}

export interface Server {
  /** `address:port`. */
  readonly host: string;
  /** What happened since the last call. */
  readonly traffic: () => Promise<Traffic>;
  /** User and system time since the start. */
  readonly cpuMs: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  /** Where it stores. */
  readonly storage: string;
  /** Where its config and its log are. */
  readonly scratch: string;
  readonly certificate: Certificate | undefined;
  readonly net: Net;
  /** A free one unless it is given. */
  readonly port?: number;
}

/** Starts `docker-registry`, with the settings that it is packaged with and no log but that of access. */
export async function startServer({ storage, scratch, certificate, net, ...options }: ServerOptions): Promise<Server> {
  await mkdir(scratch, { recursive: true });
  const port = options.port ?? (await freePort());
  const [config, log] = [join(scratch, "config.yml"), join(scratch, "access.log")];
  const tls = certificate === undefined ? {} : { tls: { certificate: certificate.file, key: certificate.key } };
  const settings = {
    version: "0.1",
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: storage }, cache: { blobdescriptor: "inmemory" } },
    http: { addr: `${net.serverAddress}:${port}`, secret: "bench", ...tls },
  };
  await writeFile(config, JSON.stringify(settings));
  const output = openSync(log, "w");
  const [command = "", ...args] = [...net.onServer, "docker-registry", "serve", config];
  const child = spawn(command, args, { stdio: ["ignore", output, "pipe"] });
  closeSync(output);
  const errors = endOf(child.stderr);
  const killWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  await listening(child, port, errors);

  let read = 0;
  return {
    host: `${net.serverAddress}:${port}`,
    traffic: async () => {
      await quiet(log);
      const lines = (await readFile(log, "utf8")).split("\n").slice(0, -1);
      const fresh = lines.slice(read);
      read = lines.length;
      return trafficOf(fresh);
    },
    cpuMs: () => cpuOf(child.pid),
    stop: async () => {
      process.off("exit", killWithUs);
      if (child.exitCode === null) {
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await gone;
      }
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

function endOf(stream: Readable | null): () => string {
  let end = "";
  stream?.setEncoding("utf8").on("data", (text: string) => {
    end = (end + text).slice(-400);
  });
  return () => end.trim();
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Looks for the port in the process's own network: it may be one that we cannot reach. */
async function listening(child: ChildProcess, port: number, errors: () => string): Promise<void> {
  const wanted = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, "0")} \\S+ 0A `);
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}: ${errors()}`);
    for (const table of ["tcp", "tcp6"]) {
      const sockets = await readFile(`/proc/${child.pid}/net/${table}`, "utf8").catch(() => "");
      if (wanted.test(sockets)) return;
    }
    await delay(10);
  }
  throw new Error(`docker-registry does not listen on ${port}`);
}

/** From proc(5), whose ticks are hundredths of a second. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A request is logged after it was answered: waits until no line comes any more. */
async function quiet(log: string): Promise<void> {
  for (let size = -1; ; await delay(40)) {
    const now = (await stat(log)).size;
    if (now === size) return;
    size = now;
  }
}

const accessLine = /"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3}) (\d+|-)/;

function trafficOf(lines: readonly string[]): Traffic {
  let [requests, down] = [0, 0];
  const taken: string[] = [];
  for (const line of lines) {
    const [, method, path = "", status, bytes] = accessLine.exec(line) ?? [];
    if (method === undefined) continue;
    requests += 1;
    if (method === "GET" && status?.startsWith("2")) down += Number(bytes) || 0;
    const reference = /\/manifests\/([^/?]+)$/.exec(path)?.[1] ?? /[?&]digest=([^&]+)/.exec(path)?.[1];
    const isPut = method === "PUT" || method === "POST";
    if (isPut && status === "201" && reference !== undefined) taken.push(decodeURIComponent(reference));
  }
  return { requests, down, taken };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
