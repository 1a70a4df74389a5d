import assert from "node:assert/strict";
import { test } from "uvu";
import { failureOf } from "../../../src/failure/index.ts";
import { chooseBuilder, type Try } from "../../../src/steps/build/choose-builder.ts";

const place = { file: "mirror.config.yaml", line: 1, column: 1, length: 1, text: "" };

/** A machine on which these commands work, each with what it prints. */
const machine =
  (works: Readonly<Record<string, readonly string[]>>): Try =>
  async (argv) =>
    Object.entries(works).find(([command]) => argv.join(" ").startsWith(command))?.[1];

const DOCKER = { "docker version": ["27.1"], "docker buildx inspect": ["Name:   default", "Driver:        docker"] };

test("the first that works is taken: docker, podman, buildah", async () => {
  const all = machine({ ...DOCKER, "podman --version": [""], "buildah --version": [""] });
  assert.deepEqual(await chooseBuilder("auto", all, place), { name: "docker", exports: "save" });
  const two = machine({ "podman --version": [""], "buildah --version": [""] });
  assert.deepEqual(await chooseBuilder("auto", two, place), { name: "podman" });
});

test("a docker without its daemon, or without buildx, is passed over", async () => {
  const asleep = machine({ "docker buildx inspect": DOCKER["docker buildx inspect"], "buildah --version": [""] });
  assert.deepEqual(await chooseBuilder("auto", asleep, place), { name: "buildah" });
  const bare = machine({ "docker version": [""], "buildah --version": [""] });
  assert.deepEqual(await chooseBuilder("auto", bare, place), { name: "buildah" });
});

test("another driver of buildx writes layouts", async () => {
  const remote = machine({ ...DOCKER, "docker buildx inspect": ["Driver: docker-container"] });
  assert.deepEqual(await chooseBuilder("docker", remote, place), { name: "docker", exports: "layout" });
});

test("who asks for one gets that one or a failure that says what to do", async () => {
  const failure = await chooseBuilder("buildah", machine(DOCKER), place).catch(failureOf);
  assert.ok("code" in failure && failure.code === "build/no-builder");
  assert.equal(failure.message, "buildah does not work here");
  const none = await chooseBuilder("auto", machine({}), place).catch(failureOf);
  assert.ok("message" in none && /docker .*podman and buildah were tried/.test(none.message));
});

test.run();
