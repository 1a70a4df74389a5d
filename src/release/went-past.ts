import type { Rendered, TemplatePlace } from "../charts/render/index.ts";
import type { Failure } from "../failure/index.ts";

/** What was wrong with a chart or its values and did not end its rendering, as warnings. */
export function wentPast(chart: string, { missing, problems }: Pick<Rendered, "missing" | "problems">): Failure[] {
  return [
    ...missing.map(({ message, ...place }) => ({
      code: "charts/missing-value",
      class: "usage" as const,
      message: `Chart ${chart} asks for a value that nobody gave: ${sentence(message)}`,
      hint: `Set it under charts.${chart}: what depends on it may name images that are not in the list`,
      ...detailOf(message, place),
    })),
    ...problems.map(({ message, kind, ...place }) => ({
      code: "charts/went-past",
      class: "usage" as const,
      message: `Chart ${chart} was rendered in spite of this (${kind}): ${sentence(message)}`,
      hint: "Correct it: the images of what was left out are not in the list",
      ...detailOf(message, place),
    })),
  ];
}

const sentence = (message: string): string => (message.trim().split("\n")[0] ?? "").replace(/\.$/, "");

function detailOf(message: string, { template, line, at }: TemplatePlace): Pick<Failure, "detail"> {
  const where = template === undefined ? [] : [`in ${template}${line === undefined ? "" : `, line ${line}`}`];
  const detail = [...where, ...(at === undefined ? [] : [`at ${at}`]), ...message.trim().split("\n").slice(1)];
  return detail.length === 0 ? {} : { detail };
}
