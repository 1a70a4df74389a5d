import { unreachable } from "../failure/index.ts";
import { buildDockerfile } from "./build/dockerfile.ts";
import { buildFiles } from "./build/files.ts";
import type { StepOf } from "./scope.ts";

/** Makes an image: of files, which mirror puts together itself, or from a Dockerfile, by a builder. */
export const build: StepOf<"build"> = (step, context, scope) => {
  const image = scope.config.images.get(step.image);
  if (image?.origin.kind !== "build") throw new Error(`${step.image} is not built`);
  const { build: declared } = image.origin;
  switch (declared.kind) {
    case "files":
      return buildFiles(step.image, declared, context, scope);
    case "dockerfile":
      return buildDockerfile(image, declared, context, scope);
    default:
      return unreachable(declared);
  }
};
