import { FIELD_VALUE } from "./field-value.ts";
import type { HttpRequest } from "./message.ts";

/** The lines before the body of a request (RFC 9112, 3 and 5), `length` of which are to follow. Throws on a bad field. */
export function requestHead({ method, url, headers }: HttpRequest, length: number | undefined): string {
  const fields = {
    host: url.host,
    ...headers,
    ...(length !== undefined && { "content-length": String(length) }),
    connection: "keep-alive",
  };
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, value] of Object.entries(fields)) {
    if (!FIELD_VALUE.test(value)) {
      throw Object.assign(new Error(`the field ${name} cannot be sent as it is`), { code: "ERR_INVALID_CHAR" });
    }
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}
