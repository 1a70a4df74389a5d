import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { Failed } from "../failure/index.ts";
import { diffLocks, EMPTY_LOCK, isEmptyDiff, type Lock, lockFileOf, parseLock, readLock } from "../release/index.ts";
import { colorFor, renderLockDiff } from "../report/index.ts";
import { textAtCommit } from "../sources/index.ts";
import type { Arguments, Host } from "./command.ts";
import { pathOfConfig } from "./config.ts";
import { plain } from "./pin-report.ts";

/** `mirror diff`: compares two locks, each a file or what git has of the lock beside the config. */
export async function diff(host: Host, args: Arguments): Promise<number> {
  const [from = "HEAD", to, ...more] = args.names;
  if (more.length > 0) throw tooMany(more[0] ?? "");
  const own = lockFileOf(pathOfConfig(host, args));
  const before = await lockAt(from, own, host);
  const after = to === undefined ? await ownLock(own, host) : await lockAt(to, own, host);
  const found = diffLocks(before, after);
  if (args.flags.has("json")) {
    host.out.write(`${JSON.stringify({ from, to: to ?? relative(host.cwd, own), ...found }, plain, 2)}\n`);
    return 0;
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  const width = host.out.isTTY ? host.out.columns : undefined;
  host.out.write(isEmptyDiff(found) ? "no differences\n" : renderLockDiff(found, { color, width }));
  return 0;
}

async function ownLock(file: string, host: Host): Promise<Lock> {
  const found = await readLock(file, host.cwd);
  if (found !== undefined) return found.lock;
  throw noLock(`There is no ${relative(host.cwd, file)}`, "Make it with: mirror pin");
}

/** A name that is a file's means that file; else what git has under that name. */
async function lockAt(name: string, own: string, host: Host): Promise<Lock> {
  const file = resolve(host.cwd, name);
  if (existsSync(file)) return ownLock(file, host);
  if (/\.ya?ml$/.test(name)) throw noLock(`There is no file ${name}`, "Name a lock file, or a commit");
  const folder = dirname(own);
  const text = await textAtCommit({ folder, commit: name, file: basename(own), env: host.env, signal: host.stopping });
  // Before its first commit a lock was empty: everything in it is new.
  return text === undefined ? EMPTY_LOCK : parseLock(text, `${name}:${basename(own)}`).lock;
}

const noLock = (message: string, hint: string): Failed =>
  new Failed({ code: "lock/missing", class: "usage", message, hint });

const tooMany = (name: string): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: `mirror diff compares two locks, and "${name}" is a third`,
    hint: "Write: mirror diff FROM TO",
  });
