import { basename } from "node:path";
import type { Auth, Endpoint, Secret } from "../config/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Credentials, Whence } from "../oci/index.ts";

/** Told every password and token before it is used, and whom it belongs to where that is known. */
export type OnSecret = (secret: string, of?: { readonly username: string }) => void;

/** The account of the longest path that a repository stands at or below; else the one for all of the host. */
export function accountFor({ accounts, auth }: Endpoint, repository: string): Auth | undefined {
  const paths = [...accounts.keys()].filter((path) => repository === path || repository.startsWith(`${path}/`));
  const longest = paths.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? auth : accounts.get(longest);
}

/** The credentials of an account, read now. */
export async function readAuth(auth: Auth, onSecret: OnSecret): Promise<Credentials> {
  switch (auth.kind) {
    case "basic": {
      const [username, password] = await Promise.all([auth.username.read(), auth.password.read()]);
      onSecret(password, { username });
      return { kind: "basic", username, password, from: whence(auth.password) };
    }
    case "token": {
      const token = await auth.token.read();
      onSecret(token);
      return { kind: "bearer", token, from: whence(auth.token) };
    }
    default:
      return unreachable(auth);
  }
}

const whence = ({ place }: Secret): Whence => ({ name: `${basename(place.file)}:${place.line}`, kind: "config" });
