import { useEffect, useState, type ReactElement } from "react";

import { asProblem, type Meeting, type MeetingRecord, type Problem, type RecordedCaption } from "../../api/index.ts";
import { autonymOf, clock, directionOf, textIn, useCell, useWords, type Words } from "../../kit/index.ts";
import { Button, Chip, Dialog, Note } from "../../primitives/index.ts";
import type { DialogueModel } from "./DialogueModel.ts";

interface RecordSheetProps {
  meeting: Meeting;
  model: DialogueModel;
  onClose: () => void;
}

type Loading = { name: "loading" } | { name: "failed"; problem: Problem } | { name: "shown"; record: MeetingRecord };

/** What was said in a meeting, to be read before it may be published. */
export function RecordSheet({ meeting, model, onClose }: RecordSheetProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const [loading, setLoading] = useState<Loading>({ name: "loading" });
  const underWay = useCell(model.underWay);
  useEffect(() => {
    let isGone = false;
    model.record(meeting.id).then(
      (record) => (isGone ? undefined : setLoading({ name: "shown", record })),
      (error: unknown) => (isGone ? undefined : setLoading({ name: "failed", problem: asProblem(error) })),
    );
    return () => {
      isGone = true;
    };
  }, [model, meeting.id]);
  const decide = async (isApproved: boolean): Promise<void> => {
    if (await model.approve(meeting.id, isApproved)) onClose();
  };
  return (
    <Dialog title={t("organiser.record_of", { meeting: textIn(meeting.title, words.tag) })} kind="sheet" onClose={onClose}>
      {loading.name === "loading" ? <p role="status">{t("app.loading")}</p> : null}
      {loading.name === "failed" ? (
        <Note kind="bad" title={words.problem(loading.problem.code).title}>
          <p>{words.problem(loading.problem.code).text}</p>
        </Note>
      ) : null}
      {loading.name === "shown" ? <Lines captions={loading.record.captions} words={words} /> : null}
      <p className="small-text quiet-text">{t("organiser.record_rule")}</p>
      <div className="acts">
        <Button onPress={onClose}>{t("organiser.decide_later")}</Button>
        {loading.name === "shown" && loading.record.is_approved ? (
          <Button variant="danger" onPress={() => void decide(false)}>
            {t("organiser.withdraw_record")}
          </Button>
        ) : null}
        {loading.name === "shown" && !loading.record.is_approved && loading.record.captions.length > 0 ? (
          <Button variant="primary" onPress={() => void decide(true)} pending={underWay === "record" ? t("organiser.approving") : undefined}>
            {t("organiser.approve_record")}
          </Button>
        ) : null}
      </div>
    </Dialog>
  );
}

function Lines({ captions, words }: { captions: readonly RecordedCaption[]; words: Words }): ReactElement {
  const t = words.text;
  const said = captions.filter((caption) => caption.language === caption.source_language || caption.is_untranslated || caption.language === words.tag);
  if (said.length === 0) return <p className="quiet-text">{t("organiser.record_empty")}</p>;
  return (
    <ol className="record">
      {said.map((caption) => (
        <li key={`${caption.segment} ${caption.language}`}>
          <span className="tiny-text quiet-text row wraps">
            {clock(new Date(caption.starts_at))} <bdi lang={caption.language}>{autonymOf(caption.language)}</bdi>
            {caption.author === "machine" ? <Chip kind="machine">{t("organiser.machine")}</Chip> : null}
          </span>
          <p lang={caption.language} dir={directionOf(caption.language)}>
            {caption.text}
          </p>
        </li>
      ))}
    </ol>
  );
}
