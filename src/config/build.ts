import type { FilesBuild } from "./config.ts";
import { type Cursor, entries, get, items, need } from "./cursor.ts";
import { imagePathForm, platformForm, platformOf } from "./forms.ts";
import type { Reader } from "./reader.ts";
import type { Build as RawBuild, Files as RawFiles } from "./schema.gen.ts";

/** Reads an image that is made of files alone. */
export function readBuild(cursor: Cursor<RawBuild>, reader: Reader): FilesBuild {
  const [user, workdir] = [get(cursor, "user"), get(cursor, "workdir")];
  const texts = (key: "entrypoint" | "cmd") => items(get(cursor, key)).map((item) => reader.text(item));
  const platforms = items(get(cursor, "platforms")).map((item) => platformOf(reader.text(item, platformForm)));
  return {
    place: reader.place(cursor),
    files: items(need(cursor, "files")).map((item) => readFiles(item, reader)),
    platforms: platforms.length > 0 ? platforms : [platformOf("linux/amd64")],
    labels: readTexts(get(cursor, "labels"), reader),
    entrypoint: texts("entrypoint"),
    cmd: texts("cmd"),
    env: readTexts(get(cursor, "env"), reader),
    user: user === undefined ? undefined : reader.text(user),
    workdir: workdir === undefined ? undefined : reader.text(workdir, imagePathForm),
  };
}

function readFiles(cursor: Cursor<RawFiles>, reader: Reader): FilesBuild["files"][number] {
  const patterns = items(get(cursor, "patterns")).map((item) => reader.text(item));
  const to = get(cursor, "to");
  return {
    from: reader.existing(need(cursor, "from"), "folder"),
    patterns: patterns.length > 0 ? patterns : ["**"],
    to: to === undefined ? "/" : reader.text(to, imagePathForm),
  };
}

function readTexts(
  cursor: Cursor<Readonly<Record<string, string>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, string> {
  return new Map(entries(cursor).map(([key, value]) => [key, reader.text(value)]));
}
