import { isLoopback } from "../oci/index.ts";
import type { Auth, Endpoint, Registry, Secret, Upstream } from "./config.ts";
import { type Cursor, entries, get, need } from "./cursor.ts";
import { addressForm, bytesOf, hostForm, repositoryForm, sizeForm } from "./forms.ts";
import type { Reader } from "./reader.ts";
import type {
  Auth as RawAuth,
  Registry as RawRegistry,
  Secret as RawSecret,
  Upstream as RawUpstream,
} from "./schema.gen.ts";

const DOCKER_HUB = "docker.io";
const QUAY = "quay.io";
const PORTAL = "https://connect.redhat.com";
const CATALOG = "https://catalog.redhat.com/api/containers";

/** Reads where hosts of references are really reached. */
export function readUpstreams(
  raw: Cursor<Readonly<Record<string, RawUpstream>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, Upstream> {
  return new Map(entries(raw).map(([host, cursor]) => [host, readUpstream(host, cursor, reader)]));
}

function readUpstream(host: string, cursor: Cursor<RawUpstream>, reader: Reader): Upstream {
  const wrong = hostForm(host);
  if (wrong !== undefined) {
    reader.refuseKey(cursor, { code: "bad-name", message: `upstreams: ${wrong.message}`, hint: wrong.hint });
  }
  return {
    host,
    place: reader.keyPlace(cursor),
    endpoint: readEndpoint(cursor, reader, host),
    prefix: readPrefix(get(cursor, "prefix"), reader),
    type: cursor.value.type,
  };
}

/** Reads the servers that images are published to. */
export function readRegistries(
  raw: Cursor<Readonly<Record<string, RawRegistry>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, Registry> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readRegistry(name, cursor, reader)]));
}

function readRegistry(name: string, { value: raw, path }: Cursor<RawRegistry>, reader: Reader): Registry {
  const base = { name, place: reader.keyPlace({ value: raw, path }), jobs: raw.jobs };
  switch (raw.type) {
    case "oci": {
      const cursor = { value: raw, path };
      const prefix = readPrefix(get(cursor, "prefix"), reader);
      return { ...base, type: raw.type, endpoint: readEndpoint(cursor, reader, ""), prefix };
    }
    case "dockerhub": {
      const cursor = { value: raw, path };
      const namespace = reader.text(need(cursor, "namespace"), repositoryForm);
      return { ...base, type: raw.type, endpoint: readEndpoint(cursor, reader, DOCKER_HUB), namespace };
    }
    case "harbor": {
      const cursor = { value: raw, path };
      const project = reader.text(need(cursor, "project"), repositoryForm);
      const createProject = raw.createProject ?? "private";
      return { ...base, type: raw.type, endpoint: readEndpoint(cursor, reader, ""), project, createProject };
    }
    case "quay": {
      const cursor = { value: raw, path };
      const namespace = reader.text(need(cursor, "namespace"), repositoryForm);
      const token = optional(get(cursor, "token"), (at) => readSecret(at, reader));
      const { createRepository } = raw;
      if (createRepository !== undefined && token === undefined) refuseMissingToken(cursor, reader);
      const endpoint = readEndpoint(cursor, reader, QUAY);
      return { ...base, type: raw.type, endpoint, namespace, token, createRepository };
    }
    case "rhcr": {
      const cursor = { value: raw, path };
      const vendor = reader.text(need(cursor, "vendor"), repositoryForm);
      const catalog = optional(get(cursor, "catalog"), (at) => reader.text(at, addressForm)) ?? CATALOG;
      const portal = optional(get(cursor, "portal"), (at) => reader.text(at, addressForm)) ?? PORTAL;
      const apiKey = optional(get(cursor, "apiKey"), (at) => readSecret(at, reader));
      const endpoint = readEndpoint(cursor, reader, QUAY);
      const [of, at] = [catalog.replace(/\/$/, ""), portal.replace(/\/$/, "")];
      return {
        ...base,
        type: raw.type,
        endpoint,
        vendor,
        catalog: of,
        portal: at,
        apiKey,
        judge: raw.judge ?? "mirror",
      };
    }
    case "embedded": {
      const cursor = { value: raw, path };
      const folder = reader.path(need(cursor, "folder"));
      const host =
        optional(get(cursor, "host"), (at) => reader.text(at, hostForm)) ?? `${name.toLowerCase()}.localhost`;
      return { ...base, type: raw.type, folder, host };
    }
    case "archive": {
      const cursor = { value: raw, path };
      const file = need(cursor, "file");
      // Taken from the text: a path does not keep the slash that makes it a folder's.
      const slash = reader.text(file).endsWith("/") ? "/" : "";
      const volumeSize = optional(get(cursor, "volumeSize"), (at) => bytesOf(reader.text(at, sizeForm)));
      if (slash !== "" && volumeSize !== undefined) refuseVolumes(file, reader);
      return {
        ...base,
        type: raw.type,
        file: `${reader.path(file).replace(/\/+$/, "")}${slash}`,
        volumeSize,
        since: optional(get(cursor, "since"), (at) => reader.path(at)),
        gathered: undefined,
      };
    }
  }
}

function refuseVolumes(file: Cursor<string>, reader: Reader): void {
  const message = "An archive in a folder has no volumes";
  reader.refuse(file, { code: "bad-value", message, hint: "Name a tar, or take volumeSize out" });
}

type RawEndpoint = Pick<RawUpstream, "host" | "scheme" | "ca" | "auth" | "accounts" | "api">;

function readEndpoint(cursor: Cursor<RawEndpoint>, reader: Reader, defaultHost: string): Endpoint {
  const host = optional(get(cursor, "host"), (at) => reader.text(at, hostForm)) ?? defaultHost;
  return {
    host,
    scheme: cursor.value.scheme ?? (isLoopback(host) ? "http" : "https"),
    ca: optional(get(cursor, "ca"), (ca) => reader.existing(ca, "file")),
    auth: optional(get(cursor, "auth"), (auth) => readAuth(auth, reader)),
    accounts: new Map(entries(get(cursor, "accounts")).flatMap(([path, auth]) => readAccount(path, auth, reader))),
    api: optional(get(cursor, "api"), (at) => reader.text(at, addressForm))?.replace(/\/$/, ""),
  };
}

function readAuth(cursor: Cursor<RawAuth>, reader: Reader): Auth | undefined {
  const [username, password, token] = [get(cursor, "username"), get(cursor, "password"), get(cursor, "token")];
  for (const secret of [password, token]) if (secret !== undefined) reader.warnOfLiteral(secret);
  if (token !== undefined) return { kind: "token", token: reader.secret(token) };
  if (username === undefined || password === undefined) return undefined;
  return { kind: "basic", username: reader.secret(username), password: reader.secret(password) };
}

function readAccount(path: string, cursor: Cursor<RawAuth>, reader: Reader): [string, Auth][] {
  const wrong = repositoryForm(path);
  if (wrong !== undefined) {
    reader.refuseKey(cursor, { code: "bad-name", message: `accounts: ${wrong.message}`, hint: wrong.hint });
  }
  const auth = readAuth(cursor, reader);
  return auth === undefined ? [] : [[path.replace(/\/$/, ""), auth]];
}

function readSecret(cursor: Cursor<RawSecret>, reader: Reader): Secret {
  reader.warnOfLiteral(cursor);
  return reader.secret(cursor);
}

function refuseMissingToken(cursor: Cursor<unknown>, reader: Reader): void {
  reader.refuse(get(cursor as Cursor<{ createRepository: string }>, "createRepository") ?? cursor, {
    code: "missing-token",
    message: "Quay's API, which creates repositories, wants a token",
    hint: "Add token: ${" + "env:QUAY_TOKEN}, or leave createRepository out",
  });
}

/** Empty, or ends with `/`. */
function readPrefix(cursor: Cursor<string> | undefined, reader: Reader): string {
  if (cursor === undefined) return "";
  const prefix = reader.text(cursor, repositoryForm).replace(/\/$/, "");
  return prefix === "" ? "" : `${prefix}/`;
}

function optional<T, U>(cursor: Cursor<T> | undefined, read: (cursor: Cursor<T>) => U): U | undefined {
  return cursor === undefined ? undefined : read(cursor);
}
