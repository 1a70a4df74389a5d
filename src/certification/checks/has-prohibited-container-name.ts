import { nameOf } from "../image/paths.ts";
import { type Check, failed, passed } from "./check.ts";
import { violatesTrademark } from "./trademark.ts";

/** Passes where the last part of the repository's name does not use Red Hat's trademark. */
export const hasProhibitedContainerName: Check = {
  name: "HasProhibitedContainerName",
  asks: "its name does not use Red Hat's trademark",
  remedy: "Publish it under another name: as: in the target",
  judge({ name: { repository } }) {
    const name = nameOf(repository);
    return violatesTrademark(name) ? failed(`its name is ${name}`) : passed();
  },
};
