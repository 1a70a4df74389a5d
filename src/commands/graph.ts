import { didYouMean, Failed } from "../failure/index.ts";
import { layOut, select } from "../plan/index.ts";
import { renderGraph } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { selectionOf } from "./selection.ts";

const FORMATS = ["tree", "mermaid", "dot", "json"] as const;
type Format = (typeof FORMATS)[number];

/** `mirror graph`: what needs what, from the config alone. */
export async function graph(host: Host, args: Arguments): Promise<number> {
  const format = formatOf(args);
  const laidOut = layOut(await configOf(host, args), new Map());
  const selection = selectionOf(args);
  // Without a selection the whole is shown, the tasks included that a run would leave out.
  const whole = selection.names.length === 0 && selection.targets.length === 0;
  const { nodes } = whole ? laidOut : select(laidOut, selection);
  const text = renderGraph(
    [...nodes.values()].map(({ id, needs }) => ({ id, needs })),
    format,
  );
  host.out.write(text.endsWith("\n") ? text : `${text}\n`);
  return 0;
}

function formatOf(args: Arguments): Format {
  const text = args.values.get("format")?.at(-1) ?? "tree";
  const format = FORMATS.find((candidate) => candidate === text);
  if (format !== undefined) return format;
  const hint = didYouMean(text, FORMATS);
  throw new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: `There is no format "${text}"`,
    ...(hint === undefined ? {} : { hint }),
  });
}
