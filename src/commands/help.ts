import type { Command } from "./command.ts";
import { commands } from "./table/index.ts";

const EXIT_CODES = `Exit codes:
  0    all done
  1    a node failed
  2    the config or the command line is wrong
  3    conflict with what is already published
  4    waiting on the outside (certification, approval): run again later
  130  interrupted (SIGINT); 143 by SIGTERM`;

/** The text of `mirror --help`. */
export function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `mirror: publish and mirror the container images of a release, from one config

Usage: mirror COMMAND [OPTIONS]

Commands:
${list.join("\n")}
  ${"help".padEnd(width)}  this text, or that of one command: mirror help run

Examples:
  mirror plan                    what would be done
  mirror run build_push_cert     one task and all it needs
  mirror run --target harbor     the images of one target

Options of every command: --config FILE, --no-color, --help. --version prints the version.
NO_COLOR and CI are respected. Without a terminal, one timestamped line is printed for each event.

${EXIT_CODES}
`;
}

/** The text of `mirror help COMMAND`. */
export function helpOf(command: Command): string {
  const names = command.options.map(
    ({ short, name, value }) =>
      `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  const options = command.options.map(({ help }, index) => `  ${(names[index] ?? "").padEnd(width)}  ${help}`);
  const examples = command.examples.map(({ line, does }) => `  ${line}\n      ${does}`);
  return `mirror ${command.name}: ${command.summary}

Usage: ${command.usage}

${command.details}

Options:
${options.join("\n")}

Examples:
${examples.join("\n")}

${EXIT_CODES}
`;
}
