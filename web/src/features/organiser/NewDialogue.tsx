import { useState, type SyntheticEvent, type ReactElement } from "react";

import type { Problem } from "../../api/index.ts";
import { autonymOf, directionOf, UN, useWords } from "../../kit/index.ts";
import { Button, CheckField, Field, Note } from "../../primitives/index.ts";
import { dialogueOf, faultsOf, slugOf, type DialogueDraft, type DraftFault } from "./draft.ts";
import type { OrganiserModel } from "./OrganiserModel.ts";

interface NewDialogueProps {
  model: OrganiserModel;
}

type Sending = { name: "writing" } | { name: "faulty" } | { name: "sending" } | { name: "refused"; problem: Problem };

/** Where a dialogue is written: its question in each language, its address, its end. */
export function NewDialogue({ model }: NewDialogueProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const [draft, setDraft] = useState<DialogueDraft>({ languages: [words.tag], title: {}, description: {}, slug: "", closes: "" });
  const [isOwnSlug, setOwnSlug] = useState(false);
  const [sending, setSending] = useState<Sending>({ name: "writing" });
  const faults = sending.name === "faulty" ? faultsOf(draft, today()) : [];
  const change = (next: Partial<DialogueDraft>): void => {
    const after = { ...draft, ...next };
    const slug = isOwnSlug ? after.slug : slugOf(after.title["en"] ?? Object.values(after.title).find((title) => slugOf(title) !== "") ?? "");
    setDraft({ ...after, slug: next.slug ?? slug });
  };
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (faultsOf(draft, today()).length > 0) {
      setSending({ name: "faulty" });
      return;
    }
    setSending({ name: "sending" });
    const problem = await model.create(dialogueOf(draft));
    if (problem !== null) setSending({ name: "refused", problem });
  };
  return (
    <form className="stack new-dialogue" onSubmit={(event) => void submit(event)} noValidate>
      <header className="work-head">
        <h1>{t("organiser.new_dialogue")}</h1>
      </header>
      <section className="rule stack">
        <h2 id="new-languages">{t("organiser.in_languages")}</h2>
        <div className="language-choices" role="group" aria-labelledby="new-languages">
          {UN.map((tag) => (
            <CheckField key={tag} isChosen={draft.languages.includes(tag)} onChange={(isChosen) => change({ languages: UN.filter((one) => (one === tag ? isChosen : draft.languages.includes(one))) })}>
              <span lang={tag}>{autonymOf(tag)}</span>
            </CheckField>
          ))}
        </div>
        {faults.includes("languages") ? <Note kind="bad" title={t("organiser.fault_languages")} /> : null}
      </section>
      {draft.languages.map((tag) => (
        <WordsOf key={tag} tag={tag} draft={draft} faults={faults} onChange={change} />
      ))}
      <section className="thin stack">
        <Field
          label={t("organiser.address")}
          hint={t("organiser.address_hint")}
          value={draft.slug}
          dir="ltr"
          onChange={(slug) => {
            setOwnSlug(slug !== "");
            change({ slug });
          }}
          error={faults.includes("slug") ? t("organiser.fault_slug") : undefined}
        />
        <Field label={t("organiser.closes_on")} hint={t("organiser.closes_hint")} kind="date" value={draft.closes} onChange={(closes) => change({ closes })} error={faults.includes("closes") ? t("organiser.fault_closes") : undefined} />
      </section>
      {sending.name === "refused" ? (
        <Note kind="bad" title={words.problem(sending.problem.code).title} reference={sending.problem.reference === null ? undefined : t("app.reference", { code: sending.problem.reference })}>
          <p>{words.problem(sending.problem.code).text}</p>
        </Note>
      ) : null}
      <div className="row wraps">
        <Button variant="primary" type="submit" pending={sending.name === "sending" ? t("organiser.creating") : undefined}>
          {t("organiser.create")}
        </Button>
        <Button variant="quiet" onPress={() => model.go("")}>
          {t("organiser.not_now")}
        </Button>
      </div>
    </form>
  );
}

interface WordsOfProps {
  tag: string;
  draft: DialogueDraft;
  faults: readonly DraftFault[];
  onChange: (next: Partial<DialogueDraft>) => void;
}

/** The question and what it is about, in one language. */
function WordsOf({ tag, draft, faults, onChange }: WordsOfProps): ReactElement {
  const t = useWords().text;
  const title = draft.title[tag] ?? "";
  const language = autonymOf(tag);
  return (
    <section className="thin stack" aria-label={language}>
      <h3 lang={tag}>{language}</h3>
      <Field label={t("organiser.question_in", { language })} value={title} lang={tag} dir={directionOf(tag)} maxLength={200} onChange={(next) => onChange({ title: { ...draft.title, [tag]: next } })} error={faults.includes("title") && title.trim() === "" ? t("organiser.fault_title") : undefined} />
      <Field label={t("organiser.description_in", { language })} kind="lines" value={draft.description[tag] ?? ""} lang={tag} dir={directionOf(tag)} maxLength={4000} onChange={(next) => onChange({ description: { ...draft.description, [tag]: next } })} />
    </section>
  );
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
