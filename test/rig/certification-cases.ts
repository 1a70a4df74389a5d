import type { CheckName, Policy } from "../../src/certification/index.ts";
import { type ContainerImage, containerLayer, goodLabels, type TarEntry } from "./container-image.ts";
import type { Database, RpmRig } from "./rpm.ts";

/** An image made to pass or to fail, and what Red Hat's own program says of it. */
export interface Case {
  readonly name: string;
  readonly image: ContainerImage;
  readonly policy: Policy;
  /** Below the registry's host. */
  readonly repository: string;
  readonly tag: string;
  readonly namedBy: "tag" | "digest";
  /** Checks that do not pass. */
  readonly not: Partial<Record<CheckName, "failed" | "error">>;
}

export interface Cases {
  readonly cases: readonly Case[];
  /** Tars of layers that are the top of an image of Red Hat. */
  readonly ubiLayers: readonly string[];
}

const RED_HAT = "Red Hat, Inc.";
const LICENSE: TarEntry = { path: "licenses/LICENSE", content: "terms" };
const OS_RELEASE: readonly TarEntry[] = [
  { path: "etc/os-release", kind: "symlink", target: "../usr/lib/os-release" },
  { path: "usr/lib/os-release", content: 'ID="rhel"\nPLATFORM_ID="platform:el9"\n' },
];

const BASH = {
  name: "bash",
  version: "5.1",
  release: "1.el9",
  vendor: RED_HAT,
  arch: "x86_64",
  files: [
    "/usr/bin/bash",
    "%attr(4755,root,root) /usr/bin/su",
    "%config /etc/bashrc",
    "%doc /usr/share/doc/bash/README",
  ],
};
const TOOL = { name: "other-tool", version: "1.0", release: "1", vendor: "Example", files: ["/opt/tool/run"] };
const LIBRARY = { ...BASH, name: "lib-x", vendor: "Example", release: "1.el9", files: ["/usr/lib64/libx.so"] };

const at = (folder: string, database: Database): TarEntry[] =>
  // Red Hat's program sees a layer's database only where the layer names its folder too, as docker's and buildah's do.
  [
    { path: folder, kind: "folder" },
    ...[...database].map(([name, content]) => ({ path: `${folder}/${name}`, content })),
  ];
const inVar = (database: Database): TarEntry[] => at("var/lib/rpm", database);

/** Makes the images; some of them need packages built and installed, which takes some seconds. */
export async function certificationCases(rpm: RpmRig): Promise<Cases> {
  const [bash, tool, library] = [await rpm.build(BASH), await rpm.build(TOOL), await rpm.build(LIBRARY)];
  const kernel = await rpm.build({ name: "kernel-core", version: "5.14", release: "1.el9", vendor: RED_HAT });
  const patch = await rpm.build({ name: "kpatch-patch", version: "5.14", release: "1.el9", vendor: RED_HAT });
  const ordinary = await rpm.database([bash, tool, library]);
  const changed = async (spec: Partial<typeof BASH>): Promise<TarEntry[]> =>
    inVar(await rpm.database([await rpm.build({ ...BASH, ...spec })], { from: ordinary }));

  const base = (database: readonly TarEntry[], mode = 0o755): TarEntry[] => [
    ...OS_RELEASE,
    { path: "usr/bin/bash", content: "the shell", mode: 0o755 },
    { path: "usr/bin/su", content: "become another", mode },
    { path: "etc/bashrc", content: "settings" },
    { path: "usr/share/doc/bash/README", content: "read me" },
    { path: "opt/tool/run", content: "a tool", mode: 0o755 },
    { path: "usr/lib64/libx.so", content: "a library" },
    ...database,
  ];
  const ubi = base(inVar(ordinary), 0o4755);
  const onUbi = (...layers: readonly (readonly TarEntry[])[]): ContainerImage => image([ubi, ...layers]);
  const image = (layers: ContainerImage["layers"]): ContainerImage => ({ layers, labels: goodLabels, user: "1001" });
  const good = onUbi([LICENSE]);
  const bases: (readonly TarEntry[])[] = [ubi];
  const own = (database: readonly TarEntry[]): ContainerImage => {
    const layer = base(database);
    bases.push(layer);
    return image([layer, [LICENSE]]);
  };

  const cases: Case[] = [];
  const add = (name: string, made: ContainerImage, not: Case["not"] = {}, rest: Partial<Case> = {}): void => {
    const repository = `team/case-${cases.length + 1}`;
    cases.push({ name, image: made, policy: "container", repository, tag: "1.0", namedBy: "tag", not, ...rest });
  };
  const shell = (content: string): TarEntry => ({ path: "usr/bin/bash", content, mode: 0o755 });

  add("all is well", good);
  add("no licence", onUbi([{ path: "opt/app", content: "an app" }]), { HasLicense: "failed" });
  add("an empty licence", onUbi([{ path: "licenses/LICENSE" }]), { HasLicense: "failed" });
  add("a licence that is a folder", onUbi([{ path: "licenses/LICENSE", kind: "folder" }]), { HasLicense: "failed" });
  add("licenses is a file", onUbi([{ path: "licenses", content: "terms" }]), { HasLicense: "failed" });
  add("a licence in a folder of its own", onUbi([{ path: "licenses/app/LICENSE", content: "terms" }]));
  add(
    "licenses is a link to a folder",
    onUbi([
      { path: "licenses", kind: "symlink", target: "/usr/share/licenses/app" },
      { path: "usr/share/licenses/app/LICENSE", content: "terms" },
    ]),
  );
  add(
    "a licence that is a link to a file",
    onUbi([
      { path: "opt/LICENSE", content: "terms" },
      { path: "licenses/LICENSE", kind: "symlink", target: "../opt/LICENSE" },
    ]),
  );
  add(
    "a licence that is a link to nothing",
    onUbi([{ path: "licenses/LICENSE", kind: "symlink", target: "/opt/none" }]),
    {
      HasLicense: "failed",
    },
  );
  add(
    "a licence that is a hard link to a file elsewhere",
    onUbi([
      { path: "opt/LICENSE", content: "terms" },
      { path: "licenses/LICENSE", kind: "hardlink", target: "opt/LICENSE" },
    ]),
    { HasLicense: "failed" },
  );
  add("a licence that an upper layer removes", onUbi([LICENSE], [{ path: "licenses/.wh.LICENSE" }]), {
    HasLicense: "failed",
  });
  add("the folder of licences removed above", onUbi([LICENSE], [{ path: ".wh.licenses" }]), { HasLicense: "failed" });
  add("licences hidden by an opaque folder", onUbi([LICENSE], [{ path: "licenses/.wh..wh..opq" }]), {
    HasLicense: "failed",
  });
  add("the only tag is latest", good, { HasUniqueTag: "failed" }, { tag: "latest" });
  add("the only tag is Latest", good, { HasUniqueTag: "failed" }, { tag: "Latest" });
  add("named by its digest, with a tag", good, {}, { namedBy: "digest" });
  add("named by its digest, tagged latest", good, { HasUniqueTag: "failed" }, { namedBy: "digest", tag: "latest" });
  const layers = (count: number) =>
    Array.from({ length: count }, (_, index) => [{ path: `opt/file-${index}`, content: String(index) }]);
  add("40 layers", onUbi([LICENSE], ...layers(38)));
  add("41 layers", onUbi([LICENSE], ...layers(39)), { LayerCountAcceptable: "failed" });
  add("a kernel", own(inVar(await rpm.database([kernel], { from: ordinary }))), { HasNoProhibitedPackages: "failed" });
  add("a live patch of the kernel", own(inVar(await rpm.database([patch], { from: ordinary }))), {
    HasNoProhibitedPackages: "failed",
  });
  const berkeley = await rpm.database([bash, tool, library], { backend: "berkeley" });
  const kernelInBerkeley = await rpm.database([bash, kernel], { backend: "berkeley" });
  add("packages in Berkeley DB", own(inVar(berkeley)));
  add("a kernel in Berkeley DB", own(inVar(kernelInBerkeley)), { HasNoProhibitedPackages: "failed" });
  add(
    "a kernel in rpm's newer place",
    own(at("usr/lib/sysimage/rpm", await rpm.database([kernel], { from: ordinary }))),
    {
      HasNoProhibitedPackages: "failed",
    },
  );
  add("packages in a database of SUSE's kind", own([{ path: "usr/lib/sysimage/rpm/Packages.db", content: "RpmP" }]), {
    HasNoProhibitedPackages: "error",
  });
  add("a database that is none", own([{ path: "var/lib/rpm/rpmdb.sqlite", content: "nothing to be read" }]), {
    HasNoProhibitedPackages: "error",
  });
  add("no base of Red Hat", image([[LICENSE]]), {
    HasNoProhibitedPackages: "error",
    HasModifiedFiles: "error",
    BasedOnUbi: "failed",
  });
  add("a base of somebody else", image([base([...inVar(ordinary), { path: "opt/more" }]), [LICENSE]]), {
    BasedOnUbi: "failed",
  });
  for (const label of ["name", "maintainer", "summary"]) {
    add(`no label ${label}`, { ...good, labels: { ...goodLabels, [label]: "" } }, { HasRequiredLabel: "failed" });
  }
  add("no labels at all", { layers: good.layers, user: "1001" }, { HasRequiredLabel: "failed" });
  const labelled = (labels: object): ContainerImage => ({ ...good, labels: { ...goodLabels, ...labels } });
  add("the maintainer of the base", labelled({ maintainer: RED_HAT }), { HasNoProhibitedLabels: "failed" });
  add("a vendor like Red Hat", labelled({ vendor: "the red-hat shop" }), { HasNoProhibitedLabels: "failed" });
  add("for Red Hat", labelled({ name: "Widget for Red Hat OpenShift", summary: "Red Hat" }));
  add("root", { ...good, user: "root" }, { RunAsNonRoot: "failed" });
  add("user 0", { ...good, user: "0" }, { RunAsNonRoot: "failed" });
  add("user 0 and group 0", { ...good, user: "0:0" });
  add("no user", { layers: good.layers, labels: goodLabels }, { RunAsNonRoot: "failed" });
  add("a name like Red Hat", good, { HasProhibitedContainerName: "failed" }, { repository: "team/redhat-widget" });
  add("a name for Red Hat", good, {}, { repository: "redhat/widget-for-red-hat" });

  const modified = { HasModifiedFiles: "failed" } as const;
  add("a file of a package changed", onUbi([LICENSE, shell("another shell")]), modified);
  add("a file of a package changed two layers above", onUbi([LICENSE], [shell("another shell")]), modified);
  add("a file of a package removed", onUbi([LICENSE, { path: "usr/bin/.wh.bash" }]), modified);
  add(
    "a file of a package became a link",
    onUbi([LICENSE, { path: "usr/bin/bash", kind: "symlink", target: "/bin/sh" }]),
    modified,
  );
  add(
    "a file of a package changed below the newer place",
    {
      ...image([base(at("usr/lib/sysimage/rpm", ordinary)), [LICENSE, shell("another shell")]]),
    },
    { BasedOnUbi: "failed" },
  );
  add(
    "the right to become root taken away",
    onUbi([LICENSE, { path: "usr/bin/su", content: "become another", mode: 0o755 }]),
  );
  add(
    "the right to become root left, the file changed",
    onUbi([LICENSE, { path: "usr/bin/su", content: "another", mode: 0o4755 }]),
    modified,
  );
  add(
    "settings and documentation changed",
    onUbi([LICENSE, { path: "etc/bashrc" }, { path: "usr/share/doc/bash/README" }]),
  );
  add("a file of another maker changed", onUbi([LICENSE, { path: "opt/tool/run", content: "another" }]));
  add(
    "a library of another maker for this release changed",
    onUbi([LICENSE, { path: "usr/lib64/libx.so", content: "another" }]),
  );
  add(
    "a file with capabilities changed",
    onUbi([LICENSE, { ...shell("another shell"), pax: { "SCHILY.xattr.security.capability": "\u0001\u0000\u0002" } }]),
  );
  add("a package updated", onUbi([LICENSE, shell("newer"), ...(await changed({ version: "5.2" }))]));
  add(
    "a package of another distribution",
    onUbi([LICENSE, shell("other"), ...(await changed({ release: "2.fc40" }))]),
    modified,
  );
  add(
    "a package of another architecture",
    onUbi([LICENSE, shell("other"), ...(await changed({ version: "5.3", arch: "i686" }))]),
    modified,
  );
  await new Promise((resolve) => setTimeout(resolve, 1100));
  add("a package installed again", onUbi([LICENSE, shell("the shell"), ...(await changed({}))]));
  add(
    "no distribution said",
    image([base(inVar(ordinary)).filter(({ path }) => !path.endsWith("os-release")), [LICENSE]]),
    {
      HasModifiedFiles: "error",
      BasedOnUbi: "failed",
    },
  );

  const root = { ...good, user: "" };
  add("root where it may", root, {}, { policy: "root" });
  const scratch = image([[LICENSE, { path: "app", content: "an app" }]]);
  add("from scratch", scratch, {}, { policy: "scratch-nonroot" });
  add("from scratch, as root", { ...scratch, user: "0" }, { RunAsNonRoot: "failed" }, { policy: "scratch-nonroot" });
  add("from scratch, as root where it may", { ...scratch, user: "0" }, {}, { policy: "scratch-root" });

  return { cases, ubiLayers: await Promise.all(bases.map(async (layer) => (await containerLayer(layer)).diffId)) };
}
