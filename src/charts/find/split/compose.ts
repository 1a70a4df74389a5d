import type { TextAt } from "../at.ts";
import { numberAsRead } from "../numbers.ts";
import type { Certainty, Sight } from "../rules/rule.ts";
import { strengthOf } from "../shape.ts";
import type { Family } from "./roles.ts";

/** The parts of one image, as far as they are there. */
export interface Parts {
  readonly registry: TextAt | undefined;
  /** The name, or the path that comes before it. */
  readonly repository: TextAt;
  readonly name: TextAt | undefined;
  readonly tag: TextAt | undefined;
  readonly digest: TextAt | undefined;
}

/** Puts the parts of an image together; undefined where that gives no reference. */
export function compose(parts: Parts, certainty: Certainty): Sight | undefined {
  const { registry, repository, name, tag, digest } = parts;
  const path = [registry, repository, name].reduce((whole, part) => joined(whole, part?.node.value), "");
  const read = path + tagOf(tag && numberAsRead(tag.node)) + digestOf(digest?.node.value);
  const written = path + tagOf(tag?.node.value) + digestOf(digest?.node.value);
  if (strengthOf(read) === undefined) return undefined;
  const main = name !== undefined && !isSame(repository, name) ? name : repository;
  const nodes = [registry, repository, name, tag, digest].flatMap((part) => (part === undefined ? [] : [part.node]));
  return {
    certainty,
    reference: read,
    written,
    at: main,
    from: 0,
    to: main.node.value.length,
    parts: nodes.filter((node) => node !== main.node),
  };
}

/** True where a value has a tag or a digest of its own. */
export const isWhole = ({ node: { value } }: TextAt): boolean => /:[^/]*$|@/.test(value);

/** The part under any of some roles, the first that is there. */
export function partOf(
  family: Family | undefined,
  ...roles: readonly Parameters<Family["get"]>[0][]
): TextAt | undefined {
  for (const role of roles) {
    const part = family?.get(role);
    if (part !== undefined) return part;
  }
  return undefined;
}

/** Below what comes before it, unless it says that itself: a repository may be written with its registry. */
function joined(before: string, part: string | undefined): string {
  if (part === undefined) return before;
  const [left, right] = [before.replace(/\/+$/, ""), part.replace(/^\/+|\/+$/g, "")];
  if (left === "" || right.startsWith(`${left}/`)) return right;
  return left === right || left.endsWith(`/${right}`) ? left : `${left}/${right}`;
}

function isSame(repository: TextAt, name: TextAt): boolean {
  return repository.node.value.endsWith(name.node.value);
}

function tagOf(tag: string | undefined): string {
  if (tag === undefined || tag === "") return "";
  if (/^sha(?:256|512):/.test(tag)) return `@${tag}`;
  return /^[:@]/.test(tag) ? tag : `:${tag}`;
}

function digestOf(digest: string | undefined): string {
  if (digest === undefined || digest === "") return "";
  return `@${digest.includes(":") ? digest.replace(/^@/, "") : `sha256:${digest}`}`;
}
