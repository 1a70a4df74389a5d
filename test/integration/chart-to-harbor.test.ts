import assert from "node:assert/strict";
import { suite } from "uvu";
import { seededLayer } from "../rig/blob.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { eventsOf } from "../rig/events.ts";
import { type Harbor, startHarbor } from "../rig/harbor.ts";
import { hidingChart } from "../rig/hiding-chart.ts";
import { type Image, singleImage } from "../rig/images.ts";
import { mlrunImages } from "../rig/mlrun-images.ts";
import { pushImage } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/**
 * A chart that hides 43 images in every place there is, mirrored to Harbor under both naming rules: one image fails
 * once, one always.
 */
const all = suite("a chart to Harbor");
const missing = missingCommand("docker-registry");
const toHarbor = requires(all, missing);
const hosts = [...new Set(mlrunImages.map(({ from }) => from.slice(0, from.indexOf("/"))))];
const accounts = { robot$ci: { password: "secret", role: "admin" } } as const;
const keyOf = (from: string, tag: string): string => `${from}:${tag}`;

let images: ReadonlyMap<string, Image>;
let source: DockerRegistry;

all.before(async () => {
  if (missing !== undefined) return;
  const started = await startDockerRegistry();
  assert.ok(started);
  source = started;
  images = new Map(
    mlrunImages.map(({ from, tag }) => [keyOf(from, tag), singleImage([seededLayer(keyOf(from, tag), 3_000)], "oci")]),
  );
  for (const { from, tag } of mlrunImages) await pushImage(source.host, from, tag, imageOf(from, tag));
});

all.after(() => source?.stop());

toHarbor("every image of the chart lands under its whole name; the one that fails once is tried again", () =>
  withHarbor(`\${registry}/\${path}:\${tag}`, "", async ({ harbor, storage, place }) => {
    harbor.failing.set("mlrun/quay.io/minio/minio", 1);
    harbor.failing.set("mlrun/gcr.io/ml-pipeline/frontend", Number.POSITIVE_INFINITY);
    const { code, stdout } = await mirror(place, "run", "--target", "harbor", "--json");
    assert.equal(code, 1, stdout.slice(-2000));
    const { done, failed, retried } = copiesIn(stdout);
    assert.equal(done.length, 42);
    assert.deepEqual(failed, ["copy:harbor/frontend"]);
    assert.ok(retried.includes("copy:harbor/minio"));
    for (const { from, tag } of mlrunImages) {
      const there = await digestAt(storage, `mlrun/${from}`, tag);
      const expected = from.endsWith("/frontend") ? undefined : imageOf(from, tag).top.digest;
      assert.equal(there, expected, from);
    }
    harbor.failing.clear();
    const again = await mirror(place, "run", "--target", "harbor");
    assert.equal(again.code, 0, again.stdout);
    assert.match(again.stdout, /done: 1 of|42 up to date/);
    assert.equal(
      await digestAt(storage, "mlrun/gcr.io/ml-pipeline/frontend", "1.8.3"),
      imageOf("gcr.io/ml-pipeline/frontend", "1.8.3").top.digest,
    );
  }),
);

toHarbor("under flat two images of one name are told before anything is sent", () =>
  withHarbor("flat", "", async ({ harbor, place }) => {
    const { code, stderr } = await mirror(place, "run", "--target", "harbor");
    assert.equal(code, 2, stderr);
    assert.match(stderr, /config\/collision/);
    assert.match(stderr, /mysql:5\.7/);
    assert.equal(harbor.projects.size, 0);
    const listed = await mirror(place, "images", "--plain");
    assert.equal(listed.stdout.trim().split("\n").length, 43);
    const table = await mirror(place, "images");
    assert.match(table.stdout, /gcr\.io\/ml-pipeline\/mysql:5\.7 +sure +collision/);
  }),
);

toHarbor("under flat the others land under their last part, where the one in the way is ignored with a reason", () =>
  withHarbor(
    "flat",
    ', ignore: [{ image: "gcr.io/ml-pipeline/mysql", why: the one of Docker Hub does }]',
    async (given) => {
      const { harbor, storage, place } = given;
      harbor.failing.set("mlrun/minio", 1);
      harbor.failing.set("mlrun/frontend", Number.POSITIVE_INFINITY);
      const { code, stdout } = await mirror(place, "run", "--target", "harbor", "--json");
      assert.equal(code, 1, stdout.slice(-2000));
      const { done, failed, retried } = copiesIn(stdout);
      assert.equal(done.length, 41);
      assert.deepEqual(failed, ["copy:harbor/frontend"]);
      assert.ok(retried.includes("copy:harbor/minio"));
      for (const { from, tag } of mlrunImages.filter(({ from }) => !/ml-pipeline\/(?:mysql|frontend)$/.test(from))) {
        const name = from.slice(from.lastIndexOf("/") + 1);
        assert.equal(await digestAt(storage, `mlrun/${name}`, tag), imageOf(from, tag).top.digest, from);
      }
    },
  ),
);

interface Given {
  readonly harbor: Harbor;
  /** The registry behind Harbor. */
  readonly storage: string;
  readonly place: Workspace;
}

async function withHarbor(as: string, chart: string, check: (given: Given) => Promise<void>): Promise<void> {
  const storage = await startDockerRegistry();
  assert.ok(storage);
  const harbor = await startHarbor({ storage: storage.host, accounts });
  const place = await workspace(`version: 1
upstreams:
${hosts.map((host) => `  ${host}: { host: "${source.host}", prefix: ${host} }`).join("\n")}
sources:
  hiding: { folder: hiding }
charts:
  hiding: { source: hiding${chart} }
registries:
  harbor: { type: harbor, host: "${harbor.host}", project: mlrun, auth: { username: robot$ci, password: "\${env:PASSWORD}" } }
targets:
  harbor: { registry: harbor, images: ["chart:hiding"], as: "${as}" }
`);
  for (const [path, text] of Object.entries(hidingChart(mlrunImages))) await place.write(`hiding/${path}`, text);
  try {
    await check({ harbor, storage: storage.host, place });
  } finally {
    await harbor.stop();
    await place.remove();
    await storage.stop();
  }
}

const mirror = (place: Workspace, ...args: string[]) =>
  runMirror(args, { cwd: place.folder, env: { PASSWORD: accounts.robot$ci.password } });

function copiesIn(stdout: string) {
  const [done, failed, retried]: [string[], string[], string[]] = [[], [], []];
  for (const event of eventsOf(stdout)) {
    if (event.type === "node-retrying" && event.id.startsWith("copy:")) retried.push(event.id);
    if (event.type !== "node-settled" || !event.id.startsWith("copy:")) continue;
    if (event.outcome.kind === "done") done.push(event.id);
    if (event.outcome.kind === "failed") failed.push(event.id);
  }
  return { done, failed, retried };
}

function imageOf(from: string, tag: string): Image {
  const image = images.get(keyOf(from, tag));
  assert.ok(image, from);
  return image;
}

async function digestAt(host: string, repository: string, tag: string): Promise<string | undefined> {
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
  });
  return answer.ok ? (answer.headers.get("docker-content-digest") ?? undefined) : undefined;
}

all.run();
