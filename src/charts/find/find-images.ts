import type { Failure } from "../../failure/index.ts";
import { type AddRule, applyRules, type IgnoreRule } from "./apply-rules.ts";
import type { At, Scope } from "./at.ts";
import { factsOf } from "./facts.ts";
import type { Findings, SourceText } from "./finding.ts";
import { tagFlags } from "./flags.ts";
import { gather, type Located } from "./gather.ts";
import { type Lines, linesOf } from "./lines.ts";
import { createNumbers } from "./numbers.ts";
import { locate } from "./place.ts";
import { searchDocument } from "./search.ts";
import { readDocuments, type YamlDocument } from "./yaml/read.ts";

export interface FindOptions {
  /** Images that no manifest names. */
  readonly add?: readonly AddRule[];
  /** Images to leave out. */
  readonly ignore?: readonly IgnoreRule[];
  /** Values files of the charts: a tag that is a number there says why a rendered tag is another one. */
  readonly values?: readonly SourceText[];
}

/**
 * Every image that Kubernetes manifests name: sure ones where the structure or the key says that it is an image,
 * candidates where a value looks like one. Never throws for what is in the texts: see {@link Findings}.
 */
export function findImages(texts: readonly SourceText[], options: FindOptions = {}): Findings {
  const numbers = createNumbers();
  const unread: Failure[] = [];
  const found: Located[] = [];
  for (const { source, text } of texts) {
    const lines = linesOf(text);
    for (const document of readDocuments(text)) {
      if (document.mistake !== undefined) unread.push(badYaml(source, lines, document.mistake));
      const root = rootOf(source, text, document);
      if (root === undefined) continue;
      for (const seen of searchDocument(root, numbers.note)) found.push(locate(seen, text, lines));
    }
  }
  for (const { text } of options.values ?? []) numbers.noteValues(text);
  const { findings, warnings } = gather(found);
  const chosen = applyRules(findings, options.add ?? [], options.ignore ?? []);
  return {
    images: chosen.images.map((finding) => ({ ...finding, flags: tagFlags(finding, numbers) })),
    ignored: chosen.ignored,
    unread,
    warnings: [...warnings, ...chosen.warnings],
  };
}

function rootOf(source: string, text: string, { root, start, end }: YamlDocument): At | undefined {
  if (root === undefined || root.kind === "text") return undefined;
  const scope: Scope = {
    text,
    facts: factsOf(root, source, templateIn(text, start, end) ?? templateNamed(source)),
    document: { text, start, end },
    toSource: (from, to) => ({ start: from, end: to, exactness: "exact" }),
    depth: 0,
  };
  return { node: root, key: undefined, up: undefined, scope };
}

/** helm puts `# Source: chart/templates/file.yaml` before what it renders. */
function templateIn(text: string, start: number, end: number): string | undefined {
  const head = text.slice(start, Math.min(end, start + 1000));
  return /^(?:---[^\n]*\n)?(?:\s*\n|#[^\n]*\n)*?# Source: ([^\n\r]+)/.exec(head)?.[1]?.trim();
}

const templateNamed = (source: string): string | undefined =>
  /(?:^|\/)(?:templates|crds)\/|(?:^|\/)Chart\.yaml$/.test(source) ? source : undefined;

function badYaml(source: string, lines: Lines, mistake: NonNullable<YamlDocument["mistake"]>): Failure {
  const text = lines.lineAt(mistake.start);
  const position = lines.position(mistake.start);
  const length = Math.max(1, Math.min(mistake.end - mistake.start, text.length - position.column + 1));
  return {
    code: "charts/bad-yaml",
    class: "usage",
    message: `A document of ${source} is not YAML: ${mistake.message}`,
    hint: "Correct the template or its values: the images of this document are not in the list",
    place: { file: source, ...position, length, text },
  };
}
