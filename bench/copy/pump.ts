/** The floor where there is no C compiler: `pump CONNECTIONS SOURCE TARGET LIST`, sockets piped into each other. */
import { readFileSync } from "node:fs";
import { Agent, type IncomingMessage, type RequestOptions, request } from "node:http";

const [connections = "4", source = "", target = "", list = ""] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const blobs = readFileSync(list, "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(" "));

await Promise.all(Array.from({ length: Number(connections) }, work));
agent.destroy();

async function work(): Promise<void> {
  for (let blob = blobs.shift(); blob !== undefined; blob = blobs.shift()) {
    const [repository = "", digest = "", size = "0"] = blob;
    const from = await answer(`http://${source}/v2/${repository}/blobs/${digest}`, {}, undefined, 200);
    const uploads = `http://${target}/v2/${repository}/blobs/uploads/`;
    const session = await answer(uploads, { method: "POST", headers: { "content-length": 0 } }, undefined, 202);
    session.resume();
    const location = new URL(session.headers.location ?? "", uploads);
    location.searchParams.set("digest", digest);
    const put = await answer(location.href, { method: "PUT", headers: { "content-length": size } }, from, 201);
    put.resume();
  }
}

function answer(
  url: string,
  options: RequestOptions,
  body: IncomingMessage | undefined,
  expected: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { ...options, agent }, (incoming) => {
      if (incoming.statusCode === expected) resolve(incoming);
      else reject(new Error(`${options.method ?? "GET"} ${url} answered ${incoming.statusCode}`));
    });
    sending.on("error", reject);
    if (body === undefined) sending.end();
    else body.pipe(sending);
  });
}
