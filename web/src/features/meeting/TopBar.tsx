import { Captions, ChevronDown } from "lucide-react";
import type { ReactElement } from "react";

import type { Lobby } from "../../api/index.ts";
import { autonymOf, clock, textIn, useCell, useWords } from "../../kit/index.ts";
import { Button, Chip, Mark } from "../../primitives/index.ts";
import { providerOf } from "./MeetingModel.ts";
import type { StageModel } from "./StageModel.ts";

interface TopBarProps {
  lobby: Lobby;
  stage: StageModel;
  onLanguages: () => void;
}

/** Where one is, what time it is, and what one reads and from whom. */
export function TopBar({ lobby, stage, onLanguages }: TopBarProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const now = useCell(stage.nowMs);
  const reads = useCell(stage.reads);
  const provider = providerOf(reads, lobby.captions.available);
  return (
    <header className="top-bar">
      <span className="on-wide">
        <Mark />
      </span>
      <h1>{textIn(lobby.title, words.tag)}</h1>
      <span className="quiet-text on-wide">{clock(new Date(now))}</span>
      {lobby.is_demonstration ? (
        <span className="on-wide">
          <Chip kind="warn">{t("meeting.demonstration")}</Chip>
        </span>
      ) : null}
      <span className="grows" />
      <Button
        variant="quiet"
        size="row"
        onPress={onLanguages}
        icon={<Captions className="icon small" aria-hidden="true" />}
      >
        <span className="reading">
          <span className="on-wide">{t("meeting.reading")}</span> <bdi lang={reads}>{autonymOf(reads)}</bdi>{" "}
          <span className="quiet-text on-wide">{t(provider === "machine" ? "meeting.machine" : "meeting.original")}</span>
          <ChevronDown className="icon small" aria-hidden="true" />
        </span>
      </Button>
      <span className="on-phone">
        <Button variant="danger" size="row" onPress={stage.leave}>
          {t("meeting.leave")}
        </Button>
      </span>
    </header>
  );
}
