import type { Failure } from "../failure/index.ts";
import { colorFor, type Mask, maskFailure, renderFailure } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";

/** Says a warning on the standard error, its secrets masked. */
export function warnTo(host: Host, args: Arguments, mask: Mask): (warning: Failure) => void {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  return (warning) => {
    const { columns } = host.err;
    host.err.write(`${renderFailure(maskFailure(warning, mask), { color, severity: "warning", columns })}\n`);
  };
}
