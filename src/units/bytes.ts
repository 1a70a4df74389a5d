const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/** A number of bytes in decimal units: `0 bytes`, `512 bytes`, `1.2 kB`, `340 MB`. */
export function formatBytes(bytes: number): string {
  const whole = Math.max(0, Math.round(bytes));
  if (whole < 1000) return whole === 1 ? "1 byte" : `${whole} bytes`;
  let value = whole;
  for (const unit of UNITS) {
    value /= 1000;
    if (value < 9.95) return `${value.toFixed(1)} ${unit}`;
    if (value < 999.5) return `${Math.round(value)} ${unit}`;
  }
  return `${Math.round(value)} ${UNITS[UNITS.length - 1]}`;
}
