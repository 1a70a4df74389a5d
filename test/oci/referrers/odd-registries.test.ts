import assert from "node:assert/strict";
import { test } from "uvu";
import type { Failed, Failure } from "../../../src/failure/index.ts";
import { createRegistry, createTransfer } from "../../../src/oci/index.ts";
import { seededLayer, sha256 } from "../../rig/blob.ts";
import { type Image, indexImage, singleImage } from "../../rig/images.ts";
import { bundleSignature, cosignSignature, digestTag, referrersIndex, sbom } from "../../rig/referrers.ts";
import {
  type Answer,
  errorAnswer,
  type ScriptedRegistry,
  type Seen,
  startScriptedRegistry,
} from "../../rig/scripted-registry.ts";
import { copyOf, type Place, pushAll } from "./places.ts";

/** Registries that answer as some do in the wild; each name says what is done about it. */
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const image = singleImage([seededLayer("odd", 800)], "oci");
const index = indexImage(new Map([["amd64", image]]), { form: "oci", attestations: "without" });
const app = (one: Image, tag = "1.0") => ({ repository: "team/app", tag, image: one });

let a: ScriptedRegistry;
let b: ScriptedRegistry;
let source: Place;
let target: Place;

test.before.each(async () => {
  [a, b] = await Promise.all([startScriptedRegistry(), startScriptedRegistry()]);
  const [one, two] = [a, b].map(({ host }): Place => {
    const backoff = { attempts: 2, baseMs: 1, capMs: 5, patienceMs: 2000 };
    return { host, client: createRegistry({ host, backoff }), requests: async () => [] };
  });
  assert.ok(one && two);
  [source, target] = [one, two];
});
test.after.each(async () => {
  await Promise.all([a.stop(), b.stop()]);
});

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    return (error as Failed).failure;
  }
  throw new Error("it did not fail");
}

const list = (bytes: Uint8Array | string, headers = {}): Answer => ({
  status: 200,
  headers: { "content-type": OCI_INDEX, ...headers },
  body: bytes,
});

const standsAt = (reference: string): string | undefined => {
  const stored = b.manifests.get(`mirrored/app ${reference}`);
  return stored && sha256(stored.bytes);
};

const asked = (registry: ScriptedRegistry, what: RegExp): string[] =>
  registry.log.filter(({ path }) => what.test(path)).map(({ method, path }) => `${method} ${path}`);

for (const one of [image, index]) {
  test(`a registry that takes the tag of a list for the digest itself lists nothing (${one.children.length === 0 ? "image" : "index"})`, async () => {
    await pushAll(a.host, [app(one)]);
    const normalised = (path: string): Answer | undefined => {
      const digest = /\/(?:manifests|referrers)\/(?:sha256[-:])([0-9a-f]{64})$/.exec(path)?.[1];
      const found = a.manifests.get(`team/app sha256:${digest}`);
      if (found === undefined) return undefined;
      return {
        status: 200,
        headers: { "content-type": found.mediaType, "docker-content-digest": sha256(found.bytes) },
        body: found.bytes,
      };
    };
    for (const tags of ["unlisted", "listed"] as const) {
      a.script = ({ method, path }) => {
        if (tags === "listed" && path.endsWith("/tags/list")) {
          return { status: 200, body: JSON.stringify({ name: "team/app", tags: [digestTag(one.top)] }) };
        }
        const answer = normalised(path);
        const length = { "content-length": String(answer?.body?.length) };
        return answer && method === "HEAD"
          ? { ...answer, headers: { ...answer.headers, ...length }, body: "" }
          : answer;
      };
      const to = { registry: target.client, repository: "mirrored/app", tag: tags };
      const result = await createTransfer().copy(copyOf(source, target, one, { to }));
      assert.deepEqual([result.referrers.artifact, result.referrers.signature, result.warnings], [0, 0, []]);
      assert.equal(standsAt(tags), one.top.digest);
      assert.equal(standsAt(digestTag(one.top)), undefined);
      const read = asked(a, /manifests\/sha256-/).filter(
        (line) => line === `GET /v2/team/app/manifests/${digestTag(one.top)}`,
      );
      assert.equal(read.length, tags === "listed" ? 1 : 0);
    }
  });
}

test("a web page in place of the API is no list", async () => {
  const signature = cosignSignature(image.top);
  await pushAll(a.host, [app(image), app(signature, digestTag(image.top, ".sig"))]);
  a.script = ({ path }) =>
    path.includes("/referrers/")
      ? { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }
      : undefined;
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.equal(result.referrers.signature, 1);
});

test("lists in pages are read to their end", async () => {
  const [first, second] = [sbom(image.top, "first"), sbom(image.top, "second")];
  await pushAll(a.host, [app(image), app(first, first.top.digest), app(second, second.top.digest)]);
  a.script = ({ path, query }) => {
    if (!path.endsWith(`/referrers/${image.top.digest}`)) return undefined;
    if (query.get("page") === "2") return list(referrersIndex([second]).top.bytes);
    const link = `</v2/team/app/referrers/${image.top.digest}?page=2>; rel="next"`;
    return list(referrersIndex([first]).top.bytes, { link });
  };
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.deepEqual([result.referrers.sbom, result.warnings], [2, []]);
});

test("what a list names and the registry does not have stays behind with a warning, and is refused where required", async () => {
  const [there, gone] = [bundleSignature(image.top), sbom(image.top)];
  await pushAll(a.host, [app(image), app(there, there.top.digest)]);
  await pushAll(a.host, [app(referrersIndex([there, gone]), digestTag(image.top))]);
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.equal(result.referrers.signature, 1);
  assert.deepEqual(
    result.warnings.map(({ code }) => code),
    ["transfer/referrer-unreadable"],
  );
  const failure = await failureOf(
    createTransfer().copy(
      copyOf(source, target, image, {
        signatures: "require",
        to: { registry: target.client, repository: "mirrored/app", tag: "2.0" },
      }),
    ),
  );
  assert.equal(failure.code, "transfer/signatures-incomplete");
  assert.equal(standsAt("2.0"), undefined);
});

test("what is listed as referring to an image and does not is not copied", async () => {
  const other = singleImage([seededLayer("other", 300)], "oci");
  const stray = sbom(other.top);
  await pushAll(a.host, [app(image), app(stray, stray.top.digest)]);
  await pushAll(a.host, [app(referrersIndex([stray]), digestTag(image.top))]);
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.deepEqual(
    result.warnings.map(({ code }) => code),
    ["transfer/not-a-referrer"],
  );
  assert.equal(standsAt(stray.top.digest), undefined);
});

test("tags that cannot be listed are asked for one by one", async () => {
  const signature = cosignSignature(image.top);
  await pushAll(a.host, [app(image), app(signature, digestTag(image.top, ".sig"))]);
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.equal(result.referrers.signature, 1);
  const heads = asked(a, /manifests\/sha256-/).filter((line) =>
    line.includes(`HEAD /v2/team/app/manifests/${digestTag(image.top)}`),
  );
  assert.deepEqual(heads.map((line) => line.slice(line.indexOf(digestTag(image.top)) + 71)).sort(), [
    "",
    ".att",
    ".metadata",
    ".sbom",
    ".sig",
  ]);
});

test("beyond some pages of tags they are asked for one by one too", async () => {
  const signature = cosignSignature(image.top);
  await pushAll(a.host, [app(image), app(signature, digestTag(image.top, ".sig"))]);
  a.script = ({ path, query }) => {
    if (!path.endsWith("/tags/list")) return undefined;
    const page = Number(query.get("last") ?? 0) + 1;
    const body = JSON.stringify({ name: "team/app", tags: [`v${page}`] });
    return { status: 200, headers: { link: `</v2/team/app/tags/list?n=1000&last=${page}>; rel="next"` }, body };
  };
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.equal(result.referrers.signature, 1);
  assert.equal(asked(a, /tags\/list/).length, 4);
});

/** A registry that takes images and no artifacts, as those do that allow a list of media types. */
const refusing =
  (status: number, code: string, digest: string) =>
  ({ method, path }: Seen): Answer | undefined =>
    method === "PUT" && path.includes(digest) ? errorAnswer(status, code, "artifact type not allowed") : undefined;

for (const [status, code] of [
  [400, "MANIFEST_INVALID"],
  [415, "UNSUPPORTED"],
  [403, "DENIED"],
  [404, "MANIFEST_UNKNOWN"],
] as const) {
  test(`an artifact that the target refuses with ${status} ${code} stays behind, and the image does not`, async () => {
    const [signature, document] = [bundleSignature(image.top), sbom(image.top)];
    await pushAll(a.host, [app(image), ...[signature, document].map((one) => app(one, one.top.digest))]);
    await pushAll(a.host, [app(referrersIndex([signature, document]), digestTag(image.top))]);
    b.script = refusing(status, code, document.top.digest);
    const result = await createTransfer().copy(copyOf(source, target, image));
    assert.equal(standsAt("1.0"), image.top.digest);
    assert.deepEqual(result.referrers, { signature: 1, sbom: 0, attestation: 0, artifact: 0 });
    const [warning] = result.warnings;
    assert.equal(result.warnings.length, 1);
    assert.equal(warning?.code, "transfer/referrer-refused");
    assert.match(warning?.message ?? "", /mirrored\/app does not take the SBOM sha256:[0-9a-f]{12} of sha256:/);
    assert.match(warning?.detail?.join("\n") ?? "", /artifact type not allowed/);
  });
}

test("where signatures are required, one that the target refuses keeps the tag from it", async () => {
  const signature = bundleSignature(image.top);
  await pushAll(a.host, [
    app(image),
    app(signature, signature.top.digest),
    app(referrersIndex([signature]), digestTag(image.top)),
  ]);
  b.script = refusing(400, "MANIFEST_INVALID", signature.top.digest);
  const failure = await failureOf(createTransfer().copy(copyOf(source, target, image, { signatures: "require" })));
  assert.equal(failure.code, "transfer/signatures-incomplete");
  assert.match(failure.detail?.join("\n") ?? "", /does not take the signature/);
  assert.equal(standsAt("1.0"), undefined);
});

test("a failure that passes fails the copy, and nothing is published without its signatures", async () => {
  const signature = bundleSignature(image.top);
  await pushAll(a.host, [
    app(image),
    app(signature, signature.top.digest),
    app(referrersIndex([signature]), digestTag(image.top)),
  ]);
  b.script = refusing(500, "UNKNOWN", signature.top.digest);
  const failure = await failureOf(createTransfer().copy(copyOf(source, target, image)));
  assert.equal(failure.class, "transient");
  assert.equal(standsAt("1.0"), undefined);
});

test("the list at the tag is pushed in place of what was read, and read again where somebody was faster", async () => {
  const [ours, theirs] = [bundleSignature(image.top), sbom(image.top)];
  await pushAll(a.host, [app(image), app(ours, ours.top.digest), app(referrersIndex([ours]), digestTag(image.top))]);
  const tag = digestTag(image.top);
  const etags: (string | undefined)[] = [];
  b.script = ({ method, path, headers }) => {
    if (!path.endsWith(`/manifests/${tag}`)) return undefined;
    const stored = b.manifests.get(`mirrored/app ${tag}`);
    const etag = stored && `"${sha256(stored.bytes)}"`;
    if (method === "GET" && stored) return list(stored.bytes, { etag });
    if (method !== "PUT") return undefined;
    etags.push(headers["if-match"]);
    if (etags.length > 1) return undefined;
    const { bytes } = referrersIndex([theirs]).top;
    b.manifests.set(`mirrored/app ${tag}`, { mediaType: OCI_INDEX, bytes });
    return errorAnswer(412, "UNKNOWN", "somebody was faster");
  };
  await createTransfer().copy(copyOf(source, target, image));
  const { manifests } = JSON.parse(String(Buffer.from(b.manifests.get(`mirrored/app ${tag}`)?.bytes ?? ""))) as {
    manifests: { digest: string }[];
  };
  assert.deepEqual(
    manifests.map(({ digest }) => digest),
    [theirs.top.digest, ours.top.digest],
  );
  assert.deepEqual(etags, [undefined, `"${referrersIndex([theirs]).top.digest}"`]);
});

test("a list that another client overwrote unseen is made whole again", async () => {
  const [ours, theirs] = [bundleSignature(image.top), sbom(image.top)];
  await pushAll(a.host, [app(image), app(ours, ours.top.digest), app(referrersIndex([ours]), digestTag(image.top))]);
  const tag = digestTag(image.top);
  let overwritten = false;
  b.script = ({ method, path }) => {
    if (!path.endsWith(`/manifests/${tag}`) || method !== "HEAD" || overwritten) return undefined;
    overwritten = true;
    b.manifests.set(`mirrored/app ${tag}`, { mediaType: OCI_INDEX, bytes: referrersIndex([theirs]).top.bytes });
    return undefined;
  };
  await createTransfer().copy(copyOf(source, target, image));
  const text = Buffer.from(b.manifests.get(`mirrored/app ${tag}`)?.bytes ?? "").toString();
  assert.ok(text.includes(ours.top.digest) && text.includes(theirs.top.digest));
});

test("a tag for lists that stands at an image is not overwritten", async () => {
  const ours = bundleSignature(image.top);
  await pushAll(a.host, [app(image), app(ours, ours.top.digest), app(referrersIndex([ours]), digestTag(image.top))]);
  const other = singleImage([seededLayer("taken", 100)], "oci");
  const tag = digestTag(image.top);
  await pushAll(b.host, [{ ...app(other, tag), repository: "mirrored/app" }]);
  const result = await createTransfer().copy(copyOf(source, target, image));
  assert.equal(standsAt(tag), other.top.digest);
  assert.match(result.warnings[0]?.detail?.[0] ?? "", /stands at something that is no list/);
});

test.run();
