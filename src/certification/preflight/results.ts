import { fieldOf, listOf, textOf } from "../../json/index.ts";
import { checkNamed } from "../checks/index.ts";
import type { CheckResult, Judge } from "../result.ts";

/** Reads `results.json` of openshift-preflight. `why` gives what its log says of a check. */
export function readResults(
  body: unknown,
  why: (check: string) => string | undefined,
): { readonly judge: Judge; readonly results: readonly CheckResult[] } {
  const library = fieldOf(body, "test_library");
  const all = fieldOf(body, "results");
  const read = (list: string, kind: "passed" | "failed" | "error"): CheckResult[] =>
    listOf(fieldOf(all, list)).map((entry) => resultOf(entry, kind, why));
  return {
    judge: {
      name: textOf(fieldOf(library, "name")) ?? "openshift-preflight",
      version: textOf(fieldOf(library, "version")) ?? "unknown",
      commit: textOf(fieldOf(library, "commit")) ?? "unknown",
    },
    results: [...read("passed", "passed"), ...read("failed", "failed"), ...read("errors", "error")],
  };
}

function resultOf(
  entry: unknown,
  kind: "passed" | "failed" | "error",
  why: (check: string) => string | undefined,
): CheckResult {
  const name = textOf(fieldOf(entry, "name")) ?? "";
  const known = checkNamed(name);
  const durationMs = Number(fieldOf(entry, "elapsed_time")) || 0;
  const asks = known?.asks ?? textOf(fieldOf(entry, "description")) ?? name;
  const remedy = textOf(fieldOf(entry, "suggestion")) ?? known?.remedy ?? "Look into the log of preflight";
  const base = { check: name, asks, remedy, durationMs };
  if (kind === "passed") return { ...base, kind };
  return { ...base, kind, because: why(name) ?? "preflight gives no reason" };
}
