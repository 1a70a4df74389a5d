import assert from "node:assert/strict";
import { test } from "uvu";
import { waysOf } from "../../src/registries/index.ts";
import { withConfig } from "../config/temp-config.ts";

const publication = { path: "tools/mysql", component: undefined };

for (const [declaration, pushedTo, publicName] of [
  ["{ type: oci, host: r.example.com, prefix: team }", "team/tools/mysql", "r.example.com/team/tools/mysql"],
  ["{ type: oci, host: 'r.example.com:5000' }", "tools/mysql", "r.example.com:5000/tools/mysql"],
  ["{ type: dockerhub, namespace: seldonio }", "seldonio/tools/mysql", "docker.io/seldonio/tools/mysql"],
  ["{ type: harbor, host: h.example.com, project: mlrun }", "mlrun/tools/mysql", "h.example.com/mlrun/tools/mysql"],
  ["{ type: quay, namespace: seldon }", "seldon/tools/mysql", "quay.io/seldon/tools/mysql"],
  ["{ type: quay, host: q.example.com, namespace: seldon }", "seldon/tools/mysql", "q.example.com/seldon/tools/mysql"],
  ["{ type: embedded, folder: r, host: h.example.com }", "tools/mysql", "h.example.com/tools/mysql"],
  ["{ type: embedded, folder: r }", "tools/mysql", "here.localhost/tools/mysql"],
] as const) {
  test(`${declaration} is pulled as ${publicName}`, () =>
    withConfig(`version: 1\nregistries: { here: ${declaration} }\n`, {}, (config) => {
      const registry = config.registries.get("here");
      assert.ok(registry);
      const ways = waysOf(registry);
      assert.equal(ways.pushedTo(publication), pushedTo);
      const { host, repository } = ways.publicName(publication);
      assert.equal(`${host}/${repository}`, publicName);
      assert.equal(ways.stateOf, undefined);
    }));
}

test.run();
