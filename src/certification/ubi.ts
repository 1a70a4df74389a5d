import { fieldOf, textOf } from "../json/index.ts";
import type { UbiAnswer, UbiOracle } from "./checks/check.ts";

/** The address of Red Hat's API that everybody can ask. */
export const RED_HAT_CATALOG = "https://catalog.redhat.com/api/containers";
const TIMEOUT_MS = 60_000;
/** Where images of Red Hat itself are, as its catalog calls the place. */
const REGISTRY = "registry.access.redhat.com";

/** What openshift-preflight asks: images whose uppermost layer is one of these. */
const QUERY = `query ($layers: [String], $registries: [String]) {
  find_images(
    filter: { and: [{ repositories: { registry: { in: $registries } } }, { uncompressed_top_layer_id: { in: $layers } }] }
  ) {
    data { _id uncompressed_top_layer_id }
    error { status detail }
    total
  }
}`;

/**
 * Asks Red Hat's catalog, which answers everybody (GraphQL, `find_images`). `base` is the address of its API:
 * `https://catalog.redhat.com/api/containers`. What goes wrong on the way is an answer too.
 */
export function catalogOracle(base: string, signal: AbortSignal): UbiOracle {
  return async (layers) => {
    if (layers.length === 0) return { kind: "no" };
    try {
      const answer = await fetch(`${base}/graphql/`, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json" },
        body: JSON.stringify({ query: QUERY, variables: { layers, registries: [REGISTRY] } }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      if (!answer.ok) return unasked(base, `answers ${answer.status}`);
      return readAnswer(await answer.json(), base);
    } catch (thrown) {
      signal.throwIfAborted();
      return unasked(base, thrown instanceof SyntaxError ? "answers with no JSON" : "does not answer");
    }
  };
}

/** Looks the layers up in a list: one digest of a layer's tar on a line, with a comment behind it or on its own (#). */
export function listOracle(text: string): UbiOracle {
  const listed = new Set(text.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/)[0]));
  return async (layers) => ({ kind: layers.some((layer) => listed.has(layer)) ? "yes" : "no" });
}

/** Where nobody is to be asked. */
export const noOracle: UbiOracle = async () => ({
  kind: "unasked",
  because: "nobody was asked: name Red Hat's catalog, or a list of its layers",
});

function readAnswer(body: unknown, base: string): UbiAnswer {
  const found = fieldOf(fieldOf(body, "data"), "find_images");
  const detail = textOf(fieldOf(fieldOf(found, "error"), "detail"));
  if (detail !== undefined) return unasked(base, `answers: ${detail}`);
  const images = fieldOf(found, "data");
  if (!Array.isArray(images)) return unasked(base, "answers with no list of images");
  return { kind: images.length > 0 ? "yes" : "no" };
}

const unasked = (base: string, what: string): UbiAnswer => ({
  kind: "unasked",
  because: `Red Hat's catalog at ${new URL(base).host} ${what}`,
});
