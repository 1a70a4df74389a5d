import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** A chart that `helm package --sign` packed, with a key of its own that nobody else knows. */
export interface SignedChart {
  readonly bytes: Buffer;
  readonly provenance: Buffer;
  /** The keyring with the public key, for `helm pull --verify --keyring`. */
  readonly keyring: string;
}

/** Packs and signs a chart with the helm and gpg that are here, in a folder of the test's. */
export async function signedChart(folder: string, name: string, version: string): Promise<SignedChart> {
  const chart = join(folder, "unsigned", name);
  await mkdir(join(chart, "templates"), { recursive: true });
  await mkdir(join(folder, "gpg"), { mode: 0o700 });
  await writeFile(join(chart, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  await writeFile(
    join(chart, "templates", "pod.yaml"),
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`,
  );
  const env = { PATH: process.env.PATH, HOME: folder, GNUPGHOME: join(folder, "gpg") };
  const run = (program: string, ...args: string[]) => exec(program, args, { cwd: folder, env });
  const gpg = (...args: string[]) => run("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args);
  try {
    await gpg("--quick-generate-key", "Chart Maker <charts@example.com>", "rsa2048", "sign", "never");
    const keys = { secret: join(folder, "secret.gpg"), public: join(folder, "public.gpg") };
    await gpg("--output", keys.secret, "--export-secret-keys");
    await gpg("--output", keys.public, "--export");
    await run("helm", "package", chart, "--sign", "--key", "Chart Maker", "--keyring", keys.secret, "-d", folder);
    const file = join(folder, `${name}-${version}.tgz`);
    return { bytes: await readFile(file), provenance: await readFile(`${file}.prov`), keyring: keys.public };
  } finally {
    await run("gpgconf", "--kill", "gpg-agent").catch(() => {});
  }
}
