/** Where credentials were found, and so where others have to be written. */
export interface Whence {
  /** `mirror.config.yaml:12`, `/root/.docker/config.json`. */
  readonly name: string;
  readonly kind: "config" | "environment" | "login";
}

/** What opens a registry, or a part of it. */
export type Credentials =
  /** A name and a password, or a token that takes a password's place. */
  (
    | { readonly kind: "basic"; readonly username: string; readonly password: string }
    /** An OAuth refresh token, which docker calls an identity token. */
    | { readonly kind: "identity"; readonly username: string; readonly token: string }
    /** A token that the registry itself takes as it is. */
    | { readonly kind: "bearer"; readonly token: string }
  ) & {
    /** Undefined where nobody said. */
    readonly from?: Whence;
  };

/** Credentials for a repository (without its host); undefined to come as nobody. */
export type CredentialsFor = (repository: string) => Promise<Credentials | undefined>;
