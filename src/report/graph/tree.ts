import { padEnd, widthOf } from "../width.ts";
import { type Branch, branchesOf, groupsOf } from "./fold.ts";
import type { GraphNode } from "./graph.ts";

const NARROWEST_LIST = 20;
const FEW_MISSING = 3;

/**
 * A graph as a tree of text: at the left what nobody needs, below each node what it needs. A subtree is printed once
 * and referred to later; many siblings of one kind stand as one branch with their names.
 */
export function renderTree(nodes: readonly GraphNode[], columns: number): string {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const needed = new Set(nodes.flatMap(({ needs }) => needs));
  const shown = new Set<string>();
  const roots = nodes.filter(({ id }) => !needed.has(id)).map(({ id }) => id);
  const lines = groupsOf(roots).flatMap((group) =>
    branchesOf(group, isToldAbove).flatMap((branch) => draw(branch, undefined, columns)),
  );
  return lines.map((line) => `${line}\n`).join("");

  function isToldAbove(id: string): boolean {
    return shown.has(id) && (known.get(id)?.needs.length ?? 0) > 0;
  }

  function draw(branch: Branch, parent: Branch | undefined, width: number): string[] {
    const needs = [...new Set(branch.ids.flatMap((id) => known.get(id)?.needs ?? []))].filter((id) => known.has(id));
    const seen = branch.ids.every((id) => shown.has(id));
    for (const id of branch.ids) shown.add(id);
    if (seen && needs.length > 0) return [`${branch.title}  … see above`];
    const names = namesOf(branch, parent, needs.length > 0 ? "│ " : "  ", width);
    // Group by group, because what one shows the next only refers to.
    const below = groupsOf(needs).flatMap((group, index, groups) => {
      const children = branchesOf(group, isToldAbove);
      const isLastGroup = index === groups.length - 1;
      return children.flatMap((child, at) => {
        const lines = draw(child, branch, width - 3);
        return isLastGroup && at === children.length - 1 ? hung(lines, "└─ ", "   ") : hung(lines, "├─ ", "│  ");
      });
    });
    return [`${branch.title}${names.beside}`, ...names.lines, ...below];
  }
}

function hung(lines: readonly string[], first: string, rest: string): string[] {
  return lines.map((line, index) => (index === 0 ? first : rest) + line);
}

/** The names in a folded branch: wrapped below it, or a word where they are those of the branch above. */
function namesOf(
  { names }: Branch,
  parent: Branch | undefined,
  rail: string,
  columns: number,
): { readonly beside: string; readonly lines: readonly string[] } {
  if (names.length === 0) return { beside: "", lines: [] };
  const missing = missingFrom(names, parent?.names ?? []);
  if (missing?.length === 0) return { beside: "  one for each", lines: [] };
  if (missing !== undefined) return { beside: `  one for each but ${missing.join(", ")}`, lines: [] };
  return {
    beside: "",
    lines: inColumns(names, Math.max(NARROWEST_LIST, columns) - rail.length).map((line) => rail + line),
  };
}

/** The few names of the branch above that this one lacks, or undefined where it is not nearly the same list. */
function missingFrom(names: readonly string[], above: readonly string[]): readonly string[] | undefined {
  const here = new Set(names);
  const missing = above.filter((name) => !here.has(name));
  return missing.length <= FEW_MISSING && above.length === names.length + missing.length ? missing : undefined;
}

/** Names in columns of one width, read along the rows. */
function inColumns(names: readonly string[], width: number): string[] {
  const widest = Math.max(...names.map(widthOf)) + 2;
  const perLine = Math.max(1, Math.floor(width / widest));
  const lines: string[] = [];
  for (let at = 0; at < names.length; at += perLine) {
    const row = names.slice(at, at + perLine);
    lines.push(
      row
        .map((name) => padEnd(name, widest))
        .join("")
        .trimEnd(),
    );
  }
  return lines;
}
