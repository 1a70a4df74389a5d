/**
 * How long V8 runs a function of a WebAssembly before it compiles it again, and better: five times its own measure since
 * Node 22. Most programs render one chart once, and with the measure of Node 20 a third of their work would be compiling.
 */
export const TIERING_FLAG = "--wasm-tiering-budget=64000000";
