import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failed } from "../../failure/index.ts";
import { type AuthFile, HUB, HUB_SERVER, keysFor, parseAuthFile } from "./auth-file.ts";
import { askHelper } from "./credential-helper.ts";
import type { Credentials } from "./credentials.ts";

export interface FileCredentialsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly onSecret: (secret: string) => void;
}

/** Credentials for `repository` at `host`, as references write it; undefined where there are none. */
export type FileCredentials = (host: string, repository: string) => Promise<Credentials | undefined>;

/**
 * Credentials as docker, podman and skopeo keep them: `DOCKER_AUTH_CONFIG` (the JSON itself), `REGISTRY_AUTH_FILE`,
 * containers' `auth.json`, docker's `config.json`; the first file that has some for the image wins, and in it the
 * longest path. Files are read once, when they are first needed.
 * Rejects with `Failed`: `registry/bad-auth-file`, `registry/credential-helper`.
 */
export function createFileCredentials(options: FileCredentialsOptions): FileCredentials {
  let files: Promise<AuthFile[]> | undefined;
  const asked = new Map<string, Promise<Credentials | undefined>>();

  const askOnce = (
    file: AuthFile,
    helper: string,
    key: string,
    need: "named" | "store",
  ): Promise<Credentials | undefined> => {
    const id = `${helper} ${key}`;
    const answer = asked.get(id) ?? ask(file, helper, key, need, options.env);
    asked.set(id, answer);
    return answer;
  };

  return async (host, repository) => {
    files ??= readAuthFiles(options);
    for (const file of await files) {
      for (const key of keysFor(host, repository)) {
        const credentials = await credentialsAt(file, key, askOnce);
        if (credentials === undefined) continue;
        options.onSecret(credentials.kind === "basic" ? credentials.password : credentials.token);
        return credentials;
      }
    }
    return undefined;
  };
}

type Ask = (file: AuthFile, helper: string, key: string, need: "named" | "store") => Promise<Credentials | undefined>;

async function credentialsAt(file: AuthFile, key: string, ask: Ask): Promise<Credentials | undefined> {
  const helper = file.helpers.get(key);
  const named = helper === undefined ? undefined : await ask(file, helper, key, "named");
  if (named !== undefined) return named;
  const written = file.entries.get(key);
  if (written !== undefined) return { ...written, from: { name: file.name, kind: file.kind } };
  if (file.store === undefined || key.includes("/")) return undefined;
  return ask(file, file.store, key, "store");
}

async function ask(
  file: AuthFile,
  helper: string,
  key: string,
  need: "named" | "store",
  env: FileCredentialsOptions["env"],
): Promise<Credentials | undefined> {
  const answer = await askHelper(helper, key === HUB ? HUB_SERVER : key, env);
  if (answer.kind === "found")
    return { ...answer.credentials, from: { name: `docker-credential-${helper}`, kind: "login" } };
  // A store that is not installed (a config.json that was copied from a desktop) matters only to what is kept in it.
  if (answer.kind === "none" || (need === "store" && !file.entries.has(key))) return undefined;
  throw new Failed({
    code: "registry/credential-helper",
    class: "permanent",
    message: `${file.name} keeps the credentials of ${key} in docker-credential-${helper}, which is not on PATH`,
    hint: `Install docker-credential-${helper}, or log in again where it is not configured`,
  });
}

async function readAuthFiles({ env, home }: FileCredentialsOptions): Promise<AuthFile[]> {
  const inline = env.DOCKER_AUTH_CONFIG;
  const files = inline ? [parseAuthFile(inline, "DOCKER_AUTH_CONFIG", "environment")] : [];
  for (const path of authFilePaths(env, home)) {
    const text = await readIfThere(path);
    if (text !== undefined && text.trim() !== "") files.push(parseAuthFile(text, path, "login"));
  }
  return files;
}

function authFilePaths(env: FileCredentialsOptions["env"], home: string): string[] {
  const docker = join(env.DOCKER_CONFIG || join(home, ".docker"), "config.json");
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE, docker];
  const runtime = env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, "containers", "auth.json")] : [];
  const config = join(env.XDG_CONFIG_HOME || join(home, ".config"), "containers", "auth.json");
  return [...runtime, config, docker];
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Failed(
      {
        code: "registry/bad-auth-file",
        class: "usage",
        message: `The credentials in ${path} cannot be read: ${code ?? String(error)}`,
        hint: "Make the file readable for this user",
      },
      { cause: error },
    );
  }
}
