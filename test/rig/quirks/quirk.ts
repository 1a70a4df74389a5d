import type { IncomingHttpHeaders } from "node:http";
import type { Store, Upload } from "./store.ts";

/** A request as the registry got it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** How many requests came before this one. */
  readonly index: number;
  /** What was answered; 0 where the connection was broken instead. */
  readonly status: number;
  /** The body of a request to a token server. */
  readonly form?: URLSearchParams;
  /** Bytes of the body that arrived. */
  readonly received: number;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** The connection breaks after so many bytes of the body. */
  readonly cutAfter?: number;
}

/** The registry as a quirk sees it. */
export interface Inside {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly store: Store;
}

/** How a registry differs from one that does as the specification says. Made anew for each registry: it may count. */
export interface Quirk {
  /** Answers in place of the registry, before a body is read; `drop` breaks the connection. */
  readonly before?: (seen: Seen, inside: Inside) => Reply | "drop" | undefined;
  /** Changes what the registry answers. */
  readonly after?: (reply: Reply, seen: Seen, inside: Inside) => Reply;
  /** Told of an upload before bytes are added to it. */
  readonly beforeBytes?: (upload: Upload, seen: Seen) => void;
  /** After how many bytes of a body for an upload the connection breaks. */
  readonly cutUpload?: (seen: Seen) => number | undefined;
  /** Whether a download may start in the middle. */
  readonly ranges?: "honoured" | "ignored";
}

/** One known way in which registries are different, and what a client has to make of it. */
export interface Profile {
  readonly name: string;
  /** Which registry does so, or which fault of a network it is. */
  readonly imitates: string;
  /** What a client must do; a sentence that starts with a verb. */
  readonly client: string;
  /** Where it was reported. */
  readonly source: string;
  readonly quirk: () => Quirk;
}

/** An answer in the form of the specification's errors. */
export function errorReply(status: number, code: string, message: string, headers: Reply["headers"] = {}): Reply {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

export const isManifest = ({ path }: Seen): boolean => path.includes("/manifests/");
export const isUpload = ({ path }: Seen): boolean => path.includes("/blobs/uploads/");
export const isBlob = (seen: Seen): boolean => seen.path.includes("/blobs/sha") && !isUpload(seen);
export const isMount = (seen: Seen): boolean => isUpload(seen) && seen.query.has("mount");
/** A mount from elsewhere; one from the repository itself asks whether a blob is there. */
export const isMountFromElsewhere = (seen: Seen): boolean =>
  isMount(seen) && !seen.path.startsWith(`/v2/${seen.query.get("from")}/blobs/`);

/** True for the first request of each key, as often as `times`. */
export function firstTimes(times = 1): (key: string) => boolean {
  const counts = new Map<string, number>();
  return (key) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= times;
  };
}
