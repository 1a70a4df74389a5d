import { fieldOf, listOf } from "../../json/index.ts";
import { apiFailure, type RegistryApi } from "../api.ts";
import { countsOf, type Finding, type Scan, severityOf } from "./scan.ts";

/** Reads Quay's scan of the image of one architecture (`/manifest/DIGEST/security`). Throws `Failed`: `registry/…`. */
export async function quayScan(
  api: RegistryApi,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<Scan> {
  const path = `/api/v1/repository/${repository}/manifest/${digest}/security?vulnerabilities=true`;
  const answer = await api.call({ method: "GET", path }, signal);
  if (answer.status !== 200) throw apiFailure(api, `tell of the scan of ${repository}@${digest}`, answer);
  const status = String(fieldOf(answer.body, "status"));
  switch (status) {
    case "scanned": {
      const findings = findingsOf(fieldOf(fieldOf(answer.body, "data"), "Layer"));
      return { kind: "scanned", found: countsOf(findings.map(({ severity }) => [severity, 1])), findings };
    }
    case "queued":
      return { kind: "pending" };
    default:
      return { kind: "impossible", why: `Quay's scanner says "${status.replaceAll("_", " ")}"` };
  }
}

function findingsOf(layer: unknown): Finding[] {
  return listOf(fieldOf(layer, "Features")).flatMap((feature) =>
    listOf(fieldOf(feature, "Vulnerabilities")).map((found) => {
      const mended = fieldOf(found, "FixedBy");
      const where = `${fieldOf(feature, "Name")} ${fieldOf(feature, "Version")}`;
      return {
        id: String(fieldOf(found, "Name")),
        severity: severityOf(fieldOf(found, "Severity")),
        where: typeof mended === "string" && mended !== "" ? `${where}, mended in ${mended}` : where,
      };
    }),
  );
}
