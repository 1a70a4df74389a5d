import { Lane, type LaneSettings } from "./lane.ts";

/** A fork of Node is dear, and commands that are short soon give a lane back: this long one is waited for. */
const PATIENCE_MS = 10;
/** So many are started without waiting: one for each core of a small machine, and one that Node has yet to hear of. */
const AT_ONCE = 3;

interface Waiter {
  readonly since: number;
  readonly take: (lane: Lane) => void;
}

/** Lanes, at most as many as there were ever commands at once; each is started when it is wanted. */
export class Lanes {
  readonly #settings: LaneSettings;
  readonly #all = new Set<Lane>();
  #idle: Lane[] = [];
  #waiting: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: LaneSettings) {
    this.#settings = settings;
  }

  /** A lane for one command, to be given back with {@link giveBack}. */
  async take(): Promise<Lane> {
    for (let lane = this.#idle.pop(); lane !== undefined; lane = this.#idle.pop()) {
      if (lane.state === "sound") return lane;
      this.#discard(lane);
    }
    if (this.#all.size < AT_ONCE) return this.#start();
    return new Promise((take) => {
      this.#waiting.push({ since: performance.now(), take });
      this.#timer ??= setTimeout(() => this.#onTime(), PATIENCE_MS);
    });
  }

  giveBack(lane: Lane): void {
    if (lane.state === "spent") {
      this.#discard(lane);
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(lane);
    else next.take(lane);
  }

  /** Kills all lanes, and what runs in them. */
  close(): void {
    for (const lane of this.#all) lane.kill();
    this.#all.clear();
    this.#idle = [];
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  /** Starts one at most: if commands are short, those that wait are served before the next time. */
  #onTime(): void {
    this.#timer = undefined;
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (performance.now() - first.since >= PATIENCE_MS) {
      this.#waiting.shift();
      first.take(this.#start());
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#onTime(), PATIENCE_MS);
  }

  #start(): Lane {
    const lane = new Lane(this.#settings);
    this.#all.add(lane);
    return lane;
  }

  #discard(lane: Lane): void {
    this.#all.delete(lane);
    lane.kill();
  }
}
