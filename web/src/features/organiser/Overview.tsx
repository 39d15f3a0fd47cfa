import { BarChartBig, FileText, ListChecks, Video } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

import type { DialogueSummary } from "../../api/index.ts";
import { autonymOf, integer, listed, textIn, useCell, useWords, type MessageKey } from "../../kit/index.ts";
import { Button, Chip, PressLink } from "../../primitives/index.ts";
import { placeOf, type OrganiserModel } from "./OrganiserModel.ts";

interface OverviewProps {
  model: OrganiserModel;
  organisation: string;
}

/** All dialogues; before the first one, what there will be. */
export function Overview({ model, organisation }: OverviewProps): ReactElement {
  const dialogues = useCell(model.dialogues);
  return dialogues.length === 0 ? <FirstStart model={model} organisation={organisation} /> : <DialogueTable model={model} dialogues={dialogues} organisation={organisation} />;
}

const STATES: Record<string, MessageKey> = { draft: "organiser.state_draft", open: "organiser.state_open", closed: "organiser.state_closed" };

/** Returns the word of a state; an unknown one is a draft to be careful. */
export function stateKey(state: string): MessageKey {
  return STATES[state] ?? "organiser.state_draft";
}

function DialogueTable({ model, dialogues, organisation }: OverviewProps & { dialogues: readonly DialogueSummary[] }): ReactElement {
  const words = useWords();
  const t = words.text;
  return (
    <div className="stack">
      <header className="work-head">
        <div>
          <p className="small-text quiet-text">{organisation}</p>
          <h1>{t("organiser.dialogues")}</h1>
        </div>
        <Button variant="primary" size="row" onPress={() => model.go("?new")}>
          {t("organiser.new_dialogue")}
        </Button>
      </header>
      <section className="rule">
        <table className="table stacks">
          <thead>
            <tr>
              <th scope="col">{t("organiser.dialogue")}</th>
              <th scope="col">{t("organiser.languages")}</th>
              <th scope="col" className="number">
                {t("organiser.answers")}
              </th>
              <th scope="col" className="number">
                {t("organiser.meetings")}
              </th>
              <th scope="col" className="number">
                {t("organiser.reports")}
              </th>
              <th scope="col">{t("organiser.state")}</th>
            </tr>
          </thead>
          <tbody>
            {dialogues.map((dialogue) => (
              <tr key={dialogue.id}>
                <td>
                  <PressLink href={`/o${placeOf(dialogue.id)}`} onFollow={() => model.go(placeOf(dialogue.id))}>
                    <bdi>{textIn(dialogue.title, words.tag)}</bdi>
                  </PressLink>
                </td>
                <td className="quiet-text">{listed(words.tag, dialogue.languages.map(autonymOf))}</td>
                <td className="number strong-text" data-label={t("organiser.answers")}>{integer(words.tag, dialogue.counts.responses)}</td>
                <td className="number" data-label={t("organiser.meetings")}>{integer(words.tag, dialogue.counts.meetings)}</td>
                <td className="number" data-label={t("organiser.reports")}>{integer(words.tag, dialogue.counts.editions)}</td>
                <td>{dialogue.is_demonstration ? <Chip kind="warn">{t("organiser.demonstration")}</Chip> : t(stateKey(dialogue.state))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function FirstStart({ model, organisation }: OverviewProps): ReactElement {
  const t = useWords().text;
  const parts: { icon: ReactNode; name: MessageKey; about: MessageKey }[] = [
    { icon: <ListChecks className="icon" aria-hidden="true" />, name: "organiser.survey", about: "organiser.about_survey" },
    { icon: <Video className="icon" aria-hidden="true" />, name: "organiser.meetings", about: "organiser.about_meetings" },
    { icon: <BarChartBig className="icon" aria-hidden="true" />, name: "organiser.results", about: "organiser.about_results" },
    { icon: <FileText className="icon" aria-hidden="true" />, name: "organiser.report", about: "organiser.about_report" },
  ];
  return (
    <div className="first-start">
      <p className="small-text quiet-text">{organisation}</p>
      <h1>{t("organiser.no_dialogue")}</h1>
      <p className="lead">{t("organiser.what_is_dialogue")}</p>
      <div className="row wraps">
        <Button variant="primary" size="large" onPress={() => model.go("?new")}>
          {t("organiser.write_question")}
        </Button>
        <p className="small-text quiet-text">{t("organiser.nobody_sees")}</p>
      </div>
      <section className="rule">
        <h2>{t("organiser.what_is_here")}</h2>
        <dl className="parts">
          {parts.map((part) => (
            <div key={part.name}>
              <dt>
                {part.icon}
                {t(part.name)}
              </dt>
              <dd>{t(part.about)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
