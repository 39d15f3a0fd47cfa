import { Cell } from "../../kit/index.ts";

/** How many segments are kept for reading back: an hour of talk. */
const SEGMENTS_MAX = 600;

/** How many segments of one speaker stand in the band at most; older ones have scrolled out of it. */
const BAND_SEGMENTS = 4;

export type CaptionAuthor = "machine" | "interpreter" | "speaker";

/** A piece of what was said, in one language. */
export interface Caption {
  segment: string;
  language: string;
  source: string;
  revision: number;
  isFinal: boolean;
  author: CaptionAuthor;
  /** LiveKit identity of who spoke. */
  speaker: string;
  text: string;
  /** How much of the text, in UTF-16 units, will not change. */
  stable: number;
  startMs: number;
  isUntranslated: boolean;
}

/** What stands in the band: one speaker's last words. */
export interface Band {
  speaker: string;
  language: string;
  source: string;
  author: CaptionAuthor;
  isUntranslated: boolean;
  settled: string;
  unsure: string;
  atMs: number;
}

/** Reads a caption off a text stream's attributes; null where it is none of ours. */
export function captionFrom(attributes: Readonly<Record<string, string>>, text: string): Caption | null {
  const segment = attributes["lk.segment_id"];
  const language = attributes["plenary.language"];
  const speaker = attributes["plenary.speaker"];
  if (segment === undefined || language === undefined || speaker === undefined) return null;
  const isFinal = attributes["plenary.state"] === "final" || attributes["lk.transcription_final"] === "true";
  const author = attributes["plenary.author"];
  return {
    segment,
    language,
    speaker,
    source: attributes["plenary.source_language"] ?? language,
    revision: Number(attributes["plenary.revision"] ?? 0),
    isFinal,
    author: author === "interpreter" || author === "speaker" ? author : "machine",
    text,
    stable: isFinal ? text.length : unitsOf(text, Number(attributes["plenary.stable"] ?? 0)),
    startMs: Number(attributes["plenary.start_us"] ?? 0) / 1000,
    isUntranslated: attributes["plenary.untranslated"] === "true",
  };
}

/** Keeps the newest revision of each segment in each language, in the order in which they were begun. */
export class CaptionLog {
  readonly revision = new Cell(0);
  private readonly captionByKey = new Map<string, Caption>();

  /** Takes a caption in; one that is older than what is known changes nothing. */
  receive(caption: Caption): void {
    const key = `${caption.language} ${caption.segment}`;
    const known = this.captionByKey.get(key);
    if (known !== undefined && (known.revision > caption.revision || (known.isFinal && !caption.isFinal))) return;
    this.captionByKey.set(key, caption);
    const oldest = this.captionByKey.keys().next();
    if (this.captionByKey.size > SEGMENTS_MAX && oldest.done !== true) this.captionByKey.delete(oldest.value);
    this.revision.set(this.revision.get() + 1);
  }

  /** Returns what was said, in a language, oldest first. */
  lines(language: string): Caption[] {
    return [...this.captionByKey.values()].filter((caption) => caption.language === language && caption.text !== "").sort((a, b) => a.startMs - b.startMs);
  }

  /** Returns the last speaker's last words in a language; null before anybody spoke. */
  band(language: string): Band | null {
    const lines = this.lines(language);
    const last = lines.at(-1);
    if (last === undefined) return null;
    const begin = lines.findLastIndex((line) => line.speaker !== last.speaker || line.source !== last.source) + 1;
    const run = lines.slice(Math.max(begin, lines.length - BAND_SEGMENTS));
    // Chinese, Japanese and Thai put no space between sentences.
    const glue = /^(zh|ja|th)/u.test(last.language) ? "" : " ";
    const whole = run.map((line) => line.text).join(glue);
    const words = whole.slice(whole.length - last.text.length + last.stable);
    const unsure = words.trimStart();
    return {
      speaker: last.speaker,
      language: last.isUntranslated ? last.source : last.language,
      source: last.source,
      author: last.author,
      isUntranslated: last.isUntranslated,
      settled: whole.slice(0, whole.length - unsure.length),
      unsure,
      atMs: last.startMs,
    };
  }
}

/** Returns how many UTF-16 units the first bytes of a text are, never splitting a character. */
function unitsOf(text: string, bytes: number): number {
  let units = 0;
  let left = bytes;
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    left -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (left < 0) break;
    units += char.length;
  }
  return units;
}
