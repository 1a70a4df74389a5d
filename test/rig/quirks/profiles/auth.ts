import { errorReply, firstTimes, isMount, isUpload, type Profile, type Seen } from "../quirk.ts";
import { identity, isAccount, standardChallenge, tokenAuth } from "../tokens.ts";

/** How registries ask who one is, and what they do with the answer. */
export const authProfiles: readonly Profile[] = [
  {
    name: "codeberg-two-challenges",
    imitates: "Codeberg (Forgejo): two challenges in one WWW-Authenticate header",
    client: "Read both and take the Bearer one",
    source: "distribution-spec, auth; oci-client checklist 1",
    quirk: () =>
      tokenAuth({ challenge: (realm, scope) => [`${standardChallenge(realm, scope)[0]},Basic realm="codeberg"`] }),
  },
  {
    name: "artifactory-basic-realm",
    imitates: "Artifactory: a Bearer challenge whose realm is a title, not a URL",
    client: "Send the name and password themselves",
    source: "renovate, Artifactory docker datasource",
    quirk: () => ({
      before: (seen) =>
        isAccount(seen)
          ? undefined
          : errorReply(401, "UNAUTHORIZED", "no", { "www-authenticate": 'Bearer realm="Artifactory Realm"' }),
    }),
  },
  {
    name: "artifactory-wrong-scope-repo",
    imitates: "Artifactory: the challenge names another repository than was asked for",
    client: "Ask for the scope it named and for the one that is needed",
    source: "oras-go#650",
    quirk: () => tokenAuth({ challenge: (realm) => standardChallenge(realm, "repository:docker-local/other:pull") }),
  },
  {
    name: "quay-scope-omitted",
    imitates: "Quay: a challenge without a scope",
    client: "Work the scope out from the request",
    source: "appc/docker2aci#126",
    quirk: () => tokenAuth({ challenge: (realm) => [`Bearer realm="${realm}",service="quay"`] }),
  },
  {
    name: "acr-identity-token",
    imitates: "Azure: a refresh token that is exchanged by POST, under `access_token`",
    client: "Exchange it by OAuth's refresh grant",
    source: "distribution, oauth2 token authentication",
    quirk: () => identityAuth((seen) => seen.method === "POST" && seen.form?.get("refresh_token") === identity.token),
  },
  {
    name: "identity-token-without-post",
    imitates: "token servers that know no POST: 404",
    client: "Ask by GET, with the token as a password",
    source: "containerd and docker, token fetching",
    quirk: () => identityAuth((seen) => seen.method === "GET" && isIdentity(seen)),
  },
  {
    name: "cgr-one-repository-per-token",
    imitates: "cgr.dev: 403 for a token that names several repositories, mounts included",
    client: "Ask for one token for each repository, and send what cannot be mounted",
    source: "ocync, registry notes",
    quirk: () =>
      tokenAuth({ refuse: (_, scopes) => (scopes.length > 1 ? errorReply(403, "DENIED", "scope") : undefined) }),
  },
  {
    name: "acr-header-limit",
    imitates: "nginx before Azure's registry: 414 once a token request has grown",
    client: "Keep the list of scopes short, however many repositories a run has",
    source: "regclient#797",
    quirk: () =>
      tokenAuth({ issue: (_, scopes) => (scopes.length > 2 ? { status: 414, body: "URI too long" } : undefined) }),
  },
  {
    name: "harbor-mount-401",
    imitates: "Harbor: 401 for a mount from a project one may not read",
    client: "Send the blob, and ask for no end of tokens",
    source: "harbor#17097",
    quirk: () => tokenAuth({ refuse: (seen) => (isMount(seen) ? "expired" : undefined) }),
  },
  {
    name: "harbor-project-missing",
    imitates: "Harbor: 401 with an empty WWW-Authenticate for a push to a project that is not there",
    client: "Say that the project may be missing, not only that the password is wrong",
    source: "goharbor/harbor, core middleware",
    quirk: () => ({
      before: (seen) =>
        seen.method === "GET" || seen.method === "HEAD"
          ? undefined
          : errorReply(401, "UNAUTHORIZED", "unauthorized to access repository", { "www-authenticate": "" }),
    }),
  },
  {
    name: "harbor-wrong-password-200-token",
    imitates: "Harbor: its token server gives a token for any password, and the registry then refuses it",
    client: "Stop after one new token and say that the credentials are not accepted",
    source: "goharbor/harbor, token service",
    quirk: () => tokenAuth({ issue: () => ({ status: 200, body: '{"token":"of-no-use"}' }) }),
  },
  {
    name: "token-60s-expiry-mid-upload",
    imitates: "tokens of 60 s that end between the opening of an upload and its bytes",
    client: "Renew the token and go on with the upload, or send the blob again",
    source: "distribution, token authentication: `expires_in`",
    quirk: () => {
      const first = firstTimes();
      return tokenAuth({
        refuse: (seen) => (isUpload(seen) && seen.method === "PUT" && first("") ? "expired" : undefined),
      });
    },
  },
];

function identityAuth(isGood: (seen: Seen) => boolean) {
  let given = "";
  return {
    before: (seen: Seen, { url }: { readonly url: string }) => {
      if (seen.path !== "/token") {
        if (given !== "" && seen.headers.authorization === `Bearer ${given}`) return undefined;
        const scope = "repository:x:pull";
        return errorReply(401, "UNAUTHORIZED", "no", { "www-authenticate": standardChallenge(`${url}/token`, scope) });
      }
      if (!isGood(seen)) return { status: 404, body: "not found" };
      given = "exchanged";
      return { status: 200, body: JSON.stringify({ access_token: given }) };
    },
  };
}

function isIdentity({ headers }: Seen): boolean {
  const encoded = Buffer.from(`${identity.username}:${identity.token}`).toString("base64");
  return headers.authorization === `Basic ${encoded}`;
}
