import { startContainerd } from "./containerd.ts";
import { startDocker } from "./docker.ts";
import { startPodman } from "./podman.ts";

export type { ContainerTool, HeldImage, Reached } from "./tool.ts";

/** Each tool that users run containers with, and how it is started. */
export const containerTools = [
  ["podman", startPodman],
  ["containerd", startContainerd],
  ["docker", startDocker],
] as const;
