import { CalendarClock, CircleAlert, FileText, Languages, Link as LinkIcon, ListChecks, NotebookPen, Video } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

import type { Dialogue } from "../../api/index.ts";
import { autonymOf, listed, shortDate, textIn, useCell, useWords, type Words } from "../../kit/index.ts";
import { Button } from "../../primitives/index.ts";
import type { DialogueModel } from "./DialogueModel.ts";
import type { Beside } from "./DialoguePage.tsx";
import type { Need } from "./needs.ts";

interface NeedsProps {
  needs: readonly Need[];
  dialogue: Dialogue;
  model: DialogueModel;
  onBeside: (beside: Beside) => void;
}

interface NeedView {
  icon: ReactNode;
  tone: "danger" | "warn" | "plain";
  title: string;
  why: string;
  act: { text: string; press: () => void } | null;
}

/** What waits for the organiser; the first one's act is the page's primary button. */
export function Needs({ needs, dialogue, model, onBeside }: NeedsProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const underWay = useCell(model.underWay);
  return (
    <section className="rule needs">
      <div className="row apart">
        <h2>{t("organiser.needs_you")}</h2>
        <span className="small-text quiet-text">{t("organiser.things", { n: needs.length })}</span>
      </div>
      {needs.length === 0 ? <p className="small-text quiet-text">{t("organiser.needs_nothing")}</p> : null}
      <ul>
        {needs.map((need, at) => {
          const view = viewOf(need, { dialogue, model, onBeside, words });
          const isUnderWay = (need.name === "publish" || need.name === "retry") && underWay === "publish";
          return (
            <li className="need" key={need.name === "record" ? need.meeting.id : need.name}>
              <span className={`need-icon ${view.tone}`}>{view.icon}</span>
              <p>
                <span className="strong-text">{view.title}</span>
                <br />
                <span className="quiet-text">{view.why}</span>
              </p>
              {view.act === null ? null : (
                <Button size="row" variant={at === 0 ? "primary" : "plain"} onPress={view.act.press} pending={isUnderWay ? t("organiser.publishing") : undefined}>
                  {view.act.text}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface Place {
  dialogue: Dialogue;
  model: DialogueModel;
  onBeside: (beside: Beside) => void;
  words: Words;
}

function viewOf(need: Need, { dialogue, model, onBeside, words }: Place): NeedView {
  const t = words.text;
  switch (need.name) {
    case "retry":
      return { icon: <CircleAlert className="icon" aria-hidden="true" />, tone: "danger", title: t("organiser.need_retry", { n: need.number }), why: t("organiser.need_retry_why"), act: { text: t("organiser.publish"), press: () => void model.publish() } };
    case "survey":
      return { icon: <ListChecks className="icon" aria-hidden="true" />, tone: "warn", title: t("organiser.need_survey"), why: t("organiser.need_survey_why"), act: { text: t("organiser.add_survey"), press: () => void model.addSurvey() } };
    case "open":
      return { icon: <CircleAlert className="icon" aria-hidden="true" />, tone: "warn", title: t("organiser.need_open"), why: t("organiser.need_open_why"), act: { text: t("organiser.open_dialogue"), press: () => void model.setOpen("open") } };
    case "record":
      return { icon: <NotebookPen className="icon" aria-hidden="true" />, tone: "warn", title: t("organiser.need_record", { meeting: textIn(need.meeting.title, words.tag) }), why: t("organiser.need_record_why", { date: shortDate(words.tag, new Date(need.meeting.starts_at)) }), act: { text: t("organiser.read_record"), press: () => onBeside({ name: "record", meeting: need.meeting }) } };
    case "share": {
      const survey = dialogue.surveys[0];
      return { icon: <LinkIcon className="icon" aria-hidden="true" />, tone: "plain", title: t("organiser.need_share"), why: t("organiser.need_share_why"), act: { text: t("organiser.share_survey"), press: () => onBeside({ name: "share", title: t("organiser.survey"), url: survey?.url ?? dialogue.url }) } };
    }
    case "meeting":
      return { icon: <Video className="icon" aria-hidden="true" />, tone: "plain", title: t("organiser.need_meeting"), why: t("organiser.need_meeting_why"), act: { text: t("organiser.plan_meeting"), press: () => onBeside({ name: "meeting" }) } };
    case "publish":
      return { icon: <FileText className="icon" aria-hidden="true" />, tone: "plain", title: t("organiser.need_publish", { n: need.responses }), why: t("organiser.need_publish_why"), act: { text: t("organiser.publish"), press: () => void model.publish() } };
    case "words":
      return { icon: <Languages className="icon" aria-hidden="true" />, tone: "warn", title: t("organiser.need_words", { languages: listed(words.tag, need.languages.map(autonymOf)) }), why: t("organiser.need_words_why"), act: null };
    case "closes":
      return { icon: <CalendarClock className="icon" aria-hidden="true" />, tone: "warn", title: t("organiser.need_closes", { n: need.days }), why: t("organiser.need_closes_why", { date: shortDate(words.tag, new Date(need.at)) }), act: null };
  }
}
