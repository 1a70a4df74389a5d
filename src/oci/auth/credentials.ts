/** What opens a registry, or a part of it. */
export type Credentials =
  /** A name and a password, or a token that takes a password's place. */
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** An OAuth refresh token, which docker calls an identity token. */
  | { readonly kind: "identity"; readonly username: string; readonly token: string }
  /** A token that the registry itself takes as it is. */
  | { readonly kind: "bearer"; readonly token: string };

/** Credentials for a repository (without its host); undefined to come as nobody. */
export type CredentialsFor = (repository: string) => Promise<Credentials | undefined>;
