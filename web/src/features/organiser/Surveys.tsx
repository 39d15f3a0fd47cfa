import { Plus } from "lucide-react";
import type { ReactElement } from "react";

import type { Dialogue } from "../../api/index.ts";
import { integer, readingOf, useCell, useWords } from "../../kit/index.ts";
import { ActLink, Button } from "../../primitives/index.ts";
import type { DialogueModel } from "./DialogueModel.ts";
import type { Beside } from "./DialoguePage.tsx";
import { stateKey } from "./Overview.tsx";

interface SurveysProps {
  dialogue: Dialogue;
  model: DialogueModel;
  onBeside: (beside: Beside) => void;
}

/** The surveys of a dialogue, each with its link and its live results. */
export function Surveys({ dialogue, model, onBeside }: SurveysProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const underWay = useCell(model.underWay);
  return (
    <section aria-label={t("organiser.surveys")}>
      <div className="row apart">
        <h2>{t("organiser.surveys")}</h2>
        {dialogue.surveys.length === 0 ? (
          <Button variant="quiet" size="row" onPress={() => void model.addSurvey()} pending={underWay === "survey" ? t("organiser.adding") : undefined} icon={<Plus className="icon small" aria-hidden="true" />}>
            {t("organiser.add_survey")}
          </Button>
        ) : (
          <ActLink href={`/${readingOf(dialogue.languages, words.tag)}/d/${dialogue.slug}/results`} isBeside>
            <span className="small-text">{t("organiser.live_results")}</span>
          </ActLink>
        )}
      </div>
      {dialogue.surveys.length === 0 ? (
        <p className="small-text quiet-text empty">{t("organiser.no_surveys")}</p>
      ) : (
        <table className="table stacks">
          <thead>
            <tr>
              <th scope="col">{t("organiser.survey")}</th>
              <th scope="col" className="number">
                {t("organiser.answers")}
              </th>
              <th scope="col">{t("organiser.state")}</th>
              <th scope="col">
                <span className="unseen">{t("organiser.acts")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {dialogue.surveys.map((survey) => (
              <tr key={survey.id}>
                <td>
                  <a className="press-link" href={survey.url}>
                    {t("organiser.un75")}
                  </a>{" "}
                  <span className="quiet-text">{t("organiser.version", { n: survey.version })}</span>
                </td>
                <td className="number strong-text keeps" data-label={t("organiser.answers")}>{integer(words.tag, survey.responses)}</td>
                <td>{t(stateKey(survey.state))}</td>
                <td className="acts-cell">
                  <Button variant="quiet" size="row" onPress={() => onBeside({ name: "share", title: t("organiser.un75"), url: survey.url })}>
                    {t("organiser.share_link")}
                  </Button>
                  <Button variant="quiet" size="row" onPress={() => void model.setSurveyOpen(survey.id, survey.state === "open" ? "close" : "open")}>
                    {t(survey.state === "open" ? "organiser.close_survey" : "organiser.open_survey")}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
