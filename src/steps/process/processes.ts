import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { kill } from "node:process";

/** A process that stands in the table of the system. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/** Signals a whole process group; false where there is no such group any more. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  return send(-group, signal);
}

/** Signals one process; false where it is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  return send(pid, signal);
}

function send(to: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return kill(to, signal);
  } catch (error) {
    // EPERM: it is there but belongs to somebody else now (sudo); it lives and cannot be stopped by us.
    if (error instanceof Error && "code" in error) return error.code === "EPERM";
    throw error;
  }
}

export interface Family {
  /** Groups of which every member belongs to the family. */
  readonly groups: ReadonlySet<number>;
  /** Processes whose descendants belong to it. */
  readonly roots: ReadonlySet<number>;
  /** `NAME=value` in the environment a member was started with; undefined where that does not count. */
  readonly mark: string | undefined;
  /** Groups that are known to belong to others. */
  readonly others?: ReadonlySet<number>;
}

/**
 * Members of a family that are alive: members of its groups, descendants of its roots, and on Linux whoever carries
 * the mark, which finds a daemon that has left both its group (setsid) and its parents. Beyond reach are processes
 * that have done that and have also cleared their environment or changed their user; and, where there is no /proc,
 * all that have left their group.
 *
 * @param among the only processes to look at; all where it is not given
 */
export function livingMembers(family: Family, among?: readonly number[]): readonly number[] {
  const table = processTable(among);
  if (table === undefined) return [...family.groups].filter((group) => signalGroup(group, 0));

  const members = new Set<number>(family.roots);
  for (const process of table) {
    if (family.groups.has(process.group)) members.add(process.pid);
    else if (family.others?.has(process.group) !== true && carries(process.pid, family.mark)) members.add(process.pid);
  }
  addDescendants(members, table);
  const living = new Set(table.map((process) => process.pid));
  return [...members].filter((pid) => living.has(pid));
}

function addDescendants(members: Set<number>, table: readonly Process[]): void {
  let before = -1;
  while (members.size !== before) {
    before = members.size;
    for (const process of table) if (members.has(process.parent)) members.add(process.pid);
  }
}

/** Processes but zombies, which hold nothing and cannot be stopped; undefined without /proc. */
function processTable(among: readonly number[] | undefined): readonly Process[] | undefined {
  const pids = among?.filter((pid) => existsSync(`/proc/${pid}`)) ?? allPids();
  return pids?.flatMap((pid) => readOr(() => parseStat(readStart(`/proc/${pid}/stat`)), []));
}

function allPids(): readonly string[] | undefined {
  const names = readOr(() => readdirSync("/proc"), []).filter((name) => /^\d+$/.test(name));
  return names.length === 0 ? undefined : names;
}

/** proc(5), /proc/pid/stat: `pid (comm) state ppid pgrp …`, where comm may hold spaces and brackets. */
function parseStat(stat: string): readonly Process[] {
  const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return [];
  return [{ pid: Number.parseInt(stat, 10), parent: Number(parent), group: Number(group) }];
}

const start = Buffer.alloc(512);

/** A third of the calls of `readFileSync`, for a file of which only the first fields count. */
function readStart(path: string): string {
  const file = openSync(path, "r");
  try {
    return start.toString("latin1", 0, readSync(file, start, 0, start.length, 0));
  } finally {
    closeSync(file);
  }
}

function carries(pid: number, mark: string | undefined): boolean {
  if (mark === undefined) return false;
  const environment = readOr(() => readFileSync(`/proc/${pid}/environ`, "latin1"), "");
  return environment.startsWith(`${mark}\0`) || environment.includes(`\0${mark}\0`);
}

/** Processes end while they are looked at, and those of other users do not let us look. */
function readOr<Value, Other>(read: () => Value, other: Other): Value | Other {
  try {
    return read();
  } catch {
    return other;
  }
}
