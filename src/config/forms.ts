import { Failed, failureOf } from "../failure/index.ts";
import { isDigest, isHost, isRepository, isTag, parsePlatform, parseReference } from "../oci/index.ts";
import type { Platform } from "./config.ts";
import type { Form } from "./reader.ts";

/** `host` or `host:port`. */
export const hostForm: Form = (text) => {
  if (isHost(text)) return undefined;
  const bare = /^(https?):\/\/([^/]+)\/?$/.exec(text);
  if (bare === null)
    return {
      message: `"${text}" is not a host`,
      hint: "Write host or host:port; a host has a dot or a port, as in registry.example.com, or is localhost",
    };
  const scheme = bare[1] === "http" ? ", and scheme: http beside it" : "";
  return { message: `"${text}" is an address and not a host`, hint: `Write ${bare[2]}${scheme}` };
};

/** A path of repositories below a host: a namespace, a project, a prefix. */
export const repositoryForm: Form = (text) => {
  const path = text.replace(/\/$/, "");
  if (isRepository(path)) return undefined;
  const hint = isRepository(path.toLowerCase()) ? `Write ${path.toLowerCase()}` : REPOSITORY_HINT;
  return { message: `"${text}" cannot be a part of a repository's name`, hint };
};

/** A name that `as` gives: a repository, and a tag or none; placeholders stand for good names. */
export const asForm: Form = (text) => {
  const sample = text.replace(/\$\{tag\}/g, "t").replace(/\$\{\w+\}/g, "n");
  const [repository = "", tag, ...rest] = sample.split(":");
  if (rest.length === 0 && isRepository(repository) && (tag === undefined || isTag(tag))) return undefined;
  if (isRepository(repository)) return { message: `"${text}" has no good tag behind the colon`, hint: TAG_HINT };
  return { message: `"${text}" is not a name that an image can have`, hint: REPOSITORY_HINT };
};

/** Red Hat's id of a component. */
export const componentForm: Form = (text) => {
  if (/^[0-9a-f]{24}$/.test(text)) return undefined;
  const hint =
    "Copy it from the component's page in Red Hat's partner portal: 24 hex digits, such as 65f0c2a1b3d4e5f60718293b";
  return { message: `"${text}" is not the id of a component`, hint };
};

/** An absolute web address. */
export const addressForm: Form = (text) =>
  /^https?:\/\/[^/\s]+(\/\S*)?$/.test(text)
    ? undefined
    : {
        message: `"${text}" is not an address`,
        hint: "Write it with its scheme, as in https://catalog.redhat.com/api/containers",
      };

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const SIZE = /^(\d+(?:\.\d+)?) ?([kMGT]i?|)B?$/;

/** A number of bytes with a unit. */
export const sizeForm: Form = (text) => {
  const bytes = bytesOf(text);
  if (bytes !== undefined && bytes >= 1e6) return undefined;
  const hint = "Write a number with k, M or G (or Ki, Mi, Gi), of at least 1M, as in 4G";
  return { message: `"${text}" is not the size of a file`, hint };
};

/** The bytes that a size names; undefined where it names none. */
export function bytesOf(text: string): number | undefined {
  const [, number = "", unit = ""] = SIZE.exec(text.trim()) ?? [];
  const factor = UNITS[unit];
  return number === "" || factor === undefined ? undefined : Math.floor(Number(number) * factor);
}

/** An absolute path in an image. */
export const imagePathForm: Form = (text) =>
  text.startsWith("/") && !text.split("/").includes("..")
    ? undefined
    : { message: `"${text}" is not a path from the top of the image`, hint: "Start it with / and leave .. out" };

/** An argument of a command. */
export const wordForm: Form = (text) =>
  text.includes("\0")
    ? { message: "a NUL cannot be handed to a program", hint: "Leave it out, or put it into a file" }
    : undefined;

/** The first word of a command. */
export const programForm: Form = (text) =>
  text.trim() === ""
    ? { message: "a command begins with its program", hint: "Name it, as in [make, lint]" }
    : wordForm(text);

/** A reference with the version in it. */
export const referenceForm: Form = (text) => {
  try {
    const { tag, digest } = parseReference(text);
    if (tag !== undefined || digest !== undefined) return undefined;
    return { message: `"${text}" has no version`, hint: `Write one, as in ${text}:1.2.1` };
  } catch (thrown) {
    const { message, hint } = failureOf(thrown);
    return { message, hint };
  }
};

/** `os/architecture[/variant]`. */
export const platformForm: Form = (text) => {
  const failure = platformOrFailure(text);
  return "message" in failure ? failure : undefined;
};

/** Reads a platform whose form was checked; an unsound one gives an empty platform. */
export function platformOf(text: string): Platform {
  const platform = platformOrFailure(text);
  return "message" in platform ? { os: "", architecture: "", variant: undefined } : platform;
}

function platformOrFailure(text: string): Platform | { message: string; hint: string | undefined } {
  try {
    const { os, architecture, variant } = parsePlatform(text);
    if (/^[a-z0-9./_-]+$/.test(text)) return { os, architecture, variant };
    return { message: `"${text}" is not a platform`, hint: `Write it in lower case, as in linux/amd64` };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const { message, hint } = failureOf(error);
    return { message, hint };
  }
}

/** A tag, a digest, or a tag with a digest behind `@`. */
export const versionForm: Form = (text) => {
  const { tag, digest } = splitVersion(text);
  if (digest !== undefined && !isDigest(digest)) {
    return { message: `"${digest}" is not a digest`, hint: "A digest is sha256: and 64 lower-case hex digits" };
  }
  if (tag === undefined || isTag(tag)) return undefined;
  if (/^[\^~<>=]|\s|\|\|/.test(tag)) {
    return { message: `"${tag}" is not a tag`, hint: `Write a range as { range: ${JSON.stringify(tag)} }` };
  }
  return { message: `"${tag}" is not a tag`, hint: TAG_HINT };
};

/** A tag alone, for what is built here. */
export const tagForm: Form = (text) => {
  if (isTag(text)) return undefined;
  if (splitVersion(text).digest === undefined) return versionForm(text);
  return { message: "an image that is built here has no digest yet", hint: "Write the tag that it gets" };
};

/** The version of an operator, as OLM reads it (semver 2.0.0). */
export const versionTextForm: Form = (text) =>
  /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(text)
    ? undefined
    : { message: `"${text}" is not a version of an operator`, hint: "Write three numbers, as in 1.2.1, without a v" };

/** `tag`, `digest` or `tag@digest` taken apart. */
export function splitVersion(text: string): { tag: string | undefined; digest: string | undefined } {
  const at = text.indexOf("@");
  if (at !== -1) return { tag: text.slice(0, at), digest: text.slice(at + 1) };
  return /^sha(256|512):/.test(text) ? { tag: undefined, digest: text } : { tag: text, digest: undefined };
}

const REPOSITORY_HINT =
  'Write lower-case letters and digits, with single ".", "_" or "-" between them, in parts that "/" divides';
const TAG_HINT = 'Write up to 128 letters, digits, ".", "_" and "-", not starting with "." or "-"';
