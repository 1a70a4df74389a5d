import { Failed } from "../../failure/index.ts";
import type { CertImage, Project, Pyxis } from "../pyxis/index.ts";
import type { Candidate, Evidence, PlatformImage } from "./candidate.ts";
import type { Notebook } from "./memory.ts";

/** What going through certification takes. */
export interface Way {
  readonly pyxis: Pyxis;
  readonly notebook: Notebook;
  /**
   * Checks an image of one architecture and gives what is to be sent. Rejects with `Failed` where a check fails:
   * then nothing is sent.
   */
  readonly examine: (platform: PlatformImage, project: Project, signal: AbortSignal) => Promise<Evidence>;
  /** Says a line in the node's log. */
  readonly say: (line: string) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * The image of one architecture as the service has it. It is sent where it is not there, in the order of
 * openshift-preflight: results, component, image, packages, log, and the results' link to the image. What an earlier
 * run has sent is found and not sent again.
 */
export async function submitted(candidate: Candidate, platform: PlatformImage, way: Way): Promise<CertImage> {
  const { pyxis, notebook, signal } = way;
  const { component } = candidate;
  const found = await findImage(component, platform, way);
  if (found !== undefined && (await isWhole(found, platform, way))) return found;

  const project = await pyxis.project(component, signal);
  const evidence = await way.examine(platform, project, signal);
  const results = await sendResults(candidate, platform, evidence, way);
  await update(project, candidate, way);
  const image = found ?? (await sendImage(candidate, platform, evidence, project, way));
  if (!image.certified && evidence.results.passed) {
    await pyxis.updateImage(image.id, { _id: image.id, architecture: platform.architecture, certified: true }, signal);
  }
  if (project.content !== "scratch" && evidence.packages !== undefined) {
    await pyxis.createRpmManifest(image.id, { image_id: image.id, rpms: evidence.packages }, signal);
  }
  await pyxis.createArtifact(component, artifact(component, image.id, evidence.log), signal);
  await pyxis.linkResults(results, image.id, signal);
  await notebook.note({ submitted: [...new Set([...notebook.read().submitted, platform.digest])] });
  way.say(`submitted ${platform.architecture} as image ${image.id}: ${pyxis.links.results(component, image.id)}`);
  return image;
}

async function findImage(component: string, { digest }: PlatformImage, way: Way): Promise<CertImage | undefined> {
  const all = await way.pyxis.imagesOf(component, digest, way.signal);
  return all.find((image) => !image.deleted && image.digest === digest);
}

/** Whether nothing of a submission is missing: Red Hat has gone on from it, this machine remembers so, or it has its results. */
async function isWhole(image: CertImage, { digest }: PlatformImage, way: Way): Promise<boolean> {
  const { submitted, results } = way.notebook.read();
  if (image.grading.status === "completed" || image.repositories.some(({ published }) => published)) return true;
  if (submitted.includes(digest)) return true;
  if (results[digest] !== undefined) return false;
  return (await way.pyxis.hasResults(image.id, way.signal)) === "yes";
}

async function sendResults(
  { component, pushed }: Candidate,
  { digest }: PlatformImage,
  evidence: Evidence,
  { pyxis, notebook, signal }: Way,
): Promise<string> {
  const image = `${pushed.host}/${pushed.repository}@${digest}`;
  const remembered = notebook.read().results[digest] ?? (await pyxis.looseResults(component, image, signal));
  if (remembered !== undefined) return remembered;
  const body = { ...evidence.results, image, cert_project: component };
  const results = await pyxis.createResults(component, body, signal);
  await notebook.note({ results: { ...notebook.read().results, [digest]: results } });
  return results;
}

/** Tells the component where its images are, and that it has begun; nothing where that is known. */
async function update(project: Project, { component, pushed }: Candidate, { pyxis, signal }: Way): Promise<void> {
  const begun = project.certificationStatus !== "Started";
  const placed = project.registry === pushed.host && project.repository === pushed.repository;
  if (begun && placed) return;
  const { container, name, project_status } = project.raw;
  const { type: _type, docker_config_json: _auth, ...rest } = (container ?? {}) as Record<string, unknown>;
  await pyxis.updateProject(
    component,
    {
      certification_status: begun ? project.certificationStatus : "In Progress",
      container: { ...rest, registry: pushed.host, repository: pushed.repository },
      name,
      project_status,
    },
    signal,
  );
}

async function sendImage(
  candidate: Candidate,
  platform: PlatformImage,
  evidence: Evidence,
  project: Project,
  way: Way,
): Promise<CertImage> {
  const { pyxis, signal } = way;
  const at = new Date(way.now()).toISOString();
  const { host, repository, tag } = candidate.pushed;
  const body = {
    ...evidence.image,
    ...(project.vendorId === undefined ? {} : { isv_pid: project.vendorId }),
    certified: evidence.results.passed,
    deleted: false,
    docker_image_digest: platform.digest,
    architecture: platform.architecture,
    repositories: [
      {
        published: false,
        push_date: at,
        registry: host === "index.docker.io" ? "docker.io" : host,
        repository,
        ...(tag === undefined ? {} : { tags: [{ added_date: at, name: tag }] }),
        ...(candidate.form === "index" ? { manifest_list_digest: candidate.digest } : {}),
      },
    ],
  };
  const made = await pyxis.createImage(candidate.component, body, signal);
  if (made.kind === "made") return pyxis.image(made.id, signal);
  const there = await findImage(candidate.component, platform, way);
  if (there !== undefined) return there;
  throw new Failed({
    code: "certification/deleted",
    class: "permanent",
    message: `Red Hat has the image ${platform.digest} of ${candidate.reference} already, but deleted or of another component`,
    hint: `Restore it at ${pyxis.links.images(candidate.component)}, or push an image with another digest`,
  });
}

function artifact(component: string, image: string, log: string): object {
  const bytes = Buffer.from(log);
  return {
    cert_project: component,
    content: bytes.toString("base64"),
    content_type: "text/plain",
    file_size: bytes.length,
    filename: "preflight.log",
    image_id: image,
  };
}
