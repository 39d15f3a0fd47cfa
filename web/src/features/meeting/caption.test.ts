import { expect, test } from "vitest";

import { captionFrom, CaptionLog, type Caption } from "./caption.ts";

test("a stream of the interpreter becomes a caption", () => {
  const caption = captionFrom(
    { "lk.segment_id": "s1", "lk.transcription_final": "false", "plenary.language": "pt", "plenary.source_language": "en", "plenary.state": "stable", "plenary.stable": "8", "plenary.author": "machine", "plenary.revision": "3", "plenary.start_us": "5000000", "plenary.speaker": "ana" },
    "A água sobe",
  );

  expect(caption).toEqual({ segment: "s1", language: "pt", source: "en", revision: 3, isFinal: false, author: "machine", speaker: "ana", text: "A água sobe", stable: 7, startMs: 5000, isUntranslated: false });
});

test("a stream without our attributes is no caption", () => {
  expect(captionFrom({ "lk.segment_id": "s1" }, "hello")).toBeNull();
});

test("words that may change are replaced in place", () => {
  const log = new CaptionLog();

  log.receive(caption({ text: "The sitty", revision: 1, stable: 4 }));
  log.receive(caption({ text: "The city opens", revision: 2, stable: 8 }));

  expect(log.band("en")).toMatchObject({ settled: "The city ", unsure: "opens" });
});

test("an older revision that comes late changes nothing", () => {
  const log = new CaptionLog();

  log.receive(caption({ text: "The city opens", revision: 2 }));
  log.receive(caption({ text: "The", revision: 1 }));

  expect(log.lines("en").map((line) => line.text)).toEqual(["The city opens"]);
});

test("a final caption is not taken back by a partial one", () => {
  const log = new CaptionLog();

  log.receive(caption({ text: "Done.", revision: 2, isFinal: true, stable: 5 }));
  log.receive(caption({ text: "Done and", revision: 2 }));

  expect(log.band("en")).toMatchObject({ settled: "Done.", unsure: "" });
});

test("the band shows the last speaker only", () => {
  const log = new CaptionLog();

  log.receive(caption({ segment: "a", speaker: "ana", text: "First.", isFinal: true, stable: 6, startMs: 1 }));
  log.receive(caption({ segment: "b", speaker: "ben", text: "Second.", isFinal: true, stable: 7, startMs: 2 }));
  log.receive(caption({ segment: "c", speaker: "ben", text: "Third", startMs: 3 }));

  expect(log.band("en")).toMatchObject({ speaker: "ben", settled: "Second. ", unsure: "Third" });
});

test("a reader sees the language asked for", () => {
  const log = new CaptionLog();

  log.receive(caption({ language: "en", text: "water" }));
  log.receive(caption({ language: "pt", text: "água" }));

  expect(log.band("pt")?.unsure).toBe("água");
});

test("an original without translation keeps its own language, for its direction", () => {
  const log = new CaptionLog();

  log.receive(caption({ language: "en", source: "ar", text: "الماء", isUntranslated: true }));

  expect(log.band("en")).toMatchObject({ language: "ar", isUntranslated: true });
});

function caption(given: Partial<Caption>): Caption {
  return { segment: "s", language: "en", source: "en", revision: 1, isFinal: false, author: "machine", speaker: "ana", text: "", stable: 0, startMs: 0, isUntranslated: false, ...given };
}
