import type { ReactElement } from "react";

import type { Lobby } from "../../api/index.ts";
import { autonymOf, UN, useCell, useMessages } from "../../kit/index.ts";
import { LanguageSwitch, ThemeSwitch } from "../frame/index.ts";
import { Button, Dialog, SelectField } from "../../primitives/index.ts";
import { choosable } from "./MeetingModel.ts";
import { DeviceChoice } from "./Preview.tsx";
import { SHORTCUTS } from "./shortcuts.ts";
import type { StageModel } from "./StageModel.ts";

interface SettingsSheetProps {
  stage: StageModel;
  lobby: Lobby;
  onClose: () => void;
}

/** Languages, devices, look and keys, while the meeting goes on. */
export function SettingsSheet({ stage, lobby, onClose }: SettingsSheetProps): ReactElement {
  const t = useMessages();
  const speaks = useCell(stage.speaks);
  const reads = useCell(stage.reads);
  const options = choosable(UN, lobby).map((tag) => ({ id: tag, text: autonymOf(tag), lang: tag }));
  return (
    <Dialog title={t("meeting.settings_title")} kind="sheet" onClose={onClose}>
      <div className="two-fields">
        <SelectField label={t("meeting.i_speak")} options={options} value={speaks} onChange={stage.speak} />
        <SelectField label={t("meeting.i_read")} options={options} value={reads} onChange={stage.read} />
      </div>
      <div className="two-fields">
        <DeviceChoice label={t("meeting.microphone")} input={stage.mic} />
        <DeviceChoice label={t("meeting.camera")} input={stage.camera} />
      </div>
      <div className="two-fields">
        <LanguageSwitch look="folded" />
        <ThemeSwitch />
      </div>
      <section className="thin">
        <h3>{t("meeting.keys")}</h3>
        <dl className="keys">
          {SHORTCUTS.map((shortcut) => (
            <div key={shortcut.act}>
              <dt>{t(shortcut.what)}</dt>
              <dd className="ltr">
                <kbd>{shortcut.keys}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <div className="acts">
        <Button onPress={onClose}>{t("meeting.close_settings")}</Button>
      </div>
    </Dialog>
  );
}
