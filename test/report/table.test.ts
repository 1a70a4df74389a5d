import assert from "node:assert/strict";
import { test } from "uvu";
import { renderTable } from "../../src/report/index.ts";
import { widthOf } from "../../src/report/width.ts";

const head = ["IMAGE", "FROM", "VERSION"];
const rows = [
  ["mysql", "docker.io/library/mysql", "8.0"],
  ["deploy", "docker.io/seldonio/seldon-deploy-server-ubi", "1.2.1"],
  ["漢字", "quay.io/x", ""],
];

test("columns are as wide as their widest cell", () => {
  assert.equal(
    renderTable({ head, rows, color: "off", width: undefined }),
    `IMAGE   FROM                                         VERSION
mysql   docker.io/library/mysql                      8.0
deploy  docker.io/seldonio/seldon-deploy-server-ubi  1.2.1
漢字    quay.io/x
`,
  );
});

test("where the table is wider than the terminal the widest column is cut", () => {
  assert.equal(
    renderTable({ head, rows, color: "off", width: 40 }),
    `IMAGE   FROM                     VERSION
mysql   docker.io/library/mysql  8.0
deploy  docker.io/seldonio/sel…  1.2.1
漢字    quay.io/x
`,
  );
});

test("a row fits the terminal down to cells that still say something", () => {
  for (let width = 30; width < 70; width++) {
    for (const line of renderTable({ head, rows, color: "off", width }).split("\n")) assert.ok(widthOf(line) <= width);
  }
});

test("heads stand out where colours are on, and cells cannot bring their own", () => {
  const table = renderTable({ head: ["A"], rows: [["\x1b[31mx\x1b[0m\ny"]], color: "on", width: undefined });
  assert.equal(table, "\x1b[1mA\x1b[22m\nx y\n");
});

test("a row that is too short has empty cells", () => {
  assert.equal(renderTable({ head: ["A", "B"], rows: [["1"]], color: "off", width: 20 }), "A  B\n1\n");
});

test.run();
