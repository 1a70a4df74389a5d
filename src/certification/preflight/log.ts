/**
 * What preflight's log (logfmt) says of the checks of one architecture: the error, or the last remarks. It goes through
 * the architectures of an index one after another.
 */
export function reasonsIn(log: string, architecture: string): (check: string) => string | undefined {
  const lines = sectionOf(log.split("\n").map(readLine), architecture);
  return (check) => {
    const own = lines.filter((line) => line.get("check") === check);
    const error = own.map((line) => line.get("err")).find((text) => text !== undefined);
    if (error !== undefined) return error;
    const remarks = own.filter((line) => !ROUTINE.has(line.get("msg") ?? "")).map(inWords);
    return remarks.length === 0 ? undefined : remarks.slice(-MOST_REMARKS).join("; ");
  };
}

type Line = ReadonlyMap<string, string>;

function sectionOf(lines: readonly Line[], architecture: string): readonly Line[] {
  const starts = (line: Line): boolean => line.get("msg")?.startsWith("running checks for ") === true;
  const start = lines.findIndex((line) => starts(line) && line.get("msg")?.endsWith(` for platform ${architecture}`));
  const rest = lines.slice(start + 1);
  const end = rest.findIndex(starts);
  return end === -1 ? rest : rest.slice(0, end);
}

const ROUTINE: ReadonlySet<string> = new Set(["running check", "check completed"]);
const SILENT: ReadonlySet<string> = new Set(["time", "level", "msg", "check", "result"]);
const MOST_REMARKS = 3;

function inWords(line: Line): string {
  const details = [...line].filter(([key]) => !SILENT.has(key)).map(([key, value]) => `${key} ${value}`);
  return [line.get("msg") ?? "", ...details].join(", ");
}

/** `key=value key="a value"`, in one line. */
function readLine(line: string): Line {
  const pairs = line.matchAll(/([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g);
  return new Map([...pairs].map(([, key = "", quoted, bare]) => [key, quoted?.replace(/\\(.)/g, "$1") ?? bare ?? ""]));
}
