import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";

export interface Guarded {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Who was let in where: `user repository`. */
  readonly entered: Set<string>;
  /** What was refused: `user repository`. */
  readonly refused: string[];
  stop(): Promise<void>;
}

/**
 * A registry before which everybody shows a password (Basic), and each account opens one repository alone: as the
 * robot accounts of one host do. `accounts` has `user:password` by repository.
 */
export async function guard(behind: string, accounts: ReadonlyMap<string, string>): Promise<Guarded> {
  const entered = new Set<string>();
  const refused: string[] = [];
  const server = createServer((request, response) => {
    const repository = /^\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(request.url ?? "")?.[1];
    const [, encoded = ""] = (request.headers.authorization ?? "").split(" ");
    const shown = Buffer.from(encoded, "base64").toString();
    const user = shown.split(":")[0] ?? "";
    const fits = repository === undefined ? [...accounts.values()].includes(shown) : accounts.get(repository) === shown;
    if (!fits) {
      if (shown !== "") refused.push(`${user} ${repository}`);
      response.writeHead(401, { "www-authenticate": 'Basic realm="guarded"' }).end();
      return;
    }
    if (repository !== undefined) entered.add(`${user} ${repository}`);
    const { authorization: _, ...headers } = request.headers;
    const options = { method: request.method, headers, path: request.url };
    const onward = forward(`http://${behind}`, options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    entered,
    refused,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
