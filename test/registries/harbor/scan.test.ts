import assert from "node:assert/strict";
import { test } from "uvu";
import { createHttp } from "../../../src/oci/http/index.ts";
import { parseDigest } from "../../../src/oci/index.ts";
import { openApi } from "../../../src/registries/api.ts";
import { requestScan, robotOf, scanState } from "../../../src/registries/index.ts";
import { startHarbor } from "../../rig/harbor.ts";

const signal = new AbortController().signal;
const digest = parseDigest(`sha256:${"a".repeat(64)}`, "a test");
const artifact = { project: "mlrun", repository: "kfp/api-server", digest } as const;
const mime = "application/vnd.security.vulnerability.report; version=1.1";
const overview = (report: object) => ({ scan_overview: { [mime]: report } });

for (const [what, answer, expected] of [
  [
    "a scan that found something",
    overview({
      scan_status: "Success",
      severity: "High",
      summary: { total: 7, fixable: 3, summary: { Critical: 0, High: 2, Low: 5 } },
    }),
    {
      kind: "scanned",
      worst: "high",
      found: new Map([
        ["high", 2],
        ["low", 5],
      ]),
      fixable: 3,
    },
  ],
  [
    "a scan that found nothing",
    overview({ scan_status: "Success", severity: "None", summary: { total: 0, fixable: 0, summary: {} } }),
    { kind: "scanned", worst: "none", found: new Map(), fixable: 0 },
  ],
  ["a scan at work", overview({ scan_status: "Running", complete_percent: 40 }), { kind: "scanning", percent: 40 }],
  ["a scan that broke", overview({ scan_status: "Error" }), { kind: "failed", status: "Error" }],
  ["no scan", {}, { kind: "unscanned" }],
] as const) {
  test(`${what} is told`, () =>
    withApi(async (api, scans) => {
      scans.set(`kfp/api-server@${digest}`, answer);
      assert.deepEqual(await scanState(api, artifact, signal), expected);
    }));
}

test("an artifact that is not there is told, and one that is can be scanned", () =>
  withApi(async (api, scans, log) => {
    assert.deepEqual(await scanState(api, artifact, signal), { kind: "missing" });
    scans.set(`kfp/api-server@${digest}`, {});
    assert.equal(await requestScan(api, artifact, signal), "asked");
    assert.ok(log.some((line) => line.startsWith("POST /api/v2.0/projects/mlrun/repositories/kfp%252Fapi-server/")));
  }));

test("a robot account's name tells its project", () => {
  assert.deepEqual(robotOf("robot$ci"), { name: "ci", project: undefined });
  assert.deepEqual(robotOf("robot$mlrun+ci"), { name: "ci", project: "mlrun" });
  assert.equal(robotOf("admin"), undefined);
});

async function withApi(
  check: (api: ReturnType<typeof openApi>, scans: Map<string, object>, log: readonly string[]) => Promise<void>,
): Promise<void> {
  const accounts = { robot$ci: { password: "secret", role: "none" } } as const;
  const harbor = await startHarbor({ storage: "127.0.0.1:9", accounts });
  const http = createHttp();
  const credentials = async () => ({ kind: "basic", username: "robot$ci", password: "secret" }) as const;
  try {
    await check(
      openApi({ host: harbor.host, url: `http://${harbor.host}`, http, credentials }),
      harbor.scans,
      harbor.log,
    );
  } finally {
    http.close();
    await harbor.stop();
  }
}

test.run();
