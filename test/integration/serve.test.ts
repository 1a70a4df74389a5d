import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { assembleImage, openLayout, storeImage } from "../../src/oci/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { runMirror, startMirror, waitFor } from "../rig/cli.ts";
import { serving } from "../rig/serving.ts";
import { missingCommand, requires } from "../rig/skip.ts";

const exec = promisify(execFile);
const signal = new AbortController().signal;
const HTPASSWD = "mirror:$2b$04$Gbwr.dUwbfTKGGpon9CnFOv5i7Ra5X1B8VwqbLjQaPZaFoctgRiyC\n";

/** An archive in one tar that has `docker.io/library/app:1`. */
async function makeArchive(folder: string): Promise<{ readonly tar: string; readonly digest: string }> {
  const layout = await openLayout(join(folder, "layout"));
  const image = await assembleImage({ name: "app", files: [{ path: "a", source: Buffer.from("hello") }] }, signal);
  const as = { repository: "docker.io/library/app", tags: ["1"] };
  await storeImage(layout, { from: image, repository: "any", reference: "1", as }, signal);
  const tar = join(folder, "release.tar");
  await exec("tar", ["-cf", tar, "-C", join(folder, "layout"), "oci-layout", "index.json", "blobs"]);
  return { tar, digest: image.digest };
}

test("it says what it serves and where, logs each request, and ends by itself on Ctrl-C", () =>
  inFolder(async (folder) => {
    await makeArchive(folder);
    const { code, stdout, stderr } = await serving(folder, ["release.tar"], async (host) => {
      assert.equal((await fetch(`http://${host}/v2/library/app/manifests/1`)).status, 200);
      assert.equal((await fetch(`http://${host}/v2/%1b[31m/manifests/1`)).status, 400);
    });
    assert.equal(code, 130);
    assert.match(
      stdout,
      /^serving release\.tar at http:\/\/127\.0\.0\.1:\d+: 1 tag in 1 repository, read-only; Ctrl-C/,
    );
    assert.match(stderr, /127\.0\.0\.1 {2}GET \/v2\/library\/app\/manifests\/1 {2}200 in \d+/);
    assert.match(stderr, /ending: /);
    assert.ok(!stderr.includes("\x1b[31m"));
  }));

test("with --json there is one object when it serves and one for each request, and nothing else", () =>
  inFolder(async (folder) => {
    const running = startMirror(["serve", "images", "--listen", "127.0.0.1:0", "--json"], { cwd: folder });
    const line = await waitFor(
      "the first object",
      () =>
        running
          .output()
          .split("\n")[0]
          ?.match(/^{.*}$/)?.[0],
      30_000,
    );
    const { address, access } = JSON.parse(line) as { address: string; access: string };
    assert.equal(access, "writable");
    await (await fetch(`${address}/v2/`)).text();
    await waitFor("the request", () => running.output().includes('"request"'));
    running.child.kill("SIGTERM");
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 143);
    assert.equal(stderr, "");
    const types = stdout
      .trim()
      .split("\n")
      .map((text) => (JSON.parse(text) as { type: string }).type);
    assert.deepEqual(types, ["serving", "request", "note"]);
  }));

test("it refuses to be reached from elsewhere unless told, and then warns of what is open", () =>
  inFolder(async (folder) => {
    const refused = await runMirror(["serve", "images", "--listen", "0.0.0.0:0"], { cwd: folder });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /0\.0\.0\.0 can be reached from other machines[\s\S]*--allow-remote/);
    for (const args of [["--listen", "here"], ["--tls-cert", "a.pem"], ["--auth", "none"], ["none.tar"]]) {
      const wrong = await runMirror(["serve", ...args], { cwd: folder });
      assert.ok(wrong.code === 2 || wrong.code === 1, args.join(" "));
      assert.ok(!/\n\s+at /.test(wrong.stderr));
    }
    await writeFile(join(folder, "users"), "a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
    const weak = await runMirror(["serve", "images", "--auth", "users"], { cwd: folder });
    assert.equal(weak.code, 2);
    assert.match(weak.stderr, /users:1 .*\{SHA\}/);
  }));

const withTls = requires(test, missingCommand("openssl"), missingCommand("skopeo"));

withTls("skopeo pushes and pulls over TLS with a password, and not without", () =>
  inFolder(async (folder) => {
    const { digest } = await makeArchive(folder);
    await exec(
      "openssl",
      [
        ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1".split(" "),
        ..."-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem".split(" "),
      ],
      { cwd: folder },
    );
    await writeFile(join(folder, "users"), HTPASSWD);
    await mkdir(join(folder, "certs"));
    await writeFile(join(folder, "certs", "ca.crt"), await readFile(join(folder, "cert.pem")));
    const args = ["images", "--tls-cert", "cert.pem", "--tls-key", "key.pem", "--auth", "users"];
    await serving(folder, args, async (host) => {
      const certs = join(folder, "certs");
      const from = `oci:${join(folder, "layout")}:docker.io/library/app:1`;
      const push = ["copy", "--quiet", "--preserve-digests", `--dest-cert-dir=${certs}`];
      await assert.rejects(exec("skopeo", [...push, "--dest-no-creds", from, `docker://${host}/app:1`]));
      await exec("skopeo", [...push, "--dest-creds=mirror:secret", from, `docker://${host}/app:1`]);
      const pull = ["inspect", `--cert-dir=${certs}`, "--creds=mirror:secret", "--format={{.Digest}}"];
      assert.equal((await exec("skopeo", [...pull, `docker://${host}/app:1`])).stdout.trim(), digest);
    });
  }),
);

const clients = {
  skopeo: (host: string, out: string) => [
    "copy",
    "--quiet",
    "--src-tls-verify=false",
    `docker://${host}/library/app:1`,
    `dir:${out}`,
  ],
  crane: (host: string, out: string) => ["pull", "--insecure", "--format=oci", `${host}/docker.io/library/app:1`, out],
  oras: (host: string, out: string) => [
    "copy",
    "--from-plain-http",
    "--to-oci-layout",
    `${host}/library/app:1`,
    `${out}:1`,
  ],
  regctl: (host: string, out: string) => [
    "image",
    "copy",
    "--host",
    `reg=${host},tls=disabled`,
    `${host}/library/app:1`,
    `ocidir://${out}:1`,
  ],
} as const;

for (const [name, argsFor] of Object.entries(clients)) {
  requires(test, missingCommand(name))(`${name} pulls from an archive in one tar, which is not unpacked`, () =>
    inFolder(async (folder) => {
      await makeArchive(folder);
      const env = { PATH: process.env.PATH, HOME: folder };
      await serving(folder, ["release.tar"], async (host) => {
        await exec(name, [...argsFor(host, join(folder, "out"))], { env });
      });
    }),
  );
}

requires(test, missingCommand("helm"))(
  "helm pushes a chart to a folder and pulls it from there, and from a tar of it",
  () =>
    inFolder(async (folder) => {
      const env = { PATH: process.env.PATH, HOME: folder };
      await exec("helm", ["create", "shop"], { cwd: folder, env });
      await exec("helm", ["package", "shop"], { cwd: folder, env });
      await serving(folder, ["images"], async (host) => {
        await exec("helm", ["push", "--plain-http", "shop-0.1.0.tgz", `oci://${host}/charts`], { cwd: folder, env });
      });
      await exec("tar", ["-cf", "charts.tar", "-C", "images", "oci-layout", "index.json", "blobs"], { cwd: folder });
      await mkdir(join(folder, "pulled"));
      await serving(folder, ["charts.tar"], async (host) => {
        const pull = ["pull", "--plain-http", `oci://${host}/charts/shop`, "--version", "0.1.0", "-d", "pulled"];
        await exec("helm", pull, { cwd: folder, env });
      });
      const [pushed, pulled] = ["shop-0.1.0.tgz", "pulled/shop-0.1.0.tgz"].map((file) => readFile(join(folder, file)));
      assert.deepEqual(await pushed, await pulled);
    }),
);

test.run();
