import { useEffect, useState, type ReactElement } from "react";

import type { Lobby } from "../../api/index.ts";
import { shortcutOf, useCell, useMessages } from "../../kit/index.ts";
import { Button } from "../../primitives/index.ts";
import { CaptionBand } from "./CaptionBand.tsx";
import { ConnectionBand } from "./ConnectionBand.tsx";
import { ControlBar } from "./ControlBar.tsx";
import { PeoplePanel } from "./PeoplePanel.tsx";
import { SettingsSheet } from "./SettingsSheet.tsx";
import { SHORTCUTS, type Act } from "./shortcuts.ts";
import type { StageModel } from "./StageModel.ts";
import { Tiles } from "./Tiles.tsx";
import { TopBar } from "./TopBar.tsx";

interface StageProps {
  stage: StageModel;
  lobby: Lobby;
}

/** The panel stands beside the stage from this width on; below it lies over it and begins closed. */
const PANEL_DOCKED = "(min-width: 1024px)";

/** The meeting itself. */
export function Stage({ stage, lobby }: StageProps): ReactElement {
  const t = useMessages();
  const link = useCell(stage.link);
  const isSoundBlocked = useCell(stage.isSoundBlocked);
  const isAlone = useCell(stage.people).length === 1;
  const [isPanelOpen, setPanelOpen] = useState(() => window.matchMedia(PANEL_DOCKED).matches);
  const [hasCaptions, setCaptions] = useState(true);
  const [isSheetOpen, setSheetOpen] = useState(false);
  useEffect(() => {
    const acts: Record<Act, () => void> = {
      mic: () => void stage.toggleMic(),
      camera: () => void stage.toggleCamera(),
      captions: () => setCaptions((is) => !is),
      people: () => setPanelOpen((is) => !is),
      settings: () => setSheetOpen((is) => !is),
    };
    const press = (event: KeyboardEvent): void => {
      const act = shortcutOf(SHORTCUTS, event);
      if (act === null) return;
      event.preventDefault();
      acts[act]();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [stage]);
  return (
    <div className="meeting">
      <TopBar lobby={lobby} stage={stage} onLanguages={() => setSheetOpen(true)} />
      <div className={isPanelOpen ? "meeting-body" : "meeting-body solo"}>
        <div className="meeting-main">
          {link.name === "down" ? <ConnectionBand stage={stage} sinceMs={link.sinceMs} /> : null}
          {isSoundBlocked ? (
            <section className="sound-band" aria-label={t("meeting.start_sound")}>
              <p className="grows">{t("meeting.sound_blocked")}</p>
              <Button variant="primary" size="row" onPress={stage.startSound}>
                {t("meeting.start_sound")}
              </Button>
            </section>
          ) : null}
          {isAlone ? <p className="alone">{t("meeting.alone")}</p> : null}
          <Tiles stage={stage} />
        </div>
        {isPanelOpen ? <PeoplePanel stage={stage} onClose={() => setPanelOpen(false)} /> : null}
      </div>
      {hasCaptions ? <CaptionBand stage={stage} lobby={lobby} /> : null}
      <ControlBar stage={stage} hasCaptions={hasCaptions} isPanelOpen={isPanelOpen} onCaptions={() => setCaptions(!hasCaptions)} onPanel={() => setPanelOpen(!isPanelOpen)} onSettings={() => setSheetOpen(true)} />
      {isSheetOpen ? <SettingsSheet stage={stage} lobby={lobby} onClose={() => setSheetOpen(false)} /> : null}
    </div>
  );
}
