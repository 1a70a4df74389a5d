import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import { type CertifiedRelease, certifiedRelease, GREETER } from "../rig/certified-release.ts";
import { runMirror, startMirror } from "../rig/cli.ts";
import { HOUR } from "../rig/pyxis/index.ts";

/** Whole certifications by the built program, against the rig's service, on whose clock hours pass between the runs. */
const certification = suite("certification");
let release: CertifiedRelease;

certification.before.each(async () => {
  release = await certifiedRelease();
});
certification.after.each(() => release.stop());

certification(
  "run after run, over days: each says for what it waits and since when, the last pushes the bundle",
  async () => {
    const first = await release.mirror("run");
    assert.equal(first.code, 4, first.stdout + first.stderr);
    assert.match(
      first.stdout,
      /certify:certified\/worker +for the grading of registry\.connect\.redhat\.com\/acme\/worker:1\.0\.0 \(amd64, arm64\), since 2026-11-26 08:00 UTC\n/,
    );
    assert.match(
      first.stdout,
      /bundle:acme +by certify:certified\/(greeter, certify:certified\/worker|worker, certify:certified\/greeter)\n/,
    );
    Object.assign(release.pyxis.state.images.find(({ component }) => component === GREETER) ?? {}, {
      createdAt: release.pyxis.state.now + HOUR,
    });

    release.pyxis.advance(2 * HOUR);
    const second = await release.mirror("run");
    assert.equal(second.code, 4);
    assert.match(second.stdout, /worker +for the publication of \S+ \(amd64, arm64\), since 2026-11-26 10:00 UTC/);
    assert.match(second.stdout, /greeter +for the grading of/);
    release.pyxis.advance(HOUR);
    for (let day = 0; day < 2; day++) {
      assert.equal((await release.mirror("run")).code, 4);
      release.pyxis.advance(HOUR);
    }
    const last = await release.mirror("run");
    assert.equal(last.code, 0, last.stdout + last.stderr);
    assert.match(last.stdout, /certified and published as registry\.connect\.redhat\.com\/acme\/greeter:1\.0\.0/);
    release.expectOnce();
    const again = await release.mirror("run");
    assert.equal(again.code, 0);
    assert.match(again.stdout, /nothing left to do/);
    assert.doesNotMatch(first.stdout + last.stdout + last.stderr, /never-printed/);
  },
);

certification("a run that may wait asks again until all is published", async () => {
  const running = startMirror(["run", "--wait", "5m"], { cwd: release.workspace.folder, env: release.env });
  // How far the image has come when it is first asked about is the machine's affair.
  const timer = setInterval(() => release.pyxis.advance(HOUR), 1000);
  const { code, stdout, stderr } = await running.ended;
  clearInterval(timer);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /certify:certified\/greeter +waits for the \w+ of .*; asks again\n/);
  release.expectOnce();
});

certification(
  "an image that Red Hat's checks refuse is not submitted, and the checks are listed with what to do",
  async () => {
    await release.workspace.write("mirror.config.yaml", release.config.replaceAll('user: "1001"', "user: root"));
    const { code, stdout } = await release.mirror("run");
    assert.equal(code, 1);
    assert.match(stdout, /certification\/checks-failed/);
    assert.match(stdout, /RunAsNonRoot: /);
    assert.equal(release.pyxis.state.images.length + release.pyxis.state.results.length, 0);
  },
);

const PREFLIGHT = `#!/bin/sh
digest=\${3##*@}
mkdir -p "$PFLT_ARTIFACTS/amd64"
cat >"$PFLT_ARTIFACTS/amd64/results.json" <<END
{ "image": "$3", "passed": true,
  "test_library": { "name": "github.com/redhat-openshift-ecosystem/openshift-preflight", "version": "1.21.0", "commit": "abc" },
  "results": { "passed": [{ "name": "HasLicense", "elapsed_time": 1, "description": "has a licence" }], "failed": [], "errors": [] } }
END
cat >"$PFLT_ARTIFACTS/amd64/cert-image.json" <<END
{ "docker_image_digest": "$digest", "architecture": "amd64", "parsed_data": { "os": "linux", "architecture": "amd64", "labels": [], "layers": ["sha256:1"] } }
END
`;

certification("where preflight is the judge, its results are submitted under its name", async () => {
  const { workspace, pyxis, config, env } = release;
  await workspace.write("mirror.config.yaml", config.replace("vendor: acme", "vendor: acme\n    judge: preflight"));
  await workspace.write("bin/preflight", PREFLIGHT);
  const certify = (path: string) =>
    runMirror(["run", "certify:certified/greeter"], { cwd: workspace.folder, env: { ...env, PATH: path } });
  const without = await certify(dirname(process.execPath));
  assert.notEqual(without.code, 0);
  assert.match(without.stdout + without.stderr, /no preflight on PATH/);
  assert.equal(pyxis.state.results.length, 0);
  await chmod(join(workspace.folder, "bin/preflight"), 0o755);
  const { code, stdout } = await certify(`${join(workspace.folder, "bin")}:${process.env.PATH}`);
  assert.equal(code, 4, stdout);
  assert.deepEqual(
    pyxis.state.results.map(({ body }) => body.test_library),
    [{ name: "github.com/redhat-openshift-ecosystem/openshift-preflight", version: "1.21.0", commit: "abc" }],
  );
});

certification("an image that is withdrawn after its gate opened keeps the bundle back", async () => {
  for (let day = 0; day < 4; day++) {
    await release.mirror("run", "published:certified");
    release.pyxis.advance(HOUR);
  }
  assert.equal((await release.mirror("run", "published:certified")).code, 0);
  let asked = 0;
  release.pyxis.onCall = (call) => {
    if (!call.endsWith("/manifest-list-digest")) return;
    asked += 1;
    // The gate has asked once; now it is asked again, just before the push.
    if (asked === 2) for (const image of release.pyxis.state.images) image.deleted = true;
  };
  const { code, stdout } = await release.mirror("run");
  assert.equal(code, 4, stdout);
  assert.match(stdout, /bundle:acme +for the publication of registry\.connect\.redhat\.com\/acme\/\w+:1\.0\.0/);
  assert.deepEqual(release.pushes, []);
});

certification("a key that is not accepted is an error with the page where keys are made", async () => {
  const { code, stdout } = await runMirror(["run"], {
    cwd: release.workspace.folder,
    env: { PYXIS_API_KEY: "wrong-key-of-mine" },
  });
  assert.equal(code, 1);
  assert.match(stdout, /certification\/unauthorized/);
  assert.match(stdout, /\/account\/api-keys/);
  assert.doesNotMatch(stdout, /wrong-key-of-mine/);
});

certification.run();
