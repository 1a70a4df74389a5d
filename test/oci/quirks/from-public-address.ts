/**
 * Run in a network namespace of its own, where the first argument is an address of this machine: a registry there
 * leads its clients into the private network. Prints what became of it, as JSON.
 */
import type { Failed } from "../../../src/failure/index.ts";
import { createRegistry, type Digest } from "../../../src/oci/index.ts";
import { profileNamed, startQuirkyRegistry } from "../../rig/quirks/index.ts";

const registry = await startQuirkyRegistry(profileNamed("redirect-to-private-address").quirk(), {
  address: process.argv[2] ?? "",
});
const client = createRegistry({ host: registry.host, url: `http://${registry.host}` });
const blob = { mediaType: "application/octet-stream", digest: `sha256:${"0".repeat(64)}` as Digest, size: 10 };
const opened = client.openBlob("team/app", blob, new AbortController().signal);
const failure = await opened.then(
  () => undefined,
  (error: Failed) => error.failure,
);
console.log(JSON.stringify({ failure, statuses: registry.log.map(({ status }) => status) }));
client.close();
await registry.stop();
