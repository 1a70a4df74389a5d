import { type Check, failed, passed } from "./check.ts";

/** Passes where a user is set that is neither `0` nor `root`. */
export const runAsNonRoot: Check = {
  name: "RunAsNonRoot",
  asks: "it does not run as root",
  remedy:
    "Set a user in the Dockerfile, USER 1001, or have the component marked as privileged and check with --policy root",
  judge({ config: { user } }) {
    if (user === "") return failed("no user is set, so it runs as root");
    if (user === "0" || user === "root") return failed(`its user is ${user}`);
    return passed();
  },
};
