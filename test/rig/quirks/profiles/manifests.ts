import { errorReply, firstTimes, isManifest, isMount, type Profile, type Quirk } from "../quirk.ts";
import { hashOf } from "../store.ts";

/** What registries say of manifests, tags and repositories. */
export const manifestProfiles: readonly Profile[] = [
  {
    name: "head-unsupported",
    imitates: "registries and proxies that know no HEAD: 405",
    client: "Ask by GET",
    source: "regclient, `disableHead`",
    quirk: () => ({ before: ({ method }) => (method === "HEAD" ? { status: 405 } : undefined) }),
  },
  {
    name: "no-docker-content-digest",
    imitates: "registries that do not name a manifest's digest",
    client: "Compute it from the bytes",
    source: "distribution-spec, pulling manifests",
    quirk: () => ({
      after: (reply) => ({ ...reply, headers: { ...reply.headers, "docker-content-digest": [] } }),
    }),
  },
  {
    name: "lying-manifest-digest",
    imitates: "a cache that sends another manifest than the digest it was asked for",
    client: "Name it, and push nothing",
    source: "distribution-spec, content verification",
    quirk: () => ({
      after: (reply, seen) => {
        if (!isManifest(seen) || seen.method !== "GET" || reply.status !== 200) return reply;
        return { ...reply, body: `${Buffer.from(reply.body ?? "").toString()} ` };
      },
    }),
  },
  {
    name: "blob-unknown-once-on-manifest-put",
    imitates: "a registry that has lost a blob which it had confirmed",
    client: "Ask for every blob anew, send what is missing, and push the manifest again",
    source: "ggcr#1404; distribution-spec, MANIFEST_BLOB_UNKNOWN",
    quirk: () => {
      const first = firstTimes();
      return {
        before: (seen, { store }) => {
          if (seen.method !== "PUT" || !isManifest(seen) || !first("")) return undefined;
          store.blobs.clear();
          return errorReply(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
        },
      };
    },
  },
  {
    name: "ecr-repository-must-exist",
    imitates: "ECR: a push to a repository that nobody has created",
    client: "Say that it has to be created, before bytes are sent",
    source: "regclient#869; aws/containers-roadmap#2380",
    quirk: () => ({
      before: (seen) =>
        seen.method === "POST"
          ? errorReply(404, "NAME_UNKNOWN", "The repository does not exist in the registry")
          : undefined,
    }),
  },
  {
    name: "ecr-immutable-tag",
    imitates: "ECR: a tag that stands is refused, even at the same digest",
    client: "Take it as done where it stands at what is pushed, and as a conflict where it does not",
    source: "buildx#663; sinker#55",
    quirk: () => {
      // Somebody else pushes the tag after it was looked for.
      const unseen = firstTimes();
      const before: Quirk["before"] = (seen, { store }) => {
        if (seen.method === "HEAD" && isManifest(seen) && unseen("")) return { status: 404 };
        if (seen.method !== "PUT" || !isManifest(seen)) return undefined;
        const [, repository = "", tag = ""] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(seen.path) ?? [];
        if (tag.includes(":") || !store.manifests.has(`${repository} ${tag}`)) return undefined;
        return errorReply(
          400,
          "TAG_INVALID",
          `The image tag '${tag}' already exists and cannot be overwritten: immutable`,
        );
      };
      return { before };
    },
  },
  {
    name: "ecr-tags-n-1000-405",
    imitates: "ECR: 405 for more than 1000 tags on a page",
    client: "Ask for no more, and follow the pages",
    source: "ggcr#1091, renovate",
    quirk: () => ({
      before: (seen) =>
        seen.path.endsWith("/tags/list") && Number(seen.query.get("n") ?? 0) > 1000
          ? errorReply(405, "UNSUPPORTED", "invalid parameter at 'maxResults'")
          : undefined,
    }),
  },
  {
    name: "tags-null-and-paged-relative-link",
    imitates: "GitLab, Quay and distribution: `null` for no tags, small pages whatever was asked, a relative Link",
    client: "Follow the link to the end; no tags are no failure",
    source: "distribution-spec, listing tags",
    quirk: () => ({
      before: (seen) => {
        if (seen.path.endsWith("/empty/tags/list")) return { status: 200, body: '{"name":"empty","tags":null}' };
        if (seen.path.endsWith("/tags/list")) seen.query.set("n", "2");
        return undefined;
      },
    }),
  },
  {
    name: "quay-mount-needs-from",
    imitates: "Quay: a mount without `from` is refused, and nested names share no blobs",
    client: "Always say from where",
    source: "ggcr, mount notes",
    quirk: () => ({
      before: (seen) => (isMount(seen) && !seen.query.has("from") ? errorReply(400, "UNSUPPORTED", "from") : undefined),
    }),
  },
  {
    name: "hub-mount-400",
    imitates: "Docker Hub: 400 for a mount from a name it does not like",
    client: "Send the blob",
    source: "ggcr#1741",
    quirk: () => ({ before: (seen) => (isMount(seen) ? errorReply(400, "NAME_INVALID", "invalid name") : undefined) }),
  },
  {
    name: "gar-mount-opens-upload",
    imitates: "Google: every mount is answered with an upload to be filled",
    client: "Fill that upload instead of opening another",
    source: "skopeo#1101",
    quirk: () => ({
      before: (seen) => {
        if (isMount(seen)) seen.query.set("mount", "never");
        return undefined;
      },
    }),
  },
  {
    name: "warning-headers",
    imitates: "registries that announce something by `Warning: 299`, on every answer",
    client: "Show each once, and act on none",
    source: "distribution-spec, warnings",
    quirk: () => ({
      after: (reply) => ({
        ...reply,
        headers: {
          ...reply.headers,
          warning: ['299 - "This registry closes, use \\"new.example.com\\""', '299 - "Quota at 91 %"'],
        },
      }),
    }),
  },
  {
    name: "schema1-only",
    imitates: "images of 2015: a manifest in Docker's schema 1",
    client: "Refuse it in a sentence that says what to do",
    source: "docker, deprecated features",
    quirk: () => ({
      after: (reply, seen) => {
        if (!isManifest(seen) || reply.status !== 200) return reply;
        const body = '{"schemaVersion":1,"name":"app","tag":"v1","fsLayers":[],"history":[],"signatures":[]}';
        const headers = {
          "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws",
          "docker-content-digest": hashOf("sha256", Buffer.from(body)),
        };
        return { ...reply, headers, body };
      },
    }),
  },
  {
    name: "gitlab-referrers-tag-normalised",
    imitates: "GitLab: the tag `sha256-…` of a list of referrers is answered with the image itself",
    client: "Look whether it is an index and not the image, before it takes it for a list",
    source: "oras-go#1396",
    quirk: () => ({
      before: ({ method, path }, { store }) => {
        const pattern = /^\/v2\/(.+)\/(?:manifests\/sha256-|referrers\/sha256:)([0-9a-f]{64})$/;
        const [, repository = "", hex = ""] = pattern.exec(path) ?? [];
        const subject = store.manifests.get(`${repository} sha256:${hex}`);
        if (subject === undefined || method === "PUT") return undefined;
        const headers = { "content-type": subject.mediaType, "docker-content-digest": `sha256:${hex}` };
        return { status: 200, headers, body: subject.bytes };
      },
      after: (reply, { path }, { store }) => {
        if (!path.endsWith("/tags/list") || reply.status !== 200) return reply;
        const digests = [...store.manifests.keys()].flatMap((key) => / sha256:(.+)$/.exec(key)?.[1] ?? []);
        return { status: 200, body: JSON.stringify({ tags: ["v1", ...digests.map((hex) => `sha256-${hex}`)] }) };
      },
    }),
  },
];
