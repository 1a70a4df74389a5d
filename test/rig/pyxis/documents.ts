import {
  type Component,
  type PyxisState,
  repositoriesOf,
  type StoredImage,
  type StoredRequest,
  type StoredResults,
} from "./state.ts";

/** A date as the service writes it: microseconds, and an offset. */
export const dateOf = (at: number): string => new Date(at).toISOString().replace("Z", "000+00:00");

export function componentDocument(component: Component): object {
  const { id, name, certificationStatus, hosted, scratch, registry, repository } = component;
  return {
    _id: id,
    certification_status: certificationStatus,
    container: {
      docker_config_json: "-----BEGIN PGP MESSAGE-----",
      hosted_registry: hosted,
      type: scratch ? "scratch" : "container",
      isv_pid: `pid-${id.slice(-8)}`,
      os_content_type: scratch ? "Scratch Image" : "Red Hat Universal Base Image (UBI)",
      privileged: false,
      ...(registry === undefined ? {} : { registry }),
      ...(repository === undefined ? {} : { repository }),
    },
    name,
    project_status: "active",
    type: "Containers",
  };
}

/** An image: a deleted one comes without its architecture. */
export function imageDocument(image: StoredImage, state: PyxisState): object {
  const { id, body, createdAt, publishedAt, deleted } = image;
  const component = state.components.get(image.component);
  const { architecture, ...rest } = body;
  const status = state.gradingOf(image);
  const [sent] = repositoriesOf(image);
  const isPublished = publishedAt !== undefined && !deleted;
  const open = {
    published: true,
    registry: "registry.connect.redhat.com",
    repository: component?.publicRepository,
    push_date: dateOf(publishedAt ?? createdAt),
    tags: image.tags.map((name) => ({ added_date: dateOf(publishedAt ?? createdAt), name })),
    ...(sent?.manifest_list_digest === undefined ? {} : { manifest_list_digest: sent.manifest_list_digest }),
  };
  return {
    ...rest,
    _id: id,
    _links: { test_results: { href: `/v1/images/id/${id}/test-results` } },
    ...(deleted ? {} : { architecture }),
    certified: image.certified && status !== "failed",
    deleted,
    creation_date: dateOf(createdAt),
    last_update_date: dateOf(publishedAt ?? createdAt),
    container_grades: {
      status,
      status_message: status === "failed" ? "CVE-2026-1234 is critical and has a fix" : "",
    },
    repositories: isPublished ? [...repositoriesOf(image), open] : repositoriesOf(image),
  };
}

export function requestDocument(request: StoredRequest, state: PyxisState): object {
  const status = state.statusOf(request);
  return {
    _id: request.id,
    cert_project: request.component,
    image_id: request.image,
    operation: request.operation,
    status,
    status_message: status === request.verdict ? (request.message ?? "") : "",
    creation_date: dateOf(request.createdAt),
  };
}

export const resultsDocument = ({ id, body, component, image }: StoredResults): object => ({
  ...body,
  _id: id,
  cert_project: component,
  ...(image === undefined ? {} : { image_id: image }),
});

/** The portal's checklist: sections with items. */
export function checklistDocument({ checklist, id }: Component): object {
  const open = checklist.some(({ status, optional }) => status !== "completed" && !optional);
  return {
    id,
    status: open ? "incomplete" : "completed",
    items: [{ title: "Complete certification requirements", checklistItems: checklist }],
  };
}

/** Images of one index together, as the view of manifest lists has them. */
export function indexDocuments(images: readonly StoredImage[], state: PyxisState): object[] {
  const byDigest = new Map<string, object[]>();
  for (const image of images) {
    const digest = repositoriesOf(image)[0]?.manifest_list_digest;
    if (typeof digest !== "string") continue;
    byDigest.set(digest, [...(byDigest.get(digest) ?? []), imageDocument(image, state)]);
  }
  return [...byDigest].map(([manifest_list_digest, of]) => ({ manifest_list_digest, images: of }));
}
