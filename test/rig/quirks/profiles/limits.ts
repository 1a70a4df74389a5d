import { errorReply, firstTimes, isManifest, isUpload, type Profile, type Reply, type Seen } from "../quirk.ts";

const tooMany = (headers: Reply["headers"] = {}): Reply =>
  errorReply(429, "TOOMANYREQUESTS", "You have reached your pull rate limit", headers);

/** How registries say that it is too much, or that they are not well. */
export const limitProfiles: readonly Profile[] = [
  {
    name: "hub-429",
    imitates: "Docker Hub: 429 with Retry-After in seconds",
    client: "Ask the host nothing more until that time has passed, then go on",
    source: "containers/image#618; Docker Hub usage and limits",
    quirk: () => {
      const first = firstTimes();
      return {
        before: (seen) => (isManifest(seen) && first("manifest") ? tooMany({ "retry-after": "1" }) : undefined),
      };
    },
  },
  {
    name: "429-retry-after-date",
    imitates: "CDNs: 429 with Retry-After as a date",
    client: "Wait until then",
    source: "RFC 9110, 10.2.3",
    quirk: () => {
      const first = firstTimes();
      // A date counts whole seconds: two from now are at least one.
      const date = (): string => new Date(Date.now() + 2000).toUTCString();
      return { before: (seen) => (isManifest(seen) && first("") ? tooMany({ "retry-after": date() }) : undefined) };
    },
  },
  {
    name: "quay-429-without-retry-after",
    imitates: "Quay: 429 that says nothing about when",
    client: "Try again after pauses that grow",
    source: "containers/image#618, QUAY-1803",
    quirk: () => {
      const first = firstTimes(2);
      return { before: (seen) => (first(keyOf(seen)) ? tooMany() : undefined) };
    },
  },
  {
    name: "429-on-uploads",
    imitates: "GHCR and ECR: 429 for the bytes of a blob and for a manifest's PUT",
    client: "Wait as long as it says and send again, manifests too",
    source: "container-libs#42; halkyonio/tap#17",
    quirk: () => {
      const first = firstTimes();
      return {
        before: (seen) =>
          seen.method === "PUT" && first(isUpload(seen) ? "blob" : "manifest")
            ? tooMany({ "retry-after": "0.05" })
            : undefined,
      };
    },
  },
  {
    name: "hub-abuse-429",
    imitates: "Docker Hub's protection against abuse: 429 for HEAD too, with a page instead of an error",
    client: "Treat it as any 429",
    source: "zarf#2691",
    quirk: () => {
      const first = firstTimes();
      return {
        before: (seen) =>
          first(seen.method)
            ? { status: 429, body: "<html><body><h1>429 Too Many Requests</h1></body></html>" }
            : undefined,
      };
    },
  },
  {
    name: "docker-hub-ratelimit-headers",
    imitates: "Docker Hub: `ratelimit-limit` and `ratelimit-remaining` on every manifest answer",
    client: "Know how many pulls are left before it needs them",
    source: "Docker Hub usage and limits",
    quirk: () => {
      let left = 100;
      return {
        after: (reply, seen) => {
          if (!isManifest(seen)) return reply;
          if (seen.method === "GET") left -= 1;
          const headers = { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": `${left};w=21600` };
          return { ...reply, headers: { ...reply.headers, ...headers } };
        },
      };
    },
  },
  {
    name: "503-then-ok-everywhere",
    imitates: "a registry behind a balancer that is being rolled out: 503 once for each address and method",
    client: "Try everything again, uploads too",
    source: "oc-mirror#1107, openshift/appliance#730",
    quirk: () => {
      const first = firstTimes();
      return { before: (seen) => (first(keyOf(seen)) ? { status: 503, headers: { "retry-after": "0" } } : undefined) };
    },
  },
  {
    name: "html-error-bodies",
    imitates: "a proxy that answers with its own pages",
    client: "Show the page's text, and keep what may pass apart from what may not",
    source: "oci-client checklist 25",
    quirk: () => ({
      before: (seen) =>
        seen.method === "PUT"
          ? {
              status: 403,
              headers: { "content-type": "text/html" },
              body: "<html><h1>Blocked by policy 17</h1></html>",
            }
          : undefined,
    }),
  },
];

/** An upload has another address each time. */
function keyOf(seen: Seen): string {
  return isUpload(seen) && seen.method !== "POST" ? `${seen.method} upload` : `${seen.method} ${seen.path}`;
}
