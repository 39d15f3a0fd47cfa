import { CaptionsOff, CircleDot, Cpu, NotebookPen, Users } from "lucide-react";
import type { SyntheticEvent, ReactElement } from "react";

import { autonymOf, listed, longDate, textIn, UN, useCell, useMessages, useWords, clock, type MessageKey } from "../../kit/index.ts";
import { Button, CheckField, Field, Note, SelectField } from "../../primitives/index.ts";
import type { Lobby as LobbyFacts } from "../../api/index.ts";
import { choosable, NAME_MAX, providerOf, readersOf, type Entering, type MeetingModel } from "./MeetingModel.ts";
import { Preview } from "./Preview.tsx";

interface LobbyProps {
  model: MeetingModel;
  lobby: LobbyFacts;
  entering: Entering;
}

/** Before the meeting: the picture, a name, two languages, one button. */
export function Lobby({ model, lobby, entering }: LobbyProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const name = useCell(model.name);
  const starts = new Date(lobby.starts_at);
  const ends = new Date(starts.getTime() + lobby.minutes * 60_000);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void model.join();
  };
  return (
    <main className="lobby" id="main">
      <Preview model={model} />
      <form className="stack lobby-form" onSubmit={submit} noValidate>
        <header>
          <p className="small-text quiet-text">{t("meeting.when", { day: longDate(words.tag, starts), from: clock(starts), to: clock(ends) })}</p>
          <h1>{textIn(lobby.title, words.tag)}</h1>
          <p className="small-text quiet-text row">
            <Users className="icon small" aria-hidden="true" />
            {t("meeting.present", { n: lobby.present })}
          </p>
        </header>
        <Field label={t("meeting.your_name")} value={name} onChange={(next) => model.name.set(next)} maxLength={NAME_MAX} autoComplete="name" name="name" error={entering.name === "nameless" && name.trim() === "" ? t("meeting.name_missing") : undefined} />
        <LanguageChoices model={model} lobby={lobby} />
        <Promises model={model} lobby={lobby} />
        {entering.name === "failed" ? (
          <Note kind="bad" title={words.problem(entering.problem.code).title} reference={entering.problem.reference === null ? undefined : t("app.reference", { code: entering.problem.reference })}>
            <p>{words.problem(entering.problem.code).text}</p>
          </Note>
        ) : null}
        <div className="join-bar">
          <Button variant="primary" size="large" isBlock type="submit" pending={entering.name === "under way" ? t("meeting.joining") : undefined}>
            {t("meeting.join")}
          </Button>
        </div>
        <p className="small-text quiet-text centred">{t("meeting.no_account")}</p>
      </form>
    </main>
  );
}

interface PartProps {
  model: MeetingModel;
  lobby: LobbyFacts;
}

/** What one speaks and reads, and who provides it. */
export function LanguageChoices({ model, lobby }: PartProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const speaks = useCell(model.speaks);
  const reads = useCell(model.reads);
  const options = choosable(UN, lobby).map((tag) => ({ id: tag, text: autonymOf(tag), lang: tag }));
  const readers = readersOf(speaks, lobby.captions.available);
  const heard = readers.length === 0 ? t("meeting.captioned") : t("meeting.translated_into", { languages: listed(words.tag, readers.map(autonymOf)) });
  const isSilent = lobby.captions.available.length === 0;
  const isHeard = lobby.captions.available.some(([from]) => from === speaks);
  return (
    <div className="two-fields">
      <SelectField
        label={t("meeting.i_speak")}
        options={options}
        value={speaks}
        onChange={(tag) => model.speaks.set(tag)}
        below={isSilent ? null : <Provider text={isHeard ? heard : t("meeting.not_captioned")} />}
      />
      <SelectField
        label={t("meeting.i_read")}
        options={options}
        value={reads}
        onChange={(tag) => model.reads.set(tag)}
        below={isSilent ? null : <Provider text={t(providerOf(reads, lobby.captions.available) === "machine" ? "meeting.by_machine" : "meeting.by_nobody")} />}
      />
    </div>
  );
}

/** Who makes what one reads, under the choice of the language. */
function Provider({ text }: { text: string }): ReactElement {
  return (
    <p className="provider">
      <Cpu className="icon small" aria-hidden="true" />
      <span>{text}</span>
    </p>
  );
}

const MISSING: ReadonlyMap<string, MessageKey> = new Map([
  ["missing_runtime", "interpret.missing_runtime"],
  ["missing_voice_activity", "interpret.missing_voice_activity"],
  ["missing_recognition", "interpret.missing_recognition"],
  ["missing_translation", "interpret.missing_translation"],
  ["missing_refused", "interpret.missing_refused"],
]);

/** Why there are no captions, or not all of them. */
function MissingCaptions({ missing }: { missing: readonly string[] }): ReactElement | null {
  const t = useMessages();
  const keys = missing.flatMap((code) => MISSING.get(code) ?? []);
  if (keys.length === 0) return null;
  return (
    <p className="small-text quiet-text row">
      <CaptionsOff className="icon small" aria-hidden="true" />
      <span>{[...keys, "interpret.missing_how" as const].map((key) => t(key)).join(" ")}</span>
    </p>
  );
}

/** What is kept of the meeting, and what is asked for it. */
function Promises({ model, lobby }: PartProps): ReactElement {
  const t = useMessages();
  const mayRecord = useCell(model.mayRecord);
  return (
    <div className="stack thin promises">
      <MissingCaptions missing={lobby.captions.missing} />
      <p className="small-text quiet-text row">
        <CircleDot className="icon small" aria-hidden="true" />
        <span>{t("meeting.no_recording")}</span>
      </p>
      <p className="small-text quiet-text row">
        <NotebookPen className="icon small" aria-hidden="true" />
        <span>{t(lobby.is_recorded ? "meeting.kept" : "meeting.not_kept")}</span>
      </p>
      {lobby.is_recorded ? (
        <CheckField isChosen={mayRecord} onChange={(next) => model.mayRecord.set(next)}>
          {t("meeting.consent")}
        </CheckField>
      ) : null}
    </div>
  );
}
