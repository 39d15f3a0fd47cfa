import { Cell } from "./cell.ts";
import { keep, kept } from "./kept.ts";

export type Theme = "light" | "dark" | "system";

const initial = kept("plenary.theme");

/** The theme chosen; `system` follows the device. */
export const theme = new Cell<Theme>(initial === "light" || initial === "dark" ? initial : "system");

/** Chooses a theme, shows it and keeps it. */
export function chooseTheme(next: Theme): void {
  theme.set(next);
  keep("plenary.theme", next);
  showTheme();
}

/** Puts the chosen theme on the page. */
export function showTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}
