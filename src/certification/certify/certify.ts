import { Failed } from "../../failure/index.ts";
import type { CertImage } from "../pyxis/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Stage } from "./memory.ts";
import { askedFor, hasTag, isPublished, openItems } from "./publish.ts";
import { submitted, type Way } from "./submit.ts";

/** How far an image came. */
export type Standing =
  | { readonly kind: "published"; readonly effect: "changed" | "unchanged" }
  | { readonly kind: "waiting"; readonly for: string };

/**
 * Takes an image as far as it can go now: submitted, graded, published, its tags brought along. Every state is asked
 * of the service, so it goes on from wherever an earlier run, on this machine or another, has left it.
 *
 * An index counts when all of its images do: none is published before all are certified. Rejects with `Failed`: a
 * check or the grading failed, Red Hat refused something, or does not answer.
 */
export async function certify(candidate: Candidate, way: Way): Promise<Standing> {
  const began = way.notebook.read().stage;
  const ids: string[] = [];
  for (const platform of candidate.platforms) ids.push((await submitted(candidate, platform, way)).id);
  if (way.notebook.read().stage === "pushed") await way.notebook.note({ stage: "submitted" });

  const look = () => Promise.all(ids.map((id) => way.pyxis.image(id, way.signal)));
  const graded = await look();
  const ungraded = graded.filter((image) => isGraded(image, candidate, way) === "no");
  if (ungraded.length > 0) return waits("submitted", `the grading of ${named(candidate, ungraded)}`, ungraded, way);
  const found = graded.every((image) => isPublished(image) && hasTag(image, candidate.pushed.tag));
  if (graded.some((image) => !isPublished(image))) {
    if (way.notebook.read().stage === "submitted") await reach("graded", way);
    const unpublished = await publish(candidate, graded, way);
    if (unpublished !== undefined) return unpublished;
  }
  const tagless = await bringTags(candidate, await look(), way);
  if (tagless !== undefined) return tagless;
  await reach("published", way);
  const old = began === "published" || (began === "pushed" && found);
  return { kind: "published", effect: old ? "unchanged" : "changed" };
}

/** Asks for the publication of what is not published, unless a person has something to do first. */
async function publish(candidate: Candidate, images: readonly CertImage[], way: Way): Promise<Standing | undefined> {
  const hidden = images.filter((image) => !isPublished(image));
  const asked = await Promise.all(hidden.map((image) => way.pyxis.requests(image.id, "publish", way.signal)));
  if (asked.some((requests) => requests.length === 0)) {
    const open = await openInPortal(candidate, way);
    if (open.length > 0) {
      const page = way.pyxis.links.component(candidate.component);
      const todo = `the checklist of ${candidate.reference} at ${page}: ${open.join(", ")}`;
      return waits("checklist", todo, [], way);
    }
  }
  const requests = [];
  for (const image of hidden) requests.push(await askedFor("publish", image, candidate, way));
  const still = (await Promise.all(hidden.map(({ id }) => way.pyxis.image(id, way.signal)))).filter(
    (image) => !isPublished(image),
  );
  if (still.length === 0) return undefined;
  return waits("publishing", `the publication of ${named(candidate, still)}`, requests, way);
}

async function bringTags(candidate: Candidate, images: readonly CertImage[], way: Way): Promise<Standing | undefined> {
  const { tag } = candidate.pushed;
  const without = images.filter((image) => !hasTag(image, tag));
  if (without.length === 0) return undefined;
  const requests = [];
  for (const image of without) requests.push(await askedFor("sync-tags", image, candidate, way));
  const now = await Promise.all(without.map(({ id }) => way.pyxis.image(id, way.signal)));
  const still = now.filter((image) => !hasTag(image, tag));
  if (still.length === 0) return undefined;
  return waits("tags", `the tag ${tag} of ${named(candidate, still)}`, requests, way);
}

function isGraded(image: CertImage, candidate: Candidate, { pyxis }: Way): "yes" | "no" {
  const { status, message } = image.grading;
  if (status === "pending" || status === "in progress") return "no";
  if (status === "completed" && image.certified) return "yes";
  const detail = message === undefined ? {} : { detail: [message] };
  throw new Failed({
    code: "certification/not-certified",
    class: "permanent",
    message:
      status === "completed"
        ? `Red Hat did not certify ${named(candidate, [image])}`
        : `Red Hat's grading of ${named(candidate, [image])} ${status === "failed" ? "failed" : "was aborted"}`,
    hint: `See what it says at ${pyxis.links.results(candidate.component, image.id)}`,
    ...detail,
  });
}

/** The portal's list is of help, not a must: where it cannot be asked, Red Hat says itself what is missing. */
async function openInPortal(candidate: Candidate, way: Way): Promise<string[]> {
  try {
    const checklist = await way.pyxis.checklist(candidate.component, way.signal);
    const open = openItems(checklist);
    for (const item of open) way.say(`to do in the portal: ${item}`);
    return open;
  } catch (thrown) {
    if (way.signal.aborted) throw thrown;
    way.say(`the checklist of component ${candidate.component} cannot be read; going on without it`);
    return [];
  }
}

async function reach(stage: Stage, way: Way): Promise<void> {
  if (way.notebook.read().stage !== stage) await way.notebook.note({ stage });
}

/** Since when is what the service says, so that all machines say the same; where it does not, what this one saw. */
async function waits(
  stage: Stage,
  what: string,
  asked: readonly { readonly createdAt: string | undefined }[],
  way: Way,
): Promise<Standing> {
  await reach(stage, way);
  const dates = asked.flatMap(({ createdAt }) => createdAt ?? []).sort();
  return { kind: "waiting", for: `${what}, since ${moment(dates[0] ?? way.notebook.read().since)}` };
}

/** `registry.connect.redhat.com/seldonio/kubectl:1.14.3 (amd64, arm64)`; an image alone goes without. */
function named({ reference, form }: Candidate, images: readonly CertImage[]): string {
  const architectures = images.map(({ architecture }) => architecture ?? "?").join(", ");
  return form === "index" ? `${reference} (${architectures})` : reference;
}

/** `2026-11-26 07:10 UTC`, of a date as the service writes it. */
function moment(iso: string): string {
  const at = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
