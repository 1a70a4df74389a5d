/** One step of a way through YAML or JSON. */
export type PathStep =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "index"; readonly index: number }
  /** The item of a list that has this entry. */
  | { readonly kind: "item"; readonly key: string; readonly value: string }
  /** Any entry or item. */
  | { readonly kind: "any" };

/** A key, a `*`, or brackets around an index, a quoted key, or `name=value`. */
const STEP = /(?:^|\.)([^.[\]*]+)|(?:^|\.)(\*)|\[(?:(\d+)|"([^"]*)"|(\*)|([\w.-]+)=([^\]]*))\]/y;

/** A path such as `containers[name=manager].image` in steps; undefined where it is none. */
export function parsePath(text: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null) return undefined;
    steps.push(stepOf(match));
    at = STEP.lastIndex;
  }
  return steps.length === 0 ? undefined : steps;
}

function stepOf([, key, anyKey, index, quoted, anyItem, name, value]: RegExpExecArray): PathStep {
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (anyKey !== undefined || anyItem !== undefined) return { kind: "any" };
  if (name !== undefined) return { kind: "item", key: name, value: value ?? "" };
  return { kind: "key", key: key ?? quoted ?? "" };
}
