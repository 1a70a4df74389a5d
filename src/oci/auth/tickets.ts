import { Failed } from "../../failure/index.ts";

/** An `Authorization` header and the time (milliseconds since the epoch) from which another should be asked for. */
export interface Ticket {
  readonly header: string;
  readonly renewAt: number;
}

/** Tickets by scope. However many requests need the same one, it is fetched once. */
export interface Tickets {
  readonly get: (
    key: string,
    isUsable: (ticket: Ticket) => boolean,
    fetch: () => Promise<Ticket>,
    signal: AbortSignal,
  ) => Promise<Ticket>;
}

export function createTickets(): Tickets {
  const tickets = new Map<string, Promise<Ticket>>();
  return {
    get: async (key, isUsable, fetch, signal) => {
      for (;;) {
        const pending = tickets.get(key);
        if (pending === undefined) {
          const fresh = fetch();
          tickets.set(key, fresh);
          fresh.catch(() => forget(tickets, key, fresh));
          return fresh;
        }
        const ticket = await pending.catch((error: unknown) => {
          // Whoever fetched it was cancelled; that says nothing about us.
          if (signal.aborted || !isCancelled(error)) throw error;
          return undefined;
        });
        if (ticket !== undefined && isUsable(ticket)) return ticket;
        forget(tickets, key, pending);
      }
    },
  };
}

function forget(tickets: Map<string, Promise<Ticket>>, key: string, pending: Promise<Ticket>): void {
  if (tickets.get(key) === pending) tickets.delete(key);
}

const isCancelled = (error: unknown): boolean => error instanceof Failed && error.failure.class === "cancelled";
