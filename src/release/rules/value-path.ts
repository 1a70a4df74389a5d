import { didYouMean, Failed } from "../../failure/index.ts";

/**
 * The steps of a path such as `image.tag`, `containers[0].image` or `annotations["a.b/c"]`.
 * Throws `Failed` (`release/bad-path`).
 */
export function parsePath(path: string): string[] {
  const steps = [...path.matchAll(/(?:^\$?\.?|\.)([^.[\]"]+)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/g)];
  if (steps.length > 0 && steps.map(([whole]) => whole).join("") === path) {
    return steps.map(([, key, index, quoted, single]) => key ?? index ?? quoted ?? single ?? "");
  }
  throw new Failed({
    code: "release/bad-path",
    class: "usage",
    message: `"${path}" is not a path to a value`,
    hint: 'Write keys and indexes, as in image.tag, containers[0].image or annotations["a.b/c"]',
  });
}

/** The value at a path, or which step leads nowhere and what there is instead. */
export function valueAt(
  value: unknown,
  path: string,
): { readonly kind: "found"; readonly value: unknown } | { readonly kind: "lost"; readonly says: string } {
  let at = value;
  let way = "";
  for (const step of parsePath(path)) {
    const next = child(at, step);
    if (next === undefined) {
      const keys = typeof at === "object" && at !== null && !Array.isArray(at) ? Object.keys(at) : [];
      const hint = didYouMean(step, keys);
      const where = way === "" ? "the document" : way;
      return { kind: "lost", says: `${where} has no ${step}${hint === undefined ? "" : `. ${hint}`}` };
    }
    way = way === "" ? step : `${way}.${step}`;
    at = next;
  }
  return { kind: "found", value: at };
}

function child(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(step) ? (value as readonly unknown[])[Number(step)] : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[step];
}
