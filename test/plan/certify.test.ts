import assert from "node:assert/strict";
import { test } from "uvu";
import { select } from "../../src/plan/index.ts";
import { idsOf, needsOf, withGraph } from "./rig.ts";

const COMPONENT = "65f0c2a1b3d4e5f60718293a";
const release = (key: string): string => `version: 1
registries:
  rhcr: { type: rhcr, vendor: seldonio${key} }
  quay: { type: quay, namespace: seldon, token: "\${env:T}" }
images:
  app: { from: quay.io/team/app, version: "1.2" }
targets:
  certified: { registry: rhcr, images: { app: { as: app, component: ${COMPONENT} } } }
  community: { registry: quay, images: [app], scanned: { max: high } }
`;
const KEYED = release(', apiKey: "${' + 'env:K}"');

test("with a key an image is certified between its copy and the gate", () =>
  withGraph(KEYED, (graph) => {
    assert.deepEqual(needsOf(graph, "certify:certified/app"), ["copy:certified/app"]);
    assert.deepEqual(needsOf(graph, "published:certified"), ["copy:certified/app", "certify:certified/app"]);
    assert.ok(!idsOf(graph).includes("certify:community/app"));
  }));

test("without a key nothing is submitted", () =>
  withGraph(release(""), (graph) => {
    assert.deepEqual(needsOf(graph, "published:certified"), ["copy:certified/app"]);
    assert.deepEqual(
      idsOf(graph).filter((id) => id.startsWith("certify:")),
      [],
    );
  }));

test("a target, and an image by its own name, mean certification and scans too", () =>
  withGraph(KEYED, (graph) => {
    const chosen = (names: string[], targets: string[]) => idsOf(select(graph, { names, targets }));
    assert.ok(chosen([], ["certified"]).includes("certify:certified/app"));
    assert.ok(chosen([], ["community"]).includes("scanned:community"));
    assert.ok(chosen(["app"], []).includes("certify:certified/app"));
    const all = chosen([], []);
    assert.ok(all.includes("certify:certified/app") && all.includes("scanned:community"));
    assert.ok(!all.includes("published:community"), "a gate that nobody needs is not asked");
  }));

test.run();
