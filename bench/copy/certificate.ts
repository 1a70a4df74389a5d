import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** A self-made certificate: its own authority. */
export interface Certificate {
  readonly file: string;
  readonly key: string;
}

/** Makes a certificate for the addresses; undefined where there is no `openssl`. */
export function makeCertificate(folder: string, addresses: readonly string[]): Certificate | undefined {
  const [file, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const names = `subjectAltName=${addresses.map((address) => `IP:${address}`).join(",")}`;
  const made = spawnSync(
    "openssl",
    [
      "req",
      "-x509",
      "-nodes",
      "-days",
      "7",
      ...curve,
      "-subj",
      "/CN=bench",
      "-addext",
      names,
      "-keyout",
      key,
      "-out",
      file,
    ],
    { stdio: "ignore" },
  );
  return made.status === 0 ? { file, key } : undefined;
}
