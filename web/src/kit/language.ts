/** Languages of the interface: the six of the United Nations, in the order in which they are listed. */
export const UN = ["ar", "zh", "en", "fr", "ru", "es"] as const;

export type Interface = (typeof UN)[number];

const AUTONYM_BY_TAG: Readonly<Record<Interface, string>> = { ar: "العربية", zh: "中文", en: "English", fr: "Français", ru: "Русский", es: "Español" };

/** Scripts written from right to left that a caption may be in, by language. */
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "ckb", "dv"]);

/** Returns whether a tag is a language of the interface. */
export function isInterface(tag: string): tag is Interface {
  return (UN as readonly string[]).includes(tag);
}

/** Returns which way a language is written. */
export function directionOf(tag: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(primaryOf(tag)) ? "rtl" : "ltr";
}

/** Returns a language's name in the language itself. */
export function autonymOf(tag: string): string {
  if (isInterface(tag)) return AUTONYM_BY_TAG[tag];
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}

/** Returns the locale whose numbers and dates a language uses here: figures are Western everywhere. */
export function localeOf(tag: string): string {
  return `${tag === "en" ? "en-GB" : tag}-u-nu-latn-ca-gregory`;
}

/** Returns the first language of the interface that a list of wishes names; English where none does. */
export function negotiate(wished: readonly string[]): Interface {
  for (const tag of wished) {
    const primary = primaryOf(tag);
    if (isInterface(primary)) return primary;
  }
  return "en";
}

/** Returns the text of the wished language, of English, or of any. */
export function textIn(texts: Readonly<Record<string, string>>, tag: string): string {
  return texts[tag] ?? texts["en"] ?? Object.values(texts)[0] ?? "";
}

/** Returns the language in which somebody is led to the pages of a dialogue, which exist in its languages only. */
export function readingOf(languages: readonly string[], tag: string): string {
  if (languages.includes(tag)) return tag;
  return languages.includes("en") ? "en" : (languages[0] ?? tag);
}

function primaryOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? tag;
}
