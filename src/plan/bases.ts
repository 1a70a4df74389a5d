import type { Build, Config, Image } from "../config/index.ts";
import { asNodeId, type NodeId } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Pins } from "../release/index.ts";
import { imageMeantBy } from "./known-as.ts";

/** The node that an image's bytes come from. */
export const originNode = ({ name, origin }: Image): NodeId =>
  asNodeId(`${origin.kind === "build" ? "build" : "pin"}:${name}`);

/** The images of the config that a build starts from, by the references that it writes. */
export function basesOf(build: Build, config: Config, pins: Pins): ReadonlyMap<string, string> {
  switch (build.kind) {
    case "files":
      return new Map(build.base === undefined ? [] : [[build.base, build.base]]);
    case "dockerfile": {
      const meant = build.bases.map((reference) => [reference, imageMeantBy(reference, config, pins)] as const);
      return new Map(meant.flatMap(([reference, name]) => (name === undefined ? [] : [[reference, name] as const])));
    }
    default:
      return unreachable(build);
  }
}
