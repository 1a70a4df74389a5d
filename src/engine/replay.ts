import { createReadStream } from "node:fs";
import { Failed } from "../failure/index.ts";
import type { Event } from "./event.ts";

/**
 * The events of a run, read back from its ledger as they happened. A last line that a crash cut short is left out.
 *
 * @throws Failed `ledger/unreadable`, or `ledger/damaged` for a line in the middle that is no event
 */
export async function* replay(file: string): AsyncGenerator<Event, void> {
  let number = 0;
  let damaged: { readonly line: number; readonly text: string } | undefined;
  for await (const text of linesOf(file)) {
    if (damaged !== undefined) throw damagedLedger(file, damaged);
    number += 1;
    const event = eventOf(text);
    if (event === undefined) damaged = { line: number, text };
    else yield event;
  }
}

async function* linesOf(file: string): AsyncGenerator<string, void> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(file, "utf8")) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failed(
      {
        code: "ledger/unreadable",
        class: "usage",
        message: `The ledger ${file} cannot be read: ${reason}`,
        hint: "Name a file that an earlier run left in the ledger folder",
      },
      { cause: error },
    );
  }
}

function eventOf(text: string): Event | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isEvent(value) ? value : undefined;
}

/** The ledger is our own writing: what has a time and a type is taken to be an event. */
function isEvent(value: unknown): value is Event {
  if (typeof value !== "object" || value === null) return false;
  return "at" in value && typeof value.at === "number" && "type" in value && typeof value.type === "string";
}

function damagedLedger(file: string, { line, text }: { readonly line: number; readonly text: string }): Failed {
  return new Failed({
    code: "ledger/damaged",
    class: "permanent",
    message: `Line ${line} of the ledger ${file} is not an event`,
    hint: "Replay another run, or remove this line",
    place: { file, line, column: 1, length: text.length, text },
  });
}
