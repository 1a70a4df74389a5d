import { BUILD_ON_UBI, broken, type Check, failed, few, passed } from "./check.ts";

/** Packages of RHEL that are not to be given on without a subscription. */
const PROHIBITED: ReadonlySet<string> = new Set([
  "grub",
  "grub2",
  "kernel",
  "kernel-core",
  "kernel-debug",
  "kernel-debug-core",
  "kernel-debug-devel",
  "kernel-debug-modules",
  "kernel-debug-modules-extra",
  "kernel-devel",
  "kernel-doc",
  "kernel-modules",
  "kernel-modules-extra",
  "kernel-tools",
  "kernel-tools-libs",
  "kmod-kvdo",
  "linux-firmware",
]);
const PROHIBITED_PREFIX = "kpatch";

/** Passes where rpm's database has none of the packages that only RHEL may carry; an image without one cannot pass. */
export const hasNoProhibitedPackages: Check = {
  name: "HasNoProhibitedPackages",
  asks: "it has no packages that only RHEL itself may carry",
  remedy: "Remove these packages in the layer that installs them, or build on a UBI image, which has none of them",
  judge({ packages, files }) {
    if (packages === undefined) return broken(whyNone(files.find("usr/lib/sysimage/rpm/Packages.db")), BUILD_ON_UBI);
    if (packages.kind === "unreadable") return broken(`its rpm database cannot be read: ${packages.because}`);
    const found = packages.packages.map(({ name }) => name).filter(isProhibited);
    return found.length === 0 ? passed() : failed(`it has ${few(found)}`);
  },
};

const isProhibited = (name: string): boolean => PROHIBITED.has(name) || name.startsWith(PROHIBITED_PREFIX);

const whyNone = (ndb: object | undefined): string =>
  ndb === undefined
    ? "it has no rpm database: it is not built on a Red Hat image"
    : "its rpm database is of the ndb kind (Packages.db), which Red Hat's check does not read";
