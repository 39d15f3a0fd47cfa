import { Captions, CaptionsOff, LogOut, Mic, MicOff, ScreenShare, ScreenShareOff, Settings, Users, Video, VideoOff } from "lucide-react";
import type { ReactElement } from "react";

import { integer, useCell, useWords } from "../../kit/index.ts";
import { ControlButton } from "../../primitives/index.ts";
import { keysOf } from "./shortcuts.ts";
import type { StageModel } from "./StageModel.ts";

interface ControlBarProps {
  stage: StageModel;
  hasCaptions: boolean;
  isPanelOpen: boolean;
  onCaptions: () => void;
  onPanel: () => void;
  onSettings: () => void;
}

/** The controls: each says its state in a word and its act in its name. */
export function ControlBar({ stage, hasCaptions, isPanelOpen, onCaptions, onPanel, onSettings }: ControlBarProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const people = useCell(stage.people);
  const isSharing = useCell(stage.isSharing);
  const isDown = useCell(stage.link).name === "down";
  const self = people.find((person) => person.isSelf);
  const isMicOn = self?.isMicOn ?? false;
  const isCameraOn = self?.camera !== null && self !== undefined;
  // Missing on phones, and everywhere on pages that are not secure.
  const mayShare = "mediaDevices" in navigator && "getDisplayMedia" in navigator.mediaDevices;
  return (
    <footer className="control-bar">
      <div className="controls">
        <ControlButton icon={isMicOn && !isDown ? <Mic className="icon control" aria-hidden="true" /> : <MicOff className="icon control" aria-hidden="true" />} word={t(isDown ? "meeting.not_heard" : isMicOn ? "meeting.mic_on" : "meeting.mic_off")} act={t("meeting.microphone")} isPressed={isMicOn} look={isMicOn && !isDown ? "plain" : "off"} keys={keysOf("mic")} onPress={stage.toggleMic} />
        <ControlButton icon={isCameraOn && !isDown ? <Video className="icon control" aria-hidden="true" /> : <VideoOff className="icon control" aria-hidden="true" />} word={t(isDown ? "meeting.not_seen" : isCameraOn ? "meeting.camera_on" : "meeting.camera_off")} act={t("meeting.camera")} isPressed={isCameraOn} look={isCameraOn && !isDown ? "plain" : "off"} keys={keysOf("camera")} onPress={stage.toggleCamera} />
        {mayShare ? (
          <span className="on-wide">
            <ControlButton icon={isSharing ? <ScreenShareOff className="icon control" aria-hidden="true" /> : <ScreenShare className="icon control" aria-hidden="true" />} word={t(isSharing ? "meeting.sharing" : "meeting.share")} act={t("meeting.share_act")} isPressed={isSharing} look={isSharing ? "on" : "plain"} onPress={stage.toggleShare} />
          </span>
        ) : null}
      </div>
      <div className="controls">
        <ControlButton icon={hasCaptions ? <Captions className="icon control" aria-hidden="true" /> : <CaptionsOff className="icon control" aria-hidden="true" />} word={t("meeting.captions")} act={t("meeting.captions_act")} isPressed={hasCaptions} look={hasCaptions ? "on" : "plain"} keys={keysOf("captions")} onPress={onCaptions} />
        <ControlButton icon={<Settings className="icon control" aria-hidden="true" />} word={t("meeting.settings")} act={t("meeting.settings_act")} keys={keysOf("settings")} onPress={onSettings} />
      </div>
      <div className="controls end">
        <ControlButton icon={<Users className="icon control" aria-hidden="true" />} word={t("meeting.people", { n: integer(words.tag, people.length) })} act={t("meeting.people_act")} isPressed={isPanelOpen} look={isPanelOpen ? "on" : "plain"} keys={keysOf("people")} onPress={onPanel} />
        <span className="on-wide">
          <ControlButton icon={<LogOut className="icon control flips" aria-hidden="true" />} word={t("meeting.leave")} act={t("meeting.leave_act")} look="leave" onPress={stage.leave} />
        </span>
      </div>
    </footer>
  );
}
