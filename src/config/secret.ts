import { Failed, FailedTogether, type Place } from "../failure/index.ts";
import type { Secret } from "./config.ts";
import type { Cursor } from "./cursor.ts";
import { items } from "./cursor.ts";
import type { Secret as RawSecret } from "./schema.gen.ts";
import type { Environment, Text, Variables } from "./variables.ts";

/** How long a command may take: a person may have to unlock a vault. */
const COMMAND_TIMEOUT_MS = 120_000;

interface Origin {
  readonly cursor: Cursor<RawSecret>;
  readonly place: Place;
  readonly env: Environment;
  /** Where a command is started. */
  readonly cwd: string;
}

/** A secret that is read when it is first asked for, and then kept. */
export function secretOf({ variables }: { readonly variables: Variables }, origin: Origin): Secret {
  const { value, path } = origin.cursor;
  if (typeof value === "string") {
    const text = variables.parse(path, value, []);
    return lazySecret(origin.place, async () => evaluated(text, variables, origin.place));
  }
  const words = items({ value: value.command, path: [...path, "command"] }).map((word) =>
    variables.parse(word.path, word.value, []),
  );
  return lazySecret(origin.place, () => {
    const command = words.map((word) => evaluated(word, variables, origin.place));
    return run(command, origin);
  });
}

/** A var of the config, which may stand on an environment that is not there. */
export function varSecret(text: Text, variables: Variables, place: Place): Secret {
  return lazySecret(place, async () => evaluated(text, variables, place));
}

function lazySecret(place: Place, read: () => Promise<string>): Secret {
  let value: Promise<string> | undefined;
  return {
    place,
    read: () => {
      value ??= Promise.resolve().then(read);
      return value;
    },
  };
}

function evaluated(text: Text, variables: Variables, place: Place): string {
  const evaluation = variables.evaluate(text);
  if (evaluation.kind === "value") return evaluation.value;
  const [first, ...others] = evaluation.failures;
  if (first !== undefined && others.length === 0) throw new Failed(first);
  if (first !== undefined) throw new FailedTogether(evaluation.failures);
  throw new Failed({ code: "config/bad-value", class: "usage", message: "This value cannot be read", place });
}

async function run(command: readonly string[], { env, cwd, place }: Origin): Promise<string> {
  const { execa } = await import("execa");
  const [program = "", ...args] = command;
  const result = await execa(program, args, {
    env,
    extendEnv: false,
    cwd,
    stdin: "ignore",
    timeout: COMMAND_TIMEOUT_MS,
    reject: false,
  });
  if (!result.failed && result.stdout !== "") return result.stdout;
  throw new Failed({
    code: "config/secret-command",
    class: "usage",
    message: `The command ${program} did not give a secret: ${reasonOf(result)}`,
    place,
    hint: "Run it by hand to see what it wants",
    // Its standard output may hold a part of the secret and is not shown.
    detail: result.stderr
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-5),
  });
}

interface Ending {
  readonly timedOut: boolean;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly signal?: string | undefined;
}

function reasonOf(result: Ending): string {
  if (result.timedOut) return `it took longer than ${COMMAND_TIMEOUT_MS / 1000} s`;
  if (result.code === "ENOENT") return "there is no such program";
  if (result.signal !== undefined) return `it was ended by ${result.signal}`;
  return result.exitCode === 0 ? "it printed nothing" : `it ended with exit code ${result.exitCode ?? "unknown"}`;
}
