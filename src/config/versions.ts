import { isDigest } from "../oci/index.ts";
import { versionUnder } from "../versions/index.ts";
import { type Cursor, get, items } from "./cursor.ts";
import { splitVersion, tagForm, versionForm } from "./forms.ts";
import type { Form, Reader } from "./reader.ts";
import type { Image as RawImage } from "./schema.gen.ts";
import { formatPath } from "./sentences.ts";
import type { VersionRule } from "./version-rule.ts";

type RawRule = Exclude<RawImage["version"], string>;
type Key = keyof RawRule & string;

/** Kinds of rules by the keys that tell them, the telling first, and the keys that each may have besides. */
const KINDS: readonly {
  readonly kind: VersionRule["kind"];
  readonly by: readonly Key[];
  readonly with: readonly Key[];
}[] = [
  { kind: "same", by: ["same"], with: ["as"] },
  { kind: "read", by: ["file"], with: ["source", "path", "match", "as"] },
  { kind: "tag", by: ["tag", "digest"], with: [] },
  { kind: "newest", by: ["range", "newest", "tags", "order", "prereleases", "exclude"], with: ["source", "as"] },
  { kind: "source", by: ["source"], with: ["as"] },
];

/** Reads which version of an image is meant. `rangeForm` is there where the config has rules that are no string. */
export function readVersion(
  { value, path }: Cursor<RawImage["version"]>,
  reader: Reader,
  { rangeForm, built }: { readonly rangeForm: Form | undefined; readonly built: "built" | "upstream" },
): VersionRule {
  if (typeof value === "string")
    return exactly(reader.text({ value, path }, built === "built" ? tagForm : versionForm));
  const cursor = { value, path };
  const why = get(cursor, "why");
  return { ...readRule(cursor, reader, rangeForm), ...(why === undefined ? {} : { why: reader.text(why) }) };
}

function readRule(cursor: Cursor<RawRule>, reader: Reader, rangeForm: Form | undefined): VersionRule {
  const keys = Object.keys(cursor.value) as Key[];
  const found = KINDS.find(({ by }) => by.some((key) => keys.includes(key)));
  if (found === undefined) {
    const message = `${formatPath(cursor.path)} says no version`;
    reader.refuse(cursor, { code: "bad-version", message, hint: 'Write a tag, or a rule such as { range: "^1.8" }' });
    return exactly("");
  }
  const stray = keys.find((key) => key !== "why" && !found.by.includes(key) && !found.with.includes(key));
  if (stray !== undefined) refuseStray(cursor, stray, keys, found, reader);
  return readKind(found.kind, cursor, reader, rangeForm);
}

function refuseStray(cursor: Cursor<RawRule>, stray: Key, keys: Key[], found: (typeof KINDS)[number], reader: Reader) {
  const told = found.by.find((key) => keys.includes(key));
  const at = { value: undefined, path: [...cursor.path, stray] };
  if (found.kind === "source" && (stray === "path" || stray === "match")) {
    const message = `${formatPath(cursor.path)} has "${stray}", and no file that it would find something in`;
    reader.refuseKey(at, { code: "bad-version", message, hint: "Add it, as in file: values.yaml" });
    return;
  }
  reader.refuseKey(at, {
    code: "bad-version",
    message: `${formatPath(cursor.path)} has "${stray}" beside "${told}", and the two do not go together`,
    hint: `Keep one of them; beside ${told} there may be ${[...found.by, ...found.with, "why"].filter((key) => key !== told).join(", ")}`,
  });
}

function readKind(
  kind: VersionRule["kind"],
  cursor: Cursor<RawRule>,
  reader: Reader,
  rangeForm: Form | undefined,
): VersionRule {
  const text = (key: "range" | "tags" | "order" | "file" | "path" | "match" | "tag" | "digest", form?: Form) => {
    const at = get(cursor, key);
    return at === undefined ? undefined : reader.text(at, form);
  };
  const source = get(cursor, "source");
  const as = get(cursor, "as");
  const sourceName = source === undefined ? undefined : reader.named(source, "sources");
  const asTag = as === undefined ? undefined : reader.template(as, asTagForm, ["version"]);
  switch (kind) {
    case "same": {
      const same = get(cursor, "same");
      return { kind, image: same === undefined ? "" : reader.named(same, "images"), as: asTag };
    }
    case "read": {
      const [file = "", path, match] = [text("file"), text("path"), text("match", expressionForm)];
      const beside = get(cursor, "file");
      if (sourceName === undefined && beside !== undefined) reader.existing(beside, "file");
      return { kind, source: sourceName, file, path, match, as: asTag };
    }
    case "tag":
    case "digest": {
      const [tag, digest] = [text("tag", tagForm), text("digest", digestForm)];
      return digest === undefined ? { kind: "tag", tag: tag ?? "" } : { kind: "digest", digest, tag };
    }
    case "newest": {
      const order = text("order", expressionForm);
      const by = order === PUSHED ? "push" : "version";
      const range = text("range", rangeForm);
      if (by === "push" && source !== undefined) refusePushedInGit(source, reader);
      return {
        kind,
        source: sourceName,
        tags: text("tags", patternForm) ?? "*",
        range,
        // What is ordered by its push is no version as a rule, and a word behind a dash says nothing then.
        prereleases: cursor.value.prereleases ?? (by === "push" && range === undefined ? "include" : "exclude"),
        exclude: items(get(cursor, "exclude")).map((item) => reader.text(item)),
        order: by === "push" ? undefined : order,
        by,
        count: cursor.value.newest ?? 1,
        as: asTag,
      };
    }
    case "source":
      return { kind, source: sourceName ?? "", as: asTag };
  }
}

/** The order of tags by when they were pushed. */
const PUSHED = "pushed";

function refusePushedInGit(source: Cursor<string>, reader: Reader): void {
  reader.refuseKey(source, {
    code: "bad-version",
    message: `${formatPath(source.path)} has git tags, and "order: ${PUSHED}" is about a registry's: git does not tell when a tag was pushed`,
    hint: "Leave source out, or order by versions or an expression",
  });
}

/** An expression by which the tags of a source are ordered. */
export const sourceOrderForm: Form = (text) =>
  text === PUSHED
    ? {
        message: `git does not tell when a tag was pushed, which "${PUSHED}" is about`,
        hint: "Order by an expression whose groups are compared, as in ^(\\d{4})q(\\d)$",
      }
    : expressionForm(text);

function exactly(text: string): VersionRule {
  if (text === "") return { kind: "tag", tag: "" };
  const { tag = "", digest } = splitVersion(text);
  return digest === undefined ? { kind: "tag", tag } : { kind: "digest", digest, tag: tag === "" ? undefined : tag };
}

const digestForm: Form = (text) =>
  isDigest(text)
    ? undefined
    : { message: `"${text}" is not a digest`, hint: "A digest is sha256: and 64 lower-case hex digits" };

/** The pattern of tags' names, with one `*` where the version stands. */
export const patternForm: Form = (text) => {
  const stars = text.split("*").length - 1;
  if (stars === 1) {
    versionUnder(text);
    return undefined;
  }
  return {
    message: `"${text}" does not say where the version stands`,
    hint: "Write one * in its place, as in v* or *-ubi8",
  };
};

/** A regular expression. */
export const expressionForm: Form = (text) => {
  try {
    new RegExp(text, "m");
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    return {
      message: `"${text}" is not a regular expression: ${why}`,
      hint: "Write it as JavaScript does, without the slashes",
    };
  }
};

const VERSION = "${" + "version}";

/** A tag that is made of what was found. */
const asTagForm: Form = (text) => {
  if (!text.includes(VERSION))
    return { message: `"${text}" has no ${VERSION} in it`, hint: `Write for example ${VERSION}-ubi8` };
  return tagForm(text.replaceAll(VERSION, "1"));
};

/** semver is loaded only where a config has rules. */
export async function loadRangeForm(): Promise<Form> {
  const { default: semver } = await import("semver");
  return (text) => {
    if (semver.validRange(text, { loose: true }) !== null) return undefined;
    return { message: `"${text}" is not a semver range`, hint: 'Write for example "^1.8", "~1.8.2" or ">=1.8 <2"' };
  };
}
