/** One branch of a tree: a node, or many of one kind that are told as one. */
export interface Branch {
  readonly title: string;
  readonly ids: readonly string[];
  /** What differs in the names of a folded branch; empty for a single node. */
  readonly names: readonly string[];
}

/** Up to so many siblings of a kind are worth a branch each. */
const FEW = 5;

/**
 * The branches for some sibling nodes, in their order. More than a few of one kind become one: `copy:harbor/* (30)`;
 * so do those that are only referred to.
 */
export function branchesOf(ids: readonly string[], isToldAbove: (id: string) => boolean): Branch[] {
  const byKind = new Map<string, string[]>();
  for (const id of ids) {
    const kind = kindOf(id);
    const group = byKind.get(kind);
    if (group === undefined) byKind.set(kind, [id]);
    else group.push(id);
  }
  return [...byKind].flatMap(([kind, group]) =>
    kind !== "" && (group.length > FEW || (group.length > 1 && group.every(isToldAbove)))
      ? [{ title: `${kind}* (${group.length})`, ids: group, names: group.map((id) => id.slice(kind.length)) }]
      : group.map((id) => ({ title: id, ids: [id], names: [] })),
  );
}

/** `copy:harbor/` of `copy:harbor/mysql`, `pin:` of `pin:mysql`; empty for the plain name of a task. */
function kindOf(id: string): string {
  return id.slice(0, Math.max(id.lastIndexOf("/"), id.indexOf(":")) + 1);
}
