// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs are written with ${…}
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "uvu";
import type { Image } from "../../src/config/index.ts";
import { failuresIn, failuresOfConfig, withConfig } from "./temp-config.ts";

const BASE = `version: 1
registries:
  harbor: { type: harbor, host: harbor.example.com, project: mlrun }
images:
  mysql: { from: mysql, version: "8.0" }
  kfp-api: { from: gcr.io/ml-pipeline/api-server, version: { range: ^1.8 } }
  kfp-ui: { from: gcr.io/ml-pipeline/frontend, version: 1.8.3 }
`;

test("a version and nothing else is a config", () =>
  withConfig("version: 1\n", {}, (config, folder) => {
    assert.equal(config.file, join(folder, "mirror.config.yaml"));
    assert.equal(config.folder, folder);
    assert.equal(config.images.size, 0);
    assert.deepEqual(config.warnings, []);
  }));

test("every kind of registry is read, with its defaults", async () => {
  const text = `version: 1
registries:
  oci: { type: oci, host: "127.0.0.1:5000", scheme: http, prefix: a/b/, jobs: 3 }
  hub: { type: dockerhub, namespace: seldonio }
  harbor: { type: harbor, host: harbor.example.com, project: mlrun, ca: certs/ca.pem }
  quay: { type: quay, namespace: seldon, auth: { token: "\${env:T}" } }
  rhcr: { type: rhcr, vendor: seldonio }
  Local: { type: embedded, folder: data/local }
`;
  await withConfig(text, { files: { "certs/ca.pem": "" } }, ({ registries }, folder) => {
    const open = { scheme: "https", ca: undefined, auth: undefined, accounts: new Map(), api: undefined };
    const facts = [...registries.values()].map(({ place, ...facts }) => {
      assert.equal(place.column, 3);
      return facts;
    });
    const quay = facts[3];
    assert.ok(quay?.type === "quay" && quay.endpoint.auth?.kind === "token");
    assert.deepEqual(facts.toSpliced(3, 1), [
      {
        name: "oci",
        jobs: 3,
        type: "oci",
        endpoint: { ...open, host: "127.0.0.1:5000", scheme: "http" },
        prefix: "a/b/",
      },
      {
        name: "hub",
        jobs: undefined,
        type: "dockerhub",
        endpoint: { ...open, host: "docker.io" },
        namespace: "seldonio",
      },
      {
        name: "harbor",
        jobs: undefined,
        type: "harbor",
        endpoint: { ...open, host: "harbor.example.com", ca: join(folder, "certs/ca.pem") },
        project: "mlrun",
        createProject: "private",
      },
      {
        name: "rhcr",
        jobs: undefined,
        type: "rhcr",
        endpoint: { ...open, host: "quay.io" },
        vendor: "seldonio",
        catalog: "https://catalog.redhat.com/api/containers",
        portal: "https://connect.redhat.com",
        judge: "mirror",
        apiKey: undefined,
      },
      { name: "Local", jobs: undefined, type: "embedded", folder: join(folder, "data/local"), host: "local.localhost" },
    ]);
  });
});

test("an upstream is reached at its own host unless another is named, and its prefix ends with a slash", async () => {
  const text = `version: 1
upstreams:
  docker.io: { host: "cache.example.com:5000", prefix: hub-proxy, scheme: http }
  quay.io: {}
`;
  await withConfig(text, {}, ({ upstreams }) => {
    const facts = [...upstreams.values()].map(({ host, endpoint, prefix }) => [
      host,
      endpoint.host,
      endpoint.scheme,
      prefix,
    ]);
    assert.deepEqual(facts, [
      ["docker.io", "cache.example.com:5000", "http", "hub-proxy/"],
      ["quay.io", "quay.io", "https", ""],
    ]);
  });
});

const NEWEST = {
  kind: "newest",
  source: undefined,
  tags: "*",
  prereleases: "exclude",
  exclude: [],
  order: undefined,
  by: "version",
  count: 1,
  as: undefined,
};

test("an image comes from a repository as docker reads it, in a tag, a digest, both or a range", async () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const text = `${BASE}
  one: { from: quay.io/a/b, version: "${digest}", hold: because }
  two: { from: quay.io/a/b, version: "1.2@${digest}" }
  three: { from: quay.io/a/b, version: { range: ">=1 <3", prereleases: include } }
`;
  await withConfig(text, {}, ({ images }) => {
    assert.deepEqual(images.get("mysql")?.origin, { kind: "upstream", host: "docker.io", repository: "library/mysql" });
    assert.deepEqual(images.get("kfp-ui")?.version, { kind: "tag", tag: "1.8.3" });
    assert.deepEqual(images.get("kfp-api")?.version, { ...NEWEST, range: "^1.8" });
    assert.deepEqual(images.get("one")?.version, { kind: "digest", digest, tag: undefined });
    assert.equal(images.get("one")?.hold, "because");
    assert.deepEqual(images.get("two")?.version, { kind: "digest", digest, tag: "1.2" });
    assert.deepEqual(images.get("three")?.version, {
      ...NEWEST,
      range: ">=1 <3",
      prereleases: "include",
    });
  });
});

test("tags that are ordered by their push all count, unless there is a range or it is said otherwise", async () => {
  const text = `${BASE}
  one: { from: quay.io/a/b, version: { order: pushed, tags: "main-*" } }
  two: { from: quay.io/a/b, version: { order: pushed, range: ^1 } }
  three: { from: quay.io/a/b, version: { order: pushed, prereleases: exclude } }
`;
  await withConfig(text, {}, ({ images }) => {
    const pushed = { ...NEWEST, range: undefined, by: "push" };
    assert.deepEqual(images.get("one")?.version, { ...pushed, tags: "main-*", prereleases: "include" });
    assert.deepEqual(images.get("two")?.version, { ...pushed, range: "^1" });
    assert.deepEqual(images.get("three")?.version, pushed);
  });
});

test("a build takes all files of a folder to the top of a linux/amd64 image unless told otherwise", async () => {
  const text = `version: 1
images:
  plain: { version: "1", build: { files: [{ from: root }] } }
  full:
    version: "1"
    build:
      files: [{ from: root, patterns: ["**", "!*.md"], to: /srv }]
      platforms: [linux/arm64, linux/arm/v7]
      labels: { a.b: c }
      env: { LANG: C }
      entrypoint: [/srv/run]
      cmd: [--all]
      user: "1001"
      workdir: /srv
`;
  await withConfig(text, { files: { "root/run": "" } }, ({ images }, folder) => {
    const [plain, full] = [buildOf(images.get("plain")), buildOf(images.get("full"))];
    assert.ok(plain?.kind === "files" && full?.kind === "files");
    assert.deepEqual(plain.files, [{ from: join(folder, "root"), patterns: ["**"], to: "/" }]);
    assert.deepEqual(plain.platforms, []);
    assert.deepEqual(full.files, [{ from: join(folder, "root"), patterns: ["**", "!*.md"], to: "/srv" }]);
    assert.deepEqual(
      full.platforms.map(({ architecture, variant }) => [architecture, variant]),
      [
        ["arm64", undefined],
        ["arm", "v7"],
      ],
    );
    assert.deepEqual(
      [...full.labels, ...full.env],
      [
        ["a.b", "c"],
        ["LANG", "C"],
      ],
    );
    assert.deepEqual([full.entrypoint, full.cmd], [["/srv/run"], ["--all"]]);
    assert.deepEqual([full.user, full.workdir], ["1001", "/srv"]);
  });
});

const buildOf = (image: Image | undefined) => (image?.origin.kind === "build" ? image.origin.build : undefined);

test("a build from a Dockerfile says where it is, and what goes into it", async () => {
  const text = `version: 1
vars: { release: 1.2.1 }
sources: { core: { git: "https://git.example.com/core.git", ref: v1 } }
images:
  plain: { version: "1", build: { context: app } }
  full:
    version: "1"
    build:
      source: core
      context: wrappers/python
      dockerfile: Dockerfile.redhat
      args: { VERSION: "\${vars.release}" }
      target: final
      platforms: [linux/arm64]
      secrets: { token: "\${env:TOKEN}" }
      inputs: ["*.py"]
      builder: buildah
`;
  await withConfig(text, { files: { "app/Dockerfile": "" } }, ({ images }, folder) => {
    const [plain, full] = [buildOf(images.get("plain")), buildOf(images.get("full"))];
    assert.ok(plain?.kind === "dockerfile" && full?.kind === "dockerfile");
    assert.deepEqual(
      [plain.context, plain.dockerfile, plain.builder, plain.inputs],
      [join(folder, "app"), "Dockerfile", "auto", ["**"]],
    );
    assert.deepEqual(
      [full.source, full.context, full.dockerfile, full.target, full.builder, full.inputs, ...full.args],
      ["core", "wrappers/python", "Dockerfile.redhat", "final", "buildah", ["*.py"], ["VERSION", "1.2.1"]],
    );
    assert.deepEqual([...full.secrets.keys()], ["token"]);
  });
});

test("files and a Dockerfile do not go together, and one of them is needed", async () => {
  const text = `version: 1
images:
  both: { version: "1", build: { files: [{ from: app }], context: app } }
  none: { version: "1", build: { labels: { a: b } } }
`;
  const failures = await failuresOfConfig(text, { files: { "app/Dockerfile": "" } });
  assert.deepEqual(
    failures.map(({ code, place }) => [code, place?.line]),
    [
      ["config/bad-value", 3],
      ["config/empty-build", 4],
    ],
  );
});

test("a target lists images by name and glob, each once, in the order of the file", () =>
  withConfig(`${BASE}targets:\n  all: { registry: harbor, images: ["kfp-*", mysql, "*"] }\n`, {}, ({ targets }) => {
    const all = targets.get("all");
    assert.deepEqual(
      all?.entries.map(({ image, as }) => [image, as]),
      [
        ["kfp-api", "${name}:${tag}"],
        ["kfp-ui", "${name}:${tag}"],
        ["mysql", "${name}:${tag}"],
      ],
    );
    assert.equal(all?.tags, "immutable");
    assert.equal(all?.platforms, undefined);
  }));

test("in a map of images a name goes before a glob, and says what the image is called", async () => {
  const text = `${BASE}targets:
  all:
    registry: harbor
    as: "x/\${name}"
    images: { "*": "rest/\${name}:\${tag}", mysql: db, "kfp-ui": {} }
`;
  await withConfig(text, {}, ({ targets }) => {
    const found = new Map(targets.get("all")?.entries.map(({ image, as }) => [image, as]));
    assert.deepEqual(
      found,
      new Map([
        ["kfp-api", "rest/${name}:${tag}"],
        ["mysql", "db"],
        ["kfp-ui", "x/${name}"],
      ]),
    );
  });
});

test("a command is its words as they are, variables put in, with its place", async () => {
  const text = `version: 1
vars: { release: 1.2.1 }
tasks:
  lint: { run: [make, "VERSION=\${vars.release}", "a b; $(c)", ""] }
  group: { needs: [lint] }
`;
  await withConfig(text, {}, ({ tasks }) => {
    const run = tasks.get("lint")?.run;
    if (run?.kind !== "command") throw new Error("not a command");
    assert.deepEqual(run.argv, ["make", "VERSION=1.2.1", "a b; $(c)", ""]);
    assert.deepEqual([run.place.line, run.place.column], [4, 16]);
    assert.equal(tasks.get("group")?.run, undefined);
  });
});

test("a bundle and a task know their folders, scripts and needs, each with its place", async () => {
  const text = `${BASE}targets:
  all: { registry: harbor, images: [mysql] }
bundles:
  op: { manifests: m, images: all, to: { target: all, as: "op-bundle:1" }, needs: ["published:all"] }
tasks:
  release: { needs: ["bundle:op", "copy:*"], run: tasks/release.ts, description: All of it }
`;
  await withConfig(text, { files: { "m/csv.yaml": "", "tasks/release.ts": "" } }, ({ bundles, tasks }, folder) => {
    const [bundle, task] = [bundles.get("op"), tasks.get("release")];
    assert.equal(bundle?.manifests, join(folder, "m"));
    assert.equal(bundle?.metadata, undefined);
    assert.deepEqual([bundle?.to.target, bundle?.to.as, bundle?.to.component], ["all", "op-bundle:1", undefined]);
    assert.deepEqual(
      bundle?.needs.map(({ pattern, place }) => [pattern, place.line]),
      [["published:all", 11]],
    );
    assert.deepEqual(task?.run, { kind: "script", file: join(folder, "tasks/release.ts") });
    assert.deepEqual(
      task?.needs.map(({ pattern, place }) => [pattern, place.column]),
      [
        ["bundle:op", 22],
        ["copy:*", 35],
      ],
    );
  });
});

test("a broken image leaves no trace in what names it", async () => {
  const text = `${BASE}  broken: { from: docker.io/library/redis, version: 7 }\ntargets:\n  all: { registry: harbor, images: [broken] }\n`;
  assert.deepEqual(await failuresIn(text), ["config/wrong-type 8:53 1"]);
});

test("a built image has no digest, and only on rhcr has an image a component", async () => {
  const built = `version: 1\nimages:\n  a: { version: "sha256:${"a".repeat(64)}", build: { files: [{ from: root }] } }\n`;
  assert.deepEqual(await failuresIn(built, { files: { "root/x": "" } }), ["config/bad-value 3:17 73"]);
  const bundle = `version: 1
registries: { rh: { type: rhcr, vendor: seldonio } }
images: { a: { from: quay.io/a/a, version: "1" } }
targets: { t: { registry: rh, images: { a: { component: 65f0c2a1b3d4e5f60718293A } } } }
bundles: { b: { manifests: m, images: t, to: { target: t, as: b } } }
`;
  assert.deepEqual(await failuresIn(bundle, { files: { "m/x": "" } }), [
    "config/bad-value 4:57 24",
    "config/missing-component 5:42 2",
  ]);
});

test.run();
