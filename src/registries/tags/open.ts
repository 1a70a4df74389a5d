import { readFile } from "node:fs/promises";
import type { Config, TagTeller } from "../../config/index.ts";
import type { Failure } from "../../failure/index.ts";
import { createHttp, type Http, type HttpOptions } from "../../oci/http/index.ts";
import type { CredentialsFor } from "../../oci/index.ts";
import { accountFor, type OnSecret, readAuth } from "../account.ts";
import { openApi } from "../api.ts";
import { dockerHubTags } from "./docker-hub.ts";
import { harborTags } from "./harbor.ts";
import { createHubAccount } from "./hub-account.ts";
import { type Heed, toldTags } from "./list.ts";
import { quayTags } from "./quay.ts";
import { type RequestLimit, readRequestLimit } from "./request-limit.ts";
import { type TagServer, tagServerOf } from "./tag-server.ts";
import type { TagPages, ToldTag } from "./told-tag.ts";

/** What a registry tells of a repository's tags beside the protocol: when each was pushed, and what it stands at. */
export interface TagHistory {
  /** All tags, by one request for a hundred. Throws `Failed`: `registry/tags-untold` where it may not tell, `registry/…`. */
  readonly tags: (signal: AbortSignal) => Promise<readonly ToldTag[]>;
}

export interface TagHistories {
  /** The history of a repository; undefined where its registry is of no kind that has one. */
  readonly of: (host: string, repository: string) => Promise<TagHistory | undefined>;
  /** How many more requests each interface allows, where its answers so far have told. By its host. */
  readonly requestLimits: () => ReadonlyMap<string, RequestLimit>;
  readonly close: () => void;
}

export interface TagHistoryOptions {
  /** What docker's and containers' auth files have. */
  readonly fromFiles: (host: string, repository: string) => ReturnType<CredentialsFor>;
  readonly onSecret: OnSecret;
  readonly onWarning: (warning: Failure) => void;
  readonly http: HttpOptions;
}

const PAGES: Readonly<Record<TagTeller, TagPages>> = {
  dockerhub: dockerHubTags,
  quay: quayTags,
  harbor: harborTags,
};

/** Opens what registries tell of tags. Nothing is asked before it is needed; limits are kept for each host. */
export function openTagHistories(
  config: Pick<Config, "upstreams" | "registries">,
  { fromFiles, onSecret, onWarning, http: httpOptions }: TagHistoryOptions,
): TagHistories {
  const clients = new Map<string, Promise<Http>>();
  const limits = new Map<string, RequestLimit>();
  const warned = new Set<string>();

  const httpOf = ({ url, endpoint: { ca } }: TagServer): Promise<Http> => {
    const open = async () =>
      createHttp({ ...httpOptions, ca: ca === undefined ? undefined : await readFile(ca, "utf8") });
    const known = clients.get(url) ?? open();
    clients.set(url, known);
    return known;
  };

  const heedOf =
    (host: string, repository: string): Heed =>
    (answer, pagesLeft = 0) => {
      const limit = readRequestLimit(answer);
      if (limit === undefined) return;
      limits.set(host, limit);
      if (limit.remaining >= pagesLeft || warned.has(host)) return;
      warned.add(host);
      onWarning(fewRequestsLeft(host, repository, limit, pagesLeft));
    };

  return {
    of: async (host, asked) => {
      const server = tagServerOf(config, host);
      if (server === undefined) return undefined;
      const { kind, endpoint, url } = server;
      const repository = `${server.prefix}${asked}`;
      const account = async () => {
        const auth = server.auth ?? accountFor(endpoint, repository);
        return auth === undefined ? fromFiles(endpoint.host, repository) : readAuth(auth, onSecret);
      };
      const hub = createHubAccount(account, onSecret);
      // Quay's interface takes no robot accounts, and refuses them what it tells everybody.
      const tokenAlone = async () => await account().then((one) => (one?.kind === "bearer" ? one : undefined));
      const credentials = { dockerhub: hub.credentials, quay: tokenAlone, harbor: account }[kind];
      const api = openApi({ host: new URL(url).host, url, http: await httpOf(server), credentials });
      const heed = heedOf(api.host, asked);
      const ask = (signal: AbortSignal) => toldTags(api, PAGES[kind], repository, { heed, signal });
      return { tags: (signal) => (kind === "dockerhub" ? hub.asNeeded(api, signal, () => ask(signal)) : ask(signal)) };
    },
    requestLimits: () => limits,
    close: () => {
      for (const client of clients.values())
        client.then(
          ({ close }) => close(),
          () => {},
        );
    },
  };
}

function fewRequestsLeft(
  host: string,
  repository: string,
  { remaining, resets }: RequestLimit,
  needed: number,
): Failure {
  const until = resets === undefined ? "" : ` until ${new Date(resets).toISOString().slice(11, 16)} UTC`;
  return {
    code: "release/few-requests-left",
    class: "transient",
    message: `${host} allows ${remaining} more requests${until}, and the rest of the tags of ${repository} takes ${needed}`,
    hint: "mirror waits where it is told how long; an account raises the limit, and exact tags need no list",
  };
}
