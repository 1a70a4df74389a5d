import { joinPath, type RegistryKind } from "../kind.ts";
import { createProject, projectState } from "./project.ts";

/** Harbor: everything stands below a project, which has to be there before anything is pushed. */
export const harbor: RegistryKind<"harbor"> = {
  pushedTo: (registry, { path }) => joinPath(registry.project, path),
  publicName: (registry, { path }) => ({ host: registry.endpoint.host, repository: joinPath(registry.project, path) }),
  prepare: async ({ project: path, createProject: visibility }, api, mode, signal) => {
    if (visibility === "never") return { kind: "ready" };
    const project = path.split("/")[0] ?? path;
    if ((await projectState(api, project, signal)) !== "missing") return { kind: "ready" };
    const what = `the project ${project} (${visibility})`;
    if (mode === "plan") return { kind: "missing", what };
    const made = await createProject(api, project, visibility, signal);
    return made === "created" ? { kind: "made", what } : { kind: "ready" };
  },
};
