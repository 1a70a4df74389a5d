import type { GraphNode } from "./graph.ts";

/** A Mermaid flow chart, in the direction of the work: from what is needed to what needs it. */
export function renderMermaid(nodes: readonly GraphNode[]): string {
  const keys = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const boxes = nodes.map(({ id }) => `  ${keys.get(id)}["${id.replaceAll("#", "#35;").replaceAll('"', "#quot;")}"]`);
  const arrows = nodes.flatMap(({ id, needs }) =>
    needs.filter((need) => keys.has(need)).map((need) => `  ${keys.get(need)} --> ${keys.get(id)}`),
  );
  return ["flowchart LR", ...boxes, ...arrows].map((line) => `${line}\n`).join("");
}

/** A Graphviz digraph, in the direction of the work: from what is needed to what needs it. */
export function renderDot(nodes: readonly GraphNode[]): string {
  const known = new Set(nodes.map(({ id }) => id));
  const boxes = nodes.map(({ id }) => `  ${quoted(id)};`);
  const arrows = nodes.flatMap(({ id, needs }) =>
    needs.filter((need) => known.has(need)).map((need) => `  ${quoted(need)} -> ${quoted(id)};`),
  );
  const lines = ["digraph mirror {", "  rankdir=LR;", "  node [shape=box];", ...boxes, ...arrows, "}"];
  return lines.map((line) => `${line}\n`).join("");
}

function quoted(id: string): string {
  return `"${id.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
