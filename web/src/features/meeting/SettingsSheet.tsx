import type { ReactElement } from "react";

import type { Lobby } from "../../api/index.ts";
import { autonymOf, UN, useCell, useMessages, type MessageKey } from "../../kit/index.ts";
import { LanguageSwitch, ThemeSwitch } from "../frame/index.ts";
import { Button, CheckField, Dialog, SelectField } from "../../primitives/index.ts";
import { captionLook, chooseCaptionLook, SIZES, type CaptionSize } from "./captionLook.ts";
import { choosable } from "./MeetingModel.ts";
import { DeviceChoice, OutputChoice } from "./Preview.tsx";
import { SHORTCUTS } from "./shortcuts.ts";
import type { StageModel } from "./StageModel.ts";

interface SettingsSheetProps {
  stage: StageModel;
  lobby: Lobby;
  onClose: () => void;
}

const SIZE_WORDS: Record<CaptionSize, MessageKey> = { small: "meeting.caption_size_small", usual: "meeting.caption_size_usual", large: "meeting.caption_size_large" };

/** Languages, devices, look and keys, while the meeting goes on. */
export function SettingsSheet({ stage, lobby, onClose }: SettingsSheetProps): ReactElement {
  const t = useMessages();
  const speaks = useCell(stage.speaks);
  const reads = useCell(stage.reads);
  const look = useCell(captionLook);
  const options = choosable(UN, lobby).map((tag) => ({ id: tag, text: autonymOf(tag), lang: tag }));
  return (
    <Dialog title={t("meeting.settings_title")} kind="sheet" onClose={onClose}>
      <div className="two-fields">
        <SelectField label={t("meeting.i_speak")} options={options} value={speaks} onChange={stage.speak} />
        <SelectField label={t("meeting.i_read")} options={options} value={reads} onChange={stage.read} />
      </div>
      <div className="two-fields">
        <SelectField label={t("meeting.caption_size")} options={SIZES.map((size) => ({ id: size, text: t(SIZE_WORDS[size]) }))} value={look.size} onChange={(next) => chooseCaptionLook({ size: SIZES.find((size) => size === next) ?? "usual" })} />
        <CheckField isChosen={look.isAloud} onChange={(isAloud) => chooseCaptionLook({ isAloud })}>
          {t("meeting.caption_aloud")}
        </CheckField>
      </div>
      <div className="two-fields">
        <DeviceChoice label={t("meeting.microphone")} input={stage.mic} />
        <DeviceChoice label={t("meeting.camera")} input={stage.camera} />
      </div>
      <OutputChoice output={stage.output} onChoose={stage.chooseOutput} />
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
