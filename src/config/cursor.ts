import type { Path } from "./source.ts";

/** A value of the raw config together with the way to it. */
export interface Cursor<T> {
  readonly value: T;
  readonly path: Path;
}

/** The value behind a key, or undefined where the key is not there. */
export function get<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
): Cursor<Exclude<T[K], undefined>> | undefined {
  const value = cursor.value[key];
  if (value === undefined) return undefined;
  return { value: value as Exclude<T[K], undefined>, path: [...cursor.path, key] };
}

/** The value behind a key that the schema demands. */
export function need<T extends object, K extends keyof T & string>(cursor: Cursor<T>, key: K): Cursor<T[K]> {
  return { value: cursor.value[key], path: [...cursor.path, key] };
}

/** The entries of a map, in the order of the file. */
export function entries<T>(cursor: Cursor<Readonly<Record<string, T>>> | undefined): [string, Cursor<T>][] {
  if (cursor === undefined) return [];
  return Object.entries(cursor.value).map(([key, value]) => [key, { value, path: [...cursor.path, key] }]);
}

/** The items of a list. */
export function items<T>(cursor: Cursor<readonly T[]> | undefined): Cursor<T>[] {
  if (cursor === undefined) return [];
  return cursor.value.map((value, index) => ({ value, path: [...cursor.path, String(index)] }));
}
