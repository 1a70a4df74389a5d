import { createPyxis, type Pyxis } from "../certification/pyxis/index.ts";
import type { Registry, Secret } from "../config/index.ts";
import type { OnSecret } from "./account.ts";

/** Red Hat's certification service with the key of a registry. */
export function openService(
  { catalog, portal }: Extract<Registry, { readonly type: "rhcr" }>,
  apiKey: Secret,
  onSecret: OnSecret,
): Pyxis {
  const readKey = async (): Promise<string> => {
    const key = await apiKey.read();
    onSecret(key);
    return key;
  };
  return createPyxis({ base: catalog, portal, apiKey: readKey });
}
