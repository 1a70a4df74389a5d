import type { ValuePath, Values } from "./leaves.ts";

export interface Change {
  readonly path: ValuePath;
  readonly to: string;
}

/** Values with some of them changed. The paths must be there. */
export function changed(values: Values, changes: readonly Change[]): Values {
  return changes.reduce((all, { path, to }) => withChange(all, path, to), values);
}

/**
 * The least values that make these changes when laid over others: maps are merged by helm and so hold only what
 * changes, lists are replaced and so are here in whole.
 */
export function changesAlone(values: Values, changes: readonly Change[]): Values {
  let alone: Values = {};
  const after = changed(values, changes);
  for (const { path } of changes) {
    const list = path.findIndex((key) => typeof key === "number");
    const upTo = list === -1 ? path : path.slice(0, list);
    alone = withChange(alone, upTo, valueAt(after, upTo));
  }
  return alone;
}

/** The value at a path; null where nothing is. */
function valueAt(values: Values, path: ValuePath): Values {
  let here: Values = values;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return null;
    here = (here as Readonly<Record<string | number, Values>>)[key] ?? null;
  }
  return here;
}

function withChange(values: Values, path: ValuePath, value: Values): Values {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === "number" && Array.isArray(values)) {
    return values.map((item: Values, index) => (index === key ? withChange(item, rest, value) : item));
  }
  const map = typeof values === "object" && values !== null ? (values as Readonly<Record<string, Values>>) : {};
  return { ...map, [key]: withChange(map[key] ?? null, rest, value) };
}
