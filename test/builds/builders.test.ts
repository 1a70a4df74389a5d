import assert from "node:assert/strict";
import { test } from "uvu";
import { type BuildRequest, commandsFor } from "../../src/builds/index.ts";

const FULL: BuildRequest = {
  context: "/src",
  dockerfile: "/src/Dockerfile",
  ignoreFile: "/src/Dockerfile.dockerignore",
  args: new Map([["VERSION", "1 2; rm -rf $HOME"]]),
  labels: new Map([["name", "x"]]),
  target: "last",
  platform: "linux/arm64",
  secrets: new Map([["token", "MIRROR_BUILD_SECRET_0"]]),
  bases: new Map([["core:1", "/layout@sha256:ab"]]),
  name: "localhost/mirror/x:linux-arm64",
  scratch: "/scratch",
};

const COMMON = [
  ...["--file", "/src/Dockerfile", "--build-arg", "VERSION=1 2; rm -rf $HOME", "--label", "name=x"],
  ...["--target", "last", "--platform", "linux/arm64", "--secret", "id=token,env=MIRROR_BUILD_SECRET_0"],
];

for (const name of ["podman", "buildah"] as const) {
  test(`${name} builds into its own store, and pushes to a layout from there`, () => {
    const commands = commandsFor({ name }, FULL);
    assert.deepEqual(commands.build, [
      ...[name, "build", "--layers", "--ignorefile", "/src/Dockerfile.dockerignore", ...COMMON],
      ...["--tag", "localhost/mirror/x:linux-arm64", "/src"],
    ]);
    assert.deepEqual(commands.export, [name, "push", "localhost/mirror/x:linux-arm64", "oci:/scratch/image:image"]);
    assert.equal(commands.result, "/scratch/image");
  });
}

test("docker's own driver loads into the daemon, which then saves", () => {
  const commands = commandsFor({ name: "docker", exports: "save" }, FULL);
  assert.deepEqual(commands.build, [
    ...["docker", "buildx", "build", "--provenance=false", "--build-context", "core:1=oci-layout:///layout@sha256:ab"],
    ...[...COMMON, "--load", "--tag", "localhost/mirror/x:linux-arm64", "/src"],
  ]);
  assert.deepEqual(commands.export, [
    "docker",
    "save",
    "--output",
    "/scratch/image.tar",
    "localhost/mirror/x:linux-arm64",
  ]);
});

test("other drivers of buildx write a layout themselves", () => {
  const commands = commandsFor({ name: "docker", exports: "layout" }, FULL);
  assert.deepEqual(commands.build.slice(-3), ["--output", "type=oci,dest=/scratch/image.tar", "/src"]);
  assert.equal(commands.export, undefined);
  assert.equal(commands.result, "/scratch/image.tar");
});

test("what is not asked for is no option", () => {
  const none = new Map<string, string>();
  const commands = commandsFor(
    { name: "buildah" },
    {
      ...FULL,
      ...{ ignoreFile: undefined, target: undefined, platform: undefined },
      ...{ args: none, labels: none, secrets: none, bases: none },
    },
  );
  assert.deepEqual(commands.build, [
    "buildah",
    "build",
    "--layers",
    "--file",
    "/src/Dockerfile",
    "--tag",
    FULL.name,
    "/src",
  ]);
});

test.run();
