import { broken, type Check, failed, passed, type Verdict } from "./check.ts";

/**
 * Passes by a tag other than `latest`. A digest, or `latest`, says nothing of its own: then the repository must have a
 * second tag, or its only one be another.
 */
export const hasUniqueTag: Check = {
  name: "HasUniqueTag",
  asks: "a tag other than latest names the image",
  remedy: "Push the image under a version as its tag, such as 1.2.0",
  async judge({ name, tags }) {
    if (name.tag !== undefined && name.tag !== "latest") return judgeOnly(name.tag);
    const [only = name.tag, ...others] = await tags();
    if (others.length > 0) return passed();
    return only === undefined ? broken(`${name.repository} has no tag at all`) : judgeOnly(only);
  },
};

const judgeOnly = (tag: string): Verdict =>
  tag.toLowerCase() === "latest" ? failed(`${tag} is its only tag`) : passed();
