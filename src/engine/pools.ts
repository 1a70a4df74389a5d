import { Failed } from "../failure/index.ts";
import { Heap } from "./heap.ts";

/** What the queue wants to know of a thing that waits in it. */
export interface Waiter {
  readonly node: { readonly pools: readonly string[] };
  readonly chain: number;
}

interface Pool {
  readonly name: string;
  readonly places: number;
  free: number;
  /** Places kept, within one round of admission, for waiters that came first and still lack another place. */
  kept: number;
}

interface Ticket<W> {
  readonly waiter: W;
  readonly number: number;
}

/** Those that want the same pools stand in one line: if its head cannot go, nobody behind it can. */
interface Line<W> {
  /** The scarcest first. */
  readonly pools: readonly Pool[];
  readonly tickets: Heap<Ticket<W>>;
}

/**
 * Counting pools and the queue before them. A waiter is let in when all its pools have a place, and takes them in
 * one go, so that two can never hold what the other lacks.
 *
 * Order: the longest chain of dependents first, then first come, first served. A head of line that lacks a place
 * keeps those it could have against everyone behind it, from its scarcest pool up to the first that is full: who
 * needs two busy pools does not starve behind a stream of those who need one, and a wide pool does not stand idle
 * for somebody who waits for a narrow one.
 */
export class PoolQueue<W extends Waiter> {
  readonly #jobs: Pool;
  readonly #pools = new Map<string, Pool>();
  /** By the names of their pools as they are in force, and by every way nodes list them. */
  readonly #lines = new Map<string, Line<W>>();
  readonly #lineByNames = new Map<string, Line<W>>();
  #waiting = 0;
  #nextNumber = 0;

  /**
   * @param jobs how many may be in at once, over all pools
   * @param limits places by pool; a pool without a limit is no pool
   * @throws Failed `engine/no-places` for a limit below 1
   */
  constructor(jobs: number, limits: ReadonlyMap<string, number>) {
    this.#jobs = poolOf("jobs", jobs);
    for (const [name, places] of limits) this.#pools.set(name, poolOf(name, places));
  }

  push(waiter: W): void {
    this.#waiting += 1;
    this.#lineOf(waiter).tickets.push({ waiter, number: this.#nextNumber++ });
  }

  /** Lets in all that can go now, in order. Each must be handed back with {@link release}. */
  admit(): readonly W[] {
    const admitted: W[] = [];
    if (this.#jobs.free === 0 || this.#waiting === 0) return admitted;
    const stuck: Line<W>[] = [];
    const lines = this.#byHead();
    for (let line = lines.pop(); line !== undefined && this.#jobs.free > 0; line = lines.pop()) {
      if (line.pools.every((pool) => pool.free > pool.kept)) {
        const ticket = line.tickets.pop();
        if (ticket !== undefined) admitted.push(ticket.waiter);
        this.#take(line);
        if (line.tickets.size > 0) lines.push(line);
      } else {
        keepPlaces(line.pools);
        stuck.push(line);
      }
    }
    for (const line of stuck) for (const pool of line.pools) pool.kept = 0;
    return admitted;
  }

  release(waiter: W): void {
    this.#jobs.free += 1;
    for (const pool of this.#lineOf(waiter).pools) pool.free += 1;
  }

  #take(line: Line<W>): void {
    this.#waiting -= 1;
    this.#jobs.free -= 1;
    for (const pool of line.pools) pool.free -= 1;
  }

  #byHead(): Heap<Line<W>> {
    const lines = new Heap<Line<W>>(headGoesBefore);
    for (const line of this.#lines.values()) if (line.tickets.size > 0) lines.push(line);
    return lines;
  }

  #lineOf(waiter: W): Line<W> {
    const names = waiter.node.pools.join("\0");
    let line = this.#lineByNames.get(names);
    if (line === undefined) {
      line = this.#lineFor(this.#limitedPools(waiter.node.pools));
      this.#lineByNames.set(names, line);
    }
    return line;
  }

  #lineFor(pools: readonly Pool[]): Line<W> {
    const key = pools.map((pool) => pool.name).join("\0");
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { pools, tickets: new Heap<Ticket<W>>(goesBefore) };
      this.#lines.set(key, line);
    }
    return line;
  }

  #limitedPools(names: readonly string[]): readonly Pool[] {
    const pools = [...new Set(names)].flatMap((name) => this.#pools.get(name) ?? []);
    return pools.sort((a, b) => a.places - b.places || (a.name < b.name ? -1 : 1));
  }
}

function keepPlaces(pools: readonly Pool[]): void {
  for (const pool of pools) {
    pool.kept += 1;
    if (pool.free < pool.kept) return;
  }
}

function headGoesBefore<W extends Waiter>(a: Line<W>, b: Line<W>): boolean {
  const first = a.tickets.peek();
  const second = b.tickets.peek();
  return first !== undefined && second !== undefined && goesBefore(first, second);
}

function goesBefore<W extends Waiter>(a: Ticket<W>, b: Ticket<W>): boolean {
  if (a.waiter.chain !== b.waiter.chain) return a.waiter.chain > b.waiter.chain;
  return a.number < b.number;
}

function poolOf(name: string, places: number): Pool {
  const whole = Math.floor(places);
  if (whole >= 1) return { name, places: whole, free: whole, kept: 0 };
  throw new Failed({
    code: "engine/no-places",
    class: "usage",
    message: `The limit of "${name}" is ${places}, so nothing in it could ever run`,
    hint: "Give a limit of 1 or more",
  });
}
