import {
  checklistDocument,
  componentDocument,
  imageDocument,
  indexDocuments,
  requestDocument,
  resultsDocument,
} from "./documents.ts";
import type { Component, PyxisState, StoredImage } from "./state.ts";

export interface Asked {
  readonly method: string;
  /** Below the API's base, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const created = (body: unknown): Answer => ({ status: 201, body });
export const no = (status: number, title: string, detail = title): Answer => ({
  status,
  body: { detail, status, title, type: "about:blank", trace_id: "0x1" },
});

const ARCHITECTURES = ["amd64", "arm64", "ppc64le", "s390x"];

/** What the service answers, and what it then remembers. */
export function answerTo(asked: Asked, state: PyxisState): Answer {
  state.settle();
  const { method, path } = asked;
  const of = (pattern: RegExp) => pattern.exec(`${method} ${path}`)?.slice(1) ?? undefined;

  const project = of(/^(GET|PATCH|POST) \/v1\/projects\/certification\/id\/([^/]+)(\/.*)?$/);
  if (project !== undefined) return ofComponent(asked, project[1] ?? "", project[2] ?? "", state);
  const link = of(/^PATCH \/v1\/projects\/certification\/test-results\/id\/([^/]+)$/);
  if (link !== undefined) return linkResults(asked, link[0] ?? "", state);
  const request = of(/^GET \/v1\/projects\/certification\/requests\/images\/id\/([^/]+)$/);
  if (request !== undefined) {
    const found = state.requests.find(({ id }) => id === request[0]);
    return found === undefined ? no(404, "Not Found") : ok(requestDocument(found, state));
  }
  if (of(/^POST \/v1\/images$/) !== undefined) return createImage(asked, state);
  const image = of(/^(GET|PATCH|POST) \/v1\/images\/id\/([^/]+)(\/.*)?$/);
  if (image !== undefined) return ofImage(asked, image[1] ?? "", image[2] ?? "", state);
  return no(404, "Not Found", `no route ${method} ${path}`);
}

export function checklistOf(component: string, state: PyxisState): Answer {
  const found = state.components.get(component);
  return found === undefined ? no(404, "Not Found") : ok(checklistDocument(found));
}

function ofComponent(asked: Asked, id: string, rest: string, state: PyxisState): Answer {
  const component = state.components.get(id);
  if (component === undefined) return no(404, "Not Found", `Certification project ${id} not found`);
  const own = state.images.filter((image) => image.component === id);
  switch (`${asked.method} ${rest}`) {
    case "GET ":
      return ok(componentDocument(component));
    case "PATCH ":
      return updateComponent(asked, component);
    case "GET /images":
      return page(
        filtered(own, asked).map((image) => imageDocument(image, state)),
        asked,
      );
    case "GET /images/manifest-list-digest":
      return page(
        indexDocuments(
          own.filter(({ deleted }) => !deleted),
          state,
        ),
        asked,
      );
    case "POST /test-results": {
      const library = asked.body.test_library as { version?: string } | undefined;
      if (state.refusedVersions.has(library?.version ?? "")) {
        return no(400, "Bad Request", `Preflight version ${library?.version} is not recognized`);
      }
      const results = { id: state.id(), component: id, body: asked.body, image: undefined };
      state.results.push(results);
      return created(resultsDocument(results));
    }
    case "GET /test-results": {
      const image = /^image==(.*)$/.exec(asked.query.get("filter") ?? "")?.[1];
      const found = state.results.filter(({ component: of, body }) => of === id && body.image === image);
      return page(found.map(resultsDocument), asked);
    }
    case "POST /artifacts":
      if (state.image(String(asked.body.image_id)) === undefined) return no(400, "Bad Request", "image_id is unknown");
      state.artifacts.push({ component: id, body: asked.body });
      return created({ ...asked.body, _id: state.id() });
    case "POST /requests/images":
      return createRequest(asked, component, state);
    default:
      return no(404, "Not Found");
  }
}

function updateComponent({ body }: Asked, component: Component): Answer {
  const container = (body.container ?? {}) as Record<string, unknown>;
  if ("type" in body || "type" in container) return no(400, "Bad Request", "type must not be changed");
  if ("docker_config_json" in container) return no(400, "Bad Request", "docker_config_json is not valid JSON");
  if (typeof body.certification_status === "string") {
    component.certificationStatus = body.certification_status as Component["certificationStatus"];
  }
  if (typeof container.registry === "string") component.registry = container.registry;
  if (typeof container.repository === "string") component.repository = container.repository;
  return ok(componentDocument(component));
}

function createImage({ body }: Asked, state: PyxisState): Answer {
  const vendor = String(body.isv_pid);
  const component = [...state.components.values()].find(({ id }) => `pid-${id.slice(-8)}` === vendor);
  const digest = body.docker_image_digest;
  const parsed = body.parsed_data as { labels?: unknown; layers?: unknown } | undefined;
  if (component === undefined) return no(400, "Bad Request", "isv_pid is required");
  if (!/^sha256:[0-9a-f]{64}$/.test(String(digest))) return no(400, "Bad Request", "docker_image_digest is required");
  if (!ARCHITECTURES.includes(String(body.architecture))) return no(400, "Bad Request", "architecture is not valid");
  if (!Array.isArray(parsed?.labels) || !Array.isArray(parsed.layers)) {
    return no(400, "Bad Request", "parsed_data needs labels and layers");
  }
  const there = state.images.some(
    (image) => image.component === component.id && image.body.docker_image_digest === digest,
  );
  if (there) return no(409, "Conflict", "The image exists already");
  const image: StoredImage = {
    id: state.id(),
    component: component.id,
    createdAt: state.now,
    body,
    certified: body.certified === true,
    deleted: false,
    verdict: state.verdicts.grading,
    publishedAt: undefined,
    tags: [],
  };
  state.images.push(image);
  return created(imageDocument(image, state));
}

function ofImage(asked: Asked, id: string, rest: string, state: PyxisState): Answer {
  const image = state.image(id);
  if (image === undefined) return no(404, "Not Found", `Image ${id} not found`);
  switch (`${asked.method} ${rest}`) {
    case "GET ":
      return ok(imageDocument(image, state));
    case "PATCH ":
      if (typeof asked.body.certified === "boolean") image.certified = asked.body.certified;
      if (typeof asked.body.deleted === "boolean") image.deleted = asked.body.deleted;
      return ok(imageDocument(image, state));
    case "POST /rpm-manifest":
      if (state.packages.has(id)) return no(409, "Conflict", "The manifest exists already");
      state.packages.set(id, asked.body);
      return created({ ...asked.body, _id: state.id() });
    case "GET /rpm-manifest":
      return state.packages.has(id) ? ok(state.packages.get(id)) : no(404, "Not Found");
    case "GET /test-results":
      return page(state.results.filter((results) => results.image === id).map(resultsDocument), asked);
    case "GET /requests": {
      const operation = /^operation==(.*)$/.exec(asked.query.get("filter") ?? "")?.[1];
      const found = state.requests.filter((request) => request.image === id && request.operation === operation);
      return page(
        found.map((request) => requestDocument(request, state)),
        asked,
      );
    }
    default:
      return no(404, "Not Found");
  }
}

/** Publication is for what is certified, and only where the portal's checklist is done. */
function createRequest({ body }: Asked, component: Component, state: PyxisState): Answer {
  const image = state.image(String(body.image_id));
  const operation = body.operation;
  if (image === undefined || image.component !== component.id) return no(400, "Bad Request", "image_id is unknown");
  if (operation !== "publish" && operation !== "sync-tags") return no(400, "Bad Request", "operation is not valid");
  if (operation === "publish" && (!image.certified || state.gradingOf(image) !== "completed")) {
    return no(400, "Bad Request", "The image is not certified");
  }
  if (operation === "publish" && component.checklist.some((item) => item.status !== "completed" && !item.optional)) {
    return no(400, "Bad Request", "The checklist of the project is not complete");
  }
  if (operation === "sync-tags" && image.publishedAt === undefined)
    return no(400, "Bad Request", "The image is not published");
  const verdict = state.verdicts[operation];
  const request = {
    id: state.id(),
    component: component.id,
    image: image.id,
    operation,
    createdAt: state.now,
    verdict,
    message: verdict === "completed" ? undefined : "internal error while copying to the public registry",
  } as const;
  state.requests.push(request);
  return created(requestDocument(request, state));
}

function linkResults({ body }: Asked, id: string, state: PyxisState): Answer {
  const results = state.results.find((known) => known.id === id);
  if (results === undefined) return no(404, "Not Found");
  if (state.image(String(body.image_id)) === undefined) return no(400, "Bad Request", "image_id is unknown");
  results.image = String(body.image_id);
  return ok(resultsDocument(results));
}

function filtered(images: readonly StoredImage[], { query }: Asked): StoredImage[] {
  const digest = /docker_image_digest==(sha256:[0-9a-f]+)/.exec(query.get("filter") ?? "")?.[1];
  return images.filter((image) => digest === undefined || image.body.docker_image_digest === digest);
}

function page(all: readonly object[], { query }: Asked): Answer {
  const size = Number(query.get("page_size") ?? 100);
  const number = Number(query.get("page") ?? 0);
  const data = all.slice(number * size, (number + 1) * size);
  return ok({ data, page: number, page_size: size, total: all.length });
}
