import { basename, dirname, join } from "node:path";

/**
 * The lock of a config, beside it: `mirror.lock.yaml` of `mirror.config.yaml`, `edge.lock.yaml` of `edge.config.yaml`
 * and of `edge.yaml`, so that two configs in one folder have a lock each.
 */
export function lockFileOf(config: string): string {
  const name = basename(config).replace(/(?:\.config)?\.ya?ml$/, "");
  return join(dirname(config), `${name}.lock.yaml`);
}
