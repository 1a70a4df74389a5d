import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { sha256 } from "./blob.ts";
import { findCommand } from "./skip.ts";

const exec = promisify(execFile);

/** Digest of the bytes that `skopeo inspect --raw` prints for `HOST/repository:tag`, over plain HTTP. */
export async function rawDigest(reference: string): Promise<string> {
  const skopeo = findCommand("skopeo") ?? "skopeo";
  const args = ["inspect", "--raw", "--tls-verify=false", "--no-creds", `docker://${reference}`];
  const { stdout } = await exec(skopeo, args, { encoding: "buffer" });
  return sha256(stdout);
}
