/** What preflight's log (logfmt) says of checks that did not pass: its error, or its remarks, of which it keeps two. */
export function reasonsIn(log: string): (check: string) => string | undefined {
  const lines = log.split("\n").map(readLine);
  return (check) => {
    const own = lines.filter((line) => line.get("check") === check);
    const error = own.map((line) => line.get("err")).find((text) => text !== undefined);
    if (error !== undefined) return error;
    const remarks = own.filter((line) => !ROUTINE.has(line.get("msg") ?? "")).map(inWords);
    return remarks.length === 0 ? undefined : remarks.slice(-MOST_REMARKS).join("; ");
  };
}

const ROUTINE: ReadonlySet<string> = new Set(["running check", "check completed"]);
const SILENT: ReadonlySet<string> = new Set(["time", "level", "msg", "check", "result"]);
const MOST_REMARKS = 3;

function inWords(line: ReadonlyMap<string, string>): string {
  const details = [...line].filter(([key]) => !SILENT.has(key)).map(([key, value]) => `${key} ${value}`);
  return [line.get("msg") ?? "", ...details].join(", ");
}

/** `key=value key="a value"`, in one line. */
function readLine(line: string): ReadonlyMap<string, string> {
  const pairs = line.matchAll(/([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g);
  return new Map([...pairs].map(([, key = "", quoted, bare]) => [key, quoted?.replace(/\\(.)/g, "$1") ?? bare ?? ""]));
}
