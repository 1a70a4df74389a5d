import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { imageDocument } from "./documents.ts";
import { type Answer, type Asked, answerTo, checklistOf, no } from "./routes.ts";
import { type Component, type Delays, PyxisState, USUAL_DELAYS } from "./state.ts";

/** What goes wrong with a call, once. */
export interface Fault {
  readonly when: (call: string) => boolean;
  /** `before`: the call has no effect; `after`: it has, and only the answer is lost. */
  readonly at: "before" | "after";
  /** A status with a text, or a connection that breaks, or an answer that never comes. */
  readonly answer: { readonly status: number; readonly text: string } | "break" | "silence";
}

export interface PyxisRig {
  /** What the config's `catalog` is to be. */
  readonly base: string;
  /** What the config's `portal` is to be. */
  readonly portal: string;
  readonly key: string;
  readonly state: PyxisState;
  /** Every call with an effect or an answer, in order: `POST /v1/images`. */
  readonly calls: string[];
  readonly faults: Fault[];
  /** Called before each call is answered. */
  onCall: ((call: string) => void) | undefined;
  /** Lets time pass. */
  advance(ms: number): void;
  component(id: string, given?: Partial<Component>): Component;
  stop(): Promise<void>;
}

/**
 * Red Hat's certification service (Pyxis) and the portal's checklist, in the JSON of their clients, on a clock that
 * only the test moves. The public part, which needs no key, is there too: the images of a repository.
 */
export async function startPyxis({ delays = USUAL_DELAYS }: { delays?: Delays } = {}): Promise<PyxisRig> {
  const state = new PyxisState(delays);
  const server = createServer((request, response) => {
    serve(request, response, rig).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rig: PyxisRig = {
    base: `${origin}/api/containers`,
    portal: origin,
    key: "pyxis-key-never-printed",
    state,
    calls: [],
    faults: [],
    onCall: undefined,
    advance: (ms) => {
      state.now += ms;
    },
    component: (id, given = {}) => {
      const made: Component = {
        id,
        name: id,
        publicRepository: `seldonio/${id}`,
        hosted: true,
        scratch: false,
        certificationStatus: "Started",
        registry: undefined,
        repository: undefined,
        checklist: [],
        ...given,
      };
      state.components.set(id, made);
      return made;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return rig;
}

async function serve(request: IncomingMessage, response: ServerResponse, rig: PyxisRig): Promise<void> {
  const url = new URL(request.url ?? "/", "http://pyxis");
  const text = await bodyOf(request);
  const path = decodeURIComponent(url.pathname.replace(/^\/api\/containers/, ""));
  const call = `${request.method} ${path}`;
  rig.calls.push(call);
  rig.onCall?.(call);
  const fault = rig.faults.find(({ when }) => when(call));
  if (fault !== undefined) rig.faults.splice(rig.faults.indexOf(fault), 1);
  const effect = (): Answer => {
    if (path.startsWith("/v1/repositories/")) return publicImages(path, url.searchParams, rig.state);
    if (request.headers["x-api-key"] !== rig.key) return no(401, "Unauthorized", "The API key is not valid");
    const checklist = /^\/pfs\/cs\/projects\/id\/([^/]+)\/checklist\/status$/.exec(path);
    if (checklist !== null) return checklistOf(checklist[1] ?? "", rig.state);
    const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    const asked: Asked = { method: request.method ?? "GET", path, query: url.searchParams, body };
    return answerTo(asked, rig.state);
  };
  const answer = fault?.at === "before" ? undefined : effect();
  if (fault === undefined) write(response, answer?.status ?? 500, JSON.stringify(answer?.body), "application/json");
  else if (fault.answer === "break") response.destroy();
  else if (fault.answer !== "silence") write(response, fault.answer.status, fault.answer.text, "text/html");
}

/** What anybody may ask, by pages: the images of a repository that are published or were. */
function publicImages(path: string, query: URLSearchParams, state: PyxisState): Answer {
  const name = /\/registry\/registry\.connect\.redhat\.com\/repository\/(.+)\/images$/.exec(path)?.[1];
  const component = [...state.components.values()].find(({ publicRepository }) => publicRepository === name);
  if (component === undefined) return no(404, "Not Found");
  state.settle();
  const size = Number(query.get("page_size") ?? 100);
  const number = Number(query.get("page") ?? 0);
  const all = state.images.filter((image) => image.component === component.id && image.publishedAt !== undefined);
  const data = all.slice(number * size, (number + 1) * size).map((image) => imageDocument(image, state));
  return { status: 200, body: { data, page: number, page_size: size, total: all.length } };
}

function write(response: ServerResponse, status: number, text: string, type: string): void {
  response.writeHead(status, { "content-type": type }).end(text);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
