import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedImage } from "../../test/rig/images.ts";
import { isInstalled } from "../measure.ts";
import { mirror } from "../mirror.ts";

/** What a tool is asked to do: a set from a registry to disk, or from disk to a registry. */
export interface Task {
  /** Which of the two it reads or fills: `address:port`. */
  readonly registry: string;
  /** Both, for a config that is the same when images are saved and when they are loaded. */
  readonly source: string;
  readonly target: string;
  readonly images: readonly NamedImage[];
  /** Where the tool keeps what it saves. */
  readonly folder: string;
}

/** A tool and its way to save a set and to load it; the command lines that are measured. */
export interface Way {
  readonly name: string;
  readonly kind: "mirror" | "peer";
  readonly save: (task: Task) => Promise<readonly string[]>;
  /** Undefined for what cannot load what it has saved as a set. */
  readonly load: ((task: Task) => Promise<readonly string[]>) | undefined;
  /** What it wrote, below the folder. */
  readonly output: string;
}

/** mirror as users run it, with a name that is a tar's or, with a slash behind it, a folder's. */
const mirrorWay = (name: string, output: string): Way => ({
  name,
  kind: "mirror",
  output,
  save: async (task) => {
    await writeFile(join(task.folder, "mirror.config.yaml"), configFor(task));
    return [process.execPath, mirror, "save", "--to", output];
  },
  load: async (task) => {
    await writeFile(join(task.folder, "mirror.config.yaml"), configFor(task));
    return [process.execPath, mirror, "load", output, "--target", "target"];
  },
});

function configFor({ source, target, images }: Task): string {
  const lines = images.map(
    ({ repository, tag }) => `  ${tail(repository)}: { from: source.example.com/${repository}, version: "${tag}" }\n`,
  );
  return `version: 1
upstreams:
  source.example.com: { host: "${source}", scheme: http }
registries:
  target: { type: oci, host: "${target}", scheme: http }
images:
${lines.join("")}targets:
  target: { registry: target, images: ["*"], as: "\${path}:\${tag}" }
`;
}

const tail = (repository: string): string => repository.slice(repository.lastIndexOf("/") + 1);

/** skopeo into one layout, image by image: processes at once would write over each other's index. */
const skopeoFolder: Way = {
  name: "skopeo copy oci: (folder)",
  kind: "peer",
  output: "layout",
  save: (task) =>
    inTurn(
      task,
      (image) => `skopeo copy --all --src-tls-verify=false ${remote(task, image)} oci:layout:${tail(image.repository)}`,
    ),
  load: (task) =>
    inTurn(
      task,
      (image) =>
        `skopeo copy --all --dest-tls-verify=false oci:layout:${tail(image.repository)} ${remote(task, image)}`,
    ),
};

/** skopeo into tars, which hold one image each. */
const skopeoTars: Way = {
  name: "skopeo copy oci-archive: (a tar an image)",
  kind: "peer",
  output: "tars",
  save: async (task) => {
    await mkdir(join(task.folder, "tars"), { recursive: true });
    return atOnce(
      task,
      (image) =>
        `skopeo copy --all --src-tls-verify=false ${remote(task, image)} oci-archive:tars/${tail(image.repository)}.tar:1`,
    );
  },
  load: (task) =>
    atOnce(
      task,
      (image) =>
        `skopeo copy --all --dest-tls-verify=false oci-archive:tars/${tail(image.repository)}.tar:1 ${remote(task, image)}`,
    ),
};

const oras: Way = {
  name: "oras copy --to-oci-layout (folder)",
  kind: "peer",
  output: "layout",
  save: (task) =>
    inTurn(
      task,
      (image) =>
        `oras copy --no-tty --from-plain-http --to-oci-layout ${name(task, image)} layout:${tail(image.repository)}`,
    ),
  load: (task) =>
    inTurn(
      task,
      (image) =>
        `oras copy --no-tty --to-plain-http --from-oci-layout layout:${tail(image.repository)} ${name(task, image)}`,
    ),
};

/** crane writes a layout of many images, and pushes such a one only as a whole: that is no set of images any more. */
const crane: Way = {
  name: "crane pull --format=oci (folder)",
  kind: "peer",
  output: "layout",
  save: async (task) => [
    "crane",
    "pull",
    "--insecure",
    "--format=oci",
    ...task.images.map((image) => name(task, image)),
    "layout",
  ],
  load: undefined,
};

/** All that are installed, mirror first: its goals are those of one tar. */
export function findWays(): readonly Way[] {
  const peers = [skopeoFolder, skopeoTars, oras, crane].filter((way) => isInstalled(way.name.split(" ")[0] ?? ""));
  return [mirrorWay("mirror, one tar", "set.tar"), mirrorWay("mirror, a folder", "set/"), ...peers];
}

const name = ({ registry }: Task, { repository, tag }: NamedImage): string => `${registry}/${repository}:${tag}`;
const remote = (task: Task, image: NamedImage): string => `docker://${name(task, image)}`;

async function inTurn(task: Task, line: (image: NamedImage) => string): Promise<readonly string[]> {
  const script = join(task.folder, "commands.sh");
  await writeFile(script, `set -e\n${task.images.map(line).join("\n")}\n`);
  return ["sh", script];
}

/** Two at once do best on two cores. */
async function atOnce(task: Task, line: (image: NamedImage) => string): Promise<readonly string[]> {
  const list = join(task.folder, "commands.txt");
  await writeFile(list, `${task.images.map(line).join("\n")}\n`);
  return ["xargs", "-a", list, "-P", "2", "-I", "{}", "sh", "-c", "{}"];
}

/** Removes what a way has saved. */
export const clear = (folder: string, way: Way): Promise<void> =>
  rm(join(folder, way.output), { recursive: true, force: true });
