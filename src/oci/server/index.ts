export type { ServedRegistry, ServedRequest, ServeOptions } from "./serve.ts";
export { serveLayout } from "./serve.ts";
