import type { SecureContext } from "node:tls";
import { type Line, openLine } from "./bulk-line.ts";
import { publicLookup } from "./private-address.ts";

/** Connections for large bodies that are kept for the next one. */
export interface BulkLines {
  readonly take: (url: URL, addresses: "any" | "public") => Line;
  readonly giveBack: (line: Line, url: URL, connection: "kept" | "closed") => void;
  readonly close: () => void;
}

const LOST = ["close", "error", "end"] as const;

export function createBulkLines(secureContext: () => SecureContext | undefined): BulkLines {
  const idle = new Map<string, Set<Line>>();
  const whenLost = new WeakMap<Line, () => void>();
  const forget = (line: Line, origin: string): void => {
    idle.get(origin)?.delete(line);
    line.socket.on("error", () => {}).destroy();
  };
  return {
    take: (url, addresses) => {
      const kept = [...(idle.get(url.origin) ?? [])].at(-1);
      // One that was opened where any address would do is none for a name that another server gave us.
      if (kept === undefined || addresses === "public") {
        return openLine({
          url,
          secureContext: url.protocol === "https:" ? secureContext() : undefined,
          lookup: addresses === "public" ? publicLookup : undefined,
        });
      }
      idle.get(url.origin)?.delete(kept);
      const lost = whenLost.get(kept);
      if (lost !== undefined) for (const event of LOST) kept.socket.off(event, lost);
      kept.socket.ref();
      kept.used = "again";
      return kept;
    },
    giveBack: (line, { origin }, connection) => {
      const { socket } = line;
      if (connection === "closed" || socket.destroyed) return forget(line, origin);
      const lines = idle.get(origin) ?? new Set();
      idle.set(origin, lines.add(line));
      socket.unref();
      const lost = (): void => forget(line, origin);
      whenLost.set(line, lost);
      for (const event of LOST) socket.on(event, lost);
    },
    close: () => {
      for (const lines of idle.values()) for (const { socket } of lines) socket.destroy();
    },
  };
}
