import { padEnd, widthOf } from "../report/width.ts";
import { wrap } from "../report/wrap.ts";
import type { Command } from "./command.ts";
import { commands } from "./table/index.ts";

type Row = readonly [term: string, text: string];

/** Where nothing tells how wide the reader's lines are; and the most that is good to read. */
const USUAL = 100;
const WIDEST = 120;

const EXIT_CODES: readonly Row[] = [
  ["0", "all done"],
  ["1", "a node failed"],
  ["2", "the config or the command line is wrong"],
  ["3", "conflict with what is already published"],
  ["4", "waiting on the outside (certification, approval): run again later"],
  ["130", "interrupted (SIGINT); 143 by SIGTERM"],
];

/** The text of `mirror --help`, in lines of at most so many columns; undefined where no terminal tells. */
export function overview(columns: number | undefined): string {
  const width = widthFor(columns);
  const list = commands.map(({ name, summary }): Row => [name, summary]);
  return textOf([
    wrap("mirror: publish and mirror the container images of a release, from one config", width, ""),
    ["Usage: mirror COMMAND [OPTIONS]"],
    ["Commands:", ...table([...list, ["help", "this text, or that of one command: mirror help run"]], width)],
    [
      "Examples:",
      ...table(
        [
          ["mirror plan", "what would be done"],
          ["mirror run build_push_cert", "one task and all it needs"],
          ["mirror run --target harbor", "the images of one target"],
        ],
        width,
      ),
    ],
    [
      ...wrap("Options of every command: --config FILE, --no-color, --help. --version prints the version.", width, ""),
      ...wrap("NO_COLOR and CI are respected. Without a terminal, a line with the time tells each event.", width, ""),
    ],
    ["Exit codes:", ...table(EXIT_CODES, width)],
  ]);
}

/** The text of `mirror help COMMAND`, in lines of at most so many columns; undefined where no terminal tells. */
export function helpOf(command: Command, columns: number | undefined): string {
  const width = widthFor(columns);
  const options = command.options.map(({ short, name, value, help }): Row => {
    const letter = short === undefined ? "    " : `-${short}, `;
    return [`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, help];
  });
  const examples = command.examples.flatMap(({ line, does }) => [
    // Copied whole, it is still one command.
    ...wrap(`  ${line}`, width - " \\".length, "    ")
      .join(" \\\n")
      .split("\n"),
    ...wrap(`      ${does}`, width, "      "),
  ]);
  return textOf([
    wrap(`mirror ${command.name}: ${command.summary}`, width, "  "),
    usage(command.usage, width),
    ...command.details.split("\n\n").map((part) => flow(part, width)),
    ["Options:", ...table(options, width)],
    ["Examples:", ...examples],
    ["Exit codes:", ...table(EXIT_CODES, width)],
  ]);
}

const widthFor = (columns: number | undefined): number => Math.min(columns ?? USUAL, WIDEST);

const textOf = (parts: readonly (readonly string[])[]): string =>
  `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;

/** What stands in one pair of brackets is not torn. */
function usage(text: string, width: number): string[] {
  const whole = text.replace(/\[[^\]]*\]/g, (bracket) => bracket.replaceAll(" ", "\u00a0"));
  return wrap(`Usage: ${whole}`, width, "       ").map((line) => line.replaceAll("\u00a0", " "));
}

/** Lines flow together; indented ones are a table: a term, two spaces and its text, which may go on further inside. */
function flow(part: string, width: number): string[] {
  const rows: [string, string][] = [];
  const sentences: string[] = [];
  for (const line of part.split("\n")) {
    const [, term, text] = /^ {2}(\S.*?) {2,}(.*)$/.exec(line) ?? [];
    const last = rows.at(-1);
    if (term !== undefined && text !== undefined) rows.push([term, text]);
    else if (last !== undefined) last[1] += ` ${line.trim()}`;
    else sentences.push(line);
  }
  const paragraph = sentences.length === 0 ? [] : wrap(sentences.join(" "), width, "");
  return [...paragraph, ...table(rows, width)];
}

/** Texts beside their terms, or below them where that leaves too little room. */
function table(rows: readonly Row[], width: number): string[] {
  const widest = Math.max(0, ...rows.map(([term]) => widthOf(term)));
  const inside = " ".repeat(widest + 4 > width / 2 ? 8 : widest + 4);
  return rows.flatMap(([term, text]) =>
    inside.length < widest + 4
      ? [`  ${term}`, ...wrap(`${inside}${text}`, width, inside)]
      : wrap(`  ${padEnd(term, widest)}  ${text}`, width, inside),
  );
}
