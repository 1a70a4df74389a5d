import { Lane, type LaneSettings } from "./lane.ts";

/** Lanes, as many as there were ever commands at once; each is started when it is first wanted. */
export class Lanes {
  readonly #settings: LaneSettings;
  readonly #all = new Set<Lane>();
  #idle: Lane[] = [];
  #waiting: ((lane: Lane) => void)[] = [];

  constructor(settings: LaneSettings) {
    this.#settings = settings;
  }

  /** A lane for one command, to be given back with {@link giveBack}. */
  async take(): Promise<Lane> {
    const lane = this.#idle.pop();
    if (lane?.state === "sound") return lane;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#startOne());
    });
  }

  giveBack(lane: Lane): void {
    if (lane.state === "spent") {
      this.#all.delete(lane);
      lane.kill();
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(lane);
    else next(lane);
  }

  /** Kills all lanes, and what runs in them. */
  close(): void {
    for (const lane of this.#all) lane.kill();
    this.#all.clear();
    this.#idle = [];
  }

  /** One each turn: a fork of Node is dear, and commands that are short soon give a lane back. */
  #startOne(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    if (this.#waiting.length > 0) setImmediate(() => this.#startOne());
    const lane = new Lane(this.#settings);
    this.#all.add(lane);
    next(lane);
  }
}
