import { Failed } from "../../failure/index.ts";
import { discard, type HttpAnswer, readExcerpt } from "../../oci/http/index.ts";
import { type Credentials, howToRenew, inWords } from "../../oci/index.ts";
import type { Asking } from "./repository.ts";

export interface Question {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly addresses?: "any" | "public";
}

/**
 * Asks a chart repository. Credentials are looked for when the server wants some, and never go anywhere else.
 * Gives answers 200 and 304; throws `Failed` (`charts/unauthorized`, `charts/not-found`, `charts/bad-answer`,
 * `registry/unreachable`) for all others.
 */
export async function ask(asking: Asking, question: Question): Promise<HttpAnswer> {
  const { http, signal } = asking;
  const request = { method: "GET", answer: "any length", signal, ...question } as const;
  const answer = await http.send(request);
  if (answer.status !== 401 || answer.url.origin !== question.url.origin) return expectGood(answer, question.url);
  const credentials = await asking.credentials(question.url);
  const authorization = credentials === undefined ? undefined : authorizationOf(credentials);
  if (authorization === undefined) return expectGood(answer, question.url);
  discard(answer);
  const again = await http.send({ ...request, headers: { ...question.headers, authorization } });
  return expectGood(again, question.url, credentials);
}

/** A chart repository knows no identity tokens, which are a registry's. */
function authorizationOf(credentials: Credentials): string | undefined {
  switch (credentials.kind) {
    case "basic":
      return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
    case "bearer":
      return `Bearer ${credentials.token}`;
    case "identity":
      return undefined;
  }
}

async function expectGood(answer: HttpAnswer, url: URL, sent?: Credentials): Promise<HttpAnswer> {
  const { status } = answer;
  if (status === 200 || status === 304) return answer;
  const shown = `${url.origin}${url.pathname}`;
  const detail = [`status ${status}`, ...firstLines(await readExcerpt(answer, 2000))];
  if (status === 401 || status === 403) {
    throw new Failed({
      code: "charts/unauthorized",
      class: "permanent",
      message:
        sent === undefined
          ? `${answer.url.host} wants credentials for ${shown}, and there are none`
          : `${answer.url.host} does not accept ${inWords(sent)} for ${shown}`,
      hint:
        sent === undefined
          ? `Log in with docker login ${answer.url.host}, or name them in the config, under upstreams`
          : howToRenew(sent, answer.url.host),
      detail,
    });
  }
  if (status === 404 || status === 410) {
    throw new Failed({
      code: "charts/not-found",
      class: "permanent",
      message: `There is nothing at ${shown}`,
      hint: "Check the repository's URL; chartRepositories can redirect it to where the charts are now",
      detail,
    });
  }
  throw new Failed({
    code: "charts/bad-answer",
    class: status === 429 || status >= 500 ? "transient" : "permanent",
    message: `${url.host} answered ${shown} with status ${status}`,
    hint: "Look at what it said, or run again later",
    detail,
  });
}

function firstLines(body: string): string[] {
  const text = body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? [] : [text.slice(0, 300)];
}
