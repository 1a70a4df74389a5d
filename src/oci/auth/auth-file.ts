import { Failed } from "../../failure/index.ts";
import type { Credentials, Whence } from "./credentials.ts";

/** Docker's `config.json` or containers' `auth.json` (containers-auth.json(5)), as far as it holds credentials. */
export interface AuthFile {
  /** Where it was read, for messages. */
  readonly name: string;
  readonly kind: Whence["kind"];
  /** By `host` or `host/path`; undefined where an entry says nothing, as beside a credential store. */
  readonly entries: ReadonlyMap<string, Credentials | undefined>;
  /** Names of credential helpers, by `host` or `host/path`. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The helper for everything else. */
  readonly store: string | undefined;
}

/** Key of Docker Hub, under all the names it goes by. */
export const HUB = "docker.io";

/** What docker keeps Docker Hub's credentials under, and asks helpers for. */
export const HUB_SERVER = "https://index.docker.io/v1/";

const HUB_NAMES = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Reads an auth file. Throws `Failed` (`registry/bad-auth-file`) where it is not one. */
export function parseAuthFile(text: string, name: string, kind: Whence["kind"]): AuthFile {
  const file = objectOf(parseJson(text, name));
  const entries = Object.entries(objectOf(file.auths)).map(
    ([key, entry]) => [normalKey(key), readEntry(objectOf(entry), key, name)] as const,
  );
  const helpers = Object.entries(objectOf(file.credHelpers)).flatMap(([key, helper]) =>
    typeof helper === "string" && helper !== "" ? [[normalKey(key), helper] as const] : [],
  );
  const store = typeof file.credsStore === "string" && file.credsStore !== "" ? file.credsStore : undefined;
  return { name, kind, entries: new Map(entries), helpers: new Map(helpers), store };
}

/** What an image's credentials may stand under, the longest path first: `host/a/b`, `host/a`, `host`. */
export function keysFor(host: string, repository: string): string[] {
  const parts = [HUB_NAMES.has(host) ? HUB : host, ...repository.split("/").filter((part) => part !== "")];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

/** `https://host/v1/` and the like as `host`; a path below a host that has no scheme is kept. */
function normalKey(key: string): string {
  const scheme = /^https?:\/\//.exec(key);
  const bare = scheme === null ? key : key.slice(scheme[0].length);
  const path = bare.replace(/\/(?:v[12]\/?)?$/, "").replace(/\/+$/, "");
  const [host = "", ...rest] = path.split("/");
  return [HUB_NAMES.has(host) ? HUB : host, ...rest].join("/");
}

function readEntry(entry: Record<string, unknown>, key: string, file: string): Credentials | undefined {
  const [authUser, authPassword] = decodeAuth(entry.auth, key, file);
  const username = textOf(entry.username) ?? authUser ?? "";
  const identity = textOf(entry.identitytoken);
  if (identity !== undefined) return { kind: "identity", username, token: identity };
  const registryToken = textOf(entry.registrytoken);
  if (registryToken !== undefined) return { kind: "bearer", token: registryToken };
  const password = textOf(entry.password) ?? authPassword;
  return username === "" || password === undefined ? undefined : { kind: "basic", username, password };
}

function decodeAuth(auth: unknown, key: string, file: string): [username?: string, password?: string] {
  const encoded = textOf(auth);
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = text.indexOf(":");
  if (colon === -1) throw bad(file, `its entry for ${key} is not base64 of username:password`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad(name, "it is not JSON");
  }
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function bad(name: string, why: string): Failed {
  return new Failed({
    code: "registry/bad-auth-file",
    class: "usage",
    message: `The credentials in ${name} cannot be read: ${why}`,
    hint: "Log in again with docker or skopeo, which write it anew",
  });
}
