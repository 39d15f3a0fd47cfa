import { useEffect, useState, type ReactElement } from "react";

import { Masthead } from "../frame/index.ts";
import { textIn, useAnnounce, useCell, useMessages, useWords, type MessageKey, type Words } from "../../kit/index.ts";
import { ActLink, Button, Note } from "../../primitives/index.ts";
import { LeftPage } from "./LeftPage.tsx";
import { Lobby } from "./Lobby.tsx";
import { MeetingModel, type Phase } from "./MeetingModel.ts";
import { Stage } from "./Stage.tsx";
import type { Happening } from "./StageModel.ts";
import "./lobby.css";
import "./stage.css";

interface MeetingProps {
  code: string;
}

/** A meeting, from its link to its end. */
export function Meeting({ code }: MeetingProps): ReactElement {
  const words = useWords();
  const announce = useAnnounce();
  const [model] = useState(() => new MeetingModel(code, words.tag));
  const phase = useCell(model.phase);
  useEffect(() => model.open(), [model]);
  useEffect(() => model.follow((happening) => say(words, happening, announce)), [model, words, announce]);
  useEffect(() => {
    document.title = "lobby" in phase ? textIn(phase.lobby.title, words.tag) : words.text("meeting.title");
  }, [phase, words]);
  return <Part phase={phase} model={model} />;
}

function Part({ phase, model }: { phase: Phase; model: MeetingModel }): ReactElement {
  const words = useWords();
  const t = useMessages();
  switch (phase.name) {
    case "loading":
      return (
        <main className="plain-page" id="main" aria-busy="true">
          <p role="status">{t("meeting.loading")}</p>
        </main>
      );
    case "failed":
      return (
        <main className="plain-page stack" id="main">
          <Note
            kind="bad"
            title={phase.problem.status === 404 ? t("meeting.unknown") : words.problem(phase.problem.code).title}
            acts={
              <>
                <Button onPress={model.again}>{t("app.try_again")}</Button>
                <ActLink href="/">{t("app.to_start")}</ActLink>
              </>
            }
          >
            <p>{phase.problem.status === 404 ? t("meeting.unknown_why") : words.problem(phase.problem.code).text}</p>
          </Note>
        </main>
      );
    case "lobby":
      return (
        <>
          <Masthead organisation={phase.lobby.organisation.name} isDemonstration={phase.lobby.is_demonstration} home={phase.lobby.dialogue_url} />
          <Lobby model={model} lobby={phase.lobby} entering={phase.entering} />
        </>
      );
    case "stage":
      return <Stage stage={phase.stage} lobby={phase.lobby} />;
    case "left":
      return <LeftPage lobby={phase.lobby} ending={phase.ending} onAgain={model.again} />;
  }
}

const SENTENCES: Record<"came" | "went", MessageKey> = { came: "meeting.came", went: "meeting.went" };

/** Says what happened to whoever does not see it. */
function say(words: Words, happening: Happening, announce: (sentence: string, urgency: "polite" | "assertive") => void): void {
  switch (happening.name) {
    case "came":
    case "went":
      announce(words.text(SENTENCES[happening.name], { name: happening.person }), "polite");
      return;
    case "lost":
      announce(words.text("meeting.lost"), "assertive");
      return;
    case "back":
      announce(words.text("meeting.back"), "polite");
      return;
    case "ended":
      return;
  }
}
