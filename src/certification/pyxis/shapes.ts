import { fieldOf, listOf, textOf } from "../../json/index.ts";

/** A component ("certification project"), as far as it matters here. */
export interface Project {
  readonly id: string;
  readonly name: string;
  readonly certificationStatus: string;
  readonly hosting: "red-hat" | "own";
  readonly content: "scratch" | "ubi";
  readonly privileges: "privileged" | "ordinary";
  /** Of the vendor, which an image of the component carries too. */
  readonly vendorId: string | undefined;
  readonly registry: string | undefined;
  readonly repository: string | undefined;
  /** As it came, for a PATCH. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export type Grading = "pending" | "in progress" | "completed" | "failed" | "aborted";

/** One image of a component: of one architecture. */
export interface CertImage {
  readonly id: string;
  readonly digest: string;
  /** Undefined where it was deleted. */
  readonly architecture: string | undefined;
  readonly certified: boolean;
  readonly deleted: boolean;
  readonly createdAt: string | undefined;
  readonly grading: { readonly status: Grading; readonly message: string | undefined };
  readonly repositories: readonly {
    readonly registry: string;
    readonly repository: string;
    readonly published: boolean;
    readonly tags: readonly string[];
    readonly indexDigest: string | undefined;
  }[];
}

export type Operation = "publish" | "sync-tags";

export interface ImageRequest {
  readonly id: string;
  readonly operation: string;
  readonly status: "pending" | "in progress" | "completed" | "failed" | "aborted";
  readonly message: string | undefined;
  readonly createdAt: string | undefined;
}

/** The images of one index, by what the service tells of them together. */
export interface IndexStanding {
  readonly digest: string;
  readonly images: readonly CertImage[];
}

export interface Checklist {
  readonly status: string;
  readonly items: readonly {
    readonly title: string;
    readonly status: string;
    readonly need: "required" | "optional";
    readonly reasons: readonly string[];
  }[];
}

const STATUSES = ["pending", "in progress", "completed", "failed", "aborted"] as const;

/** Not one of those that are known: not done yet. */
const statusOf = (value: unknown): Grading =>
  STATUSES.find((status) => status === String(value).toLowerCase().replace("_", " ")) ?? "pending";

export function readProject(body: unknown): Project {
  const container = fieldOf(body, "container");
  const scratch = fieldOf(container, "type") === "scratch" || fieldOf(container, "os_content_type") === "Scratch Image";
  return {
    id: textOf(fieldOf(body, "_id")) ?? "",
    name: textOf(fieldOf(body, "name")) ?? "",
    certificationStatus: textOf(fieldOf(body, "certification_status")) ?? "",
    hosting: fieldOf(container, "hosted_registry") === true ? "red-hat" : "own",
    content: scratch ? "scratch" : "ubi",
    privileges: fieldOf(container, "privileged") === true ? "privileged" : "ordinary",
    vendorId: textOf(fieldOf(container, "isv_pid")),
    registry: textOf(fieldOf(container, "registry")),
    repository: textOf(fieldOf(container, "repository")),
    raw: typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {},
  };
}

export function readImage(body: unknown): CertImage {
  const grades = fieldOf(body, "container_grades");
  return {
    id: textOf(fieldOf(body, "_id")) ?? "",
    digest: textOf(fieldOf(body, "docker_image_digest")) ?? "",
    architecture: textOf(fieldOf(body, "architecture")),
    certified: fieldOf(body, "certified") === true,
    deleted: fieldOf(body, "deleted") === true,
    createdAt: textOf(fieldOf(body, "creation_date")),
    grading: {
      status: statusOf(fieldOf(grades, "status")),
      message: textOf(fieldOf(grades, "status_message")),
    },
    repositories: listOf(fieldOf(body, "repositories")).map((repository) => ({
      registry: textOf(fieldOf(repository, "registry")) ?? "",
      repository: textOf(fieldOf(repository, "repository")) ?? "",
      published: fieldOf(repository, "published") === true,
      tags: listOf(fieldOf(repository, "tags")).flatMap((tag) => textOf(fieldOf(tag, "name")) ?? []),
      indexDigest: textOf(fieldOf(repository, "manifest_list_digest")),
    })),
  };
}

export function readRequest(body: unknown): ImageRequest {
  return {
    id: textOf(fieldOf(body, "_id")) ?? "",
    operation: textOf(fieldOf(body, "operation")) ?? "",
    status: statusOf(fieldOf(body, "status")),
    message: textOf(fieldOf(body, "status_message")),
    createdAt: textOf(fieldOf(body, "creation_date")),
  };
}

export function readIndexStanding(body: unknown): IndexStanding {
  return {
    digest: textOf(fieldOf(body, "manifest_list_digest")) ?? "",
    images: listOf(fieldOf(body, "images")).map(readImage),
  };
}

/** The checklist of the portal is in sections: their items in one row. */
export function readChecklist(body: unknown): Checklist {
  const sections = listOf(fieldOf(body, "items"));
  return {
    status: textOf(fieldOf(body, "status")) ?? "",
    items: sections
      .flatMap((section) => listOf(fieldOf(section, "checklistItems")))
      .map((item) => ({
        title: textOf(fieldOf(item, "title")) ?? "",
        status: textOf(fieldOf(item, "status")) ?? "",
        need: fieldOf(item, "optional") === true ? "optional" : "required",
        reasons: listOf(fieldOf(item, "reasons")).map((reason) => textOf(reason) ?? JSON.stringify(reason)),
      })),
  };
}
