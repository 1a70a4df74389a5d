import { fileURLToPath } from "node:url";
import { profileGroups } from "./index.ts";
import type { Profile } from "./quirk.ts";

/** Where the page stands that users read. */
export const pageFile = fileURLToPath(new URL("../../../docs/registries.md", import.meta.url));

const INTRODUCTION = `# Registries, as they are

The specification says how a registry answers. Registries in use answer in other ways too, and networks between here
and there break. Each row below is one such way: a server in \`test/rig/quirks\` behaves so, images are copied through
it, and a test in \`test/oci/quirks\` reads the requests that were made and hashes every byte that arrived. The rows are
written from the rig by \`node --import tsx test/rig/quirks/write-page.ts\`, and a test fails where they differ.

Reports are where the behaviour was described: \`ggcr\` is google/go-containerregistry (crane), \`ocync\` is
clowdhaus/ocync. The servers imitate what is described there; they are not the registries themselves.
`;

const CLOSING = `## What a copy relies on

- **Bytes are verified as they pass.** A blob's last bytes are held back until its size and digest are right: what is
  wrong is never whole at the target. A blob that was put together from several answers is verified as a whole.
- **A dropped download goes on** from the byte where it broke, with \`Range\` and \`If-Range\`, by a new request to the
  registry, since a signed address may have expired. A store that ignores the range sends all of it, and what is known is
  passed over; an answer with another part is not used.
- **A dropped upload goes on** where the registry says it stopped, if it can be so: not before what it has confirmed, not
  after what was sent. Otherwise the blob is sent again from the start. distribution 2 (Docker's registry, Harbor) does
  not take up an upload whose connection broke; there it is always sent again.
- **One PUT for a blob**, unless the registry refuses large bodies: then chunks, a quarter of what was refused and no
  shorter than \`OCI-Chunk-Min-Length\`, for this blob and all after it. A blob of more than 16 MiB whose upload broke
  and could not go on is sent in chunks of 16 MiB. Where what came in parts turns out damaged, it is sent whole, and
  nothing more is sent in parts there.
- **After a kill**, \`.mirror/uploads.ndjson\` knows where blobs were being sent: the next run mounts from there what is
  complete and goes on with what was begun. The file is a hint, kept for a week and readable by its owner alone, as the
  address of an upload can hold a signature. Deleting it costs nothing but time. Bytes on their way do not outlive the run:
  to go on with an upload, the blob is read from its source again from the first byte, so that all of it is verified.
- **As many requests at once as a host's distance takes**: eight of a kind (reads and writes, of manifests and of all
  else) at first, more only while it answers, up to 64 where an answer or a connection takes 40 ms or more; a host whose
  first connection takes so long begins with 32. Answered 429 or 503, or cut off, it is half as many. Images are brought
  twelve at once from a source to a registry, and up to 64 where one of them is far; large blobs six at once from a host
  and to one. \`--jobs\`, and \`jobs\` of a registry, set less.
- **A host that answers nothing** is waited for: a minute for each request, tried again as any other. Once it has answered
  nothing for three minutes, whatever else waits for it is told so at once, and one request a minute finds out whether it
  is back: a release of many images does not wait for each of them in turn.
- **Foreign layers** (with \`urls\`, or of a type that may not be distributed, as base layers of Windows) stay where they
  are, and whoever pulls the image fetches them there. \`foreignLayers: copy\` of a target or an image sends them too: from
  the image's registry or, where that answers 404, from the URLs in the manifest, one after the other. What holds for
  redirects holds for these: no credentials, no way from TLS to none, no private address by the word of a public
  registry; and every byte is verified. The manifest stays as it is. A registry may still refuse manifests with URLs.
- **Several targets, one download.** A blob of an image that the run brings to several registries or archives is read
  from its source once, and verified once. It goes to a file below \`.mirror/spool\` as fast as the source gives it, and
  each target reads it from there at its own pace: none waits for another or fails with it. The place is used again once
  all have the blob. The file has no name while it is open, so that nothing is left of it however the run ends. Where
  the disk would keep less than 1 GiB free, or the folder cannot be written, each target reads from the source.
`;

/** docs/registries.md, from the profiles. */
export function registriesPage(): string {
  const groups = [...profileGroups].map(([title, profiles]) => `## ${title}\n\n${table(profiles)}\n`);
  return [INTRODUCTION, ...groups, CLOSING].join("\n");
}

function table(profiles: readonly Profile[]): string {
  const rows = profiles.map(
    ({ name, imitates, client, source }) => `| \`${name}\` | ${imitates} | ${client} | ${source} |`,
  );
  return ["| profile | the server | what mirror does | reported |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
