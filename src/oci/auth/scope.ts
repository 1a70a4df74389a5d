/** What a request wants to do (distribution, token scope): `repository:NAME:pull,push`. */
export interface Scope {
  readonly repository: string;
  readonly actions: "pull" | "pull,push" | "pull,push,delete";
  /** A second repository that is read: where a blob is mounted from. */
  readonly from?: string;
}

/** The scopes of a token request, the destination's first, as some registries look at no other. */
export function scopeTexts({ repository, actions, from }: Scope): string[] {
  const own = `repository:${repository}:${actions}`;
  return from === undefined || from === repository ? [own] : [own, `repository:${from}:pull`];
}

/**
 * Our scopes with those that a challenge demanded. Actions on the same thing are put together; what we did not think
 * of (a registry behind a proxy may know the repository by another name) is asked for first.
 */
export function withDemanded(own: readonly string[], demanded: string | undefined): string[] {
  const merged = new Map<string, Set<string>>();
  const add = (scope: string): void => {
    const colon = scope.lastIndexOf(":");
    if (colon <= 0) return;
    const actions = merged.get(scope.slice(0, colon)) ?? new Set();
    for (const action of scope.slice(colon + 1).split(",")) actions.add(action);
    merged.set(scope.slice(0, colon), actions);
  };
  const named = new Set(own.map((scope) => scope.slice(0, scope.lastIndexOf(":"))));
  const asked = (demanded ?? "").split(" ").filter((scope) => scope !== "");
  const strange = asked.filter((scope) => !named.has(scope.slice(0, scope.lastIndexOf(":"))));
  for (const scope of [...strange, ...own, ...asked]) add(scope);
  return [...merged].map(([resource, actions]) => `${resource}:${[...actions].join(",")}`);
}
