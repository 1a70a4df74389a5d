import assert from "node:assert/strict";
import { test } from "uvu";
import { digestOf } from "../../../src/oci/index.ts";
import type { ApiAnswer, RegistryApi } from "../../../src/registries/api.ts";
import { harborScan } from "../../../src/registries/scans/harbor.ts";

const digest = digestOf(Buffer.from("an image"));
const signal = new AbortController().signal;

/** Harbor with one image and what its scanner says of it; a scan that is asked for is answered so. */
function harbor(overview: object | undefined, asked = 202) {
  const calls: string[] = [];
  const api: RegistryApi = {
    host: "harbor.example.com",
    account: async () => "admin",
    call: async ({ method, path }): Promise<ApiAnswer> => {
      calls.push(`${method} ${path.split("?")[0]}`);
      const body = overview === undefined ? {} : { scan_overview: { report: overview } };
      const answer = { headers: {}, text: "" };
      return method === "POST" ? { ...answer, status: asked, body: undefined } : { ...answer, status: 200, body };
    },
  };
  return { calls, scan: () => harborScan(api, "mlrun/team/app", digest, signal) };
}

test("what Harbor's scanner found is counted by severity, and what it cannot rate is low", async () => {
  const summary = { total: 6, fixable: 2, summary: { Critical: 1, High: 2, Unknown: 3 } };
  const scan = await harbor({ scan_status: "Success", severity: "Critical", summary }).scan();
  assert.ok(scan.kind === "scanned");
  assert.deepEqual(Object.fromEntries(scan.found), { critical: 1, high: 2, low: 3 });
});

test("an image that nobody has scanned is scanned, and waited for", async () => {
  const { calls, scan } = harbor(undefined);
  assert.deepEqual(await scan(), { kind: "pending" });
  assert.match(
    calls.at(-1) ?? "",
    /^POST .*\/projects\/mlrun\/repositories\/team%252Fapp\/artifacts\/sha256:\w+\/scan$/,
  );
});

test("a scan under way is waited for; what cannot be scanned is not taken for scanned", async () => {
  assert.deepEqual(await harbor({ scan_status: "Running" }).scan(), { kind: "pending" });
  assert.equal((await harbor(undefined, 422).scan()).kind, "impossible");
});

test.run();
