import { AudioLines, Clock, Cpu, Mic, MicOff, X } from "lucide-react";
import type { ReactElement } from "react";

import { autonymOf, clock, directionOf, integer, useCell, useWords } from "../../kit/index.ts";
import { Avatar, Button, Tabs } from "../../primitives/index.ts";
import type { Person } from "./person.ts";
import type { StageModel } from "./StageModel.ts";

interface PeoplePanelProps {
  stage: StageModel;
  onClose: () => void;
}

/** Who is in the room, and what was said. */
export function PeoplePanel({ stage, onClose }: PeoplePanelProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const people = useCell(stage.people);
  const machines = useCell(stage.machines);
  const speaking = useCell(stage.speaking);
  const link = useCell(stage.link);
  const list = (
    <>
      {link.name === "down" ? (
        <p className="as-it-was">
          <Clock className="icon small" aria-hidden="true" />
          {t("meeting.as_it_was", { time: clock(new Date(link.sinceMs), "with seconds") })}
        </p>
      ) : null}
      <p className="panel-head">
        {t("meeting.in_the_room")} <span className="quiet-text">{integer(words.tag, people.length)}</span>
      </p>
      <ul>
        {people.map((person) => (
          <PersonRow key={person.identity} person={person} isSpeaking={speaking.has(person.identity)} />
        ))}
      </ul>
      {machines.length === 0 ? null : (
        <>
          <p className="panel-head">{t("meeting.machines")}</p>
          <ul>
            {machines.map((machine) => (
              <li className="person" key={machine.identity}>
                <span className="avatar machine" aria-hidden="true">
                  <Cpu className="icon small" />
                </span>
                <span className="person-name">{t("meeting.machine_captions")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
  return (
    <aside className="panel" aria-label={t("meeting.panel")}>
      <span className="panel-close">
        <Button variant="quiet" size="row" onPress={onClose} icon={<X className="icon small" aria-hidden="true" />}>
          <span className="unseen">{t("meeting.close_panel")}</span>
        </Button>
      </span>
      <Tabs
        name={t("meeting.panel")}
        tabs={[
          { id: "people", text: t("meeting.people", { n: integer(words.tag, people.length) }), content: list },
          { id: "said", text: t("meeting.said"), content: <Said stage={stage} /> },
        ]}
      />
    </aside>
  );
}

function PersonRow({ person, isSpeaking }: { person: Person; isSpeaking: boolean }): ReactElement {
  const t = useWords().text;
  const language = person.speaks === null ? "" : autonymOf(person.speaks);
  const about = person.isSelf ? (language === "" ? t("meeting.you") : t("meeting.you_speak", { language })) : language === "" ? "" : t("meeting.speaks", { language });
  return (
    <li className="person">
      <Avatar name={person.name} />
      <span className="person-name">
        <bdi>{person.name}</bdi>
        <span className="tiny-text quiet-text">{about}</span>
      </span>
      <span className={isSpeaking ? "person-state speaking" : "person-state"}>
        {isSpeaking ? <AudioLines className="icon small" aria-hidden="true" /> : person.isMicOn ? <Mic className="icon small" aria-hidden="true" /> : <MicOff className="icon small" aria-hidden="true" />}
        <span className="unseen">{t(isSpeaking ? "meeting.is_speaking" : person.isMicOn ? "meeting.mic_on" : "meeting.is_muted")}</span>
      </span>
    </li>
  );
}

/** What was said so far, in the reader's language, sentence by sentence. */
function Said({ stage }: { stage: StageModel }): ReactElement {
  const t = useWords().text;
  useCell(stage.captions.revision);
  const reads = useCell(stage.reads);
  const people = useCell(stage.people);
  const lines = stage.captions.lines(reads).filter((line) => line.isFinal);
  if (lines.length === 0) return <p className="panel-note quiet-text">{t("meeting.said_nothing")}</p>;
  return (
    <ol className="said">
      {lines.map((line) => (
        <li key={line.segment}>
          <span className="tiny-text quiet-text">
            {clock(new Date(line.startMs))} <bdi>{people.find((person) => person.identity === line.speaker)?.name ?? t("meeting.somebody")}</bdi> · {t(line.author === "machine" ? "meeting.machine" : "meeting.interpreter")}
          </span>
          <p lang={line.isUntranslated ? line.source : line.language} dir={directionOf(line.isUntranslated ? line.source : line.language)}>
            {line.text}
          </p>
        </li>
      ))}
    </ol>
  );
}
