/**
 * Runs the engine once, in a worker thread: the request goes in on its stdin, the answer comes out on its stdout.
 * Of WASI it gives what Go's runtime asks for, and nothing of this machine but the time and random numbers:
 * a template reaches no file, no variable and no network. Plain JavaScript, because a worker cannot be bundled.
 */
import { webcrypto } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";

const OK = 0;
const BAD_FILE = 8;
const NOT_SUPPORTED = 58;
const STDIN = 0;
const STDERR = 2;
const REALTIME = 0;
const POLL_CLOCK = 0;
const CHARACTER_DEVICE = 2;
/** Its name is all that the program is called with. */
const PROGRAM = Buffer.from("helm\0");
/** The largest piece that random numbers come in. */
const RANDOM_PIECE = 65_536;

class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

const { module, input } = workerData;
const out = [[], [], []];
let read = 0;

const given = {
  proc_exit: (code) => {
    throw new Exit(code);
  },
  sched_yield: () => OK,
  args_sizes_get: (count, size) => setTwo(count, 1, size, PROGRAM.length),
  args_get: (pointers, at) => {
    view().setUint32(pointers, at, true);
    bytes(at, PROGRAM.length).set(PROGRAM);
    return OK;
  },
  environ_sizes_get: (count, size) => setTwo(count, 0, size, 0),
  environ_get: () => OK,
  clock_time_get: (clock, _precision, at) => {
    view().setBigUint64(at, now(clock), true);
    return OK;
  },
  random_get: (at, length) => {
    for (let done = 0; done < length; done += RANDOM_PIECE) {
      webcrypto.getRandomValues(bytes(at + done, Math.min(RANDOM_PIECE, length - done)));
    }
    return OK;
  },
  poll_oneoff: poll,
  fd_read: (fd, vectors, count, doneAt) => {
    if (fd !== STDIN) return BAD_FILE;
    return forEachVector(vectors, count, doneAt, (piece) => {
      const part = input.subarray(read, read + piece.length);
      piece.set(part);
      read += part.length;
      return part.length;
    });
  },
  fd_write: (fd, vectors, count, doneAt) => {
    if (fd === STDIN || fd > STDERR) return BAD_FILE;
    return forEachVector(vectors, count, doneAt, (piece) => {
      out[fd].push(piece.slice());
      return piece.length;
    });
  },
  fd_fdstat_get: (fd, at) => {
    if (fd > STDERR) return BAD_FILE;
    bytes(at, 24).fill(0);
    view().setUint8(at, CHARACTER_DEVICE);
    return OK;
  },
  fd_fdstat_set_flags: () => OK,
  fd_close: () => OK,
  fd_prestat_get: () => BAD_FILE,
  fd_prestat_dir_name: () => BAD_FILE,
};

const imports = Object.fromEntries(
  WebAssembly.Module.imports(module).map(({ name }) => [name, given[name] ?? (() => NOT_SUPPORTED)]),
);
const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
const { memory } = instance.exports;
parentPort.postMessage(run());

function run() {
  try {
    instance.exports._start();
    return ended(0);
  } catch (error) {
    if (error instanceof Exit) return ended(error.code);
    return { ...ended(1), thrown: `${error.name}: ${error.message}` };
  }
}

function ended(code) {
  return { code, stdout: joined(out[1]), stderr: joined(out[2]), memory: memory.buffer.byteLength };
}

function joined(pieces) {
  return Buffer.concat(pieces).toString("utf8");
}

function view() {
  return new DataView(memory.buffer);
}

function bytes(at, length) {
  return new Uint8Array(memory.buffer, at, length);
}

function setTwo(first, value, second, other) {
  view().setUint32(first, value, true);
  view().setUint32(second, other, true);
  return OK;
}

function now(clock) {
  return clock === REALTIME ? BigInt(Date.now()) * 1_000_000n : BigInt(Math.round(performance.now() * 1_000_000));
}

/** Hands the pieces that a vector names to `use`, until it takes less than all of one. */
function forEachVector(vectors, count, doneAt, use) {
  let done = 0;
  for (let index = 0; index < count; index++) {
    const at = vectors + index * 8;
    const length = view().getUint32(at + 4, true);
    const taken = use(bytes(view().getUint32(at, true), length));
    done += taken;
    if (taken < length) break;
  }
  view().setUint32(doneAt, done, true);
  return OK;
}

/** Go sleeps by this. Subscriptions have 48 bytes, events 32. */
function poll(subscriptions, events, count, doneAt) {
  let waitMs = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const at = subscriptions + index * 48;
    if (view().getUint8(at + 8) === POLL_CLOCK) waitMs = Math.min(waitMs, delayMs(at));
    else waitMs = 0;
  }
  if (waitMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  for (let index = 0; index < count; index++) {
    const [from, to] = [subscriptions + index * 48, events + index * 32];
    bytes(to, 32).fill(0);
    view().setBigUint64(to, view().getBigUint64(from, true), true);
    view().setUint8(to + 10, view().getUint8(from + 8));
  }
  view().setUint32(doneAt, count, true);
  return OK;
}

function delayMs(subscription) {
  const timeout = view().getBigUint64(subscription + 24, true);
  const isAbsolute = view().getUint16(subscription + 40, true) === 1;
  const left = isAbsolute ? timeout - now(view().getUint32(subscription + 16, true)) : timeout;
  return Math.max(0, Number(left) / 1_000_000);
}
