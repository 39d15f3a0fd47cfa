import type { ReactElement, ReactNode } from "react";
import { ToggleButton, Button as Pressable } from "react-aria-components";

interface ControlButtonProps {
  icon: ReactNode;
  /** The word under the icon: the state. */
  word: string;
  /** What it is or does. With the word it is the accessible name. */
  act: string;
  onPress: () => void;
  look?: "plain" | "on" | "off" | "leave";
  /** Whether it is pressed, where it is a switch. */
  isPressed?: boolean;
  /** As `aria-keyshortcuts` wants them. */
  keys?: string;
}

/** A control of the meeting: an icon above its word. */
export function ControlButton({ icon, word, act, onPress, look = "plain", isPressed, keys }: ControlButtonProps): ReactElement {
  const inside = (
    <>
      {icon}
      <span aria-hidden="true">{word}</span>
    </>
  );
  const shared = { className: `control-button ${look}`, "aria-label": act.includes(word) ? act : `${act}: ${word}`, ...(keys === undefined ? {} : { "aria-keyshortcuts": keys }) };
  if (isPressed === undefined) {
    return (
      <Pressable {...shared} onPress={onPress}>
        {inside}
      </Pressable>
    );
  }
  return (
    <ToggleButton {...shared} isSelected={isPressed} onChange={onPress}>
      {inside}
    </ToggleButton>
  );
}
