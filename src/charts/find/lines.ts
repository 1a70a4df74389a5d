/** Where offsets of a text are, in lines and columns counted from 1. */
export interface Lines {
  position(offset: number): { readonly line: number; readonly column: number };
  /** The line an offset is on, without its line end. */
  lineAt(offset: number): string;
}

/** Finds the lines of a text when they are first asked for. */
export function linesOf(text: string): Lines {
  let starts: readonly number[] | undefined;
  const lineOf = (offset: number): { readonly index: number; readonly start: number } => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { index: low - 1, start: starts[low - 1] ?? 0 };
  };
  return {
    position: (offset) => {
      const { index, start } = lineOf(offset);
      return { line: index + 1, column: offset - start + 1 };
    },
    lineAt: (offset) => {
      const end = text.indexOf("\n", offset);
      return text.slice(lineOf(offset).start, end === -1 ? text.length : end).replace(/\r$/, "");
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
