import type { Rendered } from "../render/index.ts";
import type { Values } from "./leaves.ts";

const TEMPLATE = "templates/mirror-computed-values.yaml";
const TEXT = `apiVersion: v1
kind: ConfigMap
metadata: { name: mirror-computed-values }
data: { values: {{ toJson .Values | b64enc }} }
`;

/**
 * A template to lay over a chart's files: it renders the values that helm computed, those of subcharts under their
 * names, so that nobody has to merge them as helm does.
 */
export const computedValuesTemplate: ReadonlyMap<string, Uint8Array> = new Map([[TEMPLATE, Buffer.from(TEXT)]]);

/** The computed values out of a rendering with {@link computedValuesTemplate}, and the rendering without them. */
export function takeComputedValues(rendered: Rendered): { readonly values: Values; readonly rendered: Rendered } {
  const isOurs = ({ source }: { readonly source: string }): boolean => source.endsWith(`/${TEMPLATE}`);
  const text = rendered.documents.find(isOurs)?.text ?? "";
  const encoded = /values: "?([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  if (encoded === undefined) throw new Error("the rendering has no computed values");
  const values = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as Values;
  return { values, rendered: { ...rendered, documents: rendered.documents.filter((document) => !isOurs(document)) } };
}
