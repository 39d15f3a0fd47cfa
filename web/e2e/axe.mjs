// Looks for what keeps people out: axe-core on a page, WCAG 2.2 AA.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns what axe finds on a page, as one line each. The page's CSP refuses added scripts, so it is evaluated. */
export async function barriersOn(page) {
  await page.evaluate(source);
  const found = await page.evaluate(async () => globalThis.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } }));
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")} (${violation.help})`);
}
