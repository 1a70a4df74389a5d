import type { Layer } from "../image/layer.ts";
import { nvra } from "../rpm/package.ts";
import { BUILD_ON_UBI, broken, type Check, failed, few, passed, type Subject } from "./check.ts";
import { type Change, changesOf } from "./modified-files.ts";

/** Passes where no layer changes or removes a file that a package of Red Hat put into a layer below. */
export const hasModifiedFiles: Check = {
  name: "HasModifiedFiles",
  asks: "no file of a Red Hat package is changed in another layer",
  remedy: "Leave files of packages as they are: put copies elsewhere, and update packages with dnf or microdnf alone",
  judge(subject) {
    const release = osReleaseOf(subject);
    if (release === undefined)
      return broken("it has no /etc/os-release: it is not built on a Red Hat image", BUILD_ON_UBI);
    const changes = changesOf(subject.layers, distributionOf(release));
    const forbidden = changes.filter(({ kind }) => kind === "forbidden");
    if (forbidden.length > 0) return failed(few(forbidden.map(inWords)));
    return passed(changes.length === 0 ? undefined : `changed, but not of Red Hat: ${few(changes.map(inWords))}`);
  },
};

const inWords = ({ path, owner, layer, how }: Change): string => `/${path} of ${nvra(owner)} ${how} in layer ${layer}`;

function osReleaseOf({ files, layers }: Subject): string | undefined {
  const file = files.find("etc/os-release");
  const layer: Layer | undefined = layers[file?.layer ?? -1];
  return file === undefined ? undefined : layer?.texts.get(file.path);
}

/** What releases of packages end with: `el9`; undefined where the distribution does not say. */
const distributionOf = (release: string): string | undefined =>
  /PLATFORM_ID="platform:([a-zA-Z0-9]+)"/.exec(release)?.[1];
