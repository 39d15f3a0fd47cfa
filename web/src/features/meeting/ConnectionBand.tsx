import { WifiOff } from "lucide-react";
import type { ReactElement } from "react";

import { lasted, useCell, useMessages } from "../../kit/index.ts";
import { Button } from "../../primitives/index.ts";
import type { StageModel } from "./StageModel.ts";

interface ConnectionBandProps {
  stage: StageModel;
  sinceMs: number;
}

/** Says that there is no connection, since when, and what goes on. */
export function ConnectionBand({ stage, sinceMs }: ConnectionBandProps): ReactElement {
  const t = useMessages();
  const now = useCell(stage.nowMs);
  return (
    <section className="connection-band" aria-label={t("meeting.connection")}>
      <WifiOff className="icon" aria-hidden="true" />
      <p className="grows">
        <span className="strong-text">{t("meeting.no_connection", { time: lasted(now - sinceMs) })}</span> {t("meeting.others_go_on")}
        <br />
        <span className="quiet-text">{t("meeting.trying")}</span>
      </p>
      <Button variant="primary" size="row" onPress={stage.tryNow}>
        {t("meeting.try_now")}
      </Button>
    </section>
  );
}
