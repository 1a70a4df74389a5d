import type { Content, ServedRequest } from "../oci/index.ts";
import { colorFor, formatCount, formatDuration, formatTime, renderFailure, stampFor } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";

/** What `mirror serve` prints. */
export interface ServeLog {
  readonly serving: (of: { readonly what: string; readonly address: string; readonly content: Content }) => void;
  readonly request: (request: ServedRequest) => void;
  readonly say: (sentence: string) => void;
  readonly warn: (code: string, message: string, hint: string | undefined) => void;
  readonly ending: () => void;
}

/** What is served goes to the standard output, requests to the error output; with `--json`, objects to the former. */
export function openServeLog(host: Host, args: Arguments): ServeLog {
  const json = args.flags.has("json");
  const quiet = args.flags.has("quiet");
  const stamp = stampFor(host.env);
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  const object = (type: string, fields: object): void => {
    host.out.write(`${JSON.stringify({ type, at: new Date(host.now()).toISOString(), ...fields })}\n`);
  };
  const line = (text: string): void => void host.err.write(`${formatTime(host.now(), stamp)}  ${text}\n`);
  const say = (sentence: string): void => (json ? object("note", { message: sentence }) : line(sentence));

  return {
    serving({ what, address, content: { access, layout } }) {
      const repositories = layout.repositories();
      const tags = repositories.reduce((sum, name) => sum + (layout.tags(name)?.length ?? 0), 0);
      if (json) {
        object("serving", { what, address, access, repositories: repositories.length, tags });
        return;
      }
      const held = `${formatCount(tags, "tag")} in ${repositories.length === 1 ? "1 repository" : `${repositories.length} repositories`}`;
      host.out.write(`serving ${what} at ${address}: ${held}, ${access}; Ctrl-C ends it\n`);
    },
    request({ method, url, status, milliseconds, from }) {
      if (json) object("request", { method, url, status, milliseconds: Math.round(milliseconds), from });
      else if (!quiet) line(`${from}  ${method} ${printable(url)}  ${status} in ${formatDuration(milliseconds)}`);
    },
    say,
    warn(code, message, hint) {
      const failure = { code, class: "permanent" as const, message, ...(hint !== undefined && { hint }) };
      if (json) object("warning", failure);
      else host.err.write(`${renderFailure(failure, { color, severity: "warning" })}\n`);
    },
    ending: () => say("ending: what is in flight has a second"),
  };
}

/** Nothing that a client sends may move the cursor of whoever reads the log. */
const printable = (url: string): string => url.slice(0, 500).replace(/[^\x21-\x7e]/g, "?");
