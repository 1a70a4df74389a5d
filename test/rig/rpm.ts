import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sqliteBlobs } from "../../src/certification/rpm/sqlite.ts";

const run = promisify(execFile);

/** A package to build: its files are empty. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly vendor?: string;
  /** `noarch` where it is not named. */
  readonly arch?: string;
  /** Lines of `%files`: a path, with `%config`, `%doc` and the like before it. */
  readonly files?: readonly string[];
  /** Names of further packages that the same file of rpmbuild makes, without files. */
  readonly also?: readonly string[];
}

/** Builds packages and installs them, as far as rpm's database goes: with Debian's rpm, into folders of its own. */
export interface RpmRig {
  /** The file of a package. */
  build(spec: PackageSpec): Promise<string>;
  /** The files of a package and those named beside it. */
  buildAll(spec: PackageSpec): Promise<readonly string[]>;
  /** A database with these package files installed, in the order given; a later version takes the place of an earlier. */
  database(
    packages: readonly string[],
    options?: { readonly backend?: Backend; readonly from?: Database },
  ): Promise<Database>;
  stop(): Promise<void>;
}

export type Backend = "sqlite" | "berkeley";

/** Files of a database by their names: `rpmdb.sqlite` or `Packages`. */
export type Database = ReadonlyMap<string, Buffer>;

/** What the rig needs on PATH. */
export const rpmCommands = ["rpm", "rpmbuild", "db5.3_load"] as const;

export async function openRpmRig(): Promise<RpmRig> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-rpm-"));
  let made = 0;
  const next = async (kind: string): Promise<string> => {
    const path = join(folder, `${kind}-${++made}`);
    await mkdir(path, { recursive: true });
    return path;
  };
  const rig: RpmRig = {
    async build(spec) {
      const [file] = await rig.buildAll(spec);
      if (file === undefined) throw new Error(`no package was built of ${spec.name}`);
      return file;
    },
    async buildAll(spec) {
      const top = await next("build");
      await writeFile(join(top, "one.spec"), specOf(spec));
      const arch = spec.arch ?? "noarch";
      await run("rpmbuild", ["-bb", "--target", arch, "--define", `_topdir ${top}`, join(top, "one.spec")], {
        env: { PATH: process.env.PATH, HOME: top },
      });
      return (await readdir(join(top, "RPMS", arch))).sort().map((file) => join(top, "RPMS", arch, file));
    },
    async database(packages, { backend = "sqlite", from } = {}) {
      const path = await next("db");
      for (const [name, bytes] of from ?? []) await writeFile(join(path, name), bytes);
      for (const file of packages) {
        const way = [
          "--justdb",
          "--nodeps",
          "--noscripts",
          "--ignorearch",
          "--ignoreos",
          "--nosignature",
          "--replacepkgs",
          "--oldpackage",
        ];
        await run("rpm", ["-U", ...way, "--dbpath", path, file], {
          env: { PATH: process.env.PATH, HOME: folder },
        });
      }
      const bytes = await readFile(join(path, "rpmdb.sqlite"));
      if (backend === "sqlite") return new Map([["rpmdb.sqlite", bytes]]);
      return new Map([["Packages", await berkeleyOf(bytes, await next("berkeley"))]]);
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
  return rig;
}

/** Nothing writes rpm's Berkeley DB any more: the same packages, loaded with Berkeley DB's own tool. */
async function berkeleyOf(sqlite: Buffer, folder: string): Promise<Buffer> {
  const blobs = sqliteBlobs(sqlite, "Packages");
  const key = (number: number): string => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(number);
    return bytes.toString("hex");
  };
  const pairs = [[key(0), key(blobs.length)], ...blobs.map((blob, index) => [key(index + 1), blob.toString("hex")])];
  const text = [
    "VERSION=3",
    "format=bytevalue",
    "type=hash",
    "HEADER=END",
    ...pairs.flat().map((hex) => ` ${hex}`),
    "DATA=END",
    "",
  ];
  await writeFile(join(folder, "dump"), text.join("\n"));
  await run("db5.3_load", ["-f", join(folder, "dump"), join(folder, "Packages")]);
  return readFile(join(folder, "Packages"));
}

function specOf({ name, version, release, vendor, files = [], also = [] }: PackageSpec): string {
  const paths = files.map((line) => line.split(" ").at(-1) ?? "");
  return [
    `Name: ${name}`,
    `Version: ${version}`,
    `Release: ${release}`,
    `Summary: The ${name} of a test`,
    "License: MIT",
    ...(vendor === undefined ? [] : [`Vendor: ${vendor}`]),
    "%description",
    "A package of a test.",
    ...also.flatMap((one) => [
      `%package -n ${one}`,
      `Summary: The ${one} of a test`,
      `%description -n ${one}`,
      "More.",
    ]),
    "%install",
    ...paths.map((path) => `mkdir -p %{buildroot}$(dirname ${path}) && touch %{buildroot}${path}`),
    "%files",
    ...files,
    ...also.map((one) => `%files -n ${one}`),
    "",
  ].join("\n");
}
