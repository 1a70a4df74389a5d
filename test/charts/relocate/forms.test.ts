import assert from "node:assert/strict";
import { test } from "uvu";
import { parse, parseAllDocuments } from "yaml";
import { type FormName, forms, type Relocation } from "../../../src/charts/relocate/index.ts";
import { parseReference } from "../../../src/oci/index.ts";

const relocations = (...pairs: readonly (readonly [string, string])[]): Relocation[] =>
  pairs.map(([from, to]) => ({ from: parseReference(from), to: parseReference(to) }));

const OWN_PATHS = relocations(
  ["nginx:1.27", "harbor.example.com/proxy/library/nginx:1.27"],
  ["docker.io/seldonio/kubectl:1.14.3", "harbor.example.com/proxy/seldonio/kubectl:1.14.3"],
  ["quay.io/team/web:1", "harbor.example.com/team/web:1"],
);
const FLAT = relocations(
  ["nginx:1.27", "harbor.example.com/mlrun/nginx:1.27"],
  ["quay.io/team/web:1", "harbor.example.com/mlrun/web:1"],
);
const RETAGGED = relocations(["quay.io/team/web:1", "harbor.example.com/all:web-1"]);

const write = (form: FormName, images: readonly Relocation[]) =>
  forms[form].write(images, { target: "harbor", scheme: "https" });

test("containerd: images under their own paths are redirected by their host, to a path or to the whole registry", () => {
  const { files, left } = write("hosts", OWN_PATHS);
  assert.deepEqual(left, []);
  assert.deepEqual(
    files.map(({ path }) => path),
    ["certs.d/docker.io/hosts.toml", "certs.d/quay.io/hosts.toml"],
  );
  assert.equal(
    files[0]?.text,
    `# Images of docker.io are pulled from the target harbor.
server = "https://registry-1.docker.io"

[host."https://harbor.example.com/v2/proxy"]
  capabilities = ["pull", "resolve"]
  override_path = true
`,
  );
  assert.match(files[1]?.text ?? "", /\[host\."https:\/\/harbor\.example\.com"\]\n {2}capabilities[^\n]*\n$/);
});

test("containerd: images that lost their paths cannot be redirected, and it is said what to do", () => {
  const { files, left } = write("hosts", FLAT);
  assert.deepEqual(files, []);
  assert.equal(left.length, 2);
  assert.match(left[0]?.why ?? "", /as: "\$\{path\}:\$\{tag\}"/);
});

test("K3s: repositories with other paths are rewritten one by one", () => {
  const { files, left } = write("k3s", FLAT);
  assert.deepEqual(left, []);
  assert.deepEqual(parse(files[0]?.text ?? ""), {
    mirrors: {
      "docker.io": { endpoint: ["https://harbor.example.com"], rewrite: { "^library/nginx$": "mlrun/nginx" } },
      "quay.io": { endpoint: ["https://harbor.example.com"], rewrite: { "^team/web$": "mlrun/web" } },
    },
  });
});

test("OpenShift: each repository is mirrored by digest and by tag", () => {
  const { files } = write("mirror-sets", FLAT);
  const [byDigest, byTag] = parseAllDocuments(files[0]?.text ?? "").map((document) => document.toJS());
  assert.equal(byDigest.kind, "ImageDigestMirrorSet");
  assert.deepEqual(byTag.spec.imageTagMirrors, [
    { source: "docker.io/library/nginx", mirrors: ["harbor.example.com/mlrun/nginx"] },
    { source: "quay.io/team/web", mirrors: ["harbor.example.com/mlrun/web"] },
  ]);
  assert.deepEqual(byDigest.spec.imageDigestMirrors, byTag.spec.imageTagMirrors);
});

test("an image with another tag at the target is out of reach of what redirects, and stands in the map", () => {
  for (const form of ["hosts", "k3s", "mirror-sets"] as const) {
    const { files, left } = write(form, RETAGGED);
    assert.deepEqual(files, [], form);
    assert.match(left[0]?.why ?? "", /another version at the target/, form);
  }
  assert.equal(write("map", RETAGGED).files[0]?.text, "quay.io/team/web:1\tharbor.example.com/all:web-1\n");
});

test.run();
