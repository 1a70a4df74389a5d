import { parseArgs } from "node:util";
import { didYouMean, Failed } from "../failure/index.ts";
import type { Arguments, Command } from "./command.ts";

/** What a command line asks for. */
export type Request =
  | { readonly kind: "overview" }
  | { readonly kind: "version" }
  | { readonly kind: "help"; readonly command: Command }
  | { readonly kind: "command"; readonly command: Command; readonly args: Arguments };

/** Reads a command line. Throws `Failed` (class `usage`) with a suggestion. */
export function parseRequest(argv: readonly string[], commands: readonly Command[]): Request {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h") return { kind: "overview" };
  if (first === "--version" || first === "-V") return { kind: "version" };
  if (first === "help")
    return rest[0] === undefined ? { kind: "overview" } : { kind: "help", command: find(rest[0], commands) };
  if (first.startsWith("-"))
    throw usage(`The command comes first, then its options: ${first}`, "Write: mirror run --target harbor");
  const command = find(first, commands);
  if (rest.includes("--help") || rest.includes("-h")) return { kind: "help", command };
  return { kind: "command", command, args: parseOptions(command, rest) };
}

/** A whole number of at least 1 given with an option, or the fallback. Throws `Failed` (class `usage`). */
export function countOf(args: Arguments, name: string, fallback: number): number {
  const text = args.values.get(name)?.at(-1);
  if (text === undefined) return fallback;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw usage(`--${name} takes a whole number of at least 1, not "${text}"`, `Write: --${name} ${fallback}`);
}

/** A length of time given with an option, in milliseconds, or 0. Throws `Failed` (class `usage`). */
export function durationOf(args: Arguments, name: string): number {
  const text = args.values.get(name)?.at(-1);
  if (text === undefined) return 0;
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (parts === null || text === "") {
    throw usage(`--${name} takes a length of time, not "${text}"`, `Write: --${name} 30m, 90s or 1h30m`);
  }
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

function find(name: string, commands: readonly Command[]): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const hint = didYouMean(
    name,
    commands.map((candidate) => candidate.name),
  );
  throw usage(`There is no command "${name}"`, hint ?? "See: mirror --help");
}

function parseOptions(command: Command, argv: readonly string[]): Arguments {
  const options = Object.fromEntries(
    command.options.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        multiple: value !== undefined,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const names: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") names.push(token.value);
    if (token.kind !== "option") continue;
    const option = command.options.find(({ name }) => name === token.name);
    if (option === undefined) {
      const known = command.options.map(({ name }) => `--${name}`);
      throw usage(
        `mirror ${command.name} has no option ${token.rawName}`,
        didYouMean(token.rawName, known) ?? `See: mirror help ${command.name}`,
      );
    }
    if (option.value === undefined) {
      if (token.value !== undefined) throw usage(`--${option.name} takes no value`, `Write: --${option.name}`);
      flags.add(option.name);
    } else if (token.value === undefined) {
      throw usage(`--${option.name} takes a value`, `Write: --${option.name} ${option.value}`);
    } else {
      values.set(option.name, [...(values.get(option.name) ?? []), token.value]);
    }
  }
  return { names, flags, values };
}

function usage(message: string, hint: string): Failed {
  return new Failed({ code: "usage/bad-argument", class: "usage", message, hint });
}
