export { LanguageSwitch } from "./LanguageSwitch.tsx";
export { DemonstrationStrip, Masthead } from "./Masthead.tsx";
export { ThemeSwitch } from "./ThemeSwitch.tsx";
