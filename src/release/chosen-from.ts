import type { Choice } from "../versions/index.ts";
import type { ChosenFrom } from "./lock/index.ts";

const NEXT = 3;

/** What a choice of so many was made from, as a lock has it. */
export const chosenFrom = ({ considered, rejected }: Choice, taken: number): ChosenFrom => ({
  names: considered.length + rejected.length,
  fitting: considered.length,
  next: considered.slice(taken, taken + NEXT).map(({ name }) => name),
});
