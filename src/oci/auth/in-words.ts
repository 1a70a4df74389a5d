import type { Credentials } from "./credentials.ts";

/** Credentials as messages name them: `the credentials of robot from /root/.docker/config.json`. */
export function inWords({ from, ...credentials }: Credentials): string {
  const which = credentials.kind === "basic" ? `credentials of ${credentials.username}` : "token";
  return `the ${which}${from === undefined ? "" : ` from ${from.name}`}`;
}

/** What to do where a server refuses them. */
export function howToRenew({ from }: Credentials, host: string): string {
  const check = "Check that they are right and have not expired";
  switch (from?.kind) {
    case "config":
      return `${check}, and correct auth there or what it reads`;
    case "environment":
      return `${check}, and put others into ${from.name}`;
    case "login":
      return `${check}, and write others with: docker login ${host}`;
    case undefined:
      return check;
  }
}

/** What to do where a server wants credentials and there are none. */
export const howToLogIn = (host: string): string =>
  `Log in with docker login ${host}, or name credentials in the config`;
