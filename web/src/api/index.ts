export { asProblem, call, isThere, Problem } from "./http.ts";
export * from "./types.ts";
