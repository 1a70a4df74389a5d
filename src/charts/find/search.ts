import { type At, child, isListAt, isMapAt, isTextAt, type TextAt } from "./at.ts";
import { factsOf } from "./facts.ts";
import { decodedBase64, payloadOf } from "./payload.ts";
import { rules } from "./rules/index.ts";
import type { Rule, Sight } from "./rules/rule.ts";
import { schemaDefaults } from "./schema-defaults.ts";
import type { Node } from "./yaml/node.ts";

/** An image that a rule has seen. */
export interface Seen extends Sight {
  readonly rule: string;
}

/** Told of every scalar, for what is known of the text as a whole. */
export type OnText = (at: TextAt) => void;

const mapRules = rules.flatMap(({ name, map }) => (map === undefined ? [] : [{ name, look: map }]));
const listRules = rules.flatMap(({ name, list }) => (list === undefined ? [] : [{ name, look: list }]));
const textRules = rules.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, look: text }]));

/** Every image below the root of a document. */
export function searchDocument(root: At, onText: OnText): readonly Seen[] {
  const { kind } = root.scope.facts;
  const found: Seen[] = [];
  if (kind === "CustomResourceDefinition") {
    for (const defaults of schemaDefaults(root)) search(defaults, { found, taken: new Set(), onText });
    return found.map((seen) => ({ ...seen, rule: "crd-default" }));
  }
  for (const at of resourcesIn(root)) search(at, { found, taken: new Set(), onText });
  return found;
}

/** A document is a resource, or a list of them. */
function resourcesIn(root: At): readonly At[] {
  const { scope, node } = root;
  const items = node.kind === "map" ? node.entries.find(({ key }) => key === "items")?.value : undefined;
  if (!scope.facts.kind?.endsWith("List") || items?.kind !== "list") return [root];
  const { source, template } = scope.facts;
  return items.items.map((item, index) => {
    const at = child(child(root, "items", items), index, item);
    return { ...at, scope: { ...scope, facts: factsOf(item, source, template) } };
  });
}

interface Search {
  readonly found: Seen[];
  /** Scalars that are part of an image already. */
  readonly taken: Set<Node>;
  readonly onText: OnText;
}

function search(at: At, context: Search): void {
  if (isTextAt(at)) searchText(at, context);
  else if (isMapAt(at)) {
    for (const rule of mapRules) note(rule, rule.look(at), context);
    for (const { key, value } of at.node.entries) search(child(at, key, value), context);
  } else if (isListAt(at)) {
    for (const rule of listRules) note(rule, rule.look(at), context);
    for (const [index, item] of at.node.items.entries()) search(child(at, index, item), context);
  }
}

function searchText(at: TextAt, context: Search): void {
  context.onText(at);
  if (context.taken.has(at.node) || at.node.value.length < 3) return;
  const decoded = decodedBase64(at) ?? at;
  const payload = payloadOf(decoded);
  if (payload !== undefined) {
    for (const root of payload) search(root, context);
    return;
  }
  for (const rule of textRules) {
    const sights = rule.look(decoded);
    if (sights === undefined) continue;
    for (const sight of sights) context.found.push({ ...sight, rule: rule.name });
    return;
  }
}

function note({ name }: Pick<Rule, "name">, sights: readonly Sight[], { found, taken }: Search): void {
  for (const sight of sights) {
    if (taken.has(sight.at.node)) continue;
    taken.add(sight.at.node);
    for (const part of sight.parts ?? []) taken.add(part);
    found.push({ ...sight, rule: name });
  }
}
