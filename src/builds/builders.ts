import { unreachable } from "../failure/index.ts";

/** A program that builds images from Dockerfiles. */
export type KnownBuilder =
  | { readonly name: "podman" | "buildah" }
  /** Docker by itself hands images out with `docker save`; other drivers of buildx write a layout. */
  | { readonly name: "docker"; readonly exports: "save" | "layout" };

/** In the order in which they are looked for. */
export const BUILDERS = ["docker", "podman", "buildah"] as const;

/** One image to be built, for one platform. */
export interface BuildRequest {
  /** Absolute folder. */
  readonly context: string;
  /** Absolute; for podman and buildah a copy, in which bases have been given their new names. */
  readonly dockerfile: string;
  /** Patterns that the Dockerfile has for itself: absolute. */
  readonly ignoreFile: string | undefined;
  readonly args: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly target: string | undefined;
  /** Undefined: that of this machine. */
  readonly platform: string | undefined;
  /** Names of secrets, and the variable of the builder's environment that each is in. */
  readonly secrets: ReadonlyMap<string, string>;
  /** References that the Dockerfile writes, and where in a layout what they mean is: `FOLDER@DIGEST`. */
  readonly bases: ReadonlyMap<string, string>;
  /** What the image is called in the builder's own store, so that the next one takes its place. */
  readonly name: string;
  /** Folder for what the builder gives: absolute, and there. */
  readonly scratch: string;
}

/** What to run, without a shell, and where the result then is. */
export interface BuildCommands {
  readonly build: readonly [string, ...string[]];
  /** Run after it, where the builder keeps what it has built to itself. */
  readonly export: readonly [string, ...string[]] | undefined;
  /** An image layout: a folder or a tar. */
  readonly result: string;
}

/** The command lines by which a builder makes an image and gives it out as an OCI image layout. */
export function commandsFor(builder: KnownBuilder, request: BuildRequest): BuildCommands {
  const { context, name, scratch } = request;
  switch (builder.name) {
    case "podman":
    case "buildah": {
      const folder = `${scratch}/image`;
      const ignore = request.ignoreFile === undefined ? [] : ["--ignorefile", request.ignoreFile];
      return {
        build: [builder.name, "build", "--layers", ...ignore, ...common(request), "--tag", name, context],
        export: [builder.name, "push", name, `oci:${folder}:image`],
        result: folder,
      };
    }
    case "docker": {
      const result = `${scratch}/image.tar`;
      const contexts = [...request.bases].flatMap(([reference, at]) => [
        "--build-context",
        `${reference}=oci-layout://${at}`,
      ]);
      // Without it, what buildx makes is an index with an attestation beside the image.
      const build = ["docker", "buildx", "build", "--provenance=false", ...contexts, ...common(request)] as const;
      return builder.exports === "layout"
        ? { build: [...build, "--output", `type=oci,dest=${result}`, context], export: undefined, result }
        : {
            build: [...build, "--load", "--tag", name, context],
            export: ["docker", "save", "--output", result, name],
            result,
          };
    }
    default:
      return unreachable(builder);
  }
}

function common({ dockerfile, args, labels, target, platform, secrets }: BuildRequest): string[] {
  return [
    ...["--file", dockerfile],
    ...[...args].flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...[...labels].flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    ...(target === undefined ? [] : ["--target", target]),
    ...(platform === undefined ? [] : ["--platform", platform]),
    ...[...secrets].flatMap(([id, variable]) => ["--secret", `id=${id},env=${variable}`]),
  ];
}
