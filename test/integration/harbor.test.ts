import assert from "node:assert/strict";
import { suite } from "uvu";
import { seededLayer } from "../rig/blob.ts";
import { certificateFor } from "../rig/certificate.ts";
import { type CliResult, runMirror, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { type Harbor, type HarborOptions, startHarbor } from "../rig/harbor.ts";
import { singleImage } from "../rig/images.ts";
import { pushImage } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/** Harbor's own ways, in front of a registry that really stores. */
const all = suite("harbor");
const missing = missingCommand("docker-registry");
const harbors = requires(all, missing);
let source: DockerRegistry;

const accounts = {
  admin: { password: "Harbor12345", role: "admin" },
  robot$ci: { password: "robot-secret", role: "none" },
  "robot$mlrun+ci": { password: "robot-secret", role: { project: "mlrun" } },
} as const;

const pushed = ["one", "two"].map((name) => singleImage([seededLayer(name, 20_000)], "oci"));
const [one, two] = pushed;

all.before(async () => {
  if (missing !== undefined) return;
  const started = await startDockerRegistry();
  assert.ok(started && one && two);
  source = started;
  await pushImage(source.host, "team/one", "1.0", one);
  await pushImage(source.host, "team/two", "1.0", two);
});

all.after(() => source?.stop());

harbors("a plan says that the project would be created, and creates nothing", () =>
  withHarbor({}, async ({ harbor, mirror }) => {
    const { code, stdout } = await mirror(["plan"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /would be created at sha256:\S+, after the project mlrun \(private\) is created/);
    assert.equal(harbor.projects.size, 0);
    assert.deepEqual(
      harbor.log.filter((line) => !/^(GET|HEAD) /.test(line)),
      [],
    );
  }),
);

harbors("a project that is not there is created private, once, and a second run leaves everything alone", () =>
  withHarbor({}, async ({ harbor, mirror }) => {
    const { code, stdout } = await mirror(["run"]);
    assert.equal(code, 0, stdout);
    assert.equal(stdout.match(/, after the project mlrun \(private\) was created/g)?.length, 1);
    assert.deepEqual([...harbor.projects], [["mlrun", { public: false }]]);
    const again = await mirror(["run"]);
    assert.match(again.stdout, /nothing left to do: 2 up to date/);
    assert.equal(harbor.log.filter((line) => line.startsWith("POST /api/")).length, 1);
  }),
);

harbors("it is created public where the config says so", () =>
  withHarbor({ registry: "createProject: public" }, async ({ harbor, mirror }) => {
    assert.equal((await mirror(["run"])).code, 0);
    assert.deepEqual([...harbor.projects], [["mlrun", { public: true }]]);
  }),
);

harbors("a robot account of the project pushes to it, and the project is left as it is", () =>
  withHarbor({ account: "robot$mlrun+ci", projects: { mlrun: { public: true } } }, async ({ harbor, mirror }) => {
    const { code, stdout } = await mirror(["run"]);
    assert.equal(code, 0, stdout);
    assert.deepEqual([...harbor.projects], [["mlrun", { public: true }]]);
  }),
);

harbors("a robot account that may not create the project is named, and so is what to do", () =>
  withHarbor({ account: "robot$mlrun+ci" }, async ({ mirror }) => {
    const { code, stdout } = await mirror(["run"]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /has no project mlrun, and the robot account robot\$mlrun\+ci may not create it/);
    assert.match(stdout, /this account belongs to the project mlrun alone/);
  }),
);

harbors("with createProject: never the API is not asked, and the missing project is what the failure names", () =>
  withHarbor({ registry: "createProject: never" }, async ({ harbor, mirror }) => {
    const { code, stdout } = await mirror(["run"]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /its project may not exist|has no project mlrun/);
    assert.deepEqual(
      harbor.log.filter((line) => line.includes("/api/")),
      [],
    );
  }),
);

harbors("a project's quota, its proxy cache, read-only mode and immutable tags are said in plain words", () =>
  withHarbor({ projects: { mlrun: { public: false, quota: 5_000 } } }, async ({ harbor, mirror }) => {
    const quota = await mirror(["run"]);
    assert.equal(quota.code, 1);
    assert.match(quota.stdout, /has no room for mlrun\/\S+: the quota of its project is used up/);
    assert.match(quota.stdout, /Raise the project's quota, or delete artifacts there/);
    assert.match(quota.stdout, /403 DENIED: Quota exceeded when processing the request/);

    harbor.projects.set("mlrun", { public: false, proxyCache: true });
    assert.match((await mirror(["run"])).stdout, /its project mlrun is a proxy cache/);

    harbor.projects.set("mlrun", { public: false, immutable: /./ });
    harbor.readOnly = true;
    assert.match((await mirror(["run", "--attempts", "1"])).stdout, /is in read-only mode and takes no/);

    harbor.readOnly = false;
    assert.equal((await mirror(["run"])).code, 0);
    assert.ok(two);
    await pushImage(harbor.storage, "mlrun/one", "1.0", two);
    const moved = await mirror(["run"]);
    assert.equal(moved.code, 3, moved.stdout);
    assert.match(moved.stdout, /mlrun\/one:1\.0 is published already and its tag may not be moved/);
    assert.ok(harbor.log.some((line) => /^PUT \/v2\/mlrun\/one\/manifests\/1\.0 412$/.test(line)));
  }),
);

requires(
  all,
  missing,
  missingCommand("openssl"),
)("a certificate of the company's own is trusted for the API too", async () => {
  const tls = await certificateFor("127.0.0.1");
  await withHarbor({ tls, registry: "scheme: https, ca: ca.pem" }, async ({ harbor, mirror }) => {
    const { code, stdout } = await mirror(["run"]);
    assert.equal(code, 0, stdout);
    assert.deepEqual([...harbor.projects.keys()], ["mlrun"]);
  });
});

interface Given {
  /** Further keys of the registry. */
  readonly registry?: string;
  readonly account?: keyof typeof accounts;
  readonly projects?: HarborOptions["projects"];
  readonly tls?: { readonly key: string; readonly cert: string };
}

interface Place {
  readonly harbor: Harbor & { readonly storage: string };
  readonly mirror: (args: readonly string[]) => Promise<CliResult>;
}

async function withHarbor(given: Given, check: (place: Place) => Promise<void>): Promise<void> {
  const { account = "admin", registry = "", projects = {}, tls } = given;
  const storage = await startDockerRegistry();
  assert.ok(storage);
  const harbor = await startHarbor({
    storage: storage.host,
    projects,
    accounts,
    ...(tls === undefined ? {} : { tls }),
  });
  const place = await workspace(`version: 1
registries:
  harbor:
    { type: harbor, host: "${harbor.host}", project: mlrun, auth: { username: "${account}", password: "\${env:PASSWORD}" }${registry === "" ? "" : `, ${registry}`} }
images:
  one: { from: "${source.host}/team/one", version: "1.0" }
  two: { from: "${source.host}/team/two", version: "1.0" }
targets:
  harbor: { registry: harbor, images: ["*"], tags: mutable }
`);
  if (tls !== undefined) await place.write("ca.pem", tls.cert);
  const env = { PASSWORD: accounts[account].password };
  try {
    const mirror = (args: readonly string[]) => runMirror(args, { cwd: place.folder, env });
    await check({ harbor: Object.assign(harbor, { storage: storage.host }), mirror });
  } finally {
    await harbor.stop();
    await place.remove();
    await storage.stop();
  }
}

all.run();
