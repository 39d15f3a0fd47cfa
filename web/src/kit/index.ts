export { Announcer, type Urgency } from "./announcer.ts";
export { Cell, useCell } from "./cell.ts";
export { keep, kept } from "./kept.ts";
export { autonymOf, directionOf, isInterface, localeOf, negotiate, readingOf, textIn, UN, type Interface } from "./language.ts";
export { SessionContext, useAnnounce, useChooseLanguage, type Session } from "./session.ts";
export { shortcutOf, type Shortcut } from "./shortcut.ts";
export { chooseTheme, showTheme, theme, type Theme } from "./theme.ts";
export { clock, integer, lasted, listed, longDate, shortDate, shortTime } from "./time.ts";
export { loadWords, useMessages, useWords, Words, WordsContext, type MessageKey, type Noun } from "./words.ts";
