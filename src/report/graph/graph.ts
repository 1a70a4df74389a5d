import { unreachable } from "../../failure/index.ts";
import { renderDot, renderMermaid } from "./chart.ts";
import { renderTree } from "./tree.ts";

export type GraphFormat = "tree" | "mermaid" | "dot" | "json";

/** A node by its name, and the names of what it needs. */
export interface GraphNode {
  readonly id: string;
  readonly needs: readonly string[];
}

/**
 * A graph as text, in the order of its nodes: a tree for people, `flowchart` for Mermaid, `digraph` for Graphviz, or
 * `{"nodes": [{"id", "needs"}]}`. Ends with a newline.
 *
 * @param columns how wide lists of names in the tree may become; 100 where it is not known
 */
export function renderGraph(nodes: readonly GraphNode[], format: GraphFormat, columns = 100): string {
  switch (format) {
    case "tree":
      return renderTree(nodes, columns);
    case "mermaid":
      return renderMermaid(nodes);
    case "dot":
      return renderDot(nodes);
    case "json":
      return `${JSON.stringify({ nodes: nodes.map(({ id, needs }) => ({ id, needs })) }, undefined, 2)}\n`;
    default:
      return unreachable(format);
  }
}
