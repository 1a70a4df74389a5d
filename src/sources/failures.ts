import { Failed, type FailureClass } from "../failure/index.ts";

/** How a git command ended badly. */
export interface GitEnd {
  readonly stderr: string;
  readonly exitCode: number | undefined;
  readonly end: "failed" | "missing" | "timeout" | "cancelled";
}

interface Reading {
  readonly pattern: RegExp;
  readonly code: string;
  readonly kind: FailureClass;
  readonly message: (url: string) => string;
  readonly hint: string;
}

/** What git and its transports say in English, the telling before the general. */
const readings: readonly Reading[] = [
  {
    pattern: /Could not resolve (host|proxy)|Could not resolve hostname|Name or service not known/i,
    code: "git/unreachable",
    kind: "permanent",
    message: (url) => `${url} cannot be reached: the name of its host is not known`,
    hint: "Check the spelling of the host, and the DNS of this machine",
  },
  {
    pattern: /certificate (problem|verif)|SSL certificate|self.signed certificate/i,
    code: "git/untrusted",
    kind: "permanent",
    message: (url) => `The certificate of ${url} is not trusted by git`,
    hint: "Name the certificate authority to git, as in git config --global http.sslCAInfo FILE",
  },
  {
    pattern: /Host key verification failed/i,
    code: "git/untrusted",
    kind: "permanent",
    message: (url) => `The host key of ${url} is not among those that ssh knows`,
    hint: "Connect once by hand with ssh to accept the key, or add it to known_hosts",
  },
  {
    pattern:
      /could not read (Username|Password)|Authentication failed|Permission denied( \(|, please)|returned error: 40[13]|terminal prompts disabled|Access denied/i,
    code: "git/unauthorized",
    kind: "permanent",
    message: (url) => `${url} wants credentials that git does not have, or does not accept them`,
    hint: "Set up a credential helper, GIT_ASKPASS or an ssh key, until git ls-remote works by itself; some hosts also answer so where there is no such repository",
  },
  {
    pattern: /dubious ownership/i,
    code: "git/unsafe-owner",
    kind: "permanent",
    message: (url) => `git does not read ${url}, which belongs to another user`,
    hint: "Add it with git config --global --add safe.directory, if you trust it",
  },
  {
    pattern:
      /Repository not found|not found|does not appear to be a git repository|does not exist|returned error: 404|No such (file|device|directory)/i,
    code: "git/no-repository",
    kind: "permanent",
    message: (url) => `There is no git repository at ${url}`,
    hint: "Check the URL; some hosts hide a repository from those who may not read it",
  },
  {
    pattern:
      /Connection (refused|timed out|reset)|Failed to connect|Couldn't connect|timed out|No route to host|Network is unreachable|early EOF|hung up|unexpected disconnect|RPC failed|returned error: (429|5\d\d)|Temporary failure|Operation too slow|SSL_read|SSL_ERROR|properly terminated/i,
    code: "git/unreachable",
    kind: "transient",
    message: (url) => `${url} cannot be reached, or the connection broke`,
    hint: "Check the network between here and there, and run again",
  },
  {
    pattern: /No space left|Disk quota exceeded/i,
    code: "git/disk-full",
    kind: "permanent",
    message: (url) => `The disk is too full for what comes from ${url}`,
    hint: "Free some room",
  },
];

/** What it means that a git command about `url` failed. */
export function gitFailure(url: string, { end, stderr, exitCode }: GitEnd): Failed {
  switch (end) {
    case "cancelled":
      return new Failed({ code: "git/cancelled", class: "cancelled", message: "Interrupted before it was done" });
    case "missing":
      return new Failed({
        code: "git/missing",
        class: "permanent",
        message: `There is no git in PATH, and ${url} is a git repository`,
        hint: "Install git, or add its folder to PATH",
      });
    case "timeout":
      return new Failed({
        code: "git/unreachable",
        class: "transient",
        message: `${url} took longer than mirror waits`,
        hint: "Check the network between here and there, and run again",
      });
    case "failed":
      return read(url, stderr, exitCode);
  }
}

function read(url: string, stderr: string, exitCode: number | undefined): Failed {
  const detail = linesOf(stderr);
  const reading = readings.find(({ pattern }) => pattern.test(stderr));
  if (reading !== undefined) {
    const { code, kind, message, hint } = reading;
    return new Failed({ code, class: kind, message: message(url), hint, detail });
  }
  return new Failed({
    code: "git/failed",
    class: "permanent",
    message: `git failed at ${url} with exit code ${exitCode ?? "unknown"}`,
    hint: "Look at what git said",
    detail,
  });
}

/** The end of what git said, without what it says of everything and without secrets in URLs. */
function linesOf(stderr: string): string[] {
  return stderr
    .replace(/(\w+:\/\/)[^/@\s]*@/g, "$1")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(Please make sure|and the repository exists)/.test(line))
    .slice(-5);
}
