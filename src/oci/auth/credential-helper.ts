import { Failed } from "../../failure/index.ts";
import type { Credentials } from "./credentials.ts";

export type HelperAnswer =
  | { readonly kind: "found"; readonly credentials: Credentials }
  | { readonly kind: "none" }
  /** No such program on PATH. */
  | { readonly kind: "missing" };

/**
 * Asks `docker-credential-NAME get` (docker-credential-helpers): the server goes in on stdin, JSON comes out.
 * Throws `Failed` (`registry/credential-helper`) where the helper fails.
 */
export async function askHelper(
  name: string,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<HelperAnswer> {
  const program = `docker-credential-${name}`;
  const { execa } = await import("execa");
  const result = await execa(program, ["get"], {
    input: server,
    env: { ...env },
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
  if (result.code === "ENOENT") return { kind: "missing" };
  if (result.failed) {
    const said = `${result.stdout}\n${result.stderr}`.trim();
    if (/credentials not found|no usernames for/i.test(said)) return { kind: "none" };
    throw failed(
      program,
      server,
      result.timedOut ? "it did not answer within a minute" : said || `it ended with ${result.exitCode}`,
    );
  }
  return readAnswer(result.stdout, program, server);
}

function readAnswer(stdout: string, program: string, server: string): HelperAnswer {
  let answer: { Username?: unknown; Secret?: unknown };
  try {
    answer = JSON.parse(stdout) as typeof answer;
  } catch {
    throw failed(program, server, "its answer is not JSON");
  }
  const { Username: username, Secret: secret } = answer;
  if (typeof username !== "string" || typeof secret !== "string") throw failed(program, server, "it named no secret");
  if (secret === "") return { kind: "none" };
  if (username === "<token>") return { kind: "found", credentials: { kind: "identity", username, token: secret } };
  return { kind: "found", credentials: { kind: "basic", username, password: secret } };
}

function failed(program: string, server: string, why: string): Failed {
  return new Failed({
    code: "registry/credential-helper",
    class: "permanent",
    message: `${program} gives no credentials for ${server}`,
    hint: `Run "echo ${server} | ${program} get" to see why, or log in again`,
    detail: why.split("\n").slice(0, 5),
  });
}
