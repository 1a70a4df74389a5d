import { Failed, type Failure } from "../failure/index.ts";
import { fieldOf } from "../json/index.ts";
import { type ApiAnswer, apiFailure, type RegistryApi } from "./api.ts";

/** What became of a repository that is about to be pushed to. */
export interface Prepared {
  readonly created: "yes" | "no";
  readonly warning: Failure | undefined;
}

/**
 * Sees to it that a repository of Quay is there with the visibility that was chosen: a push alone would create it
 * private. One that is there is left as it is; where its visibility is another, that is a warning.
 * Throws `Failed`: `quay/plan`, `registry/…`.
 */
export async function prepareQuayRepository(
  api: RegistryApi,
  repository: string,
  visibility: "public" | "private",
  signal: AbortSignal,
): Promise<Prepared> {
  const found = await look(api, repository, signal);
  if (found !== undefined) return { created: "no", warning: warningOf(found, api.host, repository, visibility) };
  const [namespace = "", ...rest] = repository.split("/");
  const body = { repository: rest.join("/"), namespace, visibility, description: "", repo_kind: "image" };
  const made = await api.call({ method: "POST", path: "/api/v1/repository", body }, signal);
  if (made.status === 201 || made.status === 200) return { created: "yes", warning: undefined };
  if (made.status === 402) throw planIsFull(api.host, repository);
  // 400: perhaps somebody else was quicker.
  const now = made.status === 400 ? await look(api, repository, signal) : undefined;
  if (now === undefined) throw apiFailure(api, `create the ${visibility} repository ${repository}`, made);
  return { created: "no", warning: warningOf(now, api.host, repository, visibility) };
}

/** Undefined where it is not there. */
async function look(api: RegistryApi, repository: string, signal: AbortSignal): Promise<ApiAnswer | undefined> {
  const path = `/api/v1/repository/${repository}?includeTags=false`;
  const answer = await api.call({ method: "GET", path }, signal);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw apiFailure(api, `tell of the repository ${repository}`, answer);
  return answer;
}

function warningOf(
  { body }: ApiAnswer,
  host: string,
  repository: string,
  wanted: "public" | "private",
): Failure | undefined {
  const isPublic = fieldOf(body, "is_public");
  const stands = isPublic === true ? "public" : isPublic === false ? "private" : wanted;
  if (stands === wanted) return undefined;
  return {
    code: "quay/visibility",
    class: "permanent",
    message: `The repository ${host}/${repository} is ${stands}, and the config wants it ${wanted}`,
    hint: `Change it at https://${host}/repository/${repository}?tab=settings, or change createRepository`,
  };
}

function planIsFull(host: string, repository: string): Failed {
  return new Failed({
    code: "quay/plan",
    class: "permanent",
    message: `The plan of ${repository.split("/")[0]} at ${host} has no room for the private repository ${repository}`,
    hint: "Create it public, or extend the plan",
  });
}
