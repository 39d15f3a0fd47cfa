import type { ReactElement } from "react";

import type { Lobby } from "../../api/index.ts";
import { autonymOf, clock, directionOf, useCell, useMessages, type MessageKey } from "../../kit/index.ts";
import { Chip } from "../../primitives/index.ts";
import type { Band } from "./caption.ts";
import { captionLook } from "./captionLook.ts";
import { providerOf } from "./MeetingModel.ts";
import type { StageModel } from "./StageModel.ts";

interface CaptionBandProps {
  stage: StageModel;
  lobby: Lobby;
}

/** What is said, in the reader's language, in a band of its own that covers nobody. */
export function CaptionBand({ stage, lobby }: CaptionBandProps): ReactElement {
  const t = useMessages();
  useCell(stage.captions.revision);
  const reads = useCell(stage.reads);
  const isDown = useCell(stage.link).name === "down";
  const people = useCell(stage.people);
  const look = useCell(captionLook);
  const band = stage.captions.band(reads);
  if (band === null) {
    return (
      <section className="caption-band" aria-label={t("meeting.captions")}>
        <p className="caption-note quiet-text">{t(emptyKey(reads, lobby), { language: autonymOf(reads) })}</p>
      </section>
    );
  }
  const speaker = people.find((person) => person.identity === band.speaker)?.name ?? t("meeting.somebody");
  return (
    <section className={`caption-band ${look.size}`} aria-label={t("meeting.captions")}>
      <div className="caption-who">
        <bdi className="strong-text">{speaker}</bdi>
        <span className="quiet-text">{isDown ? t("meeting.until", { time: clock(new Date(band.atMs), "with seconds") }) : band.isUntranslated ? t("meeting.untranslated", { language: autonymOf(reads) }) : pairOf(band)}</span>
        <Chip kind={band.author === "machine" ? "machine" : "plain"}>{t(band.author === "machine" ? "meeting.machine" : band.author === "interpreter" ? "meeting.interpreter" : "meeting.typed")}</Chip>
      </div>
      <div className="caption-lines">
        <div className={isDown ? "caption-clip one" : "caption-clip"}>
          <p className={isDown ? "caption quiet-text" : "caption"} lang={band.language} dir={directionOf(band.language)}>
            <span aria-live={look.isAloud ? "polite" : "off"}>{band.settled}</span>
            {band.unsure === "" ? null : <span className="unsure">{band.unsure}</span>}
          </p>
        </div>
        {isDown ? <p className="caption-note">{t("meeting.captions_cut")}</p> : null}
      </div>
    </section>
  );
}

/** Returns what to say before the first caption: that one may wait, or that none will come, and why. */
function emptyKey(reads: string, lobby: Lobby): MessageKey {
  if (lobby.captions.available.length === 0) return "interpret.missing_recognition";
  return providerOf(reads, lobby.captions.available) === "machine" ? "meeting.captions_wait" : "meeting.captions_none";
}

/** Returns `español → français`, or one language where both are the same. */
function pairOf(band: Band): ReactElement {
  if (band.source === band.language) return <bdi lang={band.source}>{autonymOf(band.source)}</bdi>;
  return (
    <span className="pair">
      <bdi lang={band.source}>{autonymOf(band.source)}</bdi>
      <span className="arrow" aria-hidden="true" />
      <bdi lang={band.language}>{autonymOf(band.language)}</bdi>
    </span>
  );
}
