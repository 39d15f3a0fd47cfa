import { Plus } from "lucide-react";
import type { ReactElement } from "react";

import type { Dialogue, Meeting } from "../../api/index.ts";
import { shortTime, textIn, useWords, type Words } from "../../kit/index.ts";
import { Button } from "../../primitives/index.ts";
import type { Beside } from "./DialoguePage.tsx";
import { endOf } from "./needs.ts";

interface MeetingsProps {
  dialogue: Dialogue;
  onBeside: (beside: Beside) => void;
}

/** The meetings of a dialogue, each with its link and its record. */
export function Meetings({ dialogue, onBeside }: MeetingsProps): ReactElement {
  const words = useWords();
  const t = words.text;
  return (
    <section aria-label={t("organiser.meetings")}>
      <div className="row apart">
        <h2>{t("organiser.meetings")}</h2>
        <Button variant="quiet" size="row" onPress={() => onBeside({ name: "meeting" })} icon={<Plus className="icon small" aria-hidden="true" />}>
          {t("organiser.plan_meeting")}
        </Button>
      </div>
      {dialogue.meetings.length === 0 ? (
        <p className="small-text quiet-text empty">{t("organiser.no_meetings")}</p>
      ) : (
        <table className="table stacks">
          <thead>
            <tr>
              <th scope="col">{t("organiser.meeting")}</th>
              <th scope="col">{t("organiser.your_time")}</th>
              <th scope="col">{t("organiser.state")}</th>
              <th scope="col">
                <span className="unseen">{t("organiser.acts")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {dialogue.meetings.map((meeting) => (
              <MeetingRow key={meeting.id} meeting={meeting} onBeside={onBeside} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function MeetingRow({ meeting, onBeside }: { meeting: Meeting; onBeside: (beside: Beside) => void }): ReactElement {
  const words = useWords();
  const t = words.text;
  const title = textIn(meeting.title, words.tag);
  return (
    <tr>
      <td>
        <a className="press-link" href={meeting.url}>
          <bdi>{title}</bdi>
        </a>
      </td>
      <td className="keeps">{shortTime(words.tag, new Date(meeting.starts_at))}</td>
      <td>{stateOf(meeting, words)}</td>
      <td className="acts-cell">
        <Button variant="quiet" size="row" onPress={() => onBeside({ name: "share", title, url: meeting.url })}>
          {t("organiser.share_link")}
          <span className="unseen">{title}</span>
        </Button>
        {meeting.is_recorded && meeting.people > 0 ? (
          <Button variant="quiet" size="row" onPress={() => onBeside({ name: "record", meeting })}>
            {t("organiser.read_record")}
            <span className="unseen">{title}</span>
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

function stateOf(meeting: Meeting, words: Words): string {
  const t = words.text;
  if (meeting.present > 0) return t("organiser.present", { n: meeting.present });
  if (endOf(meeting) >= Date.now()) return t("organiser.planned");
  if (!meeting.is_recorded) return t("organiser.met", { n: meeting.people });
  return t(meeting.is_record_approved ? "organiser.record_approved" : "organiser.record_waits");
}
