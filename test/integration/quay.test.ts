import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { type Digest, type ServedRegistry, serveLayout } from "../../src/oci/index.ts";
import { type CliResult, runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type QuayRig, startQuay } from "../rig/quay.ts";

/** Publishing to Quay by the built program: an image of two architectures, with a task behind the gate of scans. */
const quay = suite("quay");
let folder = "";
let registry: ServedRegistry;
let rig: QuayRig;
let release: Workspace;

const config = (more = ", createRepository: public"): string => `version: 1
registries:
  quay: { type: quay, host: "${rig.host}", namespace: seldon, token: "\${env:QUAY_TOKEN}"${more} }
images:
  app: { version: "1.0", build: { files: [{ from: ., patterns: [licence], to: / }], platforms: [linux/amd64, linux/arm64] } }
targets:
  community: { registry: quay, images: { app: team/server }, scanned: { max: medium } }
tasks:
  announce: { needs: ["scanned:community"], run: [echo, announced] }
`;

quay.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-quay-"));
  registry = await serveLayout({ folder, listen: { host: "127.0.0.1", port: 0 } });
  rig = await startQuay(registry.host);
  release = await workspace(config());
  await release.write("licence", "free for all");
});
quay.after.each(async () => {
  await Promise.all([registry.close(), rig.stop(), release.remove()]);
  await rm(folder, { recursive: true });
});

quay("a repository is created with the chosen visibility before the first push, and then left alone", async () => {
  const first = await mirror("copy:*");
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.equal(rig.repositories.get("seldon/team/server"), "public");
  assert.deepEqual(rig.tooEarly, []);
  assert.match(first.stdout, /created the public repository seldon\/team\/server/);
  const again = await mirror("copy:*");
  assert.equal(again.code, 0);
  assert.equal(rig.calls.filter((call) => call.startsWith("POST")).length, 1);
  assert.doesNotMatch(first.stdout + again.stdout, /never-printed/);
});

quay("a repository of another visibility is not changed, but warned of", async () => {
  rig.repositories.set("seldon/team/server", "private");
  const { code, stdout } = await mirror("copy:*");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /warning quay\/visibility: .* is private, and the config wants it public/);
  assert.equal(rig.repositories.get("seldon/team/server"), "private");
});

quay("a plan creates nothing", async () => {
  assert.equal((await runMirror(["plan"], options())).code, 0);
  assert.equal(rig.repositories.size, 0);
});

quay("a token that is not taken is an error that says so", async () => {
  const { code, stdout } = await runMirror(["run", "copy:*"], { ...options(), env: { QUAY_TOKEN: "wrong" } });
  assert.equal(code, 1);
  assert.match(stdout, /registry\/denied: 127\.0\.0\.1:\d+ refuses to tell of the repository seldon\/team\/server/);
});

quay("the gate waits for scans, then opens where nothing is worse than the limit", async () => {
  const waiting = await mirror("announce");
  assert.equal(waiting.code, 4, waiting.stdout);
  assert.match(waiting.stdout, /scanned:community +for the scan of 127\.0\.0\.1:\d+\/seldon\/team\/server:1\.0\n/);
  assert.match(waiting.stdout, /announce +by scanned:community, which waits for the scan of/);
  await scanAll({ name: "CVE-2026-1", severity: "Medium", fixedBy: "" });
  const open = await mirror("announce");
  assert.equal(open.code, 0, open.stdout);
  assert.match(open.stdout, /1 image scanned, nothing worse than medium/);
  assert.match(open.stdout, /announced/);
});

quay("a vulnerability that is too bad keeps the gate shut, and is named with what mends it", async () => {
  await mirror("copy:*");
  await scanAll({ name: "CVE-2026-1234", severity: "Critical", fixedBy: "1:3.0.7-28.el9" });
  const { code, stdout } = await mirror("announce");
  assert.equal(code, 1, stdout);
  assert.match(stdout, /scan\/too-bad: \S+seldon\/team\/server:1\.0 has vulnerabilities worse than medium: 1 critical/);
  assert.match(stdout, /critical: CVE-2026-1234 in openssl-libs 1:3\.0\.7-27\.el9, mended in 1:3\.0\.7-28\.el9/);
  assert.doesNotMatch(stdout, /announced/);
});

quay("what cannot be scanned is not taken for scanned", async () => {
  await mirror("copy:*");
  for (const digest of await digests()) rig.scans.set(digest, { status: "manifest_layer_too_large" });
  const { code, stdout } = await mirror("announce");
  assert.equal(code, 1);
  assert.match(stdout, /scan\/impossible: .* is not scanned: Quay's scanner says "manifest layer too large"/);
});

const options = () => ({ cwd: release.folder, env: { QUAY_TOKEN: rig.token } });
const mirror = (name: string): Promise<CliResult> => runMirror(["run", name], options());

async function scanAll(vulnerability: { name: string; severity: string; fixedBy: string }): Promise<void> {
  const [first = "", ...others] = await digests();
  rig.scans.set(first, { status: "scanned", vulnerabilities: [vulnerability] });
  for (const digest of others) rig.scans.set(digest, { status: "scanned" });
}

/** Of the images of both architectures, which are what is scanned. */
async function digests(): Promise<Digest[]> {
  const { getManifest } = registry.layout;
  const index = await getManifest("seldon/team/server", "1.0", new AbortController().signal);
  return index.kind === "index" ? index.manifests.map(({ digest }) => digest) : [];
}

quay.run();
