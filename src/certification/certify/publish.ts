import { Failed } from "../../failure/index.ts";
import type { CertImage, Checklist, ImageRequest, Operation } from "../pyxis/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Way } from "./submit.ts";

/** Whether users can pull an image, by what the service says. */
export const isPublished = ({ repositories, certified, deleted }: CertImage): boolean =>
  certified && !deleted && repositories.some(({ published }) => published);

/** Whether users find an image by its tag. */
export const hasTag = ({ repositories }: CertImage, tag: string | undefined): boolean =>
  tag === undefined || repositories.some(({ published, tags }) => published && tags.includes(tag));

/** What a person has to do in the portal before publication, by the checklist of a component. */
export function openItems({ items }: Checklist): string[] {
  return items
    .filter(({ need, status }) => need === "required" && !/^(completed?|passed|done|not.?applicable)$/i.test(status))
    .map(({ title, status, reasons }) => {
      const why = reasons.length === 0 ? status.toLowerCase().replaceAll("_", " ") : reasons.join("; ");
      return why === "" ? title : `${title} (${why})`;
    });
}

/**
 * Asks for something to be done with an image, once: where it was asked already and is under way, that is given back.
 * A request that failed is an error the first time it is seen; the next run asks anew.
 */
export async function askedFor(
  operation: Operation,
  image: CertImage,
  candidate: Candidate,
  way: Way,
): Promise<ImageRequest> {
  const { pyxis, signal } = way;
  const last = (await pyxis.requests(image.id, operation, signal)).at(-1);
  if (last !== undefined && (await isToBeWaitedFor(last, operation, image, candidate, way))) return last;
  const asked = await pyxis.request(candidate.component, image.id, operation, signal);
  const request = asked === "exists" ? (await pyxis.requests(image.id, operation, signal)).at(-1) : asked;
  if (request === undefined) throw unknownRequest(operation, image, candidate, way);
  if (operation === "sync-tags") {
    await way.notebook.note({ tagRequests: { ...way.notebook.read().tagRequests, [image.id]: request.id } });
  }
  way.say(`${operation === "publish" ? "asked to publish" : "asked to bring the tags of"} image ${image.id}`);
  return request;
}

async function isToBeWaitedFor(
  last: ImageRequest,
  operation: Operation,
  image: CertImage,
  candidate: Candidate,
  way: Way,
): Promise<boolean> {
  switch (last.status) {
    case "pending":
    case "in progress":
      return true;
    case "completed":
      // Tags that were brought along before belong to an earlier release.
      return operation === "publish" || way.notebook.read().tagRequests[image.id] === last.id;
    default:
      if (way.notebook.read().told.includes(last.id)) return false;
      await way.notebook.note({ told: [...way.notebook.read().told, last.id] });
      throw requestFailed(last, operation, image, candidate, way);
  }
}

const wordsOf = (operation: Operation): string => (operation === "publish" ? "the publication" : "the tags");

function requestFailed(
  request: ImageRequest,
  operation: Operation,
  image: CertImage,
  candidate: Candidate,
  { pyxis }: Way,
): Failed {
  const said = request.message === undefined ? {} : { detail: [request.message] };
  return new Failed({
    code: "certification/request-failed",
    class: "permanent",
    message: `Red Hat ${request.status === "aborted" ? "aborted" : "failed at"} ${wordsOf(operation)} of ${candidate.reference} (${image.architecture})`,
    hint: `Mend what is said at ${pyxis.links.images(candidate.component)} and run again, which asks anew`,
    ...said,
  });
}

function unknownRequest(operation: Operation, image: CertImage, candidate: Candidate, { pyxis }: Way): Failed {
  return new Failed({
    code: "certification/request-unknown",
    class: "transient",
    message: `Red Hat says that ${wordsOf(operation)} of ${candidate.reference} (${image.architecture}) was asked for already, but knows no request`,
    hint: `Look at ${pyxis.links.images(candidate.component)}`,
  });
}
