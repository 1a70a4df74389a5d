import { createHash } from "node:crypto";

/** How long the service takes, in milliseconds of its clock. */
export interface Delays {
  /** From an image's submission to the start of its grading, and to the end of it. */
  readonly gradingStarts: number;
  readonly gradingEnds: number;
  readonly publishing: number;
  readonly tags: number;
}

export const HOUR = 3_600_000;

/** As in the field: hours for a grading ("occasionally as much as 13 hrs"), minutes for the rest. */
export const USUAL_DELAYS: Delays = {
  gradingStarts: 10 * 60_000,
  gradingEnds: 2 * HOUR,
  publishing: 10 * 60_000,
  tags: 5 * 60_000,
};

export interface Component {
  readonly id: string;
  readonly name: string;
  /** Where its published images are pulled from: `seldonio/kubectl`. */
  readonly publicRepository: string;
  readonly hosted: boolean;
  readonly scratch: boolean;
  certificationStatus: "Started" | "In Progress" | "Published";
  registry: string | undefined;
  repository: string | undefined;
  /** What is still to be filled in in the portal. */
  checklist: { title: string; status: string; optional: boolean; reasons: string[] }[];
}

export interface StoredImage {
  readonly id: string;
  readonly component: string;
  readonly createdAt: number;
  /** As it was sent. */
  readonly body: Record<string, unknown>;
  certified: boolean;
  deleted: boolean;
  /** How its grading ends. */
  verdict: "completed" | "failed" | "aborted";
  publishedAt: number | undefined;
  /** Of the public repository. */
  tags: string[];
}

export interface StoredRequest {
  readonly id: string;
  readonly component: string;
  readonly image: string;
  readonly operation: "publish" | "sync-tags";
  readonly createdAt: number;
  /** How it ends. */
  readonly verdict: "completed" | "failed" | "aborted";
  readonly message: string | undefined;
}

export interface StoredResults {
  readonly id: string;
  readonly component: string;
  readonly body: Record<string, unknown>;
  image: string | undefined;
}

/** All that the service knows. Its states follow from its clock: nothing happens by itself. */
export class PyxisState {
  now = Date.UTC(2026, 10, 26, 8, 0, 0);
  readonly delays: Delays;
  readonly components = new Map<string, Component>();
  readonly images: StoredImage[] = [];
  readonly results: StoredResults[] = [];
  readonly requests: StoredRequest[] = [];
  readonly packages = new Map<string, unknown>();
  readonly artifacts: { component: string; body: Record<string, unknown> }[] = [];
  /** How gradings and requests that begin from now on will end. */
  verdicts = { grading: "completed", publish: "completed", "sync-tags": "completed" } as Record<
    "grading" | "publish" | "sync-tags",
    StoredImage["verdict"]
  >;
  /** Versions of the checks that are refused. */
  refusedVersions = new Set<string>();
  #ids = 0;

  constructor(delays: Delays) {
    this.delays = delays;
  }

  id(): string {
    this.#ids += 1;
    return createHash("sha256").update(String(this.#ids)).digest("hex").slice(0, 24);
  }

  image(id: string): StoredImage | undefined {
    this.settle();
    return this.images.find((image) => image.id === id);
  }

  gradingOf({ createdAt, verdict }: StoredImage): string {
    const age = this.now - createdAt;
    if (age < this.delays.gradingStarts) return "pending";
    return age < this.delays.gradingEnds ? "in progress" : verdict;
  }

  statusOf({ createdAt, operation, verdict }: StoredRequest): string {
    const takes = operation === "publish" ? this.delays.publishing : this.delays.tags;
    const age = this.now - createdAt;
    if (age < takes / 2) return "pending";
    return age < takes ? "in progress" : verdict;
  }

  /** Lets what was asked for come true where its time is over. */
  settle(): void {
    for (const request of this.requests) {
      const image = this.images.find(({ id }) => id === request.image);
      if (image === undefined || this.statusOf(request) !== "completed") continue;
      if (request.operation === "publish") {
        image.publishedAt ??= request.createdAt + this.delays.publishing;
        const component = this.components.get(image.component);
        if (component !== undefined) component.certificationStatus = "Published";
      } else {
        image.tags = [...new Set([...image.tags, ...sentTags(image)])];
      }
    }
  }
}

export const repositoriesOf = (image: StoredImage): readonly Record<string, unknown>[] =>
  Array.isArray(image.body.repositories) ? (image.body.repositories as Record<string, unknown>[]) : [];

/** The tags under which an image stands in the repository that it was pushed to. */
export function sentTags(image: StoredImage): string[] {
  return repositoriesOf(image).flatMap(({ tags }) =>
    Array.isArray(tags) ? (tags as { name: string }[]).map(({ name }) => name) : [],
  );
}
