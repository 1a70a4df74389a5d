import { type Config, globToTest } from "../config/index.ts";
import type { Graph, Node, NodeId } from "../engine/index.ts";
import { didYouMean, FailedTogether, type Failure } from "../failure/index.ts";

import { declaredName, type Pins } from "../release/index.ts";
import { layOut } from "./lay-out.ts";
import type { Step } from "./step.ts";

/** What a command line names: nodes by name or glob, and targets. Both empty: everything but tasks nobody needs. */
export interface Selection {
  readonly names: readonly string[];
  readonly targets: readonly string[];
}

/**
 * The part of a graph that a selection names, and all it needs, in the graph's order.
 * A name may be a node's, or an image's or target's own (all its copies). Throws `FailedTogether` on names of nothing.
 */
export function select(graph: Graph<Step>, selection: Selection): Graph<Step> {
  const roots = rootsOf(graph, selection);
  const wanted = new Set<NodeId>(roots);
  // Backwards through an order in which needs come first, each node's needs are met before the node's own turn is over.
  for (const [id, node] of [...graph.nodes].reverse()) {
    if (wanted.has(id)) for (const need of node.needs) wanted.add(need);
  }
  return { nodes: new Map([...graph.nodes].filter(([id]) => wanted.has(id))) };
}

/**
 * What a selection names as far as it is known: where charts are still to be rendered, a name that is nowhere may be
 * that of one of their images, and the charts stand for it. Throws like {@link layOut} and {@link select}.
 */
export function sketch(config: Config, selection: Selection, pins: Pins = new Map()): Graph<Step> {
  const graph = layOut(config, pins);
  const charts = [...graph.nodes].filter(([, { step }]) => step.kind === "chart");
  try {
    return select(graph, selection);
  } catch (thrown) {
    if (charts.length === 0) throw thrown;
    return { nodes: new Map(charts) };
  }
}

/** Names of the images that a graph's nodes need pinned. */
export function imagesToPin(graph: Graph<Step>): string[] {
  return [...graph.nodes.values()].flatMap(({ step }) => (step.kind === "pin" ? [step.image] : []));
}

/** Names of the images that a graph's nodes build. */
export function imagesToBuild(graph: Graph<Step>): string[] {
  return [...graph.nodes.values()].flatMap(({ step }) => (step.kind === "build" ? [step.image] : []));
}

/** Names of the charts that a graph's nodes publish. */
export function chartsToPack(graph: Graph<Step>): string[] {
  return [...graph.nodes.values()].flatMap(({ step }) => (step.kind === "package" ? [step.chart] : []));
}

/** Names of the charts that a graph's nodes need rendered. */
export function chartsToRender(graph: Graph<Step>): string[] {
  return [...graph.nodes.values()].flatMap(({ step }) => (step.kind === "chart" ? [step.chart] : []));
}

function rootsOf(graph: Graph<Step>, selection: Selection): NodeId[] {
  const nodes = [...graph.nodes.values()];
  if (selection.names.length === 0 && selection.targets.length === 0) {
    return nodes.filter(({ step }) => step.kind !== "script" && !isUnasked(step)).map(({ id }) => id);
  }
  const failures: Failure[] = [];
  const roots = [
    ...selection.names.flatMap((name) => byName(nodes, name, failures)),
    ...selection.targets.flatMap((target) => byTarget(nodes, target, failures)),
  ];
  if (failures.length > 0) throw new FailedTogether(failures);
  return roots;
}

function byName(nodes: readonly Node<Step>[], name: string, failures: Failure[]): NodeId[] {
  const matches = globToTest(name);
  const exact = nodes.filter(({ id }) => matches(id) || matches(declaredName(id)));
  const ofImage = ({ step }: Node<Step>): boolean =>
    isOfImage(step) && (matches(step.image) || matches(declaredName(step.image)));
  const found = exact.length > 0 ? exact : nodes.filter(ofImage);
  if (found.length === 0) {
    const known = nodes.flatMap(({ id, step }) => (step.kind === "copy" ? [id, step.image] : [id]));
    failures.push(unknown(`There is nothing to run by the name "${name}"`, didYouMean(name, new Set<string>(known))));
  }
  return found.map(({ id }) => id);
}

/** What is done with one image at a target. */
const isOfImage = (step: Step): step is Extract<Step, { readonly kind: "copy" | "certify" }> =>
  step.kind === "copy" || step.kind === "certify";

/** What goes to a target. */
const isPublished = (step: Step): step is Extract<Step, { readonly kind: "copy" | "package" }> =>
  step.kind === "copy" || step.kind === "package";

/** Every target has a gate for those that need it; one for scans is there only where a person wants it to be looked at. */
const isUnasked = (step: Step): boolean => step.kind === "gate" && step.state === "published";

function byTarget(nodes: readonly Node<Step>[], target: string, failures: Failure[]): NodeId[] {
  const matches = globToTest(target);
  const files = new Set(
    nodes.flatMap(({ step }) => (isPublished(step) && matches(step.target) ? [step.destination.registry] : [])),
  );
  const found = nodes.filter(
    (node) =>
      ((isOfImage(node.step) || isPublished(node.step)) && matches(node.step.target)) ||
      (node.step.kind === "gate" && !isUnasked(node.step) && matches(node.step.target)) ||
      (node.step.kind === "chart" && node.step.targets.some(matches)) ||
      (node.step.kind === "save" && files.has(node.step.registry)),
  );
  if (found.length === 0) {
    const known = nodes.flatMap(({ step }) => (step.kind === "gate" ? [step.target] : []));
    failures.push(unknown(`There is no target "${target}"`, didYouMean(target, known)));
  }
  return found.map(({ id }) => id);
}

function unknown(message: string, hint: string | undefined): Failure {
  return { code: "usage/unknown-name", class: "usage", message, ...(hint === undefined ? {} : { hint }) };
}
