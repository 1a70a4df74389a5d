import type { Command } from "../command.ts";
import { DEFAULT_LISTEN } from "../limits.ts";
import { COLOR, JSON_EVENTS } from "./options.ts";

export const serve: Command = {
  name: "serve",
  usage: "mirror serve [ARCHIVE…|FOLDER]",
  summary: "serve an archive or a folder as a registry",
  details: `An OCI registry for docker, podman, containerd, skopeo, crane, oras and helm, straight from the files: nothing is
unpacked. A tar or several volumes of one are read-only; a folder in OCI layout can be pushed to unless --read-only
is given. Without a name it is .mirror/registry, which comes into being with the first push. Images of an archive
are there under the names they had, docker.io/library/mysql, and without the host, as mirrors are asked for them.

By itself it listens on this machine alone. Other machines reach it with --allow-remote and an address of --listen.
The passwords of --auth are bcrypt's (htpasswd -B). Ctrl-C ends it; what is in flight has a second.`,
  examples: [
    { line: "mirror serve release-1.2.1.tar", does: "images of an archive, to pull from" },
    { line: "mirror serve images/ --listen 127.0.0.1:0", does: "a folder to push to, on any free port" },
    {
      line: "mirror serve images/ --allow-remote --listen 0.0.0.0:5000 --tls-cert a.pem --tls-key a.key --auth users",
      does: "for other machines, encrypted and with passwords",
    },
  ],
  options: [
    {
      name: "listen",
      value: "HOST:PORT",
      help: `where to listen; port 0 is any free one (default: ${DEFAULT_LISTEN})`,
    },
    { name: "allow-remote", help: "let other machines reach it" },
    { name: "read-only", help: "refuse pushes and deletions" },
    { name: "tls-cert", value: "FILE", help: "serve HTTPS with this certificate (PEM)" },
    { name: "tls-key", value: "FILE", help: "the certificate's key (PEM)" },
    { name: "auth", value: "HTPASSWD", help: "let in only whom this file names, with bcrypt hashes" },
    { name: "gc", help: "remove blobs that nothing refers to and nobody touched for an hour: now, and every hour" },
    { name: "quiet", short: "q", help: "print no line for each request" },
    { ...JSON_EVENTS, help: "print NDJSON: one object when it is served, and one for each request" },
    COLOR,
  ],
  run: async (host, args) => (await import("../serve.ts")).serve(host, args),
};
