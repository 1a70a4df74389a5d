import type { RenderedDocument } from "./request.ts";

const SOURCE = /^---\n# Source: (.*)\n/gm;
const SEPARATOR = /(?:^|\n)---[^\S\n]*(?=\n|$)/;

/** The documents of what `helm template` printed. What is no YAML has no kind. */
export async function readPrinted(text: string): Promise<readonly RenderedDocument[]> {
  const { parse } = await import("yaml");
  const marks = [...text.matchAll(SOURCE)];
  return marks.flatMap((mark, index) => {
    const [found, source = ""] = mark;
    const body = text.slice(mark.index + found.length, marks[index + 1]?.index ?? text.length);
    return partsOf(body, source).map((part) => documentOf(source, part, parse));
  });
}

/** A file of definitions is printed whole. A template's documents come one by one. */
function partsOf(body: string, source: string): readonly string[] {
  const parts = isDefinition(source) ? body.split(SEPARATOR) : [body];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function isDefinition(source: string): boolean {
  return /\/crds\//.test(source) && !/\/templates\//.test(source);
}

interface Head {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: {
    readonly name?: unknown;
    readonly annotations?: Readonly<Record<string, unknown>> | null;
  } | null;
}

function documentOf(source: string, text: string, parse: (text: string) => unknown): RenderedDocument {
  const head = headOf(text, parse);
  const isHook = head.metadata?.annotations?.["helm.sh/hook"] !== undefined;
  return {
    source,
    role: isDefinition(source) ? "crd" : isHook ? "hook" : "resource",
    ...textOf("apiVersion", head.apiVersion),
    ...textOf("kind", head.kind),
    ...textOf("name", head.metadata?.name),
    text,
  };
}

function headOf(text: string, parse: (text: string) => unknown): Head {
  try {
    const value = parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function textOf<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: string } {
  return (typeof value === "string" ? { [key]: value } : {}) as { readonly [K in Key]?: string };
}
