import { Failed } from "../../failure/index.ts";
import { fullJitter, pause } from "../http/index.ts";
import type { BlobToPut, UploadSession } from "../registry-client.ts";
import type { Wire } from "./call.ts";
import { type Position, putRest, sendChunks } from "./upload-bytes.ts";
import { askReceived, cancelUpload, openUpload } from "./upload-session.ts";

/** An upload that has got further than this is left open when a run is interrupted: the next run goes on with it. */
const WORTH_LEAVING = 16 * 1024 * 1024;
/** Breaks in a row without a byte between them. */
const MOST_LOSSES = 3;

/** One go at a blob. */
interface Round {
  at: Position | undefined;
  /** The length of the chunks that it was sent in; undefined where it went whole. */
  chunk: number | undefined;
  /** Why the source stopped sending, where it did. */
  sourceError: unknown;
}

/**
 * Pushes a blob: a POST unless there is a session, and one PUT with all bytes, or chunks where the registry wants
 * them. An upload that breaks off goes on where the registry says it stopped, if that can be.
 */
export async function uploadBlob(
  wire: Wire,
  repository: string,
  blob: BlobToPut,
  signal: AbortSignal,
  given: UploadSession | undefined,
): Promise<void> {
  const entered = given && (await enter(wire, given, blob, signal));
  const round: Round = { at: entered, chunk: undefined, sourceError: undefined };
  let start: "new" | "continued" = round.at === undefined ? "new" : "continued";
  for (let losses = 0; ; losses++) {
    const from = round.at?.confirmed ?? 0;
    try {
      await sendRest(wire, repository, blob, round, signal);
      return;
    } catch (error) {
      const next = signal.aborted ? "leave" : await nextStep(error, start, wire, blob, round, signal);
      if (typeof next !== "string" && next.confirmed > from) losses = 0;
      if (next === "leave" || next === "give up" || losses === MOST_LOSSES) {
        await end(wire, blob, round, next);
        throw error;
      }
      const kept = next === "again" ? undefined : next;
      blob.onBytes?.((kept?.confirmed ?? 0) - (round.at?.sent ?? 0));
      if (kept === undefined) await end(wire, blob, round, next);
      round.at = kept;
      start = kept === undefined ? "new" : "continued";
      await pause(Math.max(retryAfterOf(error), fullJitter(losses, wire.http.backoff)), signal);
    }
  }
}

async function sendRest(
  wire: Wire,
  repository: string,
  blob: BlobToPut,
  round: Round,
  signal: AbortSignal,
): Promise<void> {
  const from = round.at?.confirmed ?? 0;
  round.sourceError = undefined;
  // The source first: an upload that is open and waits for bytes is closed by many registries.
  const stream = from > 0 && from === blob.size ? undefined : await blob.open(signal, from);
  // It may break before anybody reads it; whoever does is told then.
  stream?.on("error", (error) => {
    round.sourceError = error;
  });
  try {
    round.at ??= {
      session: await openUpload(wire, repository, blob.digest, signal),
      confirmed: 0,
      sent: 0,
      bodies: 0,
    };
    blob.onSession?.(round.at.session);
    round.chunk = wire.manner.chunkFor(blob);
    if (round.chunk === undefined) await putRest(wire, blob, round.at, stream, signal);
    else await sendChunks(wire, blob, round.at, stream, round.chunk, signal);
  } finally {
    stream?.destroy();
  }
}

/** What to do after a failure: go on from a position, start `again`, or nothing. */
async function nextStep(
  error: unknown,
  start: "new" | "continued",
  wire: Wire,
  blob: BlobToPut,
  { at, chunk, sourceError }: Round,
  signal: AbortSignal,
): Promise<Position | "again" | "give up"> {
  const { manner } = wire;
  if (!(error instanceof Failed) || at === undefined) return "give up";
  const { code, class: kind } = error.failure;
  if (retryAfterOf(error) > wire.http.backoff.patienceMs) return "give up";
  const bySource = error === sourceError;
  // Bytes that turned out not to belong together are of no use at the target either.
  if (bySource && (kind !== "transient" || code === "registry/digest-mismatch")) return "give up";
  if (code === "registry/too-large" && manner.refused(blob, chunk, "too large")) return "again";
  if (code === "registry/unsupported" && start === "new" && manner.refused(blob, chunk, "not in one")) return "again";
  if (code === "registry/digest-mismatch" && at.bodies > 1 && manner.mayContinue()) {
    manner.damaged();
    return "again";
  }
  if (kind === "transient" && manner.mayContinue()) {
    const position = await positionOf(wire, at, signal);
    if (position !== undefined) return position;
    if (at.sent > 0) manner.broke(blob.digest);
  }
  // Whatever is wrong with an upload that was begun before, a new one need not have it.
  return start === "continued" ? "again" : "give up";
}

/** Where an upload stands by the word of the registry; undefined where that cannot be. */
async function positionOf(wire: Wire, at: Position, signal: AbortSignal): Promise<Position | undefined> {
  const asked = await askReceived(wire, at.session, signal).catch(() => undefined);
  if (asked === undefined || asked.received < at.confirmed || asked.received > at.sent) return undefined;
  return { session: asked.session, confirmed: asked.received, sent: asked.received, bodies: at.bodies };
}

/** Takes up a session that is open. One of an earlier process may have ended: a new one is then opened. */
async function enter(
  wire: Wire,
  session: UploadSession,
  blob: BlobToPut,
  signal: AbortSignal,
): Promise<Position | undefined> {
  const begun: Position = { session, confirmed: 0, sent: 0, bodies: 0 };
  if (session.received !== "unknown") return begun;
  const position = await positionOf(wire, { ...begun, sent: blob.size, bodies: 1 }, signal);
  if (position === undefined) await cancelUpload(wire, session);
  else blob.onBytes?.(position.confirmed);
  return position;
}

async function end(wire: Wire, blob: BlobToPut, { at }: Round, how: unknown): Promise<void> {
  if (at === undefined) return;
  const isLeft = how === "leave" && blob.onSession !== undefined && at.sent > WORTH_LEAVING;
  if (!isLeft) await cancelUpload(wire, at.session);
}

const retryAfterOf = (error: unknown): number => (error instanceof Failed ? (error.retryAfterMs ?? 0) : 0);
