import assert from "node:assert/strict";
import { test } from "uvu";
import { parseDigest } from "../../src/oci/index.ts";
import { layOut, type Step } from "../../src/plan/index.ts";
import { renderFailure } from "../../src/report/failure.ts";
import { withConfig } from "../config/temp-config.ts";
import { failuresInGraph, idsOf, needsOf, RELEASE, RELEASE_FILES, withGraph } from "./rig.ts";

test("nodes come from images, targets, bundles and tasks, each after what it needs", () =>
  withGraph(
    RELEASE,
    (graph) => {
      const ids = idsOf(graph);
      assert.deepEqual([...ids].sort(), [
        "all",
        "bundle:operator",
        "copy:certified/app",
        "copy:harbor/app",
        "copy:harbor/mysql",
        "pin:app",
        "pin:mysql",
        "published:certified",
        "published:harbor",
        "release",
      ]);
      for (const { id, needs } of graph.nodes.values()) {
        for (const need of needs) assert.ok(ids.indexOf(need) < ids.indexOf(id), `${need} stands before ${id}`);
      }
    },
    RELEASE_FILES,
  ));

test("a bundle needs the images that its manifests name, and the gate before it", () =>
  withGraph(
    RELEASE,
    (graph) => assert.deepEqual(needsOf(graph, "bundle:operator"), ["copy:certified/app", "published:certified"]),
    RELEASE_FILES,
  ));

test("a glob in needs is every node that fits it", () =>
  withGraph(
    RELEASE,
    (graph) =>
      assert.deepEqual(needsOf(graph, "all").sort(), [
        "copy:certified/app",
        "copy:harbor/app",
        "copy:harbor/mysql",
        "release",
      ]),
    RELEASE_FILES,
  ));

test("a copy takes a place with the host it reads and with the registry it writes", () =>
  withGraph(
    RELEASE,
    (graph) => {
      const copy = [...graph.nodes.values()].find(({ id }) => id === "copy:harbor/mysql");
      assert.deepEqual(copy?.pools, ["host:docker.io", "registry:harbor"]);
    },
    RELEASE_FILES,
  ));

test("the tag of a version rule is unknown until it is pinned, and then names the destination", () =>
  withConfig(RELEASE, RELEASE_FILES, (config) => {
    const destinationOf = (pins: Parameters<typeof layOut>[1]) => {
      const step = [...layOut(config, pins).nodes.values()].find(({ id }) => id === "copy:certified/app")?.step;
      return step?.kind === "copy" ? `${step.destination.path}:${step.destination.tag}` : "no copy";
    };
    assert.equal(destinationOf(new Map()), "certified-app:undefined");
    const digest = parseDigest(`sha256:${"a".repeat(64)}`, "a test");
    const pin = { image: "app", repository: "quay.io/team/app", tag: "v1.4.2", digest, mediaType: "x", size: 1 };
    assert.equal(destinationOf(new Map([["app", { kind: "pinned", pin }]])), "certified-app:v1.4.2");
  }));

test("nodes that need each other are shown with the place of every edge", async () => {
  const [failure] = await failuresInGraph(`version: 1
tasks:
  build: { needs: [test] }
  test:
    needs: [lint]
  lint: { needs: ["bui*"] }
`);
  assert.ok(failure);
  assert.equal(
    renderFailure(failure, { color: "off" }),
    `mirror.config.yaml:3:20: error config/cycle: These need each other in a circle: build → test → lint → build
  build needs test: mirror.config.yaml:3:20
  3 |   build: { needs: [test] }
    |                    ^^^^
  test needs lint: mirror.config.yaml:5:13
  5 |     needs: [lint]
    |             ^^^^
  lint needs build: mirror.config.yaml:6:19
  6 |   lint: { needs: ["bui*"] }
    |                   ^^^^^^
  Take one of these needs away`,
  );
});

test("a node that needs itself is a cycle of one", async () => {
  const [failure] = await failuresInGraph("version: 1\ntasks:\n  again: { needs: [again] }\n");
  assert.equal(failure?.message, "These need each other in a circle: again → again");
});

test("a glob in a task's own needs does not include the task", () =>
  withGraph(
    "version: 1\ntasks:\n  a-1: { needs: ['a-*'] }\n  a-2: { needs: [b] }\n  b: { needs: [], run: t.mjs }\n",
    (graph) => {
      assert.deepEqual(needsOf(graph, "a-1"), ["a-2"]);
    },
    { files: { "t.mjs": "" } },
  ));

test("a glob that fits nothing is told with its place", async () => {
  const [failure] = await failuresInGraph('version: 1\ntasks:\n  a: { needs: ["copy:nowhere/*"] }\n');
  assert.equal(failure?.code, "config/unknown-need");
  assert.equal(failure?.place?.line, 3);
});

test("two images that would get one name at a target are told before anything is sent", async () => {
  const [failure] = await failuresInGraph(`version: 1
registries:
  harbor: { type: harbor, host: harbor.example.com, project: mlrun }
images:
  mysql: { from: docker.io/library/mysql, version: "8.0" }
  pipelines-db: { from: gcr.io/ml-pipeline/mysql, version: "8.0" }
targets:
  harbor: { registry: harbor, images: [mysql, pipelines-db] }
`);
  assert.equal(failure?.code, "config/collision");
  assert.match(
    failure?.message ?? "",
    /copy:harbor\/pipelines-db and copy:harbor\/mysql would both be published as harbor: mysql:8\.0/,
  );
  assert.equal(failure?.related?.length, 1);
});

test("a template may keep the path, name the host, and choose the tag", () =>
  withGraph(
    `version: 1
registries:
  flat: { type: oci, host: r.example.com }
images:
  mysql: { from: gcr.io/ml-pipeline/mysql, version: "8.0" }
targets:
  flat: { registry: flat, images: [mysql], as: "\${registry}/\${path}/\${name}-\${image}:v\${tag}" }
`,
    (graph) => {
      const step = stepOf(graph.nodes.values(), "copy:flat/mysql");
      assert.ok(step?.kind === "copy");
      assert.equal(`${step.destination.path}:${step.destination.tag}`, "gcr.io/ml-pipeline/mysql/mysql-mysql:v8.0");
    },
  ));

test("flat is the last part and the tag, and a host's port is part of a name without its colon", () =>
  withGraph(
    `version: 1
registries:
  one: { type: oci, host: r.example.com }
images:
  mysql: { from: "r.example.com:5000/ml-pipeline/mysql", version: "8.0" }
targets:
  flat: { registry: one, images: [mysql], as: flat }
  deep: { registry: one, images: { mysql: "\${registry}/\${path}" } }
`,
    (graph) => {
      const named = ["copy:flat/mysql", "copy:deep/mysql"].map((name) => {
        const step = stepOf(graph.nodes.values(), name);
        return step?.kind === "copy" ? `${step.destination.path}:${step.destination.tag}` : "";
      });
      assert.deepEqual(named, ["mysql:8.0", "r.example.com-5000/ml-pipeline/mysql:8.0"]);
    },
  ));

test("a chain of two thousand tasks is laid out, each after the next", () =>
  withGraph(
    `version: 1\ntasks:\n  t0: { needs: ["t1"] }\n${Array.from({ length: 2_000 }, (_, i) => `  t${i + 1}: { needs: [${i < 1_999 ? `t${i + 2}` : "last"}] }\n`).join("")}  last: { run: t.mjs }\n`,
    (graph) => assert.equal(idsOf(graph)[0], "last"),
    { files: { "t.mjs": "" } },
  ));

function stepOf(nodes: Iterable<{ id: string; step: Step }>, name: string): Step | undefined {
  return [...nodes].find(({ id }) => id === name)?.step;
}

test.run();
