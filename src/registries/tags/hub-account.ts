import { Failed } from "../../failure/index.ts";
import { fieldOf, textOf } from "../../json/index.ts";
import type { Credentials } from "../../oci/index.ts";
import type { RegistryApi } from "../api.ts";
import { UNTOLD } from "./list.ts";

/** Who asks Docker Hub: nobody, until an account is needed. */
export interface HubAccount {
  readonly credentials: () => Promise<Credentials | undefined>;
  /** Does something as nobody, and where Docker Hub does not tell nobody, again as the account. Throws as it does. */
  readonly asNeeded: <Result>(api: RegistryApi, signal: AbortSignal, ask: () => Promise<Result>) => Promise<Result>;
}

/**
 * Docker Hub's API takes no passwords with its requests, but a token for them (`POST /v2/auth/token`). Public
 * repositories need none. `onSecret` is told the token.
 */
export function createHubAccount(
  account: () => Promise<Credentials | undefined>,
  onSecret: (secret: string) => void,
): HubAccount {
  let token: string | undefined;
  const signIn = async (api: RegistryApi, signal: AbortSignal): Promise<"done" | "refused"> => {
    const known = await account();
    if (known?.kind !== "basic") return "refused";
    const body = { identifier: known.username, secret: known.password };
    const answer = await api.call({ method: "POST", path: "/v2/auth/token", body }, signal);
    token = textOf(fieldOf(answer.body, "access_token"));
    if (token === undefined) return "refused";
    onSecret(token);
    return "done";
  };
  return {
    credentials: async () => (token === undefined ? undefined : { kind: "bearer", token }),
    asNeeded: async (api, signal, ask) => {
      try {
        return await ask();
      } catch (thrown) {
        if (!(thrown instanceof Failed) || thrown.failure.code !== UNTOLD) throw thrown;
        if ((await signIn(api, signal)) === "refused") throw thrown;
        return ask();
      }
    },
  };
}
