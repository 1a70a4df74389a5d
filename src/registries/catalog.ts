import { Failed } from "../failure/index.ts";
import { fieldOf, listOf } from "../json/index.ts";

/** What Red Hat's catalog tells of one image of a repository, as far as publication goes. */
export interface CatalogImage {
  /** Of the manifest of one architecture. */
  readonly digest: string;
  /** `failed`: its checks ended, and it did not pass. */
  readonly certification: "passed" | "failed" | "open";
  readonly repositories: readonly { readonly published: "yes" | "no"; readonly indexDigest: string | undefined }[];
}

const PAGE_SIZE = 100;
const TIMEOUT_MS = 60_000;

/**
 * The images that Red Hat's catalog (Pyxis, API v1, no key needed) lists for a public repository, newest first; none
 * where it does not know the repository. Throws `Failed` (`catalog/unreachable`, `catalog/unexpected-answer`).
 */
export async function askCatalog(
  base: string,
  host: string,
  repository: string,
  signal: AbortSignal,
): Promise<CatalogImage[]> {
  const path = `${base}/v1/repositories/registry/${host}/repository/${repository}/images`;
  const images: CatalogImage[] = [];
  for (let page = 0; ; page++) {
    const query = new URLSearchParams({
      page_size: String(PAGE_SIZE),
      page: String(page),
      sort_by: "creation_date[desc]",
    });
    const body = await get(`${path}?${query}`, signal);
    const found = readImages(body);
    images.push(...found);
    if (found.length < PAGE_SIZE) return images;
  }
}

async function get(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { accept: "application/json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch((cause: unknown) => {
    throw new Failed(
      {
        code: "catalog/unreachable",
        class: signal.aborted ? "cancelled" : "transient",
        message: `Red Hat's catalog at ${new URL(url).host} does not answer`,
        hint: "Check the network, or the registry's catalog address in the config",
      },
      { cause },
    );
  });
  if (answer.status === 404) return { data: [] };
  if (!answer.ok) {
    throw new Failed({
      code: "catalog/unexpected-answer",
      class: answer.status === 429 || answer.status >= 500 ? "transient" : "permanent",
      message: `Red Hat's catalog answers ${answer.status} to ${url}`,
      detail: (await answer.text()).split("\n").slice(0, 3),
    });
  }
  return answer.json();
}

function readImages(body: unknown): CatalogImage[] {
  return listOf(fieldOf(body, "data"))
    .filter((image) => fieldOf(image, "deleted") !== true)
    .map((image) => ({
      digest: String(fieldOf(image, "docker_image_digest")),
      certification: certificationOf(image),
      repositories: listOf(fieldOf(image, "repositories")).map((repository) => {
        const indexDigest = fieldOf(repository, "manifest_list_digest");
        return {
          published: fieldOf(repository, "published") === true ? "yes" : "no",
          indexDigest: typeof indexDigest === "string" ? indexDigest : undefined,
        };
      }),
    }));
}

function certificationOf(image: unknown): CatalogImage["certification"] {
  if (fieldOf(image, "certified") === true) return "passed";
  const grading = fieldOf(fieldOf(image, "container_grades"), "status");
  return grading === "failed" || grading === "aborted" || grading === "completed" ? "failed" : "open";
}
