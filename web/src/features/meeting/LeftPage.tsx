import type { ReactElement } from "react";

import type { Lobby } from "../../api/index.ts";
import { textIn, useWords, type MessageKey } from "../../kit/index.ts";
import { ActLink, Button } from "../../primitives/index.ts";
import type { Ending } from "./StageModel.ts";

const WHYS: Record<Ending, MessageKey> = { left: "meeting.ended_left", elsewhere: "meeting.ended_elsewhere", removed: "meeting.ended_removed", closed: "meeting.ended_closed" };

interface LeftPageProps {
  lobby: Lobby;
  ending: Ending;
  onAgain: () => void;
}

/** After the meeting: why one is out, and the two ways on. */
export function LeftPage({ lobby, ending, onAgain }: LeftPageProps): ReactElement {
  const words = useWords();
  const t = words.text;
  return (
    <main className="plain-page stack" id="main">
      <h1>{t(WHYS[ending])}</h1>
      <p className="quiet-text">{textIn(lobby.title, words.tag)}</p>
      <div className="row wraps">
        <Button variant="primary" onPress={onAgain}>
          {t("meeting.again")}
        </Button>
        <ActLink href={lobby.dialogue_url} look="plain">
          {t("meeting.to_dialogue")}
        </ActLink>
      </div>
    </main>
  );
}
