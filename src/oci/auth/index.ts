export { type Authorizer, type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
export type { Credentials, CredentialsFor, Whence } from "./credentials.ts";
export { createFileCredentials, type FileCredentials, type FileCredentialsOptions } from "./credentials-files.ts";
export { howToLogIn, howToRenew, inWords } from "./in-words.ts";
export type { Scope } from "./scope.ts";
