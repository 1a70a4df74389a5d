import type { HttpRequest } from "./message.ts";

/** What a field's value may be made of (RFC 9110, 5.5): anything else could be read as another field. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

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
    if (!VALUE.test(value)) {
      throw Object.assign(new Error(`the field ${name} cannot be sent as it is`), { code: "ERR_INVALID_CHAR" });
    }
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}
