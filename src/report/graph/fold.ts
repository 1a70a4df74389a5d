/** One branch of a tree: a node, or many of one kind that are told as one. */
export interface Branch {
  readonly title: string;
  readonly ids: readonly string[];
  /** What differs in the names of a folded branch; empty for a single node. */
  readonly names: readonly string[];
}

/** Up to so many siblings of a kind are worth a branch each. */
const FEW = 5;

/** Siblings of one kind. */
export interface Group {
  readonly kind: string;
  readonly ids: readonly string[];
}

/** Sibling nodes by their kind, in their order. */
export function groupsOf(ids: readonly string[]): Group[] {
  const byKind = new Map<string, string[]>();
  for (const id of ids) {
    const kind = kindOf(id);
    const group = byKind.get(kind);
    if (group === undefined) byKind.set(kind, [id]);
    else group.push(id);
  }
  return [...byKind].map(([kind, group]) => ({ kind, ids: group }));
}

/** The branches of a group: more than a few become one, `copy:harbor/* (30)`; so do those that are only referred to. */
export function branchesOf({ kind, ids }: Group, isToldAbove: (id: string) => boolean): Branch[] {
  const isFolded = kind !== "" && (ids.length > FEW || (ids.length > 1 && ids.every(isToldAbove)));
  if (!isFolded) return ids.map((id) => ({ title: id, ids: [id], names: [] }));
  return [{ title: `${kind}* (${ids.length})`, ids, names: ids.map((id) => id.slice(kind.length)) }];
}

/** `copy:harbor/` of `copy:harbor/mysql`, `pin:` of `pin:mysql`; empty for the plain name of a task. */
function kindOf(id: string): string {
  return id.slice(0, Math.max(id.lastIndexOf("/"), id.indexOf(":")) + 1);
}
