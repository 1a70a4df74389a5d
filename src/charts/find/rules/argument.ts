import type { TextAt } from "../at.ts";
import { looksLikeImage, strengthOf } from "../shape.ts";
import { saysImage } from "../words.ts";
import { type Rule, type Sight, sight, sightUnderKey } from "./rule.ts";

/** Options of commands: `--x-image=Y`, `--x-image Y` as two items, `--prometheus-config-reloader=Y`. */
export const argument: Rule = {
  name: "argument",
  text: (at) => {
    const joined = /^(--?[A-Za-z][\w.-]*)=(?=\S)/.exec(at.node.value);
    if (joined !== null) return sightOf(at, joined[1] ?? "", joined[0].length);
    const before = optionBefore(at);
    return before === undefined ? undefined : sightOf(at, before, 0);
  },
};

function optionBefore(at: TextAt): string | undefined {
  if (typeof at.key !== "number" || at.up?.node.kind !== "list") return undefined;
  const before = at.up.node.items[at.key - 1];
  return before?.kind === "text" && /^--?[A-Za-z][\w.-]*$/.test(before.value) ? before.value : undefined;
}

function sightOf(at: TextAt, option: string, from: number): readonly Sight[] | undefined {
  if (saysImage(option)) return sightUnderKey(at, from);
  const value = at.node.value.slice(from);
  if (!looksLikeImage(value)) return undefined;
  return [sight(at, isNamedAfter(option, value) ? "sure" : "candidate", from)];
}

/** `--prometheus-config-reloader` takes an image of that very name. */
function isNamedAfter(option: string, value: string): boolean {
  const name = /([^/]+?)(?:[:@].*)?$/.exec(value)?.[1];
  return option.replace(/^-+/, "") === name && strengthOf(value) === "full";
}
