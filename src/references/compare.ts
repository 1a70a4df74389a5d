import type { ImagePart } from "../config/index.ts";
import { parseReference, type Reference } from "../oci/index.ts";
import type { Declarations, Declared, KnownName } from "./declared.ts";
import { type Fix, rewriteTag, rewriteWhole } from "./rewrite.ts";
import type { Site } from "./site.ts";

/** What is to be said of a place. */
export type Verdict =
  | { readonly kind: "agrees"; readonly images: readonly string[] }
  | {
      /** `untagged`: an image without any version. */
      readonly kind: "differs" | "untagged";
      readonly images: readonly string[];
      /** What is declared, as a person would write it there. */
      readonly declared: string;
      /** Who says so: `minio-client`, `var release`. */
      readonly by: string;
      readonly fix: Fix;
    }
  | { readonly kind: "undeclared"; readonly version: "tagged" | "untagged" }
  /** Nobody can tell. */
  | { readonly kind: "unknown"; readonly images: readonly string[]; readonly why: string };

/** Compares what a place says with what the config declares; `at` is the target whose names count. */
export function compare(site: Site, declarations: Declarations, at: string | undefined): Verdict {
  const { equals } = site;
  if (equals === undefined) return compareFound(site, declarations, at);
  if (equals.kind === "image") return compareImage(site, equals.part, declarations.of(equals.image, at));
  if (site.text === equals.text) return { kind: "agrees", images: [] };
  return {
    kind: "differs",
    images: [],
    declared: equals.text,
    by: equals.origin,
    fix: rewriteWhole(site, equals.text),
  };
}

/** An image that was found is one of those that are known by its repository. */
function compareFound(site: Site, declarations: Declarations, at: string | undefined): Verdict {
  const reference = readReference(site.text);
  const candidates = reference === undefined ? [] : declarations.named(reference.host, reference.repository, at);
  if (candidates.length === 0) {
    const isTagged = reference?.tag !== undefined || reference?.digest !== undefined;
    return { kind: "undeclared", version: isTagged ? "tagged" : "untagged" };
  }
  const verdicts = candidates.map((declared) => compareImage(site, "reference", declared));
  const [first] = verdicts;
  const images = candidates.map(({ image }) => image);
  const good = verdicts.find(({ kind }) => kind === "agrees") ?? verdicts.find(({ kind }) => kind === "unknown");
  if (good !== undefined) return good;
  if (first === undefined || verdicts.length === 1 || !("declared" in first)) return first ?? undeclared();
  const declared = verdicts.flatMap((verdict) => ("declared" in verdict ? [verdict.declared] : [])).join(" and ");
  const why = `${images.join(" and ")} are both of this repository`;
  return { ...first, images, declared, by: images.join(" and "), fix: { kind: "impossible", why } };
}

const undeclared = (): Verdict => ({ kind: "undeclared", version: "tagged" });

/** Which of several versions is meant at a place that names none of them, only a person can say. */
function compareImage(site: Site, part: ImagePart, declared: Declared): Verdict {
  const verdict = compareOne(site, part, declared);
  if (declared.chart !== undefined && "fix" in verdict) {
    const why = `the chart ${declared.chart} brings it, and only a person can say which of the two is behind`;
    return { ...verdict, by: `chart ${declared.chart}`, fix: { kind: "impossible", why } };
  }
  if (declared.versions === "one" || !("fix" in verdict)) return verdict;
  return { ...verdict, fix: { kind: "impossible", why: `${declared.image} is in several versions` } };
}

function compareOne(site: Site, part: ImagePart, declared: Declared): Verdict {
  const images = [declared.image];
  const [wanted] = declared.names;
  if (wanted === undefined) {
    const fix: Fix = { kind: "impossible", why: "the target does not have this image" };
    return { kind: "differs", images, declared: "nothing at this target", by: declared.image, fix };
  }
  switch (part) {
    case "tag":
      return compareTag(site, declared, wanted);
    case "repository":
      return compareRepository(site, declared, wanted);
    case "reference":
      return compareReference(site, declared, wanted);
  }
}

function compareTag(site: Site, declared: Declared, wanted: KnownName): Verdict {
  const images = [declared.image];
  const { tag } = wanted;
  if (tag === undefined) return unknown(declared);
  if (declared.names.some((name) => name.tag === site.text)) return { kind: "agrees", images };
  return { kind: "differs", images, declared: tag, by: declared.image, fix: rewriteWhole(site, tag) };
}

function compareRepository(site: Site, declared: Declared, wanted: KnownName): Verdict {
  const images = [declared.image];
  const reference = readReference(site.text);
  if (reference !== undefined && reference.tag === undefined && nameOf(reference, declared) !== undefined) {
    return { kind: "agrees", images };
  }
  const text = familiar(wanted, site.text);
  return { kind: "differs", images, declared: text, by: declared.image, fix: rewriteWhole(site, text) };
}

function compareReference(site: Site, declared: Declared, wanted: KnownName): Verdict {
  const images = [declared.image];
  const reference = readReference(site.text);
  const name = reference === undefined ? undefined : nameOf(reference, declared);
  if (reference === undefined || name === undefined) {
    const text = familiar(wanted, site.text) + versionOf(wanted, declared);
    return {
      kind: "differs",
      images,
      declared: text,
      by: declared.image,
      fix: rewriteAll(site, wanted, declared, text),
    };
  }
  const text = familiar(name, site.text) + versionOf(name, declared);
  const otherTag = reference.tag !== undefined && name.tag !== undefined && reference.tag !== name.tag;
  const difference = { images, declared: text, by: declared.image };
  if (reference.digest !== undefined) {
    if (reference.digest === declared.digest) return { kind: "agrees", images };
    if (declared.digest !== undefined || otherTag) return { kind: "differs", ...difference, fix: PINNED };
    if (reference.tag === undefined) return { kind: "unknown", images, why: "it names a digest, and the config a tag" };
  }
  if (reference.tag === undefined) return { kind: "untagged", ...difference, fix: tagged(site, name, declared) };
  if (name.tag === undefined) return unknown(declared);
  if (!otherTag) return { kind: "agrees", images };
  return { kind: "differs", ...difference, fix: rewriteTag(site, reference.tag, name.tag) };
}

const PINNED: Fix = {
  kind: "impossible",
  why: "it is pinned to a digest, and another one is not for an editor to choose",
};

function tagged(site: Site, { tag }: KnownName, { open }: Declared): Fix {
  if (tag !== undefined) return rewriteTag(site, undefined, tag);
  return { kind: "impossible", why: open ?? "its tag is not known" };
}

function rewriteAll(site: Site, wanted: KnownName, declared: Declared, text: string): Fix {
  if (wanted.tag === undefined) return { kind: "impossible", why: declared.open ?? "its tag is not known" };
  return rewriteWhole(site, text);
}

function unknown(declared: Declared): Verdict {
  const why = declared.open ?? `${declared.image} is declared by its digest alone`;
  return { kind: "unknown", images: [declared.image], why };
}

function nameOf({ host, repository, tag }: Reference, { names }: Declared): KnownName | undefined {
  const known = names.filter((name) => name.host === host && name.repository === repository);
  return known.find((name) => name.tag === tag) ?? known[0];
}

function versionOf({ tag }: KnownName, { digest, open }: Declared): string {
  if (tag !== undefined) return `:${tag}`;
  return digest !== undefined && open === undefined ? `@${digest}` : "";
}

/** A name as the file writes names: without `docker.io` and `library/` where it leaves them out. */
function familiar({ host, repository }: KnownName, beside: string): string {
  if (host !== "docker.io" || /^(?:index\.|registry-1\.)?docker\.io\//.test(beside)) return `${host}/${repository}`;
  return repository.replace(/^library\//, "");
}

/** The reference that a text is, or undefined where it is none. */
export function readReference(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
