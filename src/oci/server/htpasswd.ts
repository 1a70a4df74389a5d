import { createHmac, randomBytes } from "node:crypto";
import { Failed } from "../../failure/index.ts";

/** Decides by an Authorization header who may enter. */
export type Doorkeeper = (authorization: string | undefined) => Promise<boolean>;

const BCRYPT = /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/;
/** Of nobody's password: a name that is not there takes as long as one that is. */
const NOBODY = "$2b$10$O90Szkcy/fjdFhpm9t9mNurEILgEYMbGfYOWWySkh09oxrSEYcI9C";

/**
 * Lets in whom an htpasswd file names (`htpasswd -B`), by HTTP Basic. Hashes are bcrypt's; others can be guessed too
 * fast. Throws `Failed` (`serve/bad-htpasswd`) naming file and line.
 */
export async function doorkeeper(text: string, file: string): Promise<Doorkeeper> {
  const users = readHtpasswd(text, file);
  const { compare } = await import("bcryptjs");
  // What was right once is remembered under a key of this process: a pull asks hundreds of times.
  const key = randomBytes(32);
  const known = new Set<string>();
  let queue: Promise<unknown> = Promise.resolve();

  function check(name: string, password: string): Promise<boolean> {
    const stored = users.get(name);
    // One after the other: hashing takes the processor, and who guesses is to slow down nobody else.
    const checked = queue.then(async () => (await compare(password, stored ?? NOBODY)) && stored !== undefined);
    queue = checked.catch(() => {});
    return checked;
  }

  return async (authorization) => {
    const credentials = basicOf(authorization);
    if (credentials === undefined) return false;
    const mark = createHmac("sha256", key).update(JSON.stringify(credentials)).digest("base64");
    if (known.has(mark)) return true;
    const right = await check(...credentials);
    if (right) known.add(mark);
    return right;
  };
}

function readHtpasswd(text: string, file: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    if (colon < 1) throw bad(file, index, "it is not NAME:HASH");
    const [name, hash] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (!BCRYPT.test(hash)) throw bad(file, index, `the password of "${name}" is ${kindOf(hash)}`);
    if (users.has(name)) throw bad(file, index, `"${name}" is there twice`);
    users.set(name, hash);
  }
  if (users.size === 0) throw bad(file, 0, "it names nobody");
  return users;
}

function kindOf(hash: string): string {
  if (hash.startsWith("{SHA}")) return "kept as {SHA}, which is guessed in minutes";
  if (hash.startsWith("$apr1$") || hash.startsWith("$1$")) return "kept as MD5, which is guessed in hours";
  if (/^\$[56]\$/.test(hash)) return "kept in crypt's SHA form, which is not read here";
  return "not a bcrypt hash";
}

function basicOf(authorization: string | undefined): [name: string, password: string] | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  const text = Buffer.from(encoded ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}

function bad(file: string, index: number, why: string): Failed {
  return new Failed({
    code: "serve/bad-htpasswd",
    class: "usage",
    message: `${file}:${index + 1} cannot be used: ${why}`,
    hint: "Write the line anew with bcrypt: htpasswd -nB NAME",
  });
}
