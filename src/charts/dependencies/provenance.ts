import { Failed } from "../../failure/index.ts";
import type { FetchedChart } from "./repository.ts";
import type { Store } from "./store.ts";

/** Asks once for the provenance of a chart that was fetched, and keeps it beside it. */
export async function keepProvenance(
  store: Store,
  { digest, provenance }: Extract<FetchedChart, { kind: "archive" }>,
): Promise<void> {
  if (provenance === undefined || (await store.provenance(digest)) !== "unasked") return;
  await store.keepProvenance(digest, await unlessThere(provenance));
}

/** Stores that hide what is there answer that nobody may see it where nothing is. */
async function unlessThere(ask: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof Failed) || !["charts/not-found", "charts/unauthorized"].includes(thrown.failure.code))
      throw thrown;
    return undefined;
  }
}
