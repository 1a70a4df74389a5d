/** Some lines of a text, by offsets: from the start of the first to the start of what follows the last. */
export interface Lines {
  readonly from: number;
  readonly to: number;
}

/** An item of a list, with the column where its keys stand. */
export interface Item {
  readonly text: string;
  readonly column: number;
}

/**
 * The lines of each chart below `entries:`, in the block form that helm writes: a key for each chart, and below it a
 * list. What is indented deeper is not looked at: YAML lets nothing of a block scalar stand further left.
 * Undefined where the text has any other form.
 */
export function blockOf(text: string): ReadonlyMap<string, Lines> | undefined {
  const start = /^entries:[ \t]*(?:#.*)?\r?\n/m.exec(text);
  if (start === null) return undefined;
  const blocks = new Map<string, Lines>();
  let indent: number | undefined;
  let open: { readonly name: string; readonly from: number } | undefined;
  const close = (to: number): void => {
    if (open !== undefined) blocks.set(open.name, { from: open.from, to });
  };
  let at = start.index + start[0].length;
  while (at < text.length) {
    const end = endOfLine(text, at);
    const column = columnOf(text, at, end);
    if (column === undefined) {
      at = end;
      continue;
    }
    if (column === 0) break;
    indent ??= column;
    if (column < indent) return undefined;
    if (column === indent && text[at + column] !== "-") {
      const name = keyIn(text.slice(at + column, end));
      if (name === undefined) return undefined;
      close(at);
      open = { name, from: end };
    }
    at = end;
  }
  close(at);
  return blocks.size === 0 ? undefined : blocks;
}

/** The items of a list that stands in some lines. */
export function itemsOf(text: string, { from, to }: Lines): Item[] {
  const starts: number[] = [];
  let dash: number | undefined;
  for (let at = from; at < to; at = endOfLine(text, at)) {
    const column = columnOf(text, at, to);
    if (column === undefined || !/^-\s/.test(text.slice(at + column, at + column + 2))) continue;
    dash ??= column;
    if (column === dash) starts.push(at);
  }
  return starts.map((start, at) => {
    const item = text.slice(start, starts[at + 1] ?? to);
    return { text: item, column: (dash ?? 0) + (/-\s+/.exec(item)?.[0].length ?? 2) };
  });
}

/** The text of a scalar that is the value of a key of the item; undefined where it is not on the line of its key. */
export function scalarIn({ text, column }: Item, key: string): string | undefined {
  const lines = new RegExp(`^(?: {${column}}|[ -]{${column}}(?<=-\\s+))${key}:[ \\t]+(.*?)[ \\t]*\\r?$`, "m");
  const value = lines.exec(text)?.[1] ?? "";
  const quoted = /^(?:"([^"\\]*)"|'([^']*)')[ \t]*(?:#.*)?$/.exec(value);
  if (quoted !== null) return quoted[1] ?? quoted[2];
  return /^[0-9A-Za-z][^\s:#]*$/.test(value) ? value : undefined;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

/** Where a line's text begins; undefined for a line that is empty or a comment. */
function columnOf(text: string, at: number, end: number): number | undefined {
  let column = 0;
  while (at + column < end && text.charCodeAt(at + column) === 32) column++;
  const first = text[at + column];
  return at + column >= end || first === "\n" || first === "\r" || first === "#" ? undefined : column;
}

/** `name:` alone on its line, quoted or not. */
function keyIn(line: string): string | undefined {
  const match = /^(?:"([^"\\]+)"|'([^']+)'|([^\s"'#&*!|>%@`{}[\],?:-][^\s:#]*)):[ \t]*(?:#.*)?\r?\n?$/.exec(line);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}
