import assert from "node:assert/strict";
import { test } from "uvu";
import { stringify } from "yaml";
import { findImages } from "../../../src/charts/find/index.ts";
import { pick, randomFrom, styles } from "./random.ts";
import { find, fixture } from "./rig.ts";

/** Wide enough that no image is broken over two lines. */
const WIDTHS = [0, 200];
const SEED = Number(process.env.SEED ?? 1);

test("line and column of every place point at its text, in the fixtures", () => {
  for (const name of ["hiding-places.yaml", "nasty.yaml"]) checkPlaces(fixture(name));
});

test("images are found once each, where they stand, however deep in texts in texts they are", () => {
  const random = randomFrom(SEED);
  let exact = 0;
  let all = 0;
  for (let round = 0; round < 1000; round++) {
    const images: string[] = [];
    const text = stringify({ kind: "Toy", spec: node(random, 4, images) }, styles(random, WIDTHS));
    const places = checkPlaces(text);
    assert.deepEqual(places.map(({ written }) => written).sort(), images.sort(), `seed ${SEED}\n${text}`);
    for (const { exactness, written, text: there } of places) {
      // A long scalar may break its line with a backslash inside an image.
      if (exactness === "exact") assert.ok(written.startsWith(there.replace(/\\$/, "")), text);
    }
    exact += places.filter(({ exactness }) => exactness === "exact").length;
    all += places.length;
  }
  assert.ok(all > 1000 && exact / all > 0.95, `${exact} of ${all} are exact`);
});

test("the work of reading manifests grows with their size, and no faster", () => {
  workOf(manyDeployments(500_000));
  const [small, large] = [workOf(manyDeployments(1_000_000)), workOf(manyDeployments(8_000_000))];
  // What would compare each with each takes 64 times as much.
  assert.ok(large.ms < 24 * small.ms, `${small.ms} ms and ${large.ms} ms`);
  assert.ok(large.images > 7 * small.images);
});

/** Work and not time: other tests run beside this one. */
function workOf(text: string): { ms: number; images: number } {
  const before = process.cpuUsage();
  const { images, unread } = findImages([{ source: "all.yaml", text }]);
  const { user, system } = process.cpuUsage(before);
  assert.equal(unread.length, 0);
  return { ms: (user + system) / 1000, images: images.length };
}

function checkPlaces(text: string) {
  const lines = text.split("\n");
  const places = find(text).images.flatMap((finding) => finding.places);
  for (const { line, column, text: there, path } of places) {
    assert.ok(
      there.length > 0 && lines[line - 1]?.startsWith(there, column - 1),
      `${path} at ${line}:${column}\n${text}`,
    );
  }
  return places;
}

function node(random: () => number, depth: number, images: string[]): unknown {
  const choice = random();
  if (depth === 0 || choice < 0.25) {
    const image = `quay.io/team/app-${images.length}:1.${images.length}`;
    images.push(image);
    return { image };
  }
  const below = () => node(random, depth - 1, images);
  if (choice < 0.5) return { first: below(), second: pick(random, ["x", "it's", 8, "a: b\n"]), "th.ird": below() };
  if (choice < 0.7) return [below(), below()];
  if (choice < 0.85) return JSON.stringify({ below: below() });
  return stringify({ nested: below(), name: "x" }, styles(random, WIDTHS));
}

function manyDeployments(size: number): string {
  const documents: string[] = [];
  for (let length = 0; length < size; length += documents.at(-1)?.length ?? 0) {
    documents.push(deployment(documents.length));
  }
  return documents.join("");
}

const deployment = (index: number): string => `---
# Source: big/templates/deployment-${index}.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${index}
  labels:
    app.kubernetes.io/name: app-${index}
spec:
  template:
    spec:
      containers:
        - name: main
          image: "quay.io/team/app-${index}:1.2.${index}"
          imagePullPolicy: IfNotPresent
          args: ["--a", "b", --image=docker.io/x/y:${index}]
          env:
            - name: FOO
              value: "bar"
            - name: X_IMAGE
              value: quay.io/x/y:1
          ports:
            - name: http
              containerPort: 80
          livenessProbe:
            httpGet: { path: /healthz, port: http }
          resources:
            limits:
              cpu: 100m
              memory: 128Mi
`;

test.run();
