import type { Failure } from "../../failure/index.ts";
import { type Credentials, howToLogIn, howToRenew, inWords } from "../auth/index.ts";
import type { Deed } from "./answer-failure.ts";

/** A 401, after all that could be tried: of credentials that were sent, or of nobody. */
export function unauthorized({ name, thing, kind }: Deed, sent: Credentials | undefined): Failure {
  return {
    code: "registry/unauthorized",
    class: "permanent",
    message:
      sent === undefined
        ? `${name} wants credentials to ${kind} ${thing}, and there are none for it`
        : `${name} does not accept ${inWords(sent)} to ${kind} ${thing}`,
    hint: sent === undefined ? howToLogIn(name) : howToRenew(sent, name),
  };
}

/** A 403: whoever it is may not. */
export function denied({ name, thing, kind }: Deed, sent: Credentials | undefined): Failure {
  if (sent === undefined) {
    const message = `${name} does not allow to ${kind} ${thing} without credentials, and there are none for it`;
    return { code: "registry/denied", class: "permanent", message, hint: howToLogIn(name) };
  }
  return {
    code: "registry/denied",
    class: "permanent",
    message: `${name} does not allow ${inWords(sent)} to ${kind} ${thing}`,
    hint:
      kind === "push"
        ? "Give the account the right to push there; some registries also answer so where the project does not exist"
        : "Give the account the right to read it",
  };
}
