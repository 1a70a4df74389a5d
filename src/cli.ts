import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { Host } from "./commands/command.ts";
import { helpOf, overview } from "./commands/help.ts";
import { parseRequest } from "./commands/parse.ts";
import { commands } from "./commands/table/index.ts";
import { Failed, FailedTogether, failuresOf } from "./failure/index.ts";
import { proxiesIn } from "./oci/http/proxies.ts";

// A reader that has seen enough (`mirror list | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

// A promise that a task let go of: said aloud and a failure in the end, but it does not break off what is at work.
const dropped: Promise<number>[] = [];
process.on("unhandledRejection", (thrown) => {
  dropped.push(fail(thrown, process.argv.includes("--no-color")));
});

// No top-level await: the program is loaded as CommonJS.
void main(process.argv.slice(2)).then(async (exitCode) => {
  await Promise.all(dropped);
  process.exit(exitCode === 0 && dropped.length > 0 ? 1 : exitCode);
});

async function main(argv: readonly string[]): Promise<number> {
  try {
    const request = parseRequest(argv, commands);
    switch (request.kind) {
      case "overview":
        return print(overview(process.stdout.columns));
      case "version":
        return print(`${version()}\n`);
      case "help":
        return print(helpOf(request.command, process.stdout.columns));
      case "command":
        if (proxiesIn(process.env) === "environment") await proxyServices(process.env);
        return await request.command.run(host(), request.args);
    }
  } catch (thrown) {
    return await fail(thrown, argv.includes("--no-color"));
  }
}

/** Services that are no registries (Red Hat's, Quay's and Harbor's API) are asked by Node's own `fetch`. */
async function proxyServices(env: NodeJS.ProcessEnv): Promise<void> {
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import("undici");
  const direct = [env.no_proxy ?? env.NO_PROXY ?? "", "localhost", "127.0.0.1", "[::1]"];
  setGlobalDispatcher(new EnvHttpProxyAgent({ noProxy: direct.filter((name) => name !== "").join(",") }));
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** The version stands in the package's own description, one folder above the built program. */
function version(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (description as { version: string }).version;
}

async function fail(thrown: unknown, noColor: unknown): Promise<number> {
  const { colorFor, renderFailure } = await import("./report/index.ts");
  const color = noColor === true ? "off" : colorFor(process.env, process.stderr);
  for (const failure of failuresOf(thrown))
    process.stderr.write(`${renderFailure(failure, { color, columns: process.stderr.columns })}\n`);
  const ours = thrown instanceof Failed || thrown instanceof FailedTogether;
  return ours && failuresOf(thrown).every((failure) => failure.class === "usage") ? 2 : 1;
}

function host(): Host {
  const stopping = new AbortController();
  const killed = new AbortController();
  // Everything in flight listens to them: many listeners are no leak here.
  setMaxListeners(0, stopping.signal, killed.signal);
  let interruptedBy: "SIGINT" | "SIGTERM" | undefined;
  const interrupt = (signal: "SIGINT" | "SIGTERM"): void => {
    if (stopping.signal.aborted) killed.abort();
    interruptedBy ??= signal;
    stopping.abort();
  };
  process.on("SIGINT", () => interrupt("SIGINT"));
  process.on("SIGTERM", () => interrupt("SIGTERM"));
  return {
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    input: () => process.stdin,
    out: process.stdout,
    err: process.stderr,
    now: () => Date.now(),
    version,
    stopping: stopping.signal,
    killed: killed.signal,
    interruptedBy: () => interruptedBy,
  };
}
