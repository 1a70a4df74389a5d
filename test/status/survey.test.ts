import assert from "node:assert/strict";
import { suite } from "uvu";
import { renderStatus, renderStatusMarkdown, statusDocument } from "../../src/report/index.ts";
import { verdictOf } from "../../src/status/index.ts";
import { withConfig } from "../config/temp-config.ts";
import { type Catalog, startCatalog } from "../rig/catalog.ts";
import { errorAnswer, type ScriptedRegistry, startScriptedRegistry } from "../rig/scripted-registry.ts";
import { digestOf, indexBytes, locked, lockWith, manifestBytes, put, statesOf, surveyed } from "./rig.ts";

const status = suite("status");
let upstream: ScriptedRegistry;
let harbor: ScriptedRegistry;
let mirror: ScriptedRegistry;
let hosted: ScriptedRegistry;
let catalog: Catalog;

status.before.each(async () => {
  const started = await Promise.all([1, 2, 3, 4].map(() => startScriptedRegistry()));
  [upstream, harbor, mirror, hosted] = started as [
    ScriptedRegistry,
    ScriptedRegistry,
    ScriptedRegistry,
    ScriptedRegistry,
  ];
  catalog = await startCatalog();
});
status.after.each(async () => {
  await Promise.all([upstream, harbor, mirror, hosted, catalog].map((server) => server.stop()));
});

const component = (digit: number): string => String(digit).repeat(24);

const CONFIG = () => `version: 1
upstreams: { docker.io: { host: "${upstream.host}" } }
registries:
  harbor: { type: oci, host: "${harbor.host}" }
  mirror: { type: oci, host: "${mirror.host}" }
  rhcr: { type: rhcr, vendor: example, host: "${hosted.host}", scheme: http, catalog: "${catalog.base}" }
images:
  api: { from: docker.io/example/api, version: "1.0" }
  db: { from: docker.io/example/db, version: "8.0", hold: 8.0 is what the schema is tested with }
  cache: { from: docker.io/example/cache, version: "7" }
  ui: { from: docker.io/example/ui, version: "1.0" }
targets:
  harbor: { registry: harbor, images: ["*"] }
  mirror: { registry: mirror, images: [api, db, cache], tags: mutable, signatures: require }
  certified:
    registry: rhcr
    images:
      api: { component: "${component(1)}" }
      db: { component: "${component(2)}" }
      cache: { component: "${component(3)}" }
      ui: { component: "${component(4)}" }
`;

/** One image of each state, of those that a table can have. */
async function allStates(check: (given: Awaited<ReturnType<typeof surveyed>>) => void | Promise<void>): Promise<void> {
  const [api, db, cache, ui, other] = ["api", "db", "cache", "ui", "other"].map(manifestBytes) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  put(upstream, "example/api", "1.0", api);
  put(upstream, "example/db", "8.0", db);
  put(upstream, "example/cache", "7", other);
  put(upstream, "example/ui", "1.0", ui);
  put(harbor, "api", "1.0", api);
  put(harbor, "db", "8.0", other);
  put(harbor, "cache", "7", cache);
  const signed = put(mirror, "api", "1.0", api);
  put(mirror, "api", `${signed.replace(":", "-")}.sig`, manifestBytes("signature"));
  put(mirror, "db", "8.0", db);
  put(mirror, "cache", "7", other);
  for (const [digit, tag, bytes] of [
    [1, "1.0", api],
    [2, "8.0", db],
    [3, "7", cache],
    [4, "1.0", ui],
  ] as const) {
    put(hosted, `redhat-isv-containers/${component(digit)}`, tag, bytes);
  }
  catalog.repositories.set("example/api", [{ digest: digestOf(api), published: true }]);
  catalog.repositories.set("example/db", [{ digest: digestOf(db), published: false }]);
  catalog.repositories.set("example/cache", [
    { digest: digestOf(cache), published: false, certified: false, grading: "failed" },
  ]);
  const lock = lockWith({
    api: locked("api", "1.0", api),
    db: locked("db", "8.0", db),
    cache: locked("cache", "7", cache),
    ui: locked("ui", "1.0", ui),
  });
  const referenced = new Map([
    ["api", ["1.0"]],
    ["cache", ["6.2", "7"]],
  ]);
  await withConfig(CONFIG(), {}, async (config) => {
    await check(await surveyed(config, { lock, referenced }));
  });
}

status("every state of a cell, as a terminal shows it", () =>
  allStates((found) => {
    const other = digestOf(manifestBytes("other")).slice(0, 19);
    const [db, cache] = ["db", "cache"].map((name) => digestOf(manifestBytes(name)).slice(0, 19));
    assert.equal(
      renderStatus(found, { color: "off", width: undefined }),
      `IMAGE  VERSION  REFERENCED       harbor      mirror        certified  NOTES
api    1.0      1.0              up to date  up to date    published
db     8.0                       conflict    unsigned      certified  8.0 is what the schema is tested with; at harbor ${other}, not ${db}
cache  7        differs: 6.2, 7  tag moved   other digest  failed     upstream's tag is at ${other} now; at mirror ${other}, not ${cache}
ui     1.0                       missing                   pushed
db at certified: certified, see https://connect.redhat.com/component/view/${component(2)}/images
cache at certified: failed, see https://connect.redhat.com/component/view/${component(3)}/images
ui at certified: pushed, see https://connect.redhat.com/component/view/${component(4)}/images
in conflict, 4 of 11 in place: 1 in conflict with an immutable tag at harbor (db); 1 missing at harbor (ui); 1 at another digest at mirror (cache); 1 unsigned at mirror (db); 1 failed at certified (cache); the publication of registry.connect.redhat.com/example/db; the certification of registry.connect.redhat.com/example/ui; 1 tag moved upstream since the lock
`,
    );
    assert.equal(verdictOf(found).exitCode, 3);
  }),
);

status("the same as a table for a pull request", () =>
  allStates((found) => {
    const text = renderStatusMarkdown(found);
    const [head, rule, api, db] = text.split("\n");
    assert.match(
      head ?? "",
      /^\| Image \| Version \| Referenced {6}\| harbor {5}\| mirror {7}\| certified +\| Notes +\|$/,
    );
    assert.match(rule ?? "", /^\|( -+ \|){7}$/);
    assert.match(api ?? "", /^\| api {3}\| 1\.0 {5}\| 1\.0 {13}\| up to date \| up to date {3}\| published +\| +\|$/);
    assert.ok(
      db?.includes(
        `| conflict   | unsigned     | [certified](https://connect.redhat.com/component/view/${component(2)}/images) |`,
      ),
      db,
    );
    assert.match(text, /\n\n\*\*in conflict, 4 of 11 in place: .*\*\*\n$/);
    // Every line of the table is as wide as the others, so that it reads as one before it is rendered too.
    assert.equal(
      new Set(
        text
          .split("\n")
          .slice(0, 6)
          .map((line) => line.length),
      ).size,
      1,
    );
  }),
);

status("the same for other programs", () =>
  allStates((found) => {
    const document = JSON.parse(JSON.stringify(statusDocument(found)));
    assert.equal(document.state, "conflict");
    assert.deepEqual([document.done, document.of, document.exitCode], [4, 11, 3]);
    assert.deepEqual(document.images[3].targets, {
      harbor: { state: "missing" },
      certified: {
        state: "pushed",
        digest: digestOf(manifestBytes("ui")),
        whose: "theirs",
        waitsFor: "the certification of registry.connect.redhat.com/example/ui",
        link: `https://connect.redhat.com/component/view/${component(4)}/images`,
      },
    });
  }),
);

const simple = (images: string, target: string): string => `version: 1
upstreams: { docker.io: { host: "${upstream.host}" } }
registries: { harbor: { type: oci, host: "${harbor.host}" } }
images: ${images}
targets: { harbor: { registry: harbor, ${target} } }
`;

status("without a lock the registries say what belongs to the release, and a complete one ends with 0", async () => {
  const bytes = manifestBytes("api");
  put(upstream, "example/api", "1.0", bytes);
  put(harbor, "api", "1.0", bytes);
  await withConfig(
    simple('{ api: { from: docker.io/example/api, version: "1.0" } }', 'images: ["*"]'),
    {},
    async (config) => {
      const found = await surveyed(config);
      assert.deepEqual(statesOf(found), ["api harbor up-to-date"]);
      assert.deepEqual(verdictOf(found), { state: "complete", done: 1, of: 1, waitsFor: [], exitCode: 0 });
      assert.match(renderStatus(found, { color: "off", width: undefined }), /\ncomplete: 1 of 1 in place\n$/);
    },
  );
});

status("a lock of another version is not believed", async () => {
  const [old, fresh] = [manifestBytes("old"), manifestBytes("fresh")];
  put(upstream, "example/api", "2.0", fresh);
  put(harbor, "api", "2.0", fresh);
  await withConfig(
    simple('{ api: { from: docker.io/example/api, version: "2.0" } }', 'images: ["*"]'),
    {},
    async (config) => {
      const found = await surveyed(config, { lock: lockWith({ api: locked("api", "1.0", old) }) });
      assert.deepEqual(statesOf(found), ["api harbor up-to-date"]);
    },
  );
});

status("what is left of an index for the chosen platforms is up to date; another selection is not", async () => {
  const parts = { "linux/amd64": manifestBytes("amd64"), "linux/arm64": manifestBytes("arm64") };
  const whole = indexBytes(parts);
  put(upstream, "example/api", "1.0", whole);
  const config = simple(
    '{ api: { from: docker.io/example/api, version: "1.0" } }',
    'images: ["*"], platforms: [linux/amd64]',
  );
  await withConfig(config, {}, async (read) => {
    put(harbor, "api", "1.0", indexBytes({ "linux/amd64": parts["linux/amd64"] }));
    assert.deepEqual(statesOf(await surveyed(read)), ["api harbor up-to-date"]);
    const lock = lockWith({ api: locked("api", "1.0", whole, parts) });
    const before = upstream.log.length;
    assert.deepEqual(statesOf(await surveyed(read, { lock })), ["api harbor up-to-date"]);
    assert.deepEqual(
      upstream.log.slice(before).map(({ method }) => method),
      ["HEAD"],
    );
    put(harbor, "api", "1.0", indexBytes({ "linux/arm64": parts["linux/arm64"] }));
    assert.deepEqual(statesOf(await surveyed(read, { lock })), ["api harbor conflict"]);
  });
});

status("tags that the release does not know are listed when they are asked for, signatures left out", async () => {
  const bytes = manifestBytes("api");
  put(upstream, "example/api", "1.0", bytes);
  const digest = put(harbor, "api", "1.0", bytes);
  harbor.script = ({ path }) =>
    path === "/v2/api/tags/list"
      ? {
          status: 200,
          body: JSON.stringify({ name: "api", tags: ["1.0", "0.9", "latest", `${digest.replace(":", "-")}.sig`] }),
        }
      : undefined;
  await withConfig(
    simple('{ api: { from: docker.io/example/api, version: "1.0" } }', 'images: ["*"]'),
    {},
    async (config) => {
      assert.equal((await surveyed(config)).extra, undefined);
      const found = await surveyed(config, { extra: "look" });
      assert.deepEqual(found.extra, [{ target: "harbor", repository: "api", tags: ["0.9", "latest"] }]);
      assert.match(renderStatus(found, { color: "off", width: undefined }), /^extra at harbor: api: 0\.9, latest$/m);
    },
  );
});

status("an image that is built here is there or missing, and so is a bundle", async () => {
  const config = `${simple("{ tool: { version: '1.0', build: { files: [{ from: tool, to: / }] } } }", "images: [tool]")}bundles:
  operator: { manifests: tool, images: harbor, to: { target: harbor, as: "operator-bundle:1.0" } }
`;
  put(harbor, "tool", "1.0", manifestBytes("tool"));
  await withConfig(config, { files: { "tool/a": "x" } }, async (read) => {
    const found = await surveyed(read);
    assert.deepEqual(statesOf(found), ["operator harbor missing", "tool harbor there"]);
    assert.equal(verdictOf(found).exitCode, 1);
  });
});

status("waiting for others alone ends with 4", async () => {
  const bytes = manifestBytes("api");
  put(upstream, "example/api", "1.0", bytes);
  put(hosted, `redhat-isv-containers/${component(1)}`, "1.0", bytes);
  const text = `version: 1
upstreams: { docker.io: { host: "${upstream.host}" } }
registries: { rhcr: { type: rhcr, vendor: example, host: "${hosted.host}", scheme: http, catalog: "${catalog.base}" } }
images: { api: { from: docker.io/example/api, version: "1.0" } }
targets: { certified: { registry: rhcr, images: { api: { component: "${component(1)}" } } } }
`;
  await withConfig(text, {}, async (config) => {
    const found = await surveyed(config);
    assert.equal(verdictOf(found).exitCode, 4);
    assert.match(
      renderStatus(found, { color: "off", width: undefined }),
      /^waiting for others, 0 of 1 in place: the certification of registry\.connect\.redhat\.com\/example\/api$/m,
    );
  });
});

status("a target that does not answer is unknown in its own cells, with the reason", async () => {
  put(upstream, "example/api", "1.0", manifestBytes("api"));
  harbor.script = () => errorAnswer(403, "DENIED", "not for you");
  await withConfig(
    simple('{ api: { from: docker.io/example/api, version: "1.0" } }', 'images: ["*"]'),
    {},
    async (config) => {
      const found = await surveyed(config);
      assert.deepEqual(statesOf(found), ["api harbor unknown"]);
      assert.match(renderStatus(found, { color: "off", width: undefined }), /^api at harbor: unknown: .*127\.0\.0\.1/m);
      assert.equal(verdictOf(found).exitCode, 1);
    },
  );
});

status("an image that left its registry is told, and stands where it was brought to", async () => {
  const bytes = manifestBytes("api");
  put(harbor, "api", "1.0", bytes);
  await withConfig(
    simple('{ api: { from: docker.io/example/api, version: "1.0" } }', 'images: ["*"]'),
    {},
    async (config) => {
      const found = await surveyed(config, { lock: lockWith({ api: locked("api", "1.0", bytes) }) });
      assert.deepEqual(statesOf(found), ["api harbor up-to-date"]);
      assert.match(renderStatus(found, { color: "off", width: undefined }), /gone upstream/);
    },
  );
});

status("of a rule that chose several versions each is a row, with what is referenced of it", async () => {
  const [older, newer] = [manifestBytes("1.1"), manifestBytes("1.2")];
  for (const [tag, bytes] of [
    ["1.1", older],
    ["1.2", newer],
  ] as const) {
    put(upstream, "example/api", tag, bytes);
  }
  put(harbor, "api", "1.2", newer);
  const lock = lockWith({
    "api@1.1": { ...locked("api", "1.1", older), rule: "newest 2" },
    "api@1.2": { ...locked("api", "1.2", newer), rule: "newest 2" },
  });
  const config = simple("{ api: { from: docker.io/example/api, version: { newest: 2 } } }", 'images: ["*"]');
  await withConfig(config, {}, async (read) => {
    const found = await surveyed(read, { lock, referenced: new Map([["api", ["1.0", "1.1"]]]) });
    assert.deepEqual(statesOf(found), ["api@1.1 harbor missing", "api@1.2 harbor up-to-date"]);
    assert.deepEqual(
      found.rows.map(({ referenced }) => referenced),
      [["1.0", "1.1"], ["1.0"]],
    );
  });
});

status.run();
