import { useState, type SyntheticEvent, type ReactElement } from "react";

import type { Dialogue } from "../../api/index.ts";
import { autonymOf, directionOf, useCell, useWords } from "../../kit/index.ts";
import { Button, CheckField, Dialog, Field, Note } from "../../primitives/index.ts";
import type { DialogueModel } from "./DialogueModel.ts";
import { meetingFaultsOf, meetingOf, type MeetingDraft } from "./draft.ts";

interface NewMeetingProps {
  dialogue: Dialogue;
  model: DialogueModel;
  onClose: () => void;
}

/** Where a meeting is planned. */
export function NewMeeting({ dialogue, model, onClose }: NewMeetingProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const [draft, setDraft] = useState<MeetingDraft>(() => ({ title: {}, ...soon(), minutes: "60", isRecorded: false }));
  const [isChecked, setChecked] = useState(false);
  const underWay = useCell(model.underWay);
  const problem = useCell(model.problem);
  const faults = isChecked ? meetingFaultsOf(draft, dialogue.languages) : [];
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setChecked(true);
    if (meetingFaultsOf(draft, dialogue.languages).length > 0) return;
    if (await model.addMeeting(meetingOf(draft, dialogue.languages))) onClose();
  };
  return (
    <Dialog title={t("organiser.plan_meeting")} kind="sheet" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        {dialogue.languages.map((tag) => (
          <Field key={tag} label={t("organiser.meeting_title_in", { language: autonymOf(tag) })} value={draft.title[tag] ?? ""} lang={tag} dir={directionOf(tag)} maxLength={200} onChange={(next) => setDraft({ ...draft, title: { ...draft.title, [tag]: next } })} error={faults.includes("title") && (draft.title[tag] ?? "").trim() === "" ? t("organiser.fault_title") : undefined} />
        ))}
        <div className="three-fields">
          <Field label={t("organiser.date")} kind="date" value={draft.date} onChange={(date) => setDraft({ ...draft, date })} error={faults.includes("when") ? t("organiser.fault_when") : undefined} />
          <Field label={t("organiser.time")} kind="time" value={draft.time} onChange={(time) => setDraft({ ...draft, time })} />
          <Field label={t("organiser.minutes")} kind="number" value={draft.minutes} onChange={(minutes) => setDraft({ ...draft, minutes })} error={faults.includes("minutes") ? t("organiser.fault_minutes") : undefined} />
        </div>
        <CheckField isChosen={draft.isRecorded} onChange={(isRecorded) => setDraft({ ...draft, isRecorded })}>
          {t("organiser.keep_record")}
        </CheckField>
        {problem === null ? null : (
          <Note kind="bad" title={words.problem(problem.code).title}>
            <p>{words.problem(problem.code).text}</p>
          </Note>
        )}
        <div className="acts">
          <Button onPress={onClose}>{t("organiser.not_now")}</Button>
          <Button variant="primary" type="submit" pending={underWay === "meeting" ? t("organiser.planning") : undefined}>
            {t("organiser.plan")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Tomorrow at noon, in the organiser's own time. */
function soon(): { date: string; time: string } {
  const tomorrow = new Date(Date.now() + 86_400_000);
  const date = [tomorrow.getFullYear(), tomorrow.getMonth() + 1, tomorrow.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return { date, time: "12:00" };
}
