import { type Check, failed, passed } from "./check.ts";

const FOLDER = "licenses";

/** Passes where one file at least, below `/licenses`, has something in it. */
export const hasLicense: Check = {
  name: "HasLicense",
  asks: "the terms of use are in /licenses",
  remedy: "Put the licence texts into a folder /licenses: COPY LICENSE /licenses/",
  judge({ files }) {
    const folder = files.find(FOLDER);
    if (folder === undefined) return failed("there is no /licenses");
    if (folder.kind !== "folder") return failed("/licenses is not a folder");
    const inside = files.below(folder.path);
    const texts = inside.flatMap((entry) => {
      // Red Hat's check does not see files that are hard links to files elsewhere.
      if (entry.kind === "hardlink" && !entry.target.replace(/^[./]+/, "").startsWith(`${folder.path}/`)) return [];
      const file = files.find(entry.path);
      return file?.kind === "file" ? [file] : [];
    });
    if (texts.length === 0) return failed("/licenses has no file in it");
    return texts.some(({ size }) => size > 0) ? passed() : failed("all files in /licenses are empty");
  },
};
