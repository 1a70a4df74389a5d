export { harbor } from "./kind.ts";
export { robotOf } from "./project.ts";
export { type Artifact, requestScan, type ScanState, SEVERITIES, type Severity, scanState } from "./scan.ts";
