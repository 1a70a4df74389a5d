import type { Scope } from "../auth/index.ts";
import { addressesFrom, discard, type HttpAnswer, type HttpRequest, resolveUrl } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";
import { call, type Wire } from "./call.ts";

/**
 * Asks for a foreign layer that the registry does not have at the addresses its descriptor names, one after the other,
 * under the rules for redirects: no credentials elsewhere, no way from TLS to none, no private address by the word of a
 * public registry. Gives the registry's own answer where there are none, or none of them has it; throws what the last
 * one failed with.
 */
export async function askElsewhere(
  wire: Wire,
  missing: HttpAnswer,
  scope: Scope,
  { urls = [] }: Descriptor,
  request: Omit<HttpRequest, "url" | "addresses">,
): Promise<HttpAnswer> {
  let failure: unknown;
  for (const address of urls) {
    try {
      const url = resolveUrl(address, missing.url);
      const answer = await call(wire, scope, { ...request, url, addresses: addressesFrom(missing, url) });
      if (answer.status < 300 || answer.status === 416) {
        discard(missing);
        return answer;
      }
      discard(answer);
    } catch (error) {
      failure = error;
    }
  }
  if (failure === undefined) return missing;
  discard(missing);
  throw failure;
}
