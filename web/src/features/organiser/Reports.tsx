import { FileText } from "lucide-react";
import type { ReactElement } from "react";

import type { Dialogue, Edition } from "../../api/index.ts";
import { autonymOf, shortTime, UN, useCell, useWords } from "../../kit/index.ts";
import { ActLink, Button, Progress } from "../../primitives/index.ts";
import { isInProgress, type DialogueModel } from "./DialogueModel.ts";

interface ReportsProps {
  dialogue: Dialogue;
  model: DialogueModel;
}

/** The editions of the report: publishing one, watching it being made, opening it in each language. */
export function Reports({ dialogue, model }: ReportsProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const underWay = useCell(model.underWay);
  const editions = [...dialogue.editions].sort((a, b) => b.number - a.number);
  const isBusy = underWay === "publish" || editions.some(isInProgress);
  return (
    <section className="reports" aria-label={t("organiser.report")}>
      <div className="row apart">
        <h2>{t("organiser.report")}</h2>
        <Button variant="quiet" size="row" onPress={() => void model.publish()} pending={isBusy ? t("organiser.publishing") : undefined} icon={<FileText className="icon small" aria-hidden="true" />}>
          {t("organiser.publish")}
        </Button>
      </div>
      {editions.length === 0 ? <p className="small-text quiet-text empty">{t("organiser.no_reports")}</p> : null}
      <ul>
        {editions.map((edition) => (
          <EditionRow key={edition.id} edition={edition} dialogue={dialogue} />
        ))}
      </ul>
    </section>
  );
}

function EditionRow({ edition, dialogue }: { edition: Edition; dialogue: Dialogue }): ReactElement {
  const words = useWords();
  const t = words.text;
  if (isInProgress(edition)) {
    return (
      <li className="edition">
        <Progress label={t("organiser.report_in_languages", { n: edition.progress.of })} text={t("organiser.done_of", { done: edition.progress.done, of: edition.progress.of })} done={edition.progress.done} of={edition.progress.of} />
      </li>
    );
  }
  if (edition.state === "failed") {
    return (
      <li className="edition">
        <p className="trouble">{t("organiser.need_retry", { n: edition.number })}</p>
      </li>
    );
  }
  const published = edition.published_at ?? null;
  return (
    <li className="edition" data-edition={edition.number}>
      <p>
        <span className="strong-text">{t("organiser.edition", { n: edition.number })}</span> <span className="quiet-text">{published === null ? "" : shortTime(words.tag, new Date(published))}</span>
      </p>
      <table className="table compact">
        <thead>
          <tr>
            <th scope="col">{t("organiser.language")}</th>
            <th scope="col">{t("organiser.page")}</th>
            <th scope="col">{t("organiser.paper")}</th>
          </tr>
        </thead>
        <tbody>
          {UN.filter((tag) => edition.languages.includes(tag)).map((tag) => {
            const page = `/${tag}/d/${dialogue.slug}/report/${edition.number}`;
            return (
              <tr key={tag}>
                <td lang={tag}>{autonymOf(tag)}</td>
                <td>
                  <ActLink href={page} isBeside>
                    {t("organiser.open_page")}
                    <span className="unseen">{autonymOf(tag)}</span>
                  </ActLink>
                </td>
                <td>
                  <ActLink href={`${page}/pdf`}>
                    {t("organiser.get_pdf")}
                    <span className="unseen">{autonymOf(tag)}</span>
                  </ActLink>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="small-text row wraps">
        <ActLink href={`/d/${dialogue.slug}/report/${edition.number}/data/cells.csv`}>{t("organiser.get_data")}</ActLink>
        {edition.hash === undefined || edition.hash === null ? null : <span className="quiet-text tiny-text ltr hash">{edition.hash.slice(0, 16)}</span>}
      </p>
    </li>
  );
}
