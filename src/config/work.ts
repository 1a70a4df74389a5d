import type { Need, Task, TaskRun } from "./config.ts";
import { type Cursor, entries, get, items } from "./cursor.ts";
import { programForm, wordForm } from "./forms.ts";
import { isGlob } from "./glob.ts";
import type { Reader } from "./reader.ts";
import type { Task as RawTask } from "./schema.gen.ts";
import type { Section } from "./schema-errors.ts";
import { formatPath } from "./sentences.ts";

/** Reads the tasks: scripts, commands, and groups of work. */
export function readTasks(
  raw: Cursor<Readonly<Record<string, RawTask>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, Task> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readTask(name, cursor, reader)]));
}

function readTask(name: string, cursor: Cursor<RawTask>, reader: Reader): Task {
  const [description, run] = [get(cursor, "description"), get(cursor, "run")];
  const needs = readNeeds(get(cursor, "needs"), reader);
  if (run === undefined && needs.length === 0) {
    const message = `tasks.${name} does nothing: it has neither run nor needs`;
    reader.refuseKey(cursor, {
      code: "empty-task",
      message,
      hint: "Name a script or command with run, or what it groups with needs",
    });
  }
  return {
    name,
    place: reader.keyPlace(cursor),
    description: description === undefined ? undefined : reader.text(description),
    needs,
    run: run === undefined ? undefined : readRun(run, reader),
    env: new Map(entries(get(cursor, "env")).map(([key, value]) => [key, reader.secret(value)])),
  };
}

function readRun(cursor: Cursor<NonNullable<RawTask["run"]>>, reader: Reader): TaskRun {
  const { value, path } = cursor;
  if (typeof value === "string") return { kind: "script", file: readScript({ value, path }, reader) };
  const [program = "", ...args] = items({ value, path }).map((item, index) =>
    reader.text(item, index === 0 ? programForm : wordForm),
  );
  return { kind: "command", argv: [program, ...args], place: reader.place(cursor) };
}

function readScript(cursor: Cursor<string>, reader: Reader): string {
  if (/\.m?[jt]s\s*$|\$\{[^}]*\}$/.test(cursor.value)) return reader.existing(cursor, "file");
  const text = cursor.value.trim();
  const words = /[|&;<>()$`'"*?]/.test(text) ? ["sh", "-c", text] : text.split(/\s+/);
  reader.refuse(cursor, {
    code: "bad-value",
    message: `${formatPath(cursor.path)} is neither a script, which ends in .ts, .mts, .mjs or .js, nor a command`,
    hint: `Write a command as a list: [${words.map((word) => JSON.stringify(word)).join(", ")}]`,
  });
  return "";
}

/** Names and globs of nodes, each looked up as far as the config alone tells. */
export function readNeeds(cursor: Cursor<readonly string[]> | undefined, reader: Reader): Need[] {
  return items(cursor).map((item) => {
    const pattern = reader.text(item);
    if (pattern !== "" && !isGlob(pattern)) checkNeed(item, pattern, reader);
    return { pattern, place: reader.place(item) };
  });
}

/** Sections whose names stand in the names of nodes; of other nodes the plan knows. */
const NODE_SECTIONS: Readonly<Record<string, readonly Section[]>> = {
  pin: ["images"],
  build: ["images"],
  copy: ["targets", "images"],
  certify: ["targets", "images"],
  package: ["targets", "charts"],
  published: ["targets"],
  scanned: ["targets"],
  bundle: ["bundles"],
  catalog: ["catalogs"],
};

function checkNeed(item: Cursor<string>, pattern: string, reader: Reader): void {
  const [kind = "", rest] = splitOnce(pattern, ":");
  if (rest === undefined) {
    checkTask(item, pattern, reader);
    return;
  }
  const sections = NODE_SECTIONS[kind] ?? [];
  const names = sections.length > 1 ? splitOnce(rest, "/") : [rest];
  for (const [index, section] of sections.entries()) {
    const name = names[index];
    // The images of a chart are known when it has been rendered.
    if (section === "images" && kind === "copy" && (reader.names.charts?.size ?? 0) > 0) return;
    if (name !== undefined && !reader.expectName(item, name, section)) return;
  }
}

/** A name without a kind is a task's; a person who names a target or bundle so means its node. */
function checkTask(item: Cursor<string>, name: string, reader: Reader): void {
  const { targets, bundles } = reader.names;
  const meant = targets?.has(name) ? `published:${name}` : bundles?.has(name) ? `bundle:${name}` : undefined;
  reader.expectName(item, name, "tasks", meant === undefined ? undefined : `Did you mean "${meant}"?`);
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}
