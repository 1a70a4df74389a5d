import { unreachable } from "../../failure/index.ts";
import type { Digest } from "../../oci/index.ts";
import type { RegistryApi } from "../api.ts";
import { requestScan, scanState } from "../harbor/index.ts";
import { countsOf, type Scan, severityOf } from "./scan.ts";

/**
 * Reads Harbor's scan of the image of one architecture, and asks for one where there is none.
 * `repository` begins with the project.
 */
export async function harborScan(
  api: RegistryApi,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Scan> {
  const [project = "", ...rest] = repository.split("/");
  const artifact = { project, repository: rest.join("/"), digest };
  const state = await scanState(api, artifact, signal);
  switch (state.kind) {
    case "scanned": {
      const found = [...state.found].filter(([word]) => word !== "none");
      return {
        kind: "scanned",
        found: countsOf(found.map(([word, count]) => [severityOf(word), count])),
        findings: [],
      };
    }
    case "scanning":
      return { kind: "pending" };
    case "failed":
    case "unscanned": {
      const asked = await requestScan(api, artifact, signal);
      return asked === "asked" ? { kind: "pending" } : { kind: "impossible", why: "Harbor's scanner does not take it" };
    }
    case "missing":
      return { kind: "impossible", why: "Harbor has no image of this digest" };
    default:
      return unreachable(state);
  }
}
