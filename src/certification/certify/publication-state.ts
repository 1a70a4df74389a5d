import type { CertImage, Operation, Pyxis } from "../pyxis/index.ts";
import type { Candidate } from "./candidate.ts";
import { hasTag, isPublished, openItems } from "./publish.ts";

/** Whether users can pull what was pushed, and where not, what it waits for. */
export type PublicationState =
  | { readonly kind: "published" }
  | {
      readonly kind: "unpublished";
      /** How far it has come; `failed` goes no further by itself. */
      readonly stage: Stage;
      /** `ours`: a run, or whoever mends the image, goes on; `theirs`: Red Hat, or a person in its portal. */
      readonly whose: "ours" | "theirs";
      readonly waitsFor: string;
      /** A page where a person sees more. */
      readonly link: string | undefined;
    };

type Stage = "pushed" | "submitted" | "certified" | "failed";

interface Asked {
  readonly candidate: Candidate;
  readonly pyxis: Pyxis;
  readonly signal: AbortSignal;
}

/**
 * Asks the certification service how far an image has come, and changes nothing there: by digest, one question for each
 * architecture, and more only of what is not published. The least of its architectures counts. Rejects with `Failed`
 * (`certification/…`).
 */
export async function publicationStateOf(
  candidate: Candidate,
  pyxis: Pyxis,
  signal: AbortSignal,
): Promise<PublicationState> {
  const { component, platforms, pushed, reference } = candidate;
  const { links } = pyxis;
  const asked = { candidate, pyxis, signal };
  const answers = await Promise.all(
    platforms.map(async ({ digest, architecture }) => {
      const all = await pyxis.imagesOf(component, digest, signal);
      return { architecture, image: all.find((image) => !image.deleted && image.digest === digest) };
    }),
  );
  const images = answers.flatMap(({ image }) => image ?? []);
  const failed = images.find((image) => gradeOf(image) === "failed");
  if (failed !== undefined) {
    const waitsFor = `a version of ${reference} that Red Hat certifies`;
    return { ...unpublished("failed", "ours", waitsFor), link: links.results(component, failed.id) };
  }
  const link = links.images(component);
  const missing = answers.filter(({ image }) => image === undefined).map(({ architecture }) => architecture);
  if (missing.length > 0)
    return { ...unpublished("pushed", "ours", `the submission of ${named(candidate, missing)}`), link };
  const open = images.filter((image) => gradeOf(image) === "open");
  if (open.length > 0)
    return { ...unpublished("submitted", "theirs", `the grading of ${namedImages(candidate, open)}`), link };
  const hidden = images.filter((image) => !isPublished(image));
  if (hidden.length > 0) return publicationOf(hidden, asked);
  const tagless = images.filter((image) => !hasTag(image, pushed.tag));
  return tagless.length > 0 ? tagsOf(tagless, asked) : { kind: "published" };
}

async function publicationOf(hidden: readonly CertImage[], asked: Asked): Promise<PublicationState> {
  const { candidate, pyxis, signal } = asked;
  const { component, reference } = candidate;
  const link = pyxis.links.images(component);
  const name = namedImages(candidate, hidden);
  switch (await requestOf("publish", hidden, asked)) {
    case "failed":
      return { ...unpublished("failed", "ours", `the publication of ${name}, which failed`), link };
    case "under way":
      return { ...unpublished("certified", "theirs", `the publication of ${name}`), link };
    case "not asked for": {
      const open = openItems(await pyxis.checklist(component, signal).catch(nothingIfUnreadable(signal)));
      if (open.length === 0) return { ...unpublished("certified", "ours", `the request to publish ${name}`), link };
      const waitsFor = `the checklist of ${reference}: ${open.join(", ")}`;
      return { ...unpublished("certified", "theirs", waitsFor), link: pyxis.links.component(component) };
    }
  }
}

async function tagsOf(tagless: readonly CertImage[], asked: Asked): Promise<PublicationState> {
  const { candidate, pyxis } = asked;
  const link = pyxis.links.images(candidate.component);
  const what = `the tag ${candidate.pushed.tag} of ${namedImages(candidate, tagless)}`;
  switch (await requestOf("sync-tags", tagless, asked)) {
    case "failed":
      return { ...unpublished("failed", "ours", `${what}, which failed`), link };
    case "under way":
      return { ...unpublished("certified", "theirs", what), link };
    case "not asked for":
      return { ...unpublished("certified", "ours", what), link };
  }
}

/** What became of the last request for each of some images: the worst of them. */
async function requestOf(operation: Operation, images: readonly CertImage[], { pyxis, signal }: Asked) {
  const all = await Promise.all(images.map(({ id }) => pyxis.requests(id, operation, signal)));
  const last = all.map((requests) => requests.at(-1)?.status);
  if (last.some((status) => status === "failed" || status === "aborted")) return "failed";
  // Tags that were brought along before belong to an earlier release.
  const isOpen = (status: (typeof last)[number]) =>
    status === undefined || (operation === "sync-tags" && status === "completed");
  return last.some(isOpen) ? "not asked for" : "under way";
}

function gradeOf({ grading: { status }, certified }: CertImage): "open" | "good" | "failed" {
  if (status === "pending" || status === "in progress") return "open";
  return status === "completed" && certified ? "good" : "failed";
}

const unpublished = (stage: Stage, whose: "ours" | "theirs", waitsFor: string) =>
  ({ kind: "unpublished", stage, whose, waitsFor }) as const;

/** The portal's list is of help, not a must. */
const nothingIfUnreadable = (signal: AbortSignal) => (thrown: unknown) => {
  if (signal.aborted) throw thrown;
  return { status: "", items: [] };
};

const namedImages = (candidate: Candidate, images: readonly CertImage[]): string =>
  named(
    candidate,
    images.map(({ architecture }) => architecture ?? "?"),
  );

const named = ({ reference, form }: Candidate, architectures: readonly string[]): string =>
  form === "index" ? `${reference} (${architectures.join(", ")})` : reference;
