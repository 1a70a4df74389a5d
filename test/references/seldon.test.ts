import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { inFolder } from "../oci/temporary.ts";
import { runMirror } from "../rig/cli.ts";
import { requires } from "../rig/skip.ts";
import { gitEnv } from "../sources/rig.ts";

/** A clone of github.com/SeldonIO/seldon-deploy-operator. */
const clone = process.env.MIRROR_TEST_SELDON_OPERATOR;
const missing =
  clone === undefined ? "MIRROR_TEST_SELDON_OPERATOR names no clone of SeldonIO/seldon-deploy-operator" : undefined;
const withClone = requires(test, missing);

const CONFIG = join(fileURLToPath(import.meta.url), "../../../examples/seldon/references.config.yaml");

withClone("the example finds what is wrong in Seldon's operator, and mends what can be mended", () =>
  inFolder(async (folder) => {
    execFileSync("git", ["clone", "--quiet", clone ?? "", "operator"], { cwd: folder, env: gitEnv });
    execFileSync("git", ["checkout", "--quiet", "a1fba87"], { cwd: join(folder, "operator"), env: gitEnv });
    const check = (...args: readonly string[]) =>
      runMirror(["check", "-c", CONFIG, "--source", `operator=${join(folder, "operator")}`, ...args], { cwd: folder });

    const found = JSON.parse((await check("--json")).stdout).references;
    const lines = found.differences.map(
      ({ file, line, column, kind, found: says }: Record<string, string>) =>
        `${file?.replace(/^operator\//, "")}:${line}:${column} ${kind} ${says}`,
    );
    for (const line of [
      "helm-charts/seldon-deploy/values.yaml:100:12 differs minio/mc:latest",
      "helm-charts/seldon-deploy/templates/tests/test-connection.yaml:15:14 untagged busybox",
      "helm-charts/seldon-deploy/templates/tests/test-connection.yaml:15:14 uncovered busybox",
      "Makefile:203:10 differs seldonio/seldon-core-s2i-python37-cert",
      "packagemanifests-certified/1.2.1/seldon-deploy-operator.v1.2.1.clusterserviceversion.yaml:388:24 undeclared gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0",
    ]) {
      assert.ok(lines.includes(line), `${line} is not among:\n${lines.join("\n")}`);
    }

    await check("--fix");
    const diff = execFileSync("git", ["diff", "-U0", "--no-color"], {
      cwd: join(folder, "operator"),
      encoding: "utf8",
    });
    assert.deepEqual(
      diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line)),
      [
        "-      image: busybox",
        "+      image: busybox:1.33",
        "-    image: minio/mc:latest",
        "+    image: seldonio/mc-ubi:1.0",
        "-    image: minio/mc:latest",
        "+    image: seldonio/mc-ubi:1.0",
      ],
    );
  }),
);

test.run();
