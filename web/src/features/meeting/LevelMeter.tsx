import type { LocalAudioTrack } from "livekit-client";
import { useEffect, type ReactElement } from "react";

import { useCell, useMessages } from "../../kit/index.ts";
import { BARS, type LevelModel } from "./LevelModel.ts";

interface LevelMeterProps {
  level: LevelModel;
  track: LocalAudioTrack;
}

/** How loud the microphone hears us, and whether it does at all. */
export function LevelMeter({ level, track }: LevelMeterProps): ReactElement {
  const t = useMessages();
  const bars = useCell(level.bars);
  const isHeard = useCell(level.isHeard);
  useEffect(() => level.follow(track), [level, track]);
  return (
    <div className="row small-text level">
      <span className="meter" role="meter" aria-label={t("meeting.level")} aria-valuemin={0} aria-valuemax={BARS} aria-valuenow={bars}>
        {Array.from({ length: BARS }, (_, bar) => (
          <i key={bar} className={bar < bars ? "lit" : ""} />
        ))}
      </span>
      <span>{t(isHeard ? "meeting.heard" : "meeting.say_something")}</span>
    </div>
  );
}
