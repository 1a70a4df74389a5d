import { type Candidate, type Check, examine, certify as goOn } from "../certification/certify/index.ts";
import { catalogOracle, checkImage, checkWithPreflight, pyxisHostOf } from "../certification/index.ts";
import type { Registry } from "../config/index.ts";
import { asNodeId } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import { parseReference, type RegistryClient } from "../oci/index.ts";
import { candidateOf, notebookOf } from "./candidate.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { PublishedImage } from "./value.ts";

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
  const check = judgeOf(registry, { image, candidate, client, scope });
  const standing = await goOn(candidate, {
    pyxis,
    notebook: await notebookOf(image, scope),
    examine: (platform, project, until) => examine(platform, project, check, until),
    say,
    now: scope.now,
    signal,
  });
  if (standing.kind === "waiting") return standing;
  const summary = `certified and published as ${image.reference}`;
  return { kind: "done", value: image, effect: standing.effect, summary, bytes: 0 };
};

interface ToJudge {
  readonly image: PublishedImage;
  readonly candidate: Candidate;
  readonly client: RegistryClient;
  readonly scope: Scope;
}

/** Who makes the checks: mirror itself, or Red Hat's own program. */
function judgeOf(
  { judge, catalog }: Extract<Registry, { readonly type: "rhcr" }>,
  { image, candidate, client, scope }: ToJudge,
): Check {
  const { now, version, env } = scope;
  const { host, repository } = candidate.pushed;
  switch (judge) {
    case "mirror": {
      const { tag = candidate.pushed.tag, ...name } = parseReference(image.reference);
      return (digest, policy, signal) => {
        const ubi = catalogOracle(catalog, signal);
        return checkImage(client, repository, digest, { policy, name: { ...name, tag }, ubi, signal, now, version });
      };
    }
    case "preflight":
      return (digest, policy, signal) => {
        const reference = `${host}/${repository}@${digest}`;
        return checkWithPreflight({ policy, digest, reference, pyxisHost: pyxisHostOf(catalog), env, signal });
      };
    default:
      return unreachable(judge);
  }
}
