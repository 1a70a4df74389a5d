import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { suite } from "uvu";
import { checkImage, checkWithPreflight, type ImageReport, listOracle } from "../../../src/certification/index.ts";
import { createRegistry, type Digest } from "../../../src/oci/index.ts";
import { startTlsCatalog } from "../../rig/base-images.ts";
import { type Case, certificationCases } from "../../rig/certification-cases.ts";
import { containerImage } from "../../rig/container-image.ts";
import { startDockerRegistry } from "../../rig/docker-registry.ts";
import { pushImage } from "../../rig/push.ts";
import { openRpmRig, rpmCommands } from "../../rig/rpm.ts";
import { missingCommand, requires } from "../../rig/skip.ts";

const commands = ["preflight", "docker-registry", "openssl", ...rpmCommands];
const test = suite("agreement with preflight");
const withPreflight = requires(test, ...commands.map(missingCommand));
const signal = new AbortController().signal;

withPreflight(
  "mirror and openshift-preflight come to the same verdicts, check by check, and tell Red Hat the same",
  async () => {
    const rpm = await openRpmRig();
    const { cases, ubiLayers } = await certificationCases(rpm);
    const [registry, catalog] = [await startDockerRegistry(), await startTlsCatalog(ubiLayers)];
    assert.ok(registry);
    const client = createRegistry({
      host: registry.host,
      url: `http://${registry.host}`,
      credentials: async () => undefined,
    });
    const both = async (one: Case): Promise<{ readonly ours: ImageReport; readonly theirs: ImageReport }> => {
      const image = await containerImage(one.image);
      await pushImage(registry.host, one.repository, one.tag, image);
      const { policy, repository } = one;
      const digest = image.top.digest as Digest;
      const tag = one.namedBy === "tag" ? one.tag : undefined;
      const name = { host: registry.host, repository, tag };
      const ubi = listOracle(ubiLayers.join("\n"));
      const ours = await checkImage(client, repository, digest, {
        policy,
        name,
        ubi,
        signal,
        now: () => 0,
        version: "0",
      });
      const reference = `${registry.host}/${repository}${tag === undefined ? `@${digest}` : `:${tag}`}`;
      const env = {
        PATH: process.env.PATH,
        HOME: "/nowhere",
        SSL_CERT_FILE: catalog.ca,
        PFLT_PYXIS_API_TOKEN: "key",
        PFLT_CERTIFICATION_COMPONENT_ID: catalog.componentOf(policy),
      };
      const theirs = await checkWithPreflight({ policy, digest, reference, pyxisHost: catalog.host, env, signal });
      return { ours, theirs };
    };
    try {
      const compared: string[] = [];
      const differences: string[] = [];
      for (const one of cases) {
        const { ours, theirs } = await both(one);
        const [mine, others] = [verdicts(ours), verdicts(theirs)];
        const unlike = others
          .filter((line, at) => line !== mine[at])
          .map((line) => `${one.name}: preflight says ${line}`);
        const toldAlike = isDeepStrictEqual(told(ours), told(theirs))
          ? []
          : [`${one.name}: preflight tells other things`];
        differences.push(...unlike, ...toldAlike);
        assert.equal(mine.length, others.length, one.name);
        compared.push(...mine);
      }
      assert.deepEqual(differences, []);
      for (const kind of ["passed", "failed"]) {
        const checks = new Set(compared.filter((line) => line.endsWith(kind)).map((line) => line.split(" ")[0]));
        assert.equal(checks.size, 10, `each of the ten checks was ${kind} by some image`);
      }
    } finally {
      client.close();
      await Promise.all([registry.stop(), catalog.stop(), rpm.stop()]);
    }
  },
);

/** `HasLicense on linux/amd64: passed`. */
const verdicts = ({ platforms }: ImageReport): string[] =>
  platforms.flatMap(({ platform, results }) => results.map(({ check, kind }) => `${check} on ${platform}: ${kind}`));

/** What a submission would send, but for what preflight writes in a form of its own: dates as Go prints them. */
function told({ platforms }: ImageReport): unknown {
  return platforms.map(({ contents: { image, packages } }) => ({
    image: {
      ...image,
      parsed_data: { ...image.parsed_data, created: "", labels: sorted(image.parsed_data.labels ?? []) },
    },
    // Preflight prints an address where the epoch should be.
    packages: sorted((packages ?? []).map((one) => ({ ...one, srpm_nevra: one.srpm_nevra?.replace(/-\d+:/, "-0:") }))),
  }));
}

const sorted = <Item extends { readonly name?: string }>(items: readonly Item[]): readonly Item[] =>
  [...items].sort((one, other) => ((one.name ?? "") < (other.name ?? "") ? -1 : 1));

test.run();
