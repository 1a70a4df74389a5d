export { startContainerd } from "./containerd.ts";
export { startDocker } from "./docker.ts";
export { startPodman } from "./podman.ts";
export type { ContainerTool, HeldImage, Reached } from "./tool.ts";
