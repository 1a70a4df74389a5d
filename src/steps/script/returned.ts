import { Failed } from "../../failure/index.ts";
import { isCommandOutput } from "./command-output.ts";

/**
 * The value a task returned as plain JSON, a copy that nobody else holds; undefined where it returned nothing, or
 * the output of a command, as a task of one line does.
 * Throws `Failed` (`task/bad-value`) where it cannot be written as JSON without loss.
 */
export function plainValue(value: unknown, task: string): unknown {
  if (value === undefined || isCommandOutput(value)) return undefined;
  const strange = firstStrange(value, "the value", new Set());
  if (strange === undefined) return JSON.parse(JSON.stringify(value));
  throw new Failed({
    code: "task/bad-value",
    class: "permanent",
    message: `Task "${task}" returned what is not plain JSON: ${strange}`,
    hint: "Return objects, arrays, strings, finite numbers, booleans and null",
  });
}

/** A sentence about the first part that JSON would lose or refuse. */
function firstStrange(value: unknown, at: string, above: ReadonlySet<object>): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `${at} is ${value}`;
    case "object":
      return value === null ? undefined : strangeInside(value, at, above);
    default:
      return `${at} is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`;
  }
}

function strangeInside(value: object, at: string, above: ReadonlySet<object>): string | undefined {
  if (above.has(value)) return `${at} contains itself`;
  const below = new Set(above).add(value);
  if (Array.isArray(value)) return first(value.entries(), (index) => `${at}[${index}]`, below);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${at} is a ${value.constructor.name}`;
  // A key without a value is how optional parts are written; JSON leaves it out and so do we.
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return first(entries, (key) => `${at}.${key}`, below);
}

function first<Key>(
  entries: Iterable<[Key, unknown]>,
  name: (key: Key) => string,
  above: ReadonlySet<object>,
): string | undefined {
  for (const [key, entry] of entries) {
    const strange = firstStrange(entry, name(key), above);
    if (strange !== undefined) return strange;
  }
  return undefined;
}
