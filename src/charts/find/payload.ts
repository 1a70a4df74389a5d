import type { At, Scope, TextAt } from "./at.ts";
import { offsetsInside } from "./yaml/inside.ts";
import type { Text } from "./yaml/node.ts";
import { readDocuments } from "./yaml/read.ts";

/** Texts in texts: a chart in a chart's ConfigMap is plausible, more is not. */
const DEEPEST = 4;
const MAY_NAME_IMAGES = /image|repository|[a-z0-9]\/[\w.-]+[:@]/i;
const MAY_BE_STRUCTURE = /\n|^\s*[[{]/;

/** The roots of the YAML or JSON that a scalar holds; undefined where it holds neither. */
export function payloadOf(at: TextAt): readonly At[] | undefined {
  const { value } = at.node;
  if (at.scope.depth >= DEEPEST || !MAY_BE_STRUCTURE.test(value) || !MAY_NAME_IMAGES.test(value)) return undefined;
  const documents = readDocuments(value);
  const isStructure = documents.every(({ root, mistake }) => mistake === undefined && root?.kind !== "text");
  const roots = documents.flatMap(({ root }) => (root === undefined ? [] : [root]));
  if (!isStructure || roots.length === 0) return undefined;
  const scope = scopeInside(at);
  return roots.map((node) => ({ node, key: undefined, up: at, scope }));
}

function scopeInside({ node, scope }: TextAt): Scope {
  const offsetOf = offsetsInside(scope.text, node);
  const around = scope.toSource(node.start, node.end);
  return {
    ...scope,
    text: node.value,
    depth: scope.depth + 1,
    toSource: (start, end) => {
      const [from, to] = [offsetOf(start), offsetOf(Math.max(start, end - 1))];
      if (around.exactness === "around" || from === undefined || to === undefined) {
        return { start: around.start, end: around.end, exactness: "around" };
      }
      const [first, last] = [scope.toSource(from, from + 1), scope.toSource(to, to + 1)];
      return { start: first.start, end: last.end, exactness: first.exactness };
    },
  };
}

/** A value of a Secret, or of a ConfigMap's binaryData, as the text that it is in base64; undefined where it is none. */
export function decodedBase64(at: TextAt): TextAt | undefined {
  const { kind } = at.scope.facts;
  const isEncoded =
    (kind === "Secret" && at.up?.key === "data") || (kind === "ConfigMap" && at.up?.key === "binaryData");
  if (!isEncoded || at.scope.depth > 0) return undefined;
  const packed = at.node.value.replace(/\s+/g, "");
  if (packed.length < 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  const value = Buffer.from(packed, "base64").toString("utf8");
  if (/(?![\t\n\r])[\p{Cc}\ufffd]/u.test(value)) return undefined;
  const node: Text = { ...at.node, value: value.trimEnd(), style: "folded" };
  const { start, end } = at.scope.toSource(at.node.start, at.node.end);
  const scope: Scope = { ...at.scope, toSource: () => ({ start, end, exactness: "around" }) };
  return { ...at, node, scope };
}
