import { isHost, parseReference, type Reference } from "../../oci/index.ts";

/**
 * How much a text says by itself that it is a reference.
 *
 * - `full`: a path with a tag or digest, or a host and a path;
 * - `tagged`: one name and a tag (`busybox:1.35`);
 * - `bare`: one or more names (`busybox`, `amazon/aws-cli`), which many other texts are too.
 */
export type Strength = "full" | "tagged" | "bare";

const FORM = /^[\w.[\]:-]+(?:\/[\w.-]+)*(?::\w[\w.-]{0,127})?(?:@sha(?:256|512):[0-9a-f]+)?$/;
/** Values of other settings that have the form of a name. */
const WORDS =
  /^(?:true|false|null|none|nil|default|auto|latest|always|never|yes|no|on|off|enabled|disabled|ifnotpresent)$/;
const FILE =
  /\.(?:png|svg|jpe?g|gif|ico|webp|bmp|tiff?|iso|img|qcow2|raw|vmdk|vhdx?|ova|tar|tgz|gz|zip|ya?ml|json|html?)$/;

/** The strength of a text as a reference; undefined where it is none, or surely something else. */
export function strengthOf(text: string): Strength | undefined {
  if (!FORM.test(text) || text.length > 400) return undefined;
  const reference = referenceOf(text);
  // A time of day is no image, though Docker Hub would have to look.
  if (reference === undefined || !/[a-z]/.test(reference.repository.replace(/^library\//, ""))) return undefined;
  const { tag, digest } = reference;
  const hasPath = text.includes("/");
  if (digest !== undefined) return "full";
  if (tag === undefined && FILE.test(reference.repository)) return undefined;
  if (hasPath) return tag !== undefined || isHost(text.slice(0, text.indexOf("/"))) ? "full" : "bare";
  if (text.startsWith("sha256:") || /^v?\d[\w.-]*$/.test(text) || WORDS.test(text)) return undefined;
  // `proxy:3128` is a server and its port.
  return tag !== undefined && !/^\d{4,5}$/.test(tag) ? "tagged" : "bare";
}

/** True for a value that looks like an image whatever its key says: a path, and a tag or digest that is no port. */
export function looksLikeImage(text: string): boolean {
  if (!text.includes("/") || !/[:@]/.test(text) || strengthOf(text) !== "full") return false;
  const { tag, digest, host } = parseReference(text);
  if (digest !== undefined) return true;
  return tag !== undefined && (text.startsWith(`${host}/`) || !/^\d{2,5}$/.test(tag));
}

/** The parsed reference, or undefined where the text is none. */
export function referenceOf(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
