import {
  type Bundle,
  type Catalog,
  type Config,
  globToTest,
  type Image,
  isGlob,
  type Need,
  type Target,
  type Task,
} from "../config/index.ts";
import { asNodeId, type Graph, type Node, type NodeId } from "../engine/index.ts";
import { didYouMean, FailedTogether, type Failure, type Place } from "../failure/index.ts";
import { chartNode, declaredName, type Pins } from "../release/index.ts";
import { isArchive, roomNode, saveNode } from "./archives.ts";
import { basesOf, originNode } from "./bases.ts";
import { collisions } from "./collisions.ts";
import { type Edge, inOrder } from "./edges.ts";
import { destinationOf, splitTag } from "./naming.ts";
import { poolOfHost, poolOfRegistry, THIS_MACHINE } from "./pools.ts";
import type { Step } from "./step.ts";

/**
 * Lays out the graph of a whole config: images × targets, gates, bundles, catalogs and tasks, and what each needs. Pure: pins
 * only add the tags that version rules chose.
 *
 * Throws `FailedTogether`: needs that name nothing, a cycle, two images with one destination.
 */
export function layOut(config: Config, pins: Pins): Graph<Step> {
  const draft = new Draft();
  for (const image of config.images.values()) {
    const id = originNode(image);
    if (image.origin.kind === "upstream") draft.add(id, { kind: "pin", image: image.name }, []);
    else draft.add(id, { kind: "build", image: image.name }, [THIS_MACHINE]);
  }
  for (const image of config.images.values()) addBases(draft, config, image, pins);
  addCharts(draft, config);
  addArchives(draft, config);
  for (const target of config.targets.values()) addTarget(draft, config, target, pins);
  for (const bundle of config.bundles.values()) addBundle(draft, config, bundle);
  for (const catalog of config.catalogs.values()) addCatalog(draft, config, catalog);
  for (const task of config.tasks.values()) addTask(draft, task);

  const failures = [...resolveNeeds(draft), ...collisions(config, draft.steps())];
  if (failures.length > 0) throw new FailedTogether(failures);
  return draft.graph();
}

interface Sketch {
  readonly step: Step;
  readonly pools: readonly string[];
  readonly edges: Edge[];
  readonly needs: readonly Need[];
}

/** Nodes while their needs are still patterns. */
class Draft {
  readonly #nodes = new Map<NodeId, Sketch>();

  add(id: NodeId, step: Step, pools: readonly string[], needs: readonly Need[] = []): void {
    this.#nodes.set(id, { step, pools, edges: [], needs });
  }

  connect(from: NodeId, to: NodeId, place: Place): void {
    const edges = this.#nodes.get(from)?.edges;
    if (edges !== undefined && !edges.some((edge) => edge.to === to)) edges.push({ from, to, place });
  }

  isChart(id: NodeId): boolean {
    return this.#nodes.get(id)?.step.kind === "chart";
  }

  ids(): readonly NodeId[] {
    return [...this.#nodes.keys()];
  }

  needs(): { id: NodeId; needs: readonly Need[] }[] {
    return [...this.#nodes].map(([id, { needs }]) => ({ id, needs }));
  }

  steps(): { id: NodeId; step: Step }[] {
    return [...this.#nodes].map(([id, { step }]) => ({ id, step }));
  }

  graph(): Graph<Step> {
    const nodes = new Map<NodeId, Node<Step>>();
    for (const id of inOrder(this.#nodes.keys(), (name) => this.#nodes.get(name)?.edges ?? [])) {
      const sketch = this.#nodes.get(id);
      if (sketch === undefined) continue;
      nodes.set(id, { id, step: sketch.step, needs: sketch.edges.map((edge) => edge.to), pools: sketch.pools });
    }
    return { nodes };
  }
}

/** Images that others of the config are built on come before these. */
function addBases(draft: Draft, config: Config, image: Image, pins: Pins): void {
  if (image.origin.kind !== "build") return;
  for (const name of basesOf(image.origin.build, config, pins).values()) {
    const base = config.images.get(name);
    if (base !== undefined && base !== image)
      draft.connect(originNode(image), originNode(base), image.origin.build.place);
  }
}

/** Charts whose images are not known, and the targets that take them. */
function addCharts(draft: Draft, config: Config): void {
  const takers = new Map<string, string[]>();
  for (const target of config.targets.values()) {
    for (const { chart } of target.charts) takers.set(chart, [...(takers.get(chart) ?? []), target.name]);
  }
  for (const [chart, targets] of takers) draft.add(chartNode(chart), { kind: "chart", chart, targets }, []);
}

/** What comes before and after the copies into a file. */
function addArchives(draft: Draft, config: Config): void {
  for (const { registry } of config.targets.values()) {
    if (!isArchive(config, registry)) continue;
    draft.add(roomNode(registry), { kind: "room", registry }, []);
    draft.add(saveNode(registry), { kind: "save", registry }, []);
  }
}

function addTarget(draft: Draft, config: Config, target: Target, pins: Pins): void {
  const gate = asNodeId(`published:${target.name}`);
  draft.add(gate, { kind: "gate", state: "published", target: target.name }, [poolOfRegistry(target.registry)]);
  const scan = asNodeId(`scanned:${target.name}`);
  if (target.scanned !== undefined) {
    draft.add(scan, { kind: "gate", state: "scanned", target: target.name }, [poolOfRegistry(target.registry)]);
  }
  const gates = target.scanned === undefined ? [gate] : [gate, scan];
  for (const { chart, place } of target.charts) {
    for (const each of gates) draft.connect(each, chartNode(chart), place);
  }
  const file = isArchive(config, target.registry)
    ? { room: roomNode(target.registry), save: saveNode(target.registry) }
    : undefined;
  if (file !== undefined) {
    draft.connect(file.save, file.room, target.place);
    draft.connect(gate, file.save, target.place);
    for (const { chart, place } of target.charts) draft.connect(file.save, chartNode(chart), place);
  }
  for (const { chart, place, as } of target.packages) {
    const id = asNodeId(`package:${target.name}/${chart}`);
    // The tag is the chart's version, which is in the chart.
    const destination = { registry: target.registry, path: as, component: undefined, tag: undefined };
    draft.add(id, { kind: "package", chart, target: target.name, destination }, [poolOfRegistry(target.registry)]);
    draft.connect(gate, id, place);
    if (file !== undefined) {
      draft.connect(id, file.room, place);
      draft.connect(file.save, id, place);
    }
  }
  for (const entry of target.entries) {
    const image = config.images.get(entry.image);
    if (image === undefined) continue;
    const id = asNodeId(`copy:${target.name}/${entry.image}`);
    const destination = destinationOf(config, target.registry, entry, pins);
    const { origin } = image;
    const pools = origin.kind === "upstream" ? [poolOfHost(config, origin.host)] : [];
    const step: Step = { kind: "copy", image: entry.image, target: target.name, destination };
    draft.add(id, step, [...new Set([...pools, poolOfRegistry(target.registry)])]);
    draft.connect(id, originNode(image), entry.place);
    for (const each of gates) draft.connect(each, id, entry.place);
    if (file !== undefined) {
      draft.connect(id, file.room, entry.place);
      draft.connect(file.save, id, entry.place);
    }
    if (isCertified(config, target)) {
      const certify = asNodeId(`certify:${target.name}/${entry.image}`);
      draft.add(certify, { ...step, kind: "certify" }, [poolOfRegistry(target.registry)]);
      draft.connect(certify, id, entry.place);
      draft.connect(gate, certify, entry.place);
    }
  }
}

/** With a key of Red Hat's portal, images are also taken through certification. */
function isCertified(config: Config, target: Target): boolean {
  const registry = config.registries.get(target.registry);
  return registry?.type === "rhcr" && registry.apiKey !== undefined;
}

function addBundle(draft: Draft, config: Config, bundle: Bundle): void {
  const id = asNodeId(`bundle:${bundle.name}`);
  const registry = config.targets.get(bundle.to.target)?.registry ?? "";
  const destination = { registry, component: bundle.to.component, ...splitTag(bundle.to.as) };
  draft.add(id, { kind: "bundle", bundle: bundle.name, destination }, [poolOfRegistry(registry)], bundle.needs);
  if (isArchive(config, registry)) {
    draft.connect(id, roomNode(registry), bundle.place);
    draft.connect(saveNode(registry), id, bundle.place);
  }
  const images = config.targets.get(bundle.images ?? "");
  for (const { chart, place } of images?.charts ?? []) draft.connect(id, chartNode(chart), place);
  for (const entry of images?.entries ?? []) {
    draft.connect(id, asNodeId(`copy:${bundle.images}/${entry.image}`), bundle.place);
  }
}

/** A catalog names bundles by the digests that they have at their targets. */
function addCatalog(draft: Draft, config: Config, catalog: Catalog): void {
  const id = asNodeId(`catalog:${catalog.name}`);
  const registry = config.targets.get(catalog.to.target)?.registry ?? "";
  const destination = { registry, component: undefined, ...splitTag(catalog.to.as) };
  const needs = [...catalog.bundles, ...catalog.needs];
  draft.add(id, { kind: "catalog", catalog: catalog.name, destination }, [poolOfRegistry(registry)], needs);
  const base = config.images.get(catalog.base ?? "");
  if (base !== undefined) draft.connect(id, originNode(base), catalog.place);
  if (isArchive(config, registry)) {
    draft.connect(id, roomNode(registry), catalog.place);
    draft.connect(saveNode(registry), id, catalog.place);
  }
}

function addTask(draft: Draft, task: Task): void {
  draft.add(asNodeId(task.name), { kind: "script", task: task.name }, [THIS_MACHINE], task.needs);
}

function resolveNeeds(draft: Draft): Failure[] {
  const failures: Failure[] = [];
  const ids = draft.ids();
  const known = new Set<string>(ids);
  for (const { id, needs } of draft.needs()) {
    for (const need of needs) {
      const fits = globToTest(need.pattern);
      const found = known.has(need.pattern)
        ? [asNodeId(need.pattern)]
        : ids.filter((other) => fits(other) || fits(declaredName(other)));
      // Which copies there are of a chart's images is known when it has been rendered: till then its node stands in.
      if (/^copy:|^[*?{]/.test(need.pattern)) found.push(...ids.filter((other) => draft.isChart(other)));
      if (found.length === 0) failures.push(unknownNeed(id, need, ids));
      for (const to of found) if (to !== id || !isGlob(need.pattern)) draft.connect(id, to, need.place);
    }
  }
  return failures;
}

function unknownNeed(id: NodeId, need: Need, ids: readonly NodeId[]): Failure {
  const hint = isGlob(need.pattern) ? "List the names with: mirror graph" : didYouMean(need.pattern, ids);
  return {
    code: "config/unknown-need",
    class: "usage",
    message: `${id} needs "${need.pattern}", and there is nothing of that name`,
    place: need.place,
    ...(hint === undefined ? {} : { hint }),
  };
}
