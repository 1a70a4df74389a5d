import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import type { Failed } from "../../../src/failure/index.ts";
import { indexOf, packChart } from "../../rig/chart-repository.ts";
import { withBench } from "./rig.ts";

const minio = await packChart("minio", "4.0.2");
const nuclio = await packChart("nuclio", "0.19.5");
const login = "robot:secret";

test("credentials are asked for when the server wants some, and sent to it alone", () =>
  withBench(async ({ chart, vendor, failing, server }) => {
    const seen: (string | undefined)[] = [];
    const store = await server([minio], {
      answer: (request) => {
        seen.push(request.headers.authorization);
        return false;
      },
    });
    const { url, files, log } = await server([minio], { login });
    const store2 = store.url.replace("127.0.0.1", "localhost");
    files.set(
      "index.yaml",
      indexOf([minio], () => ({ urls: [`${store2}/minio-4.0.2.tgz`] })),
    );
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]);
    const asked: string[] = [];
    const credentials = async (from: URL) => {
      asked.push(from.host);
      return { kind: "basic", username: "robot", password: "secret" } as const;
    };
    assert.equal((await vendor(folder, { credentials })).dependencies[0]?.from, `${store2}/minio-4.0.2.tgz`);
    assert.deepEqual(asked, [new URL(url).host]);
    assert.deepEqual(seen, [undefined]);
    assert.deepEqual(log, ["GET /charts/index.yaml 401", "GET /charts/index.yaml 200"]);
    const [failure] = await failing(folder);
    assert.equal(failure?.code, "charts/unauthorized");
    assert.match(failure?.message ?? "", /wants credentials for http:.*index\.yaml, and there are none/);
    assert.deepEqual(failure?.detail, ["status 401", "log in"]);
    const wrong = async () => ({ kind: "basic", username: "robot", password: "wrong" }) as const;
    const refused = await vendor(folder, { credentials: wrong }).catch((error: Failed) => error);
    assert.match((refused as Failed).message, /does not accept the credentials of robot for http:.*index\.yaml/);
  }));

test("a server that fails for a moment is asked again, and one that keeps failing is named", () =>
  withBench(async ({ chart, vendor, failing, server }) => {
    let failures = 2;
    const { url } = await server([minio], {
      answer: (_, response) => {
        if (failures-- <= 0) return false;
        response.writeHead(503).end();
        return true;
      },
    });
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]);
    await vendor(folder);
    failures = 100;
    const [failure] = await failing(folder);
    assert.equal(failure?.code, "charts/bad-answer");
    assert.equal(failure?.class, "transient");
    assert.equal(failure?.message, `${new URL(url).host} answered ${url}/index.yaml with status 503`);
  }));

test("an index is sent compressed where the server can", () =>
  withBench(async ({ chart, vendor, failing, server }) => {
    let body = gzipSync(indexOf([minio]));
    const { url } = await server([minio], {
      answer: (request, response) => {
        if (request.headers["accept-encoding"] !== "gzip") return false;
        response.writeHead(200, { "content-encoding": "gzip" }).end(body);
        return true;
      },
    });
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]);
    assert.equal((await vendor(folder)).dependencies[0]?.version, "4.0.2");
    body = body.subarray(0, -9);
    assert.equal((await failing(folder))[0]?.code, "charts/bad-index");
  }));

test("redirects are followed", () =>
  withBench(async ({ chart, vendor, server }) => {
    const real = await server([minio]);
    const { url } = await server([], {
      answer: (request, response) => {
        response.writeHead(302, { location: new URL(request.url ?? "", real.url).href }).end();
        return true;
      },
    });
    const { dependencies } = await vendor(chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]));
    assert.equal(dependencies[0]?.version, "4.0.2");
  }));

test("an index without digests will do, and the digest is told all the same", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url, files, stop } = await server([minio]);
    files.set(
      "index.yaml",
      indexOf([minio], () => ({ digest: undefined })),
    );
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]);
    const online = await vendor(folder);
    assert.match(online.dependencies[0]?.digest ?? "", /^sha256:[0-9a-f]{64}$/);
    await stop();
    assert.equal((await vendor(folder, { network: "offline" })).folder, online.folder);
  }));

test("a URL that is no repository is told from a repository without the chart", () =>
  withBench(async ({ chart, failing, server }) => {
    const { url, files } = await server([nuclio]);
    const code = async (repository: string) =>
      (await failing(chart("ce", [{ name: "minio", version: "4.0.2", repository }])))[0]?.code;
    assert.equal(await code(url), "charts/unknown-chart");
    assert.equal(await code(`${url}/stable`), "charts/not-found");
    files.set("index.yaml", "<html>");
    assert.equal(await code(url), "charts/bad-index");
    files.set("index.yaml", indexOf([minio]));
    assert.equal(await code(url), "charts/not-found", "the archive is gone");
  }));

test("an abort ends it", () =>
  withBench(async ({ chart, failing, server }) => {
    const { url } = await server([], { answer: () => true });
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]);
    const [failure] = await failing(folder, { signal: AbortSignal.timeout(50) });
    assert.equal(failure?.class, "cancelled");
  }));

test.run();
