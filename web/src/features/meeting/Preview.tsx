import { Mic, MicOff, Video, VideoOff } from "lucide-react";
import type { ReactElement } from "react";

import { useCell, useMessages, type MessageKey } from "../../kit/index.ts";
import { ControlButton, initialsOf, SelectField } from "../../primitives/index.ts";
import type { InputModel, InputState, InputTrouble } from "./InputModel.ts";
import type { MeetingModel } from "./MeetingModel.ts";
import { LevelMeter } from "./LevelMeter.tsx";
import type { OutputModel } from "./OutputModel.ts";
import { PictureView } from "./PictureView.tsx";

const TROUBLES: Record<InputTrouble, MessageKey> = { denied: "meeting.denied", missing: "meeting.missing", busy: "meeting.busy", insecure: "meeting.insecure" };

interface PreviewProps {
  model: MeetingModel;
}

/** What others would see and hear, before anybody does. */
export function Preview({ model }: PreviewProps): ReactElement {
  const t = useMessages();
  const name = useCell(model.name);
  const camera = useCell(model.camera.track);
  const mic = useCell(model.mic.track);
  const shown = name.trim();
  return (
    <section className="preview" aria-label={t("meeting.preview")}>
      <div className="tile wide">
        {camera === null ? <span className="initials">{shown === "" ? <VideoOff className="icon" aria-hidden="true" /> : initialsOf(shown)}</span> : <PictureView picture={camera} />}
        {shown === "" ? null : (
          <span className="plate">
            <bdi>{shown}</bdi>
            {camera === null ? null : <span className="beside">{t("meeting.as_others_see")}</span>}
          </span>
        )}
      </div>
      <div className="preview-controls">
        <ControlButton icon={mic === null ? <MicOff className="icon control" aria-hidden="true" /> : <Mic className="icon control" aria-hidden="true" />} word={t(mic === null ? "meeting.mic_off" : "meeting.mic_on")} act={t("meeting.microphone")} isPressed={mic !== null} look={mic === null ? "off" : "on"} onPress={model.mic.toggle} />
        <ControlButton icon={camera === null ? <VideoOff className="icon control" aria-hidden="true" /> : <Video className="icon control" aria-hidden="true" />} word={t(camera === null ? "meeting.camera_off" : "meeting.camera_on")} act={t("meeting.camera")} isPressed={camera !== null} look={camera === null ? "off" : "on"} onPress={model.camera.toggle} />
      </div>
      <div className="devices">
        <DeviceChoice label={t("meeting.microphone")} input={model.mic} />
        <OutputChoice output={model.output} onChoose={model.output.choose} />
        <DeviceChoice label={t("meeting.camera")} input={model.camera} />
      </div>
      {mic === null ? null : <LevelMeter level={model.level} track={mic} />}
    </section>
  );
}

interface OutputChoiceProps {
  output: OutputModel;
  onChoose: (id: string) => void;
}

/** Where the meeting sounds, where the browser lets a page choose and has told the names. */
export function OutputChoice({ output, onChoose }: OutputChoiceProps): ReactElement | null {
  const t = useMessages();
  const devices = useCell(output.devices);
  const chosen = useCell(output.chosen);
  if (devices.length === 0) return null;
  return (
    <div className="device">
      <SelectField label={t("meeting.loudspeaker")} options={devices.map((device) => ({ id: device.id, text: device.name }))} value={chosen?.id ?? ""} onChange={onChoose} />
    </div>
  );
}

interface DeviceChoiceProps {
  label: string;
  input: InputModel<never> | MeetingModel["mic"] | MeetingModel["camera"];
}

/** Which microphone or camera; says what is in its way and what took the place of one that was unplugged. */
export function DeviceChoice({ label, input }: DeviceChoiceProps): ReactElement {
  const t = useMessages();
  const state: InputState = useCell(input.state);
  const devices = useCell(input.devices);
  const chosen = useCell(input.chosen);
  const lost = useCell(input.lost);
  const options = devices.map((device) => ({ id: device.id, text: device.name === "" ? label : device.name }));
  return (
    <div className={state.name === "off" ? "device idle" : "device"}>
      <SelectField
        label={label}
        options={options}
        value={options.length === 0 ? "" : (chosen?.id ?? "")}
        onChange={input.choose}
        placeholder={t(state.name === "off" ? "meeting.device_off" : state.name === "asking" ? "meeting.device_asking" : "meeting.device_none")}
        below={
          <>
            {state.name === "failed" ? (
              <p className="trouble" role="alert">
                {t(TROUBLES[state.trouble], { device: label })}
              </p>
            ) : null}
            {lost === null ? null : (
              <p className="trouble" role="status">
                {t("meeting.device_lost", { lost: lost.name, device: chosen?.name ?? "" })}
              </p>
            )}
          </>
        }
      />
    </div>
  );
}
