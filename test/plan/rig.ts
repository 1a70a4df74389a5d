import type { Config } from "../../src/config/index.ts";
import type { Graph } from "../../src/engine/index.ts";
import { type Failure, failuresOf } from "../../src/failure/index.ts";
import { layOut, type Step } from "../../src/plan/index.ts";
import { type Given, withConfig } from "../config/temp-config.ts";

/** Lays out the graph of a config that is given as text. */
export async function withGraph(
  text: string,
  check: (graph: Graph<Step>, config: Config) => void,
  given: Given = {},
): Promise<void> {
  await withConfig(text, given, (config) => check(layOut(config, new Map()), config));
}

/** What laying out a config that is right in itself finds wrong. */
export async function failuresInGraph(text: string, given: Given = {}): Promise<readonly Failure[]> {
  let found: readonly Failure[] = [];
  await withConfig(text, given, (config) => {
    try {
      layOut(config, new Map());
    } catch (thrown) {
      found = failuresOf(thrown);
    }
  });
  return found;
}

/** The names in a graph, in its order. */
export const idsOf = (graph: Graph<Step>): string[] => [...graph.nodes.keys()];

/** What a node needs. */
export function needsOf(graph: Graph<Step>, name: string): string[] {
  const node = [...graph.nodes.values()].find(({ id }) => id === name);
  return node === undefined ? [`there is no ${name}`] : [...node.needs];
}

/** Two images, two targets, a bundle and a task over them. */
export const RELEASE = `version: 1
registries:
  harbor: { type: harbor, host: harbor.example.com, project: mlrun }
  second: { type: oci, host: "registry.example.com:5000", prefix: team }
images:
  mysql: { from: docker.io/library/mysql, version: "8.0" }
  app: { from: quay.io/team/app, version: { range: ^1.2 } }
targets:
  harbor: { registry: harbor, images: ["*"] }
  certified: { registry: second, images: { app: certified-app } }
bundles:
  operator:
    manifests: manifests
    images: certified
    to: { target: certified, as: "operator-bundle:1.2.0" }
    needs: ["published:certified"]
tasks:
  release: { needs: ["bundle:operator"], run: tasks/release.mjs }
  all: { needs: ["copy:*", release] }
`;

export const RELEASE_FILES: Given = {
  files: {
    "manifests/operator.yaml": "kind: ClusterServiceVersion\n",
    "tasks/release.mjs": "export default () => {};\n",
  },
};
