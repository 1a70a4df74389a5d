import { fieldOf, listOf, textOf } from "../../json/index.ts";
import { type Caller, createCaller, type PyxisOptions } from "./call.ts";
import type { Links } from "./links.ts";
import {
  type CertImage,
  type Checklist,
  type ImageRequest,
  type IndexStanding,
  type Operation,
  type Project,
  readChecklist,
  readImage,
  readIndexStanding,
  readProject,
  readRequest,
} from "./shapes.ts";

const PAGE_SIZE = 100;

/** What a call that makes something gives: its id, or that it was there already (409). */
export type Made = { readonly kind: "made"; readonly id: string } | { readonly kind: "exists" };

/**
 * Red Hat's certification service (Pyxis, API v1) as a partner's key sees it. Every call rejects with `Failed`
 * (`certification/…`) where the service refuses or does not answer; 409 is an answer where something is made.
 */
export interface Pyxis {
  readonly links: Links;
  readonly project: (component: string, signal: AbortSignal) => Promise<Project>;
  readonly updateProject: (component: string, patch: object, signal: AbortSignal) => Promise<void>;
  /** The images of a component with this digest; a deleted one comes too. */
  readonly imagesOf: (component: string, digest: string, signal: AbortSignal) => Promise<readonly CertImage[]>;
  readonly image: (id: string, signal: AbortSignal) => Promise<CertImage>;
  readonly createImage: (component: string, body: object, signal: AbortSignal) => Promise<Made>;
  readonly updateImage: (id: string, patch: object, signal: AbortSignal) => Promise<void>;
  readonly createRpmManifest: (image: string, body: object, signal: AbortSignal) => Promise<Made>;
  readonly createResults: (component: string, body: object, signal: AbortSignal) => Promise<string>;
  /** Results that were sent for an image of this name and belong to none yet; none where it cannot tell. */
  readonly looseResults: (component: string, image: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Whether an image has results. */
  readonly hasResults: (image: string, signal: AbortSignal) => Promise<"yes" | "no">;
  readonly linkResults: (results: string, image: string, signal: AbortSignal) => Promise<void>;
  readonly createArtifact: (component: string, body: object, signal: AbortSignal) => Promise<void>;
  readonly indexes: (component: string, signal: AbortSignal) => Promise<readonly IndexStanding[]>;
  readonly request: (
    component: string,
    image: string,
    operation: Operation,
    signal: AbortSignal,
  ) => Promise<ImageRequest | "exists">;
  /** What was asked for an image, the oldest first. */
  readonly requests: (image: string, operation: Operation, signal: AbortSignal) => Promise<readonly ImageRequest[]>;
  /** The portal's checklist of a component. */
  readonly checklist: (component: string, signal: AbortSignal) => Promise<Checklist>;
}

/** A client of the certification service. Nothing is asked before the first call. */
export function createPyxis(options: PyxisOptions): Pyxis {
  const { call, links } = createCaller(options);
  const projects = "/v1/projects/certification";
  const ofProject = (component: string, rest = "") => `${projects}/id/${encodeURIComponent(component)}${rest}`;
  const ofImage = (image: string, rest = "") => `/v1/images/id/${encodeURIComponent(image)}${rest}`;

  return {
    links,
    project: async (component, signal) => {
      const purpose = `find component ${component}`;
      return readProject((await call({ method: "GET", path: ofProject(component), purpose, component }, signal)).body);
    },
    updateProject: async (component, body, signal) => {
      const purpose = `update component ${component}`;
      await call({ method: "PATCH", path: ofProject(component), body, purpose, component }, signal);
    },
    imagesOf: async (component, digest, signal) => {
      const purpose = `list the images of component ${component}`;
      const query = { filter: `docker_image_digest==${digest}` };
      return (await pages(call, { path: ofProject(component, "/images"), query, purpose, component }, signal)).map(
        readImage,
      );
    },
    image: async (id, signal) => {
      const purpose = `show image ${id}`;
      return readImage((await call({ method: "GET", path: ofImage(id), purpose }, signal)).body);
    },
    createImage: async (component, body, signal) => {
      const purpose = `take an image for component ${component}`;
      return made(await call({ method: "POST", path: "/v1/images", body, purpose, component, answers: [409] }, signal));
    },
    updateImage: async (id, body, signal) => {
      await call({ method: "PATCH", path: ofImage(id), body, purpose: `update image ${id}` }, signal);
    },
    createRpmManifest: async (image, body, signal) => {
      const purpose = `take the list of packages of image ${image}`;
      const path = ofImage(image, "/rpm-manifest");
      return made(await call({ method: "POST", path, body, purpose, answers: [409] }, signal));
    },
    createResults: async (component, body, signal) => {
      const purpose = `take the results of the checks for component ${component}`;
      const path = ofProject(component, "/test-results");
      return idOf((await call({ method: "POST", path, body, purpose, component }, signal)).body);
    },
    looseResults: async (component, image, signal) => {
      const purpose = `list the results of component ${component}`;
      const path = ofProject(component, "/test-results");
      const query = { filter: `image==${image}` };
      const answer = await call({ method: "GET", path, query, purpose, component, answers: [400, 404, 405] }, signal);
      const loose = listOf(fieldOf(answer.body, "data")).filter(
        (results) => fieldOf(results, "image") === image && textOf(fieldOf(results, "image_id")) === undefined,
      );
      return textOf(fieldOf(loose.at(-1), "_id"));
    },
    hasResults: async (image, signal) => {
      const purpose = `show the results of image ${image}`;
      const path = ofImage(image, "/test-results");
      const answer = await call({ method: "GET", path, purpose, answers: [404] }, signal);
      const found = answer.status === 404 ? [] : listOf(fieldOf(answer.body, "data"));
      return found.length > 0 ? "yes" : "no";
    },
    linkResults: async (results, image, signal) => {
      const purpose = `add the results to image ${image}`;
      const path = `${projects}/test-results/id/${encodeURIComponent(results)}`;
      await call({ method: "PATCH", path, body: { image_id: image }, purpose }, signal);
    },
    createArtifact: async (component, body, signal) => {
      const purpose = `take the log of the checks for component ${component}`;
      const path = ofProject(component, "/artifacts");
      await call({ method: "POST", path, body, purpose, component, answers: [409] }, signal);
    },
    indexes: async (component, signal) => {
      const purpose = `list the indexes of component ${component}`;
      const path = ofProject(component, "/images/manifest-list-digest");
      return (await pages(call, { path, query: {}, purpose, component }, signal)).map(readIndexStanding);
    },
    request: async (component, image, operation, signal) => {
      const purpose = operation === "publish" ? `publish image ${image}` : `bring the tags of image ${image} along`;
      const path = ofProject(component, "/requests/images");
      const body = { image_id: image, operation };
      const answer = await call({ method: "POST", path, body, purpose, component, answers: [409] }, signal);
      return answer.status === 409 ? "exists" : readRequest(answer.body);
    },
    requests: async (image, operation, signal) => {
      const purpose = `list what was asked for image ${image}`;
      const query = { filter: `operation==${operation}` };
      const found = (await pages(call, { path: ofImage(image, "/requests"), query, purpose }, signal)).map(readRequest);
      return found.sort((a, b) => (a.createdAt ?? "").localeCompare(b.createdAt ?? ""));
    },
    checklist: async (component, signal) => {
      const purpose = `show the checklist of component ${component}`;
      const path = `${options.portal}/pfs/cs/projects/id/${encodeURIComponent(component)}/checklist/status`;
      return readChecklist((await call({ method: "GET", path, purpose, component }, signal)).body);
    },
  };
}

async function pages(
  call: Caller,
  at: { path: string; query: Readonly<Record<string, string>>; purpose: string; component?: string },
  signal: AbortSignal,
): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let page = 0; ; page++) {
    const query = { ...at.query, page: String(page), page_size: String(PAGE_SIZE) };
    const data = listOf(fieldOf((await call({ ...at, method: "GET", query }, signal)).body, "data"));
    found.push(...data);
    if (data.length < PAGE_SIZE) return found;
  }
}

const idOf = (body: unknown): string => textOf(fieldOf(body, "_id")) ?? "";

const made = ({ status, body }: { readonly status: number; readonly body: unknown }): Made =>
  status === 409 ? { kind: "exists" } : { kind: "made", id: idOf(body) };
