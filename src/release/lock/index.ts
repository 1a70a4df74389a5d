export {
  diffLocks,
  type ImageChange,
  isEmptyDiff,
  type LockDiff,
  type LockedChartChange,
  type Shipment,
} from "./diff.ts";
export {
  type ChosenFrom,
  EMPTY_LOCK,
  type Lock,
  type LockedChart,
  type LockedChartImage,
  type LockedImage,
  type LockedPlatform,
  type LockedSource,
  tagOfChart,
} from "./lock.ts";
export { lockFileOf } from "./lock-file.ts";
export { type LockFile, parseLock, readLock } from "./read.ts";
export { formatLock, writeLock } from "./write.ts";
