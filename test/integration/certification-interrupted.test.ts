import assert from "node:assert/strict";
import { suite } from "uvu";
import { type CertifiedRelease, certifiedRelease } from "../rig/certified-release.ts";
import { startMirror } from "../rig/cli.ts";
import { HOUR } from "../rig/pyxis/index.ts";

/** Certifications by the built program that are broken off at every state, and continued. */
const certification = suite("certification broken off");
let release: CertifiedRelease;

certification.before.each(async () => {
  release = await certifiedRelease();
});
certification.after.each(() => release.stop());

/** Calls at which a run is broken off, one after another: every state on the way, before and after it is reached. */
const STATES = [
  /^GET .*\/id\/65f0c2a1b3d4e5f60718293a$/,
  /^POST .*\/test-results$/,
  /^PATCH .*\/certification\/id\//,
  /^POST \/v1\/images$/,
  /^POST .*\/artifacts$/,
  /^PATCH .*\/test-results\/id\//,
  /^GET \/v1\/images\/id\/\w+$/,
  /^GET .*\/checklist\/status$/,
  /^GET \/v1\/images\/id\/\w+\/requests$/,
  /^POST .*\/requests\/images$/,
  /^GET .*\/manifest-list-digest$/,
] as const;

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  certification(`broken off by ${signal} at every state, it is continued; nothing is sent twice`, async () => {
    const left: RegExp[] = [...STATES];
    let brokenOff = 0;
    for (let run = 0; run < 40; run++) {
      const { code, output } = await runUntil(left, signal);
      if (code === 0) break;
      if (code === 4) release.pyxis.advance(HOUR);
      else brokenOff += 1;
      assert.ok([4, 130, undefined].includes(code), `${code}: ${output}`);
    }
    assert.deepEqual(left, [], "every state was reached");
    assert.ok(brokenOff >= STATES.length - 1, `${brokenOff} runs were broken off`);
    release.expectOnce();
  });
}

/** Runs until the first of the calls that are left is made, and breaks the run off there; or to its end. */
async function runUntil(
  left: RegExp[],
  signal: "SIGKILL" | "SIGINT",
): Promise<{ code: number | undefined; output: string }> {
  const running = startMirror(["run"], { cwd: release.workspace.folder, env: release.env });
  release.pyxis.onCall = (call) => {
    const at = left.findIndex((pattern) => pattern.test(call));
    if (at === -1) return;
    left.splice(at, 1);
    release.pyxis.onCall = undefined;
    running.child.kill(signal);
  };
  const { code } = await running.ended;
  release.pyxis.onCall = undefined;
  return { code, output: running.output() };
}

certification.run();
