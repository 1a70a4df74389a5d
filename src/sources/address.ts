import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { Failed } from "../failure/index.ts";

/** A git repository's URL that is fit to be given to git, and a name for it on this disk. */
export interface Address {
  readonly url: string;
  /** Without a user name, for messages. */
  readonly shown: string;
  /** A folder name of its own for each URL that a person recognises. */
  readonly folder: string;
}

/** `ssh://…`, `https://…`, `file://…`, and so on; `host:path` and `user@host:path`, which mean ssh. */
const URL_FORM = /^[a-z][a-z0-9+.-]*:\/\/./i;
const SSH_FORM = /^(?:[\w.-]+@)?[\w][\w.-]*:(?!:)[^\s]+$/;

/**
 * Reads the URL of a git repository, or an absolute path. Throws `Failed` (`git/bad-url`, `git/secret-in-url`): what
 * git could take for an option, or run as a program, is no URL here.
 */
export function readAddress(text: string): Address {
  const fits = !/[\s\0]/.test(text) && (URL_FORM.test(text) || SSH_FORM.test(text) || isAbsolute(text));
  if (!fits || text.startsWith("-") || /^ext:/i.test(text)) throw badUrl(text);
  const withoutUser = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]*@/i.test(text)) throw secretInUrl(withoutUser);
  const words =
    withoutUser
      .replace(/^\w+:\/\//, "")
      .replace(/\.git\/?$/, "")
      .match(/[\w.-]+/g) ?? [];
  const name = words.slice(-2).join("-").slice(-60);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return { url: text, shown: withoutUser, folder: `${name}-${hash}` };
}

function badUrl(text: string): Failed {
  return new Failed({
    code: "git/bad-url",
    class: "usage",
    message: `"${text}" is not the URL of a git repository`,
    hint: "Write https://host/path.git, ssh://git@host/path.git, git@host:path.git, or an absolute path",
  });
}

function secretInUrl(shown: string): Failed {
  return new Failed({
    code: "git/secret-in-url",
    class: "usage",
    message: `The URL of ${shown} holds a password, which every process on this machine could read`,
    hint: "Remove it, and give it to git by a credential helper or GIT_ASKPASS",
  });
}
