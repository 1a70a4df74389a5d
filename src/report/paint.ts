const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Color = "on" | "off";
export type Style = keyof typeof CODES | "plain";

/** Wraps a text in a style, or leaves it as it is where colours are off. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(color: Color): Paint {
  if (color === "off") return (_style, text) => text;
  return (style, text) => {
    if (style === "plain" || text === "") return text;
    const [open, close] = CODES[style];
    return `\x1b[${open}m${text}\x1b[${close}m`;
  };
}
