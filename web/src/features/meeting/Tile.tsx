import { AudioLines, MicOff } from "lucide-react";
import type { ReactElement } from "react";

import { useCell, useMessages } from "../../kit/index.ts";
import { initialsOf } from "../../primitives/index.ts";
import type { Person } from "./person.ts";
import { PictureView } from "./PictureView.tsx";
import type { StageModel } from "./StageModel.ts";

interface TileProps {
  person: Person;
  stage: StageModel;
  /** How many people there are besides, where this is the last tile; 0 for none. */
  more: number;
  isLarge?: boolean;
}

/** One person: the picture or the initials, and a plate with the name. */
export function Tile({ person, stage, more, isLarge = false }: TileProps): ReactElement {
  const t = useMessages();
  const isSpeaking = useCell(stage.speaking).has(person.identity);
  const isDown = useCell(stage.link).name === "down";
  if (more > 0) {
    return (
      <li className="tile">
        <span className="initials more">{t("meeting.and_more", { n: more + 1 })}</span>
      </li>
    );
  }
  const camera = isDown && !person.isSelf ? null : person.camera;
  const state = isSpeaking ? t("meeting.is_speaking") : person.isMicOn ? "" : t("meeting.is_muted");
  return (
    <li className={["tile", isSpeaking ? "speaks" : "", isLarge ? "large" : "", isDown ? "away" : ""].join(" ")} data-identity={person.identity}>
      {camera === null ? (
        <span className="initials" aria-hidden="true">
          {initialsOf(person.name)}
        </span>
      ) : (
        <PictureView picture={camera} isMirrored={person.isSelf} />
      )}
      <span className="plate">
        {isSpeaking ? <AudioLines className="icon" aria-hidden="true" /> : person.isMicOn ? null : <MicOff className="icon" aria-hidden="true" />}
        <bdi>{person.name}</bdi>
        {person.isSelf ? <span className="beside">{t(isDown ? "meeting.only_you_see" : "meeting.you")}</span> : null}
        <span className="unseen">{state}</span>
      </span>
    </li>
  );
}
