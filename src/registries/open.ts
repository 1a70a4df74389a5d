import { readFile } from "node:fs/promises";
import type { Pyxis } from "../certification/pyxis/index.ts";
import type { Auth, Config, Endpoint, Registry } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import { createHttp } from "../oci/http/index.ts";
import {
  type Archive,
  type ArchiveBase,
  type ArchiveTarget,
  archiveSource,
  createFileCredentials,
  createHostPauses,
  createHostWindows,
  createRegistry,
  defaultUrl,
  openArchiveTarget,
  openVolumes,
  proxiesIn,
  type RegistryClient,
  type ServedRegistry,
  serveLayout,
} from "../oci/index.ts";
import { accountFor, type OnSecret, readAuth } from "./account.ts";
import { openApi, type RegistryApi } from "./api.ts";
import type { Connections } from "./connections.ts";
import type { Preparation } from "./kind.ts";
import { waysOf } from "./kinds.ts";
import { remembering } from "./remembering.ts";
import { openService } from "./service.ts";
import { openTagHistories } from "./tags/index.ts";

export interface OpenOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, where auth files are. */
  readonly home: string;
  /** Told every password and token before it is used, and whom it belongs to where that is known. */
  readonly onSecret: OnSecret;
  /** Told once of each thing that a registry warns of. */
  readonly onWarning?: (warning: Failure) => void;
  /** Stands in for all registries that images come from. */
  readonly from?: Archive | undefined;
  /** Reads what a differential archive builds on: an archive or a lock. */
  readonly baseOf?: (file: string, source: Connections["source"]) => Promise<ArchiveBase>;
  /** Ends the reading of archives. */
  readonly signal?: AbortSignal;
}

const NEVER = new AbortController().signal;

/**
 * Connections for a config. Nothing is opened before it is asked for: embedded registries are served from then on
 * until `close`, and credentials are read when a server first wants them.
 */
export function openConnections(config: Pick<Config, "upstreams" | "registries">, options: OpenOptions): Connections {
  const { onSecret, onWarning = () => {} } = options;
  const from = options.from === undefined ? undefined : archiveSource(options.from);
  const proxies = proxiesIn(options.env);
  const shared = { onSecret, onWarning, proxies, pauses: createHostPauses(), windows: createHostWindows() } as const;
  const fromFiles = createFileCredentials(options);
  const served: ServedRegistry[] = [];
  const clients = new Map<string, Promise<RegistryClient>>();
  const opened: { readonly close: () => void }[] = [];
  const apis = new Map<string, Promise<RegistryApi>>();
  const prepared = new Map<string, Promise<Preparation>>();
  const services = new Map<string, Pyxis>();
  const histories = openTagHistories(config, { fromFiles, onSecret, onWarning, http: shared });

  const declared = (name: string): Registry => {
    const registry = config.registries.get(name);
    if (registry === undefined) throw new Error(`no registry ${name}`);
    return registry;
  };

  const once = (key: string, open: () => Promise<RegistryClient>): Promise<RegistryClient> => {
    const client = clients.get(key) ?? open();
    clients.set(key, client);
    return client;
  };

  const reach = async (host: string, endpoint: Endpoint): Promise<RegistryClient> => {
    const { ca } = endpoint;
    const client = createRegistry({
      host,
      url: endpoint.host === "docker.io" ? defaultUrl(endpoint.host) : `${endpoint.scheme}://${endpoint.host}`,
      ca: ca === undefined ? undefined : await readFile(ca, "utf8"),
      credentials: (repository) => {
        const auth = accountFor(endpoint, repository);
        return auth === undefined ? fromFiles(endpoint.host, repository) : readAuth(auth, onSecret);
      },
      ...shared,
    });
    return remembering(client);
  };

  const serve = async (registry: Extract<Registry, { readonly type: "embedded" }>): Promise<RegistryClient> => {
    const server = await serveLayout({ folder: registry.folder, listen: { host: "127.0.0.1", port: 0 } });
    served.push(server);
    return remembering(createRegistry({ host: registry.host, url: `http://${server.host}`, ...shared }));
  };

  const target = (name: string): Promise<RegistryClient> => {
    const registry = declared(name);
    return once(`registry:${name}`, async () => {
      switch (registry.type) {
        case "embedded":
          return serve(registry);
        case "archive":
          return (await archive(name)).client;
        default:
          return reach(registry.endpoint.host, registry.endpoint);
      }
    });
  };

  const archives = new Map<string, Promise<ArchiveTarget>>();
  const archive = (name: string): Promise<ArchiveTarget> => {
    const registry = config.registries.get(name);
    if (registry?.type !== "archive") throw new Error(`no archive ${name}`);
    const open = async (): Promise<ArchiveTarget> => {
      const { file, since, volumeSize } = registry;
      const base = since === undefined ? undefined : await options.baseOf?.(since, connections.source);
      const opening = { file, base, signal: options.signal ?? NEVER };
      return volumeSize === undefined ? openArchiveTarget(opening) : openVolumes({ ...opening, volumeSize });
    };
    const opened = archives.get(name) ?? open();
    archives.set(name, opened);
    return opened;
  };

  const api = async (name: string): Promise<RegistryApi> => {
    const known = apis.get(name) ?? openApiOf(declared(name));
    apis.set(name, known);
    return known;
  };

  const openApiOf = async (registry: Registry): Promise<RegistryApi> => {
    if (!("endpoint" in registry)) throw new Error(`${registry.name} is no server`);
    const { endpoint } = registry;
    const ca = endpoint.ca === undefined ? undefined : await readFile(endpoint.ca, "utf8");
    const http = createHttp({ ca, ...shared });
    opened.push(http);
    const { host, scheme } = endpoint;
    const repository = waysOf(registry).pushedTo({ path: "", component: undefined });
    const auth = accountForApi(registry, accountFor(endpoint, repository));
    const credentials = () => (auth === undefined ? fromFiles(host, repository) : readAuth(auth, onSecret));
    return openApi({ host, url: `${scheme}://${host}`, http, credentials });
  };

  const connections: Connections = {
    target,
    expect: (name, requests) => {
      if (!("endpoint" in declared(name))) return;
      // A failure is told by the first who wants something there.
      const told = target(name).then((client) => client.expect?.(requests));
      told.catch(() => {});
    },
    archive,
    api,
    prepare: async (name, mode, signal) => {
      const { prepare } = waysOf(declared(name));
      if (prepare === undefined) return { kind: "ready" };
      const known = prepared.get(name);
      // What was made is told by the one that made it.
      if (known !== undefined) return known.then((one) => (one.kind === "made" ? { kind: "ready" } : one));
      const first = api(name).then((opened) => prepare(opened, mode, signal));
      prepared.set(name, first);
      first.catch(() => prepared.delete(name));
      return first;
    },
    source: async (host, repository) => {
      if (from !== undefined) return { registry: from, repository: from.repositoryOf(host, repository) };
      const upstream = config.upstreams.get(host);
      if (upstream !== undefined) {
        const registry = await once(`upstream:${host}`, () => reach(host, upstream.endpoint));
        return { registry, repository: `${upstream.prefix}${repository}` };
      }
      const own = [...config.registries.values()].find((registry) => hostOf(registry) === host);
      if (own !== undefined) return { registry: await target(own.name), repository };
      const credentials = (path: string) => fromFiles(host, path);
      const registry = await once(`host:${host}`, async () =>
        remembering(createRegistry({ host, credentials, ...shared })),
      );
      return { registry, repository };
    },
    tagHistory: async (host, repository) => (from === undefined ? histories.of(host, repository) : undefined),
    requestLimits: histories.requestLimits,
    credentials: async (host, path) => {
      const endpoint = config.upstreams.get(host)?.endpoint;
      const auth = endpoint && accountFor(endpoint, path);
      return auth === undefined ? fromFiles(host, path) : readAuth(auth, onSecret);
    },
    certification: (name) => {
      const registry = declared(name);
      if (registry.type !== "rhcr" || registry.apiKey === undefined) return undefined;
      const service = services.get(name) ?? openService(registry, registry.apiKey, onSecret);
      services.set(name, service);
      return service;
    },
    close: async () => {
      for (const client of await Promise.allSettled(clients.values())) {
        if (client.status === "fulfilled") client.value.close();
      }
      for (const one of await Promise.allSettled(archives.values())) {
        if (one.status === "fulfilled") await one.value.close();
      }
      for (const http of opened) http.close();
      histories.close();
      await Promise.all(served.map((server) => server.close()));
    },
  };
  return connections;
}

/** Quay's own API takes no robot accounts, but the token of an application. */
function accountForApi(registry: Registry, account: Auth | undefined): Auth | undefined {
  return registry.type === "quay" && registry.token !== undefined ? { kind: "token", token: registry.token } : account;
}

/** Under which host references name what is there; an archive keeps those of elsewhere. */
function hostOf(registry: Registry): string | undefined {
  switch (registry.type) {
    case "archive":
      return undefined;
    case "embedded":
      return registry.host;
    default:
      return registry.endpoint.host;
  }
}
