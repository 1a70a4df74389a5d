/** Nodes at work at once. Most of them wait for registries, and how much those are asked at once is learnt from them. */
export const DEFAULT_JOBS = 64;
/** Of these, transfers with one registry, where its declaration does not say. */
export const JOBS_PER_REGISTRY = 64;
/** Attempts at a node whose failures may pass. */
export const DEFAULT_ATTEMPTS = 3;
/** Where `mirror serve` listens, where nothing is said: what clients take for a registry without TLS. */
export const DEFAULT_LISTEN = "127.0.0.1:5000";
