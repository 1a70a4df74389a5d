import { examine, certify as goOn } from "../certification/certify/index.ts";
import { catalogOracle } from "../certification/index.ts";
import { asNodeId } from "../engine/index.ts";
import { parseReference } from "../oci/index.ts";
import { candidateOf, notebookOf } from "./candidate.ts";
import type { StepOf } from "./scope.ts";

/**
 * Takes an image that was pushed as far through Red Hat's certification as it can go now: checked, submitted, graded,
 * published, its tag brought along. What it has to wait for ends the node as waiting; the next time goes on from there.
 */
export const certify: StepOf<"certify"> = async (step, context, scope) => {
  const image = context.values.get(asNodeId(`copy:${step.target}/${step.image}`));
  const registry = scope.config.registries.get(step.destination.registry);
  const pyxis = scope.connections.certification(step.destination.registry);
  if (scope.mode === "plan" && image !== undefined) {
    const summary = `would see to component ${step.destination.component}`;
    return { kind: "done", value: image, effect: "none", summary, bytes: 0 };
  }
  if (image?.kind !== "published" || registry?.type !== "rhcr" || pyxis === undefined) {
    throw new Error(`${step.image} is not there to be certified`);
  }
  const signal = context.stopping;
  const say = (line: string): void => context.report({ type: "node-log", stream: "log", line });
  const { candidate, client, left } = await candidateOf(image, scope, signal);
  if (left.length > 0) say(`Red Hat does not certify ${left.join(", ")}`);
  const { host, repository, tag } = nameOf(image.reference, candidate.pushed.tag);
  const examiner = {
    source: client,
    repository: candidate.pushed.repository,
    name: { host, repository, tag },
    ubi: catalogOracle(registry.catalog, signal),
    now: scope.now,
    version: scope.version,
  };
  const standing = await goOn(candidate, {
    pyxis,
    notebook: await notebookOf(image, scope),
    examine: (platform, project, until) => examine(platform, project, examiner, until),
    say,
    now: scope.now,
    signal,
  });
  if (standing.kind === "waiting") return standing;
  const summary = `certified and published as ${image.reference}`;
  return { kind: "done", value: image, effect: standing.effect, summary, bytes: 0 };
};

function nameOf(reference: string, tag: string | undefined) {
  const { host, repository } = parseReference(reference);
  return { host, repository, tag };
}
