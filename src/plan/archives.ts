import type { Config } from "../config/index.ts";
import { asNodeId, type NodeId } from "../engine/index.ts";

/** The node that looks for room for an archive before anything is copied into it. */
export const roomNode = (registry: string): NodeId => asNodeId(`room:${registry}`);

/** The node that makes an archive whole once everything is in it. */
export const saveNode = (registry: string): NodeId => asNodeId(`save:${registry}`);

/** Whether a declared registry is a file. */
export const isArchive = (config: Config, registry: string): boolean =>
  config.registries.get(registry)?.type === "archive";
