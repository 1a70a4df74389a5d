import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, constants, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The only account of a registry started with `auth: "basic"`. */
export const registryUser = { username: "mirror", password: "secret" } as const;
const HTPASSWD = "mirror:$2b$04$Gbwr.dUwbfTKGGpon9CnFOv5i7Ra5X1B8VwqbLjQaPZaFoctgRiyC\n";

/** One line of the server's access log, in the order in which requests were finished. */
export interface AccessLine {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
}

export interface DockerRegistry {
  /** `127.0.0.1:port`, plain HTTP. */
  readonly host: string;
  /** Where it stores: kept by `stop` when the caller named it. */
  readonly folder: string;
  accessLog(): Promise<readonly AccessLine[]>;
  /** What of it has arrived by now; costs no request. */
  linesSoFar(): readonly AccessLine[];
  stop(): Promise<void>;
}

/**
 * Starts Debian's `docker-registry` on a free loopback port. Undefined where the binary is not installed:
 * the test then says "skipped" and why.
 */
export async function startDockerRegistry(
  options: { readonly folder?: string; readonly auth?: "none" | "basic" } = {},
): Promise<DockerRegistry | undefined> {
  const binary = await onPath("docker-registry");
  if (binary === undefined) return undefined;
  const scratch = await mkdtemp(join(tmpdir(), "docker-registry-"));
  const folder = options.folder ?? join(scratch, "storage");
  await mkdir(folder, { recursive: true });
  const config = join(scratch, "config.yml");
  await writeFile(config, configText(folder, options.auth === "basic" ? join(scratch, "htpasswd") : undefined));
  if (options.auth === "basic") await writeFile(join(scratch, "htpasswd"), HTPASSWD);

  const child = spawn(binary, ["serve", config], { stdio: ["ignore", "pipe", "pipe"] });
  const killWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const lines = collectLines(child);
  const host = await listening(child);
  return {
    host,
    folder,
    accessLog: async () => {
      await flushed(host, lines);
      return requestsIn(lines);
    },
    linesSoFar: () => requestsIn(lines),
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

/** The path of a program, or undefined where PATH has none. */
export async function onPath(program: string): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), "/usr/bin"]) {
    const candidate = join(folder, program);
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && runs) return candidate;
  }
  return undefined;
}

function configText(folder: string, htpasswd: string | undefined): string {
  const config = {
    version: "0.1",
    log: { level: "info" },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0", secret: "test" },
    ...(htpasswd === undefined ? {} : { auth: { htpasswd: { realm: "test", path: htpasswd } } }),
  };
  return JSON.stringify(config);
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`docker-registry ended with ${code}:\n${log}`)));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (log.length > 100_000) return;
      log += text;
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  return lines;
}

/** Asks for a path of our own and waits for its line, so that the lines of earlier requests are in. */
async function flushed(host: string, lines: readonly string[]): Promise<void> {
  const marker = randomUUID();
  await new Promise<void>((resolve, reject) => {
    get(`http://${host}/v2/?marker=${marker}`, { agent: false }, (answer) => answer.resume().once("end", resolve)).once(
      "error",
      reject,
    );
  });
  for (let waited = 0; waited < 2000 && !lines.some((line) => line.includes(marker)); waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function requestsIn(lines: readonly string[]): AccessLine[] {
  return lines.flatMap(parseLine).filter((line) => !line.path.includes("marker="));
}

function parseLine(line: string): AccessLine[] {
  const match = /"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3}) /.exec(line);
  if (match === null) return [];
  return [{ method: match[1] ?? "", path: match[2] ?? "", status: Number(match[3]) }];
}
