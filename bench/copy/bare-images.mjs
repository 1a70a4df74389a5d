/**
 * Images from one registry to another with next to nothing: `bare-images SOURCE TARGET AT_ONCE LIST`, a line of LIST
 * being a repository and a tag. For each image a look at the target's tag, its manifest, and its blobs, read whole, hashed
 * and put in one go over connections that are kept. What is left of Node's time where a client has no config, no lock and
 * no report, and takes up nothing that breaks off. For images that share nothing, over plain HTTP.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const PER_HOST = 64;
const ACCEPT = "Accept: application/vnd.oci.image.manifest.v1+json";
const NOTHING = "Content-Length: 0";

const [source, target, atOnce, list] = process.argv.slice(2);
const [from, to] = [openTo(source), openTo(target)];
const images = readFileSync(list, "utf8").trim().split("\n");
await Promise.all(Array.from({ length: Number(atOnce) }, copyNext));
for (const { free } of [from, to]) for (const line of free) line.socket.destroy();

async function copyNext() {
  for (let next = images.shift(); next !== undefined; next = images.shift()) await copy(...next.split(" "));
}

async function copy(repository, tag) {
  const path = `/v2/${repository}/manifests/${tag}`;
  const [manifest] = await Promise.all([ask(from, "GET", path, 200, ACCEPT), ask(to, "HEAD", path, 404, ACCEPT)]);
  const { mediaType, config, layers } = JSON.parse(manifest.body);
  await Promise.all([config, ...layers].map(({ digest }) => move(repository, digest)));
  await ask(to, "PUT", path, 201, `Content-Type: ${mediaType}`, manifest.body);
}

async function move(repository, digest) {
  const [blob, upload] = await Promise.all([
    ask(from, "GET", `/v2/${repository}/blobs/${digest}`, 200, ACCEPT),
    ask(to, "POST", `/v2/${repository}/blobs/uploads/`, 202, NOTHING),
  ]);
  const actual = `sha256:${createHash("sha256").update(blob.body).digest("hex")}`;
  if (actual !== digest) throw new Error(`${actual} came for ${digest}`);
  const { pathname, search } = new URL(/\r\nlocation: (\S+)/i.exec(upload.head)[1], `http://${target}`);
  const path = `${pathname}${search}&digest=${encodeURIComponent(digest)}`;
  await ask(to, "PUT", path, 201, "Content-Type: application/octet-stream", blob.body);
}

function openTo(host) {
  const [name, port] = host.split(":");
  return { host, address: { host: name, port: Number(port), noDelay: true }, free: [], waiting: [], open: 0 };
}

async function ask(host, method, path, status, field, body) {
  const line = host.free.pop() ?? (host.open < PER_HOST ? openLine(host) : await turn(host));
  const length = body === undefined ? "" : `Content-Length: ${body.length}\r\n`;
  const answered = new Promise((resolve, reject) => Object.assign(line, { method, resolve, reject }));
  line.socket.cork();
  line.socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host.host}\r\n${field}\r\n${length}\r\n`, "latin1");
  if (body !== undefined) line.socket.write(body);
  line.socket.uncork();
  const answer = await answered;
  const next = host.waiting.shift();
  if (next === undefined) host.free.push(line);
  else next(line);
  if (!answer.head.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`${method} ${path}: ${answer.head}`);
  return answer;
}

function turn({ waiting }) {
  return new Promise((resolve) => waiting.push(resolve));
}

function openLine(host) {
  host.open += 1;
  const line = { socket: connect(host.address), chunks: [], missing: undefined, head: "" };
  line.socket.on("error", (error) => line.reject(error));
  line.socket.on("data", (chunk) => add(line, chunk));
  return line;
}

/** Heads come in one piece, and all bodies tell their length. */
function add(line, chunk) {
  let rest = chunk;
  if (line.missing === undefined) {
    const end = chunk.indexOf("\r\n\r\n");
    line.head = chunk.latin1Slice(0, end);
    line.missing = line.method === "HEAD" ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(line.head)?.[1] ?? 0);
    rest = chunk.subarray(end + 4);
  }
  line.chunks.push(rest);
  line.missing -= rest.length;
  if (line.missing > 0) return;
  const { head, chunks, resolve } = line;
  Object.assign(line, { chunks: [], missing: undefined });
  resolve({ head, body: Buffer.concat(chunks) });
}
