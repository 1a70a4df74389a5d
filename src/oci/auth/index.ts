export { type Authorizer, type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
export type { Credentials, CredentialsFor } from "./credentials.ts";
export { createFileCredentials, type FileCredentials, type FileCredentialsOptions } from "./credentials-files.ts";
export type { Scope } from "./scope.ts";
