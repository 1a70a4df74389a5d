import assert from "node:assert/strict";
import { test } from "uvu";
import { type GraphNode, renderGraph } from "../../src/report/index.ts";

const quickstart: readonly GraphNode[] = [
  { id: "build:operator", needs: [] },
  { id: "pin:deploy", needs: [] },
  { id: "copy:certified/operator", needs: ["build:operator"] },
  { id: "copy:certified/deploy", needs: ["pin:deploy"] },
  { id: "published:certified", needs: ["copy:certified/operator", "copy:certified/deploy"] },
  { id: "bundle:seldon", needs: ["published:certified", "copy:certified/operator"] },
  { id: "build_push_cert", needs: ["bundle:seldon"] },
  { id: "notify", needs: [] },
];

test("a tree starts at what nobody needs, and shows a subtree once", () => {
  assert.equal(
    renderGraph(quickstart, "tree"),
    `build_push_cert
└─ bundle:seldon
   ├─ published:certified
   │  ├─ copy:certified/operator
   │  │  └─ build:operator
   │  └─ copy:certified/deploy
   │     └─ pin:deploy
   └─ copy:certified/operator  … see above
notify
`,
  );
});

const names = ["mysql", "redis", "grafana", "jupyter", "nuclio", "mlrun-api", "spark-operator"];
const wide: readonly GraphNode[] = [
  ...names.map((name) => ({ id: `pin:${name}`, needs: [] })),
  { id: "build:operator", needs: [] },
  ...names.map((name) => ({ id: `copy:harbor/${name}`, needs: [`pin:${name}`] })),
  { id: "copy:harbor/operator", needs: ["build:operator"] },
  { id: "published:harbor", needs: [...names, "operator"].map((name) => `copy:harbor/${name}`) },
  { id: "notify", needs: ["published:harbor", ...names.map((name) => `copy:harbor/${name}`)] },
];

test("many siblings of one kind stand as one branch with their names", () => {
  assert.equal(
    renderGraph(wide, "tree", 60),
    `notify
├─ published:harbor
│  └─ copy:harbor/* (8)
│     │ mysql           redis           grafana
│     │ jupyter         nuclio          mlrun-api
│     │ spark-operator  operator
│     ├─ pin:* (7)  one for each but operator
│     └─ build:operator
└─ copy:harbor/* (7)  … see above
`,
  );
});

test("siblings that are only referred to stand as one branch, however few", () => {
  const copies = ["a", "b"].map((name) => ({ id: `copy:x/${name}`, needs: [`pin:${name}`] }));
  const pins = ["a", "b"].map((name) => ({ id: `pin:${name}`, needs: [] }));
  const needs = copies.map(({ id }) => id);
  const nodes = [...pins, ...copies, { id: "published:x", needs }, { id: "task", needs: ["published:x", ...needs] }];
  assert.equal(
    renderGraph(nodes, "tree"),
    `task
├─ published:x
│  ├─ copy:x/a
│  │  └─ pin:a
│  └─ copy:x/b
│     └─ pin:b
└─ copy:x/* (2)  … see above
`,
  );
});

test("siblings that need one each of the same names do not repeat the names", () => {
  const nodes = wide.filter(
    ({ id }) => id.startsWith("pin:") || (id.startsWith("copy:") && id !== "copy:harbor/operator"),
  );
  const lines = renderGraph(nodes, "tree").trimEnd().split("\n");
  assert.equal(lines[0], "copy:harbor/* (7)");
  assert.equal(lines.at(-1), "└─ pin:* (7)  one for each");
});

test("a tree of many layers with shared needs stays as small as its graph", () => {
  const layers = Array.from({ length: 40 }, (_, layer) =>
    ["a", "b"].map((side) => ({ id: `${side}${layer}`, needs: layer === 0 ? [] : [`a${layer - 1}`, `b${layer - 1}`] })),
  );
  const lines = renderGraph(layers.flat(), "tree").trimEnd().split("\n");
  assert.ok(lines.length <= 160, `${lines.length} lines`);
});

test("a flow chart points from what is needed to what needs it, whatever is in a name", () => {
  const nodes = [
    { id: 'a"#1', needs: [] },
    { id: "copy:harbor/b", needs: ['a"#1'] },
  ];
  assert.equal(
    renderGraph(nodes, "mermaid"),
    `flowchart LR
  n0["a#quot;#35;1"]
  n1["copy:harbor/b"]
  n0 --> n1
`,
  );
});

test("a digraph quotes every name", () => {
  const nodes = [
    { id: 'a"\\', needs: [] },
    { id: "b", needs: ['a"\\'] },
  ];
  assert.equal(
    renderGraph(nodes, "dot"),
    `digraph mirror {
  rankdir=LR;
  node [shape=box];
  "a\\"\\\\";
  "b";
  "a\\"\\\\" -> "b";
}
`,
  );
});

test("the JSON form reads back as it was", () => {
  assert.deepEqual(JSON.parse(renderGraph(quickstart, "json")), { nodes: quickstart });
});

for (const format of ["tree", "mermaid", "dot", "json"] as const) {
  test(`an empty graph has a form in ${format}`, () => assert.doesNotThrow(() => renderGraph([], format)));
}

test.run();
