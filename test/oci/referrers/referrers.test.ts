import assert from "node:assert/strict";
import { test } from "uvu";
import type { Failed, Failure } from "../../../src/failure/index.ts";
import { createTransfer, parsePlatform } from "../../../src/oci/index.ts";
import { seededLayer } from "../../rig/blob.ts";
import { type Image, indexImage, singleImage } from "../../rig/images.ts";
import {
  bundleAttestation,
  bundleSignature,
  cosignSignature,
  digestTag,
  referrersIndex,
  referrersOf,
  sbom,
} from "../../rig/referrers.ts";
import { missingCommand, requires } from "../../rig/skip.ts";
import { type Api, copyOf, digestAt, listedAt, type Place, pushAll, withPair, withPlace } from "./places.ts";

const single = singleImage([seededLayer("one", 3000), seededLayer("two", 900)], "oci");
const arm = singleImage([seededLayer("arm", 3000)], "oci", "arm64");
const multi = indexImage(
  new Map([
    ["amd64", single],
    ["arm64", arm],
  ]),
  { form: "oci", attestations: "with" },
);
const app = (image: Image) => ({ repository: "team/app", tag: "1.0", image });

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    return (error as Failed).failure;
  }
  throw new Error("it did not fail");
}

/** An image with all that refers to it, at a source. */
async function pushSigned(place: Place, api: Api, image: Image) {
  const referrers = referrersOf(app(image), { api });
  await pushAll(place.host, [app(image), ...referrers]);
  return referrers;
}

const real = requires(test, missingCommand("docker-registry"));

for (const from of ["with", "without"] as const) {
  for (const to of ["with", "without"] as const) {
    real(`signatures, SBOMs and signatures of SBOMs arrive, from a registry ${from} the API to one ${to} it`, () =>
      withPair(from, to, async (source, target) => {
        const referrers = await pushSigned(source, from, multi);
        const result = await createTransfer().copy(copyOf(source, target, multi));
        assert.deepEqual(result.warnings, []);
        // One for the index and one for each of its four children, a bundle, and the one of the SBOM.
        assert.deepEqual(result.referrers, { signature: 7, sbom: 1, attestation: 0, artifact: 0 });
        for (const { tag, image } of referrers) {
          if (tag.startsWith("sha256:") || tag.endsWith(".sig"))
            assert.equal(await digestAt(target.host, "mirrored/app", tag), image.top.digest, tag);
        }
        const bySubject = referrers.filter(({ by }) => by === "subject").map(({ image }) => image.top.digest);
        const [document = "", bundle = "", ofDocument = ""] = bySubject;
        const listed = (subject: string) => listedAt(to, target.host, "mirrored/app", subject);
        assert.deepEqual(await listed(multi.top.digest), [bundle, document].sort());
        assert.deepEqual(await listed(document), [ofDocument]);
      }),
    );
  }
}

real("what is up to date costs one request, though it is signed", () =>
  withPair("without", "without", async (source, target) => {
    await pushSigned(source, "without", multi);
    await createTransfer().copy(copyOf(source, target, multi));
    await Promise.all([source.requests(), target.requests()]);
    const again = await createTransfer().copy(copyOf(source, target, multi));
    assert.deepEqual([again.changed, again.bytes], [false, 0]);
    assert.deepEqual(await source.requests(), []);
    assert.deepEqual(await target.requests(), ["HEAD /v2/mirrored/app/manifests/1.0"]);
  }),
);

real("the image is there by digest before its signatures, and its tag comes after them", () =>
  withPair("with", "without", async (source, target) => {
    await pushSigned(source, "with", single);
    await createTransfer().copy(copyOf(source, target, single));
    const puts = (await target.requests()).filter((line) => line.startsWith("PUT /v2/mirrored/app/manifests/"));
    const named = puts.map((line) => line.slice(line.lastIndexOf("/") + 1));
    assert.equal(named[0], single.top.digest);
    assert.equal(named.at(-1), "1.0");
    assert.ok(named.indexOf(digestTag(single.top, ".sig")) > 0);
  }),
);

test("an image that nothing refers to is pushed once, by its tag", () =>
  withPair("with", "with", async (source, target) => {
    await pushAll(source.host, [app(single)]);
    await createTransfer().copy(copyOf(source, target, single));
    const asked = (await source.requests()).filter((line) => /referrers|tags/.test(line)).sort();
    assert.deepEqual(asked, [`GET /v2/team/app/referrers/${single.top.digest}`, "GET /v2/team/app/tags/list?n=1000"]);
    const puts = (await target.requests()).filter((line) => line.includes("/manifests/"));
    assert.deepEqual(puts, ["HEAD /v2/mirrored/app/manifests/1.0", "PUT /v2/mirrored/app/manifests/1.0"]);
  }));

real("a registry is asked for the API once, and for the tags of a repository once", () =>
  withPair("without", "with", async (source, target) => {
    const images = [1, 2, 3].map((n) => singleImage([seededLayer(`n${n}`, 500)], "oci"));
    await pushAll(
      source.host,
      images.map((image, n) => ({ ...app(image), tag: `1.${n}` })),
    );
    await source.requests();
    const transfer = createTransfer();
    const to = (n: number) => ({ registry: target.client, repository: "mirrored/app", tag: `1.${n}` });
    await Promise.all(images.map((image, n) => transfer.copy(copyOf(source, target, image, { to: to(n) }))));
    const asked = (await source.requests()).filter((line) => /referrers|tags/.test(line));
    assert.deepEqual(asked.map((line) => line.replace(/sha256:.*/, "…")).sort(), [
      "GET /v2/team/app/referrers/…",
      "GET /v2/team/app/tags/list?n=1000",
    ]);
  }),
);

test("with ignore nobody looks", () =>
  withPair("with", "with", async (source, target) => {
    const referrers = await pushSigned(source, "with", single);
    await source.requests();
    const result = await createTransfer().copy(copyOf(source, target, single, { signatures: "ignore" }));
    assert.equal(result.referrers.signature, 0);
    assert.ok((await source.requests()).every((line) => !/referrers|tags/.test(line)));
    assert.equal(await digestAt(target.host, "mirrored/app", referrers[0]?.tag ?? ""), undefined);
  }));

test("where a signature is required, an image without one is refused before anything of it is sent", () =>
  withPair("with", "with", async (source, target) => {
    const attestation = bundleAttestation(single.top);
    await pushAll(source.host, [
      app(single),
      { ...app(sbom(single.top)), tag: sbom(single.top).top.digest },
      { ...app(attestation), tag: attestation.top.digest },
    ]);
    const failure = await failureOf(createTransfer().copy(copyOf(source, target, single, { signatures: "require" })));
    assert.equal(failure.code, "transfer/unsigned");
    assert.match(failure.message, /team\/app@sha256:[0-9a-f]{64} has no signature, and one is required$/);
    const survey = await failureOf(createTransfer().survey(copyOf(source, target, single, { signatures: "require" })));
    assert.equal(survey.code, "transfer/unsigned");
    assert.ok((await target.requests()).every((line) => line.startsWith("HEAD")));
  }));

test("where a signature is required, one that the target lacks is brought though the image is up to date", () =>
  withPair("with", "with", async (source, target) => {
    await pushAll(source.host, [app(single)]);
    await createTransfer().copy(copyOf(source, target, single));
    const request = copyOf(source, target, single, { signatures: "require" });
    assert.equal((await failureOf(createTransfer().copy(request))).code, "transfer/unsigned");

    await pushSigned(source, "with", single);
    const late = await createTransfer().copy(request);
    assert.equal(late.changed, true);
    assert.deepEqual(late.referrers, { signature: 3, sbom: 1, attestation: 0, artifact: 0 });

    await source.requests();
    const settled = await createTransfer().copy(request);
    assert.deepEqual([settled.changed, settled.bytes], [false, 0]);
    assert.deepEqual(await source.requests(), []);
  }));

for (const api of ["with", "without"] as const) {
  real(`asked to look always, it brings what is new and nothing else (${api} the API)`, () =>
    withPair(api, api, async (source, target) => {
      await pushSigned(source, api, single);
      await createTransfer().copy(copyOf(source, target, single));
      const attestation = bundleAttestation(single.top);
      const known = referrersOf(app(single), { api }).filter(({ by }) => by === "subject");
      const [document, bundle] = known.map(({ image }) => image);
      assert.ok(document && bundle);
      await pushAll(source.host, [{ ...app(attestation), tag: attestation.top.digest }]);
      if (api === "without") {
        const list = referrersIndex([document, bundle, attestation]);
        await pushAll(source.host, [{ ...app(list), tag: digestTag(single.top) }]);
      }
      const request = copyOf(source, target, single, { look: "always" });
      const late = await createTransfer().copy(request);
      assert.deepEqual(late.referrers, { signature: 0, sbom: 0, attestation: 1, artifact: 0 });
      const listed = await listedAt(api, target.host, "mirrored/app", single.top.digest);
      assert.deepEqual(listed, [document, bundle, attestation].map(({ top }) => top.digest).sort());
      assert.equal((await createTransfer().copy(request)).changed, false);
    }),
  );
}

test("a plan tells what refers to an image, and writes nothing", () =>
  withPair("with", "with", async (source, target) => {
    await pushSigned(source, "with", single);
    const survey = await createTransfer().survey(copyOf(source, target, single));
    assert.deepEqual([survey.state, survey.referrers.signature, survey.referrers.sbom], ["create", 3, 1]);
    assert.ok((await target.requests()).every((line) => line.startsWith("HEAD")));
  }));

test("of a trimmed index, the signatures of its children travel and its own stay behind, which is said", () =>
  withPair("with", "with", async (source, target) => {
    const own = cosignSignature(multi.top);
    const child = cosignSignature(single.top);
    await pushAll(source.host, [
      app(multi),
      { ...app(own), tag: digestTag(multi.top, ".sig") },
      { ...app(child), tag: digestTag(single.top, ".sig") },
    ]);
    const platforms = [parsePlatform("linux/amd64")];
    const result = await createTransfer().copy(copyOf(source, target, multi, { platforms, signatures: "require" }));
    assert.equal(result.trimmed, true);
    assert.deepEqual(result.referrers, { signature: 1, sbom: 0, attestation: 0, artifact: 0 });
    assert.deepEqual(
      result.warnings.map(({ code }) => code),
      ["transfer/trimmed-signatures"],
    );
    assert.match(
      result.warnings[0]?.message ?? "",
      /^1 artifact that refers to the index .* stays behind, as it is trimmed to linux\/amd64/,
    );
    assert.equal(await digestAt(target.host, "mirrored/app", digestTag(single.top, ".sig")), child.top.digest);
    assert.equal(await digestAt(target.host, "mirrored/app", digestTag(multi.top, ".sig")), undefined);
    const asked = await source.requests();
    assert.ok(!asked.some((line) => line.endsWith(`/referrers/${result.digest}`)), "nothing refers to what is new");
  }));

test("where a signature is required, that of an index does not hold for a part of it", () =>
  withPair("with", "with", async (source, target) => {
    await pushAll(source.host, [app(multi), { ...app(cosignSignature(multi.top)), tag: digestTag(multi.top, ".sig") }]);
    const platforms = [parsePlatform("linux/amd64")];
    const request = copyOf(source, target, multi, { platforms, signatures: "require" });
    const failure = await failureOf(createTransfer().copy(request));
    assert.equal(failure.code, "transfer/unsigned");
    assert.match(failure.message, /no signature that holds for the chosen platforms/);
    const whole = await createTransfer().copy(copyOf(source, target, multi, { signatures: "require" }));
    assert.equal(whole.referrers.signature, 1);
  }));

test("a tag of cosign that holds fewer signatures is replaced, and one that holds others is left alone and said", () =>
  withPair("with", "with", async (source, target) => {
    const tag = digestTag(single.top, ".sig");
    const [one, both, other] = [["release"], ["release", "security"], ["somebody"]].map((by) =>
      cosignSignature(single.top, by),
    );
    assert.ok(one && both && other);
    await pushAll(source.host, [app(single), { ...app(both), tag }]);

    await pushAll(target.host, [{ ...app(one), repository: "mirrored/app", tag }]);
    const replaced = await createTransfer().copy(copyOf(source, target, single));
    assert.deepEqual([replaced.referrers.signature, replaced.warnings], [2, []]);
    assert.equal(await digestAt(target.host, "mirrored/app", tag), both.top.digest);

    await pushAll(target.host, [{ ...app(other), repository: "second/app", tag }]);
    const to = { registry: target.client, repository: "second/app", tag: "1.0" };
    const left = await createTransfer().copy(copyOf(source, target, single, { to }));
    assert.deepEqual(
      left.warnings.map(({ code }) => code),
      ["transfer/referrer-refused"],
    );
    assert.match(left.warnings[0]?.detail?.[0] ?? "", /holds others than the source does/);
    assert.equal(await digestAt(target.host, "second/app", tag), other.top.digest);
    assert.equal(await digestAt(target.host, "second/app", "1.0"), single.top.digest);
  }));

test("tags that go round in a circle are followed once", () =>
  withPair("with", "with", async (source, target) => {
    const [a, b] = [cosignSignature(single.top, ["a"]), cosignSignature(single.top, ["b"])];
    await pushAll(source.host, [
      app(single),
      { ...app(a), tag: digestTag(single.top, ".sig") },
      { ...app(b), tag: digestTag(a.top, ".sig") },
      { ...app(a), tag: digestTag(b.top, ".sig") },
      { ...app(single), tag: digestTag(b.top, ".att") },
    ]);
    const result = await createTransfer().copy(copyOf(source, target, single));
    assert.deepEqual(result.referrers, { signature: 3, sbom: 0, attestation: 0, artifact: 0 });
    assert.equal(await digestAt(target.host, "mirrored/app", digestTag(b.top, ".sig")), a.top.digest);
  }));

test("where a signature is required, an index is signed as a whole or for each of its platforms", () =>
  withPair("with", "with", async (source, target) => {
    const sign = (image: Image) =>
      pushAll(source.host, [{ ...app(cosignSignature(image.top)), tag: digestTag(image.top, ".sig") }]);
    await pushAll(source.host, [app(multi)]);
    await sign(single);
    const request = copyOf(source, target, multi, { signatures: "require" });
    assert.equal((await failureOf(createTransfer().copy(request))).code, "transfer/unsigned");
    await sign(arm);
    assert.equal((await createTransfer().copy(request)).referrers.signature, 2);
    await source.requests();
    assert.equal((await createTransfer().copy(request)).changed, false);
    assert.ok(!(await source.requests()).some((line) => /referrers|tags/.test(line)), "the target was enough");
  }));

real("what others listed at the tag stays, and two copies at once do not lose each other's", () =>
  withPair("with", "without", async (source, target) => {
    const theirs = sbom(single.top, "theirs");
    const list = referrersIndex([theirs]);
    const at = (image: Image, tag: string) => ({ repository: "mirrored/app", tag, image });
    await pushAll(target.host, [at(single, "0.9"), at(theirs, theirs.top.digest), at(list, digestTag(single.top))]);

    const ours = [sbom(single.top, "ours"), bundleSignature(single.top)];
    await pushAll(source.host, [app(single), ...ours.map((one) => ({ ...app(one), tag: one.top.digest }))]);
    const transfer = createTransfer();
    const to = (tag: string) => ({ registry: target.client, repository: "mirrored/app", tag });
    await Promise.all(["1.0", "1"].map((tag) => transfer.copy(copyOf(source, target, single, { to: to(tag) }))));
    const listed = await listedAt("without", target.host, "mirrored/app", single.top.digest);
    assert.deepEqual(listed, [theirs, ...ours].map(({ top }) => top.digest).sort());
  }),
);

test("what mirror made itself is exempt from signatures", () =>
  withPlace("with", async (target) => {
    const { assembleImage } = await import("../../../src/oci/index.ts");
    const files = [{ path: "hello", source: Buffer.from("hello") }];
    const image = await assembleImage(
      { name: "made", files, platforms: ["linux/amd64"] },
      new AbortController().signal,
    );
    const request = copyOf(target, target, single, { signatures: "require" });
    const from = { source: image, repository: "made", digest: image.digest };
    assert.equal((await createTransfer().copy({ ...request, from })).digest, image.digest);
  }));

test.run();
