import { Failed } from "../../failure/index.ts";
import { type ApiAnswer, apiFailure, type RegistryApi } from "../api.ts";

/**
 * Whether a project is there. `unknown` where Harbor's interface cannot tell: it is not reached under this host, or
 * does not take the account that pushes.
 */
export async function projectState(
  api: RegistryApi,
  project: string,
  signal: AbortSignal,
): Promise<"there" | "missing" | "unknown"> {
  const path = `/api/v2.0/projects?project_name=${encodeURIComponent(project)}`;
  const answer = await api.call({ method: "HEAD", path }, signal);
  if (answer.status === 200) return "there";
  if (answer.status !== 404) return "unknown";
  // A server that is no Harbor, or shows /v2/ alone, has no such page either.
  const ping = await api.call({ method: "GET", path: "/api/v2.0/ping" }, signal);
  return ping.status === 200 && /pong/i.test(ping.text) ? "missing" : "unknown";
}

/**
 * Creates a project, unless somebody else has meanwhile. Throws `Failed`: `harbor/no-project` where the account may
 * not, `registry/…`.
 */
export async function createProject(
  api: RegistryApi,
  project: string,
  visibility: "private" | "public",
  signal: AbortSignal,
): Promise<"created" | "there"> {
  const body = { project_name: project, metadata: { public: visibility === "public" ? "true" : "false" } };
  const answer = await api.call({ method: "POST", path: "/api/v2.0/projects", body }, signal);
  if (answer.status === 201) return "created";
  if (answer.status === 409) return "there";
  if (answer.status === 401 || answer.status === 403) throw await mayNot(api, project, answer);
  throw apiFailure(api, `create the project ${project}`, answer);
}

async function mayNot(api: RegistryApi, project: string, answer: ApiAnswer): Promise<Failed> {
  const account = (await api.account()) ?? "nobody";
  const who = robotOf(account);
  const why = who === undefined ? account : `the robot account ${account}`;
  return new Failed({
    code: "harbor/no-project",
    class: "permanent",
    message: `${api.host} has no project ${project}, and ${why} may not create it`,
    hint:
      who?.project === undefined
        ? "Create it in Harbor as an administrator, or correct the registry's project in the config"
        : `Create it in Harbor as an administrator; this account belongs to the project ${who.project} alone`,
    detail: apiFailure(api, "", answer).failure.detail ?? [],
  });
}

/** A robot account's name taken apart: `robot$ci` of the system, `robot$mlrun+ci` of the project mlrun. */
export function robotOf(username: string): { readonly name: string; readonly project: string | undefined } | undefined {
  const match = /^robot\$(?:([^+]+)\+)?(.+)$/.exec(username);
  return match === null ? undefined : { name: match[2] ?? "", project: match[1] };
}
