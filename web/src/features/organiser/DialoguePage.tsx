import { ExternalLink, Share2 } from "lucide-react";
import { useState, type ReactElement } from "react";

import type { Dialogue, Meeting, Problem } from "../../api/index.ts";
import { integer, readingOf, shortDate, textIn, useCell, useWords } from "../../kit/index.ts";
import { ActLink, Button, Chip, Note } from "../../primitives/index.ts";
import type { DialogueModel } from "./DialogueModel.ts";
import { Meetings } from "./Meetings.tsx";
import type { Need } from "./needs.ts";
import { Needs } from "./Needs.tsx";
import { NewMeeting } from "./NewMeeting.tsx";
import { stateKey } from "./Overview.tsx";
import { RecordSheet } from "./RecordSheet.tsx";
import { RemoveDemonstration } from "./RemoveDemonstration.tsx";
import { Reports } from "./Reports.tsx";
import { ShareSheet } from "./ShareSheet.tsx";
import { Surveys } from "./Surveys.tsx";

interface DialoguePageProps {
  model: DialogueModel;
  onRemove: () => Promise<Problem | null>;
}

/** What lies beside the page at the moment. */
export type Beside = { name: "nothing" } | { name: "meeting" } | { name: "remove" } | { name: "share"; title: string; url: string } | { name: "record"; meeting: Meeting };

/** A dialogue: first what needs the organiser, then figures, then tables. */
export function DialoguePage({ model, onRemove }: DialoguePageProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const phase = useCell(model.phase);
  switch (phase.name) {
    case "loading":
      return <p role="status">{t("app.loading")}</p>;
    case "failed": {
      const problem = words.problem(phase.problem.code);
      return (
        <Note kind="bad" title={problem.title} acts={<Button onPress={model.look}>{t("app.try_again")}</Button>}>
          <p>{problem.text}</p>
        </Note>
      );
    }
    case "shown":
      return <DialogueView model={model} dialogue={phase.dialogue} needs={phase.needs} onRemove={onRemove} />;
  }
}

function DialogueView({ model, dialogue, needs, onRemove }: DialoguePageProps & { dialogue: Dialogue; needs: readonly Need[] }): ReactElement {
  const words = useWords();
  const t = words.text;
  const [beside, setBeside] = useState<Beside>({ name: "nothing" });
  const problem = useCell(model.problem);
  const close = (): void => setBeside({ name: "nothing" });
  return (
    <div className="dialogue-page">
      <DialogueHead dialogue={dialogue} onShare={setBeside} />
      {problem === null ? null : (
        <Note kind="bad" title={words.problem(problem.code).title} reference={problem.reference === null ? undefined : t("app.reference", { code: problem.reference })}>
          <p>{words.problem(problem.code).text}</p>
        </Note>
      )}
      <Needs needs={needs} model={model} dialogue={dialogue} onBeside={setBeside} />
      <Figures dialogue={dialogue} />
      <div className="tables">
        <div className="tables-main">
          <Meetings dialogue={dialogue} onBeside={setBeside} />
          <Surveys dialogue={dialogue} model={model} onBeside={setBeside} />
        </div>
        <Reports dialogue={dialogue} model={model} />
      </div>
      {dialogue.is_demonstration ? (
        <section className="thin row wraps apart">
          <p className="small-text quiet-text">{t("organiser.demonstration_text")}</p>
          <Button variant="danger" size="row" onPress={() => setBeside({ name: "remove" })}>
            {t("organiser.remove_demonstration")}
          </Button>
        </section>
      ) : null}
      {beside.name === "meeting" ? <NewMeeting dialogue={dialogue} model={model} onClose={close} /> : null}
      {beside.name === "share" ? <ShareSheet title={beside.title} url={beside.url} onClose={close} /> : null}
      {beside.name === "record" ? <RecordSheet meeting={beside.meeting} model={model} onClose={close} /> : null}
      {beside.name === "remove" ? <RemoveDemonstration onRemove={onRemove} onClose={close} /> : null}
    </div>
  );
}

function DialogueHead({ dialogue, onShare }: { dialogue: Dialogue; onShare: (beside: Beside) => void }): ReactElement {
  const words = useWords();
  const t = words.text;
  const title = textIn(dialogue.title, words.tag);
  const closes = dialogue.closes_at ?? null;
  return (
    <header className="work-head">
      <div>
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <p className="small-text quiet-text row wraps">
          <Chip kind={dialogue.state === "open" ? "ok" : "plain"}>{t(stateKey(dialogue.state))}</Chip>
          {closes === null ? t("organiser.no_end") : t(dialogue.state === "closed" ? "organiser.closed_on" : "organiser.closes", { date: shortDate(words.tag, new Date(closes)) })}
        </p>
      </div>
      <div className="row wraps">
        <ActLink href={`/${readingOf(dialogue.languages, words.tag)}/d/${dialogue.slug}`} look="plain" isBeside icon={<ExternalLink className="icon small flips" aria-hidden="true" />}>
          {t("organiser.public_page")}
        </ActLink>
        <Button size="row" onPress={() => onShare({ name: "share", title, url: dialogue.url })} icon={<Share2 className="icon small" aria-hidden="true" />}>
          {t("organiser.share")}
        </Button>
      </div>
    </header>
  );
}

function Figures({ dialogue }: { dialogue: Dialogue }): ReactElement {
  const words = useWords();
  const t = words.text;
  const present = dialogue.meetings.reduce((sum, meeting) => sum + meeting.present, 0);
  const people = dialogue.meetings.reduce((sum, meeting) => sum + meeting.people, 0);
  return (
    <dl className="figures" aria-label={t("organiser.figures")}>
      <div>
        <dt>{t("organiser.answers")}</dt>
        <dd>
          <b data-figure="responses">{integer(words.tag, dialogue.counts.responses)}</b>
          <span>{t("organiser.base_answers")}</span>
        </dd>
      </div>
      <div>
        <dt>{t("organiser.meetings")}</dt>
        <dd>
          <b>{integer(words.tag, dialogue.meetings.length)}</b>
          <span>{t("organiser.met", { n: people })}</span>
        </dd>
      </div>
      <div>
        <dt>{t("organiser.in_meetings_now")}</dt>
        <dd>
          <b>{integer(words.tag, present)}</b>
          <span>{t("organiser.now_base")}</span>
        </dd>
      </div>
      <div>
        <dt>{t("organiser.reports")}</dt>
        <dd>
          <b>{integer(words.tag, dialogue.editions.filter((edition) => edition.state === "published").length)}</b>
          <span>{t("organiser.editions_base")}</span>
        </dd>
      </div>
    </dl>
  );
}
