/**
 * A name for a run that begins now: `20260131-142355-123-k3f9`, in UTC. Names sort as the runs began; the end keeps
 * two that begin in the same millisecond apart.
 */
export function newRunId(now: Date, random: () => number = Math.random): string {
  const digits = now.toISOString().replace(/\D/g, "");
  const end = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14, 17)}-${end}`;
}

/** True for what {@link newRunId} makes. */
export const isRunId = (text: string): boolean => /^\d{8}-\d{6}-\d{3}-[0-9a-z]{4}$/.test(text);
