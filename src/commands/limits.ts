/** Nodes at work at once. Most of them wait for registries, and how much those are asked at once is learnt from them. */
export const DEFAULT_JOBS = 64;
/** Of these, transfers with one registry, where its declaration does not say. */
export const JOBS_PER_REGISTRY = 64;
/** Attempts at a node whose failures may pass. */
export const DEFAULT_ATTEMPTS = 3;
