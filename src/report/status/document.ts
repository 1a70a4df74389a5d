import { type Cell, type Status, verdictOf } from "../../status/index.ts";

/** A release as a value for other programs. */
export function statusDocument(status: Status): object {
  const { state, done, of, waitsFor, exitCode } = verdictOf(status);
  return {
    state,
    complete: state === "complete",
    done,
    of,
    waitsFor,
    exitCode,
    targets: status.targets,
    images: status.rows.map(({ cells, ...row }) => ({
      ...row,
      targets: Object.fromEntries([...cells].filter(([, cell]) => cell.state !== "absent").map(cellDocument)),
    })),
    ...(status.extra === undefined ? {} : { extra: status.extra }),
  };
}

function cellDocument([target, cell]: readonly [string, Cell]): readonly [string, object] {
  if (cell.state !== "unknown") return [target, cell];
  const { code, message } = cell.failure;
  return [target, { state: cell.state, code, message }];
}
