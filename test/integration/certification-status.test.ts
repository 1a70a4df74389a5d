import assert from "node:assert/strict";
import { suite } from "uvu";
import { type CertifiedRelease, certifiedRelease, GREETER } from "../rig/certified-release.ts";
import { HOUR } from "../rig/pyxis/index.ts";

/** `mirror status` of images on their way through certification, as the service tells it to a partner's key. */
const status = suite("status of a certification");
let release: CertifiedRelease;

status.before.each(async () => {
  release = await certifiedRelease();
});
status.after.each(() => release.stop());

interface Told {
  readonly code: number | undefined;
  readonly state: string;
  readonly cells: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function told(): Promise<Told> {
  const before = release.pyxis.state.requests.length + release.pyxis.state.images.length;
  const { code, stdout, stderr } = await release.mirror("status", "--json");
  assert.ok(stdout.startsWith("{"), stderr);
  assert.equal(release.pyxis.state.requests.length + release.pyxis.state.images.length, before, "nothing was changed");
  const { state, images } = JSON.parse(stdout);
  const named = images.map((row: { name: string; targets: { certified: object } }) => [
    row.name,
    row.targets.certified,
  ]);
  return { code, state, cells: Object.fromEntries(named) };
}

status("each stage is told, with what it waits for and whose turn it is", async () => {
  const { pyxis } = release;
  assert.equal((await told()).cells.worker?.state, "missing");

  assert.equal((await release.mirror("run")).code, 4);
  const submitted = await told();
  const { state, whose, waitsFor, link } = submitted.cells.worker ?? {};
  assert.deepEqual([state, whose], ["submitted", "theirs"]);
  assert.equal(waitsFor, "the grading of registry.connect.redhat.com/acme/worker:1.0.0 (amd64, arm64)");
  assert.ok(link?.startsWith(`${pyxis.portal}/component/view/`), link);

  pyxis.advance(3 * HOUR);
  const graded = (await told()).cells.greeter;
  assert.deepEqual([graded?.state, graded?.whose], ["certified", "ours"]);
  assert.match(
    graded?.waitsFor ?? "",
    /^the request to publish registry\.connect\.redhat\.com\/acme\/greeter:1\.0\.0$/,
  );

  assert.equal((await release.mirror("run")).code, 4);
  const asked = (await told()).cells.greeter;
  assert.deepEqual([asked?.state, asked?.whose], ["certified", "theirs"]);
  for (let hour = 0; hour < 8; hour++) {
    pyxis.advance(HOUR);
    if ((await release.mirror("run")).code === 0) break;
  }
  const last = await told();
  assert.deepEqual([last.code, last.state], [4, "waiting"], JSON.stringify(last.cells));
  assert.deepEqual(
    [last.cells.acme?.state, last.cells.acme?.whose],
    ["pushed", "theirs"],
    "of a bundle the catalog tells",
  );
  assert.equal(last.cells.worker?.state, "published");
});

status("what was pushed and not submitted, and what Red Hat did not certify, is for us to go on with", async () => {
  const { pyxis } = release;
  await release.mirror("run");
  pyxis.state.images.splice(
    0,
    pyxis.state.images.length,
    ...pyxis.state.images.filter(({ component }) => component === GREETER),
  );
  for (const image of pyxis.state.images) image.verdict = "failed";
  pyxis.advance(3 * HOUR);
  const { code, cells } = await told();
  assert.equal(code, 1);
  assert.deepEqual([cells.worker?.state, cells.worker?.whose], ["pushed", "ours"]);
  assert.match(cells.worker?.waitsFor ?? "", /^the submission of .*worker:1\.0\.0 \(amd64, arm64\)$/);
  assert.equal(cells.greeter?.state, "failed");
  assert.match(cells.greeter?.link ?? "", /\/images\/\w+\/scan-results$/);
});

status.run();
