import type { Exchange } from "./exchange.ts";

/**
 * The repository of the layout that a client means. An archive has images under the names that they have elsewhere,
 * `docker.io/library/mysql`. They are served as that, and also as clients ask a mirror for them: without the host,
 * which containerd sends along as `ns`. Where images are pushed to, a name is only itself.
 */
export function heldAs({ content, query }: Pick<Exchange, "content" | "query">, repository: string): string {
  if (content.access === "writable") return repository;
  const there = content.layout.repositories();
  if (there.includes(repository)) return repository;
  const host = query.get("ns");
  if (host !== null && there.includes(`${host}/${repository}`)) return `${host}/${repository}`;
  if (there.includes(`docker.io/${repository}`)) return `docker.io/${repository}`;
  const same = there.filter((name) => withoutHost(name) === repository);
  if (same.length === 1) return same[0] ?? repository;
  // A layout that names no repository has its tags under any name.
  return same.length === 0 && there.length === 1 && there[0] === "" ? "" : repository;
}

function withoutHost(name: string): string | undefined {
  const [host = "", ...rest] = name.split("/");
  return rest.length > 0 && (/[.:]/.test(host) || host === "localhost") ? rest.join("/") : undefined;
}
