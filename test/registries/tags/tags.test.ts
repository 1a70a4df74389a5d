import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { type Failure, failureOf } from "../../../src/failure/index.ts";
import { digestOf } from "../../../src/oci/index.ts";
import { type Connections, openConnections, type ToldTag } from "../../../src/registries/index.ts";
import { withConfig } from "../../config/temp-config.ts";
import { type DockerHub, startDockerHub } from "../../rig/dockerhub.ts";
import { type Harbor, startHarbor } from "../../rig/harbor.ts";
import { type QuayRig, startQuay } from "../../rig/quay.ts";

/** What Docker Hub, Quay and Harbor tell of tags, each in its own form, over pages. */
const tags = suite("tags");
const signal = new AbortController().signal;
const FIRST = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const NAMES = Array.from({ length: 230 }, (_, at) => `main-${at}`);
const digestFor = (name: string) => digestOf(Buffer.from(name));
const pushedAt = (name: string): number => FIRST + NAMES.indexOf(name) * DAY;
const iso = (name: string): string => new Date(pushedAt(name)).toISOString();

let hub: DockerHub;
let quay: QuayRig;
let harbor: Harbor;

tags.before.each(async () => {
  hub = await startDockerHub();
  quay = await startQuay("127.0.0.1:1");
  harbor = await startHarbor({
    storage: "127.0.0.1:1",
    projects: { mlrun: { public: false } },
    accounts: {
      robot: { password: "harbor-password-never-printed", role: { project: "mlrun" } },
      other: { password: "harbor-password-never-printed", role: "none" },
    },
  });
  hub.repositories.set(
    "team/app",
    NAMES.map((name) => ({ name, digest: digestFor(name), pushed: iso(name) })),
  );
  quay.repositories.set("team/app", "public");
  quay.tags.set(
    "team/app",
    NAMES.map((name) => ({ name, digest: digestFor(name), pushed: pushedAt(name) / 1000 })).reverse(),
  );
  harbor.artifacts.set("mlrun/deep/app", [
    ...NAMES.map((name) => ({ digest: digestFor(name), pushed: iso("main-0"), tags: [{ name, pushed: iso(name) }] })),
    { digest: digestFor("untagged"), pushed: iso("main-0"), tags: [] },
  ]);
});

tags.after.each(async () => {
  await Promise.all([hub.stop(), quay.stop(), harbor.stop()]);
});

for (const [what, host, repository] of [
  ["Docker Hub", "docker.io", "team/app"],
  ["Quay, to nobody of a public repository", "quay.io", "team/app"],
  ["Harbor, of tags and not of artifacts", "harbor.example.com", "mlrun/deep/app"],
] as const) {
  tags(`every tag is told with its digest and when it was pushed, page by page: ${what}`, () =>
    connected({}, async (connections) => {
      const told = await historyAt(connections, host, repository);
      assert.equal(told.length, NAMES.length);
      assert.deepEqual(
        told.find(({ name }) => name === "main-117"),
        { name: "main-117", digest: digestFor("main-117"), pushed: pushedAt("main-117") },
      );
    }),
  );
}

tags("three pages are three requests", () =>
  connected({}, async (connections) => {
    await historyAt(connections, "docker.io", "team/app");
    await historyAt(connections, "quay.io", "team/app");
    await historyAt(connections, "harbor.example.com", "mlrun/deep/app");
    assert.equal(hub.calls.length, 3);
    assert.equal(quay.calls.length, 3);
    assert.equal(harbor.log.length, 3);
  }),
);

tags("a registry of no kind that tells anything has no history", () =>
  connected({}, async (connections) => {
    assert.equal(await connections.tagHistory("registry.example.com", "team/app"), undefined);
  }),
);

tags(
  "Docker Hub is asked as nobody, and as the account only where it tells nobody; the token is a secret",
  async () => {
    hub.hidden.add("team/app");
    await connected({ hubAuth: hub.account.password }, async (connections, { secrets }) => {
      assert.equal((await historyAt(connections, "docker.io", "team/app")).length, NAMES.length);
      assert.ok(secrets.includes(hub.token) && secrets.includes(hub.account.password));
    });
    assert.deepEqual(
      hub.calls.map((call) => call.replace(/\?\S+/, "")),
      [
        "GET /v2/namespaces/team/repositories/app/tags 404",
        "POST /v2/auth/token 200",
        ...Array.from({ length: 3 }, () => "GET /v2/namespaces/team/repositories/app/tags 200"),
      ],
    );
  },
);

tags("where a registry does not tell, the failure says what is needed, and no password", async () => {
  hub.hidden.add("team/app");
  quay.repositories.set("team/app", "private");
  await connected({ hubAuth: "wrong", harborUser: "other" }, async (connections) => {
    for (const [host, repository, needs] of [
      ["docker.io", "team/app", /wants an account that may read it/],
      ["quay.io", "team/app", /token of an application/],
      ["harbor.example.com", "mlrun/deep/app", /role in the project/],
    ] as const) {
      const failure = await historyAt(connections, host, repository).then(() => undefined, failureOf);
      assert.equal(failure?.code, "registry/tags-untold");
      assert.match(failure?.message ?? "", /does not tell when the tags of .*app were pushed/);
      assert.match(failure?.hint ?? "", needs);
      assert.doesNotMatch(JSON.stringify(failure), /never-printed/);
    }
  });
});

tags("a robot account is not sent to Quay's interface, which would refuse it; a token is", async () => {
  quay.repositories.set("team/app", "private");
  await connected({ quayAuth: `token: ${quay.token}` }, async (connections) => {
    assert.equal((await historyAt(connections, "quay.io", "team/app")).length, NAMES.length);
  });
  quay.repositories.set("team/app", "public");
  await connected({ quayAuth: "username: team+robot, password: wrong" }, async (connections) => {
    assert.equal((await historyAt(connections, "quay.io", "team/app")).length, NAMES.length);
  });
});

tags("the account and the prefix of a cache are for the cache, and not for what stands behind it", async () => {
  hub.hidden.add("team/app");
  const auth = `auth: { username: someone, password: ${hub.account.password} }`;
  const cache = `{ host: "127.0.0.1:1", prefix: hub-proxy, ${auth}, api: "${hub.url}" }`;
  await withConfig(`version: 1\nupstreams: { docker.io: ${cache} }\n`, {}, async (config) => {
    const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
    const failure = await historyAt(connections, "docker.io", "team/app").then(() => undefined, failureOf);
    assert.equal(failure?.code, "registry/tags-untold");
    await connections.close();
  });
  assert.deepEqual(hub.calls, ["GET /v2/namespaces/team/repositories/app/tags?page_size=100 404"]);
});

tags(
  "requests are counted against the limit: fewer than the list takes is a warning, and 429 is waited out",
  async () => {
    hub.remaining = 2;
    await connected({}, async (connections, { warnings }) => {
      assert.equal((await historyAt(connections, "docker.io", "team/app")).length, NAMES.length);
      assert.deepEqual(
        warnings.map(({ code, message }) => [code, message.replace(/ until \d\d:\d\d UTC/, "")]),
        [
          [
            "release/few-requests-left",
            `${hub.host} allows 1 more requests, and the rest of the tags of team/app takes 2`,
          ],
        ],
      );
      assert.equal(connections.requestLimits().get(hub.host)?.remaining, 99);
    });
    assert.deepEqual(
      hub.calls.map((call) => call.slice(-3)),
      ["200", "200", "429", "200"],
    );
  },
);

interface Given {
  readonly hubAuth?: string;
  readonly quayAuth?: string;
  readonly harborUser?: string;
}

interface Heard {
  readonly secrets: string[];
  readonly warnings: Failure[];
}

async function connected(
  { hubAuth, quayAuth, harborUser = "robot" }: Given,
  check: (connections: Connections, heard: Heard) => Promise<void>,
): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "mirror-home-"));
  const account = (name: string, password: string): string => `, auth: { username: ${name}, password: ${password} }`;
  const text = `version: 1
upstreams:
  docker.io: { api: "${hub.url}"${hubAuth === undefined ? "" : account(hub.account.username, hubAuth)} }
  quay.io: { host: "${quay.host}", type: quay${quayAuth === undefined ? "" : `, auth: { ${quayAuth} }`} }
  harbor.example.com: { host: "${harbor.host}", type: harbor${account(harborUser, "harbor-password-never-printed")} }
`;
  try {
    await withConfig(text, {}, async (config) => {
      const heard: Heard = { secrets: [], warnings: [] };
      const connections = openConnections(config, {
        env: {},
        home,
        onSecret: (secret) => heard.secrets.push(secret),
        onWarning: (warning) => heard.warnings.push(warning),
      });
      await check(connections, heard).finally(connections.close);
    });
  } finally {
    await rm(home, { recursive: true });
  }
}

async function historyAt(connections: Connections, host: string, repository: string): Promise<readonly ToldTag[]> {
  const history = await connections.tagHistory(host, repository);
  assert.ok(history);
  return history.tags(signal);
}

tags.run();
