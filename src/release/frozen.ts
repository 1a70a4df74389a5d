import type { Config } from "../config/index.ts";
import { FailedTogether, type Failure } from "../failure/index.ts";
import type { ChartImages } from "./chart-images.ts";
import { DISAGREES, disagreement, type Locking } from "./locking.ts";
import type { Pins } from "./pins.ts";

/** Config and a frozen lock disagree, and the nodes of charts and pins have told where. */
export class Refused extends FailedTogether {
  override readonly name = "Refused";
}

/**
 * Refuses to go on where config and a frozen lock disagree. Throws `FailedTogether` with the disagreements and their
 * places: {@link Refused} where nodes have told them all, else those that no node has told.
 */
export function refuseDisagreements(config: Config, charts: ChartImages, pins: Pins, locking: Locking): void {
  if (locking.manner !== "frozen") return;
  const untold = [...charts.keys()].flatMap((name) => chartDisagreement(config, name, charts, locking));
  if (untold.length > 0) throw new FailedTogether(untold);
  const unresolved = [...charts.values(), ...pins.values()].flatMap((one) => ("failure" in one ? [one.failure] : []));
  const told = unresolved.filter(({ code }) => code === DISAGREES);
  if (told.length > 0) throw new Refused(told);
}

function chartDisagreement(config: Config, name: string, charts: ChartImages, locking: Locking): Failure[] {
  const [chart, now, locked] = [config.charts.get(name), charts.get(name), locking.lock.charts.get(name)];
  if (chart === undefined || now?.kind !== "rendered") return [];
  const told = (says: string): Failure[] => [
    disagreement({ section: "charts", name, place: chart.place }, says, locking).failure,
  ];
  if (locked === undefined) return told("is a chart that the lock does not have");
  if (locked.version !== now.version) return told(`is at version ${now.version}, and the lock has ${locked.version}`);
  const [here, there] = [now.images, locked.images].map((images) => new Set(images.map(({ reference }) => reference)));
  const added = [...(here ?? [])].filter((reference) => !there?.has(reference));
  const gone = [...(there ?? [])].filter((reference) => !here?.has(reference));
  if (added.length + gone.length === 0) return [];
  const parts = [listed("names", added), listed("no longer names", gone)].filter((part) => part !== "");
  return told(`${parts.join(", and ")}, other than the lock has it`);
}

function listed(verb: string, references: readonly string[]): string {
  if (references.length === 0) return "";
  const shown = references.slice(0, 3).join(", ");
  return `${verb} ${shown}${references.length > 3 ? ` and ${references.length - 3} more` : ""}`;
}
