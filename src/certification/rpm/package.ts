import { readHeader, Tag } from "./header.ts";
import { keyIdOf } from "./signature.ts";
import { Unreadable } from "./unreadable.ts";

/** A file that a package installed. */
export interface PackageFile {
  /** Without a slash before it. */
  readonly path: string;
  /** RPMFILE_… bits. */
  readonly flags: number;
}

/** What the checks and a submission want to know of an installed package. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch: number;
  readonly arch: string;
  readonly vendor: string;
  readonly summary: string;
  /** The file name of the source package; empty where there is none. */
  readonly sourceRpm: string;
  /** The key that signed it, in hex; undefined where nobody did. */
  readonly keyId: string | undefined;
  /** Seconds since 1970. */
  readonly installedAt: number;
  readonly files: readonly PackageFile[];
}

/** Reads a package from its header. Throws `Unreadable`. */
export function readPackage(blob: Buffer): Package {
  const header = readHeader(blob);
  const name = header.text(Tag.name);
  if (name === undefined) throw new Unreadable("a package's header has no name");
  const text = (tag: number): string => withoutNone(header.text(tag));
  return {
    name,
    version: text(Tag.version),
    release: text(Tag.release),
    epoch: header.numbers(Tag.epoch)[0] ?? 0,
    arch: text(Tag.arch),
    vendor: text(Tag.vendor),
    summary: text(Tag.summary),
    sourceRpm: text(Tag.sourceRpm),
    keyId: keyIdOf(header.bytes(Tag.signaturePgp)) ?? keyIdOf(header.bytes(Tag.signatureRsa)),
    installedAt: header.numbers(Tag.installTime)[0] ?? 0,
    files: filesOf(name, {
      folders: header.texts(Tag.dirNames),
      folderOf: header.numbers(Tag.dirIndexes),
      names: header.texts(Tag.baseNames),
      flags: header.numbers(Tag.fileFlags),
    }),
  };
}

/** `name-version-release.arch`, as people write a package. */
export const nvra = ({ name, version, release, arch }: Package): string => `${name}-${version}-${release}.${arch}`;

const withoutNone = (text: string | undefined): string => (text === undefined || text === "(none)" ? "" : text);

interface FileTags {
  readonly folders: readonly string[];
  readonly folderOf: readonly number[];
  readonly names: readonly string[];
  readonly flags: readonly number[];
}

function filesOf(name: string, { folders, folderOf, names, flags }: FileTags): PackageFile[] {
  return names.map((base, index) => {
    const folder = folders[folderOf[index] ?? -1];
    if (folder === undefined) throw new Unreadable(`the file list of ${name} is broken`);
    return { path: `${folder}${base}`.replace(/^\/+/, ""), flags: flags[index] ?? 0 };
  });
}
