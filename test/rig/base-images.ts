import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policy } from "../../src/certification/index.ts";

/** Red Hat's catalog behind TLS, as openshift-preflight insists on: base images by GraphQL, and components by REST. */
export interface TlsCatalog {
  /** `127.0.0.1:PORT/api/containers`, what preflight calls the Pyxis host. */
  readonly host: string;
  /** The certificate, to be trusted. */
  readonly ca: string;
  /** The id of a component whose type gives a policy. */
  componentOf(policy: Policy): string;
  stop(): Promise<void>;
}

const COMPONENTS: readonly { readonly policy: Policy; readonly id: string; readonly container: object }[] = [
  { policy: "container", id: "65f0c2a1b3d4e5f607182930", container: { type: "container" } },
  { policy: "root", id: "65f0c2a1b3d4e5f607182931", container: { type: "container", privileged: true } },
  { policy: "scratch-nonroot", id: "65f0c2a1b3d4e5f607182932", container: { type: "scratch" } },
  { policy: "scratch-root", id: "65f0c2a1b3d4e5f607182933", container: { type: "scratch", privileged: true } },
];

/** Starts it; `ubiLayers` are the layers at the top of its base images. Needs `openssl`. */
export async function startTlsCatalog(ubiLayers: readonly string[]): Promise<TlsCatalog> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-tls-"));
  const [key, ca] = [join(folder, "key.pem"), join(folder, "ca.pem")];
  const name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...name, "-keyout", key, "-out", ca], { stdio: "ignore" });
  const server = createTlsServer({ key: await readFile(key), cert: await readFile(ca) }, listenerFor(ubiLayers));
  const port = await listening(server);
  return {
    host: `127.0.0.1:${port}/api/containers`,
    ca,
    componentOf: (policy) => COMPONENTS.find((one) => one.policy === policy)?.id ?? "",
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same without TLS, as mirror can be told to ask; `base` is what a config's `catalog` is to be. */
export async function startPlainCatalog(
  ubiLayers: readonly string[],
): Promise<{ readonly base: string; stop(): Promise<void> }> {
  const server = createServer(listenerFor(ubiLayers));
  const base = `http://127.0.0.1:${await listening(server)}/api/containers`;
  return {
    base,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server: Pick<Server, "listen" | "address">): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const listenerFor =
  (ubiLayers: readonly string[]): RequestListener =>
  async (request, response) => {
    const answer = answerTo(request.url ?? "", await bodyOf(request), ubiLayers);
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { status: 404 }));
  };

function answerTo(url: string, body: string, ubiLayers: readonly string[]): object | undefined {
  if (url === "/api/containers/graphql/") return { data: { find_images: imagesWith(body, ubiLayers) } };
  const component = COMPONENTS.find(({ id }) => url === `/api/containers/v1/projects/certification/id/${id}`);
  if (component === undefined) return undefined;
  const { id, container } = component;
  return {
    _id: id,
    name: "widget",
    project_status: "active",
    certification_status: "Started",
    type: "Containers",
    container,
  };
}

/** The images whose uppermost layer is one of those in the query's variables, by whichever names they have there. */
function imagesWith(body: string, ubiLayers: readonly string[]): object {
  const { variables = {} } = JSON.parse(body) as { variables?: Readonly<Record<string, readonly string[]>> };
  const found = Object.values(variables)
    .flat()
    .filter((layer) => ubiLayers.includes(layer));
  const data = found.map((layer) => ({
    _id: layer.slice(7, 31),
    uncompressed_top_layer_id: layer,
    freshness_grades: [],
  }));
  return { data, error: null, total: data.length, page: 0 };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
