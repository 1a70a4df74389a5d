export type { Content } from "./exchange.ts";
export { type Doorkeeper, doorkeeper } from "./htpasswd.ts";
export { type Certificate, isLoopbackHost, type Listen } from "./listen.ts";
export type { ServedRequest } from "./request-log.ts";
export type { Served, ServedRegistry, ServeOptions } from "./serve.ts";
export { serveContent, serveLayout } from "./serve.ts";
