import { addressesFrom, type Http, type HttpAnswer, resolveUrl } from "../http/index.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials, CredentialsFor } from "./credentials.ts";
import { type Scope, scopeTexts, withDemanded } from "./scope.ts";
import { createTickets, type Ticket } from "./tickets.ts";
import { basicHeader, fetchToken, type Token } from "./token.ts";

export interface AuthorizerOptions {
  /** The registry's, for messages. */
  readonly name: string;
  readonly http: Http;
  readonly credentials: CredentialsFor;
  /** Told every secret that will be sent, so that output can be masked. */
  readonly onSecret: (secret: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Gives requests to one registry their `Authorization`. */
export interface Authorizer {
  /** The header for a request of this scope, as far as is known how the registry wants it; undefined to try without. */
  readonly header: (scope: Scope, signal: AbortSignal) => Promise<string | undefined>;
  /**
   * The header after a 401. `sent` is what the refused request carried. Undefined where there is nothing else to try.
   * Throws `Failed` where the token server refuses.
   */
  readonly renew: (
    scope: Scope,
    answer: HttpAnswer,
    sent: string | undefined,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  /** The credentials that requests for a repository were made with so far; undefined where there were none. */
  readonly sent: (repository: string) => Promise<Credentials | undefined>;
}

type Way = { readonly kind: "basic" } | Bearer;

interface Bearer {
  readonly kind: "bearer";
  readonly realm: URL;
  readonly addresses: "any" | "public";
  readonly service: string | undefined;
}

/** Tokens are kept per repository and actions: long lists of scopes overflow headers, and some registries refuse them. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { now } = options;
  const credentialsFor = rememberCredentials(options);
  const tickets = createTickets();
  let way: Way | undefined;

  const fetchTicket = async (bearer: Bearer, scope: Scope, demanded: string | undefined, signal: AbortSignal) => {
    const credentials = await credentialsFor.get(scope.repository);
    const scopes = withDemanded(scopeTexts(scope), demanded);
    const token = await fetchToken(options.http, { ...bearer, name: options.name, scopes, credentials }, signal);
    options.onSecret(token.token);
    credentialsFor.exchanged(scope.repository, token);
    return { header: `Bearer ${token.token}`, renewAt: now() + renewAfter(token.lifetimeMs) };
  };

  const direct = async (scope: Scope): Promise<string | undefined> => {
    const credentials = await credentialsFor.get(scope.repository);
    if (credentials?.kind === "bearer") return `Bearer ${credentials.token}`;
    if (way?.kind !== "basic" || credentials === undefined) return undefined;
    const { username } = credentials;
    return basicHeader({ username, password: credentials.kind === "basic" ? credentials.password : credentials.token });
  };

  return {
    header: async (scope, signal) => {
      const known = await direct(scope);
      if (known !== undefined || way?.kind !== "bearer") return known;
      const bearer = way;
      const isUsable = (ticket: Ticket): boolean => ticket.renewAt > now();
      const fetch = (): Promise<Ticket> => fetchTicket(bearer, scope, undefined, signal);
      return (await tickets.get(keyOf(scope), isUsable, fetch, signal)).header;
    },
    renew: async (scope, answer, sent, signal) => {
      const challenge = chooseWay(parseChallenges(answer.challenges), answer);
      if (challenge === undefined) return undefined;
      way = challenge.way;
      const known = await direct(scope);
      if (known !== undefined) return known === sent ? undefined : known;
      const bearer = challenge.way;
      if (bearer.kind === "basic") return undefined;
      // One that another request of this scope was given while this one was under way will do.
      const isUsable = (ticket: Ticket): boolean => ticket.header !== sent && ticket.renewAt > now();
      const fetch = (): Promise<Ticket> => fetchTicket(bearer, scope, challenge.scope, signal);
      return (await tickets.get(keyOf(scope), isUsable, fetch, signal)).header;
    },
    sent: credentialsFor.known,
  };
}

const keyOf = (scope: Scope): string => scopeTexts(scope).join(" ");

function chooseWay(
  challenges: readonly Challenge[],
  answer: HttpAnswer,
): { readonly way: Way; readonly scope: string | undefined } | undefined {
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get("realm");
    // Artifactory has been seen to name no URL there, and means Basic.
    if (scheme !== "bearer" || realm === undefined || !URL.canParse(realm)) continue;
    const url = resolveUrl(realm, answer.url);
    const addresses = addressesFrom(answer, url);
    const way = { kind: "bearer", realm: url, addresses, service: parameters.get("service") } as const;
    return { way, scope: parameters.get("scope") };
  }
  const basic = challenges.some(({ scheme }) => scheme === "basic" || scheme === "bearer");
  return basic ? { way: { kind: "basic" }, scope: undefined } : undefined;
}

/** Half a minute before a token ends, or at three quarters of the life of a short one: uploads must not outlive it. */
function renewAfter(lifetimeMs: number): number {
  return Math.max(lifetimeMs - 30_000, lifetimeMs * 0.75);
}

function rememberCredentials({ credentials, onSecret }: AuthorizerOptions) {
  const known = new Map<string, Promise<Credentials | undefined>>();
  return {
    get: (repository: string): Promise<Credentials | undefined> => {
      const remembered = known.get(repository);
      if (remembered !== undefined) return remembered;
      const asked = credentials(repository).then((found) => {
        if (found !== undefined) onSecret(found.kind === "basic" ? found.password : found.token);
        return found;
      });
      known.set(repository, asked);
      asked.catch(() => known.delete(repository));
      return asked;
    },
    known: async (repository: string): Promise<Credentials | undefined> =>
      known.get(repository)?.catch(() => undefined),
    /** Some servers give a new identity token with each use, and the old one is then of no more use. */
    exchanged: (repository: string, { identity }: Token): void => {
      if (identity === undefined) return;
      onSecret(identity);
      known.set(
        repository,
        Promise.resolve(known.get(repository)).then((before) =>
          before?.kind === "identity" ? { ...before, token: identity } : before,
        ),
      );
    },
  };
}
