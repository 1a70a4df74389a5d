import { type FoundReference, findReferences } from "../../../bundle/index.ts";
import type { Scope, TextAt } from "../at.ts";
import { type Rule, sight } from "./rule.ts";

/** OLM's ClusterServiceVersion: relatedImages, alm-examples, containerImage, as bundles are read. */
export const csv: Rule = {
  name: "csv",
  text: (at) => {
    if (at.scope.facts.kind !== "ClusterServiceVersion") return undefined;
    const found = foundAt(at);
    if (found === undefined || found.reference !== at.node.value) return undefined;
    return [sight(at, found.certainty === "declared" ? "sure" : "candidate")];
  },
};

const byDocument = new WeakMap<Scope["document"], ReadonlyMap<number, FoundReference>>();

function foundAt({ node, scope }: TextAt): FoundReference | undefined {
  const references = byDocument.get(scope.document) ?? referencesIn(scope.document);
  byDocument.set(scope.document, references);
  return references.get(scope.toSource(node.start, node.end).start);
}

/** By their offset in the source. */
function referencesIn({ text, start, end }: Scope["document"]): ReadonlyMap<number, FoundReference> {
  const part = text.slice(start, end);
  const lines = [0, ...[...part.matchAll(/\n/g)].map(({ index }) => index + 1)];
  try {
    return new Map(
      findReferences(part, "").map((found) => {
        const { line, column } = found.place;
        return [start + (lines[line - 1] ?? 0) + column - 1, found];
      }),
    );
  } catch {
    // A bundle has to be without mistakes; a chart's copy of one is read as far as the other rules go.
    return new Map();
  }
}
