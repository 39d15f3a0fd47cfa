import type { ReactElement, ReactNode } from "react";
import { Button as Pressable } from "react-aria-components";

export interface ButtonProps {
  children: ReactNode;
  onPress?: (() => void) | undefined;
  variant?: "primary" | "plain" | "quiet" | "danger" | "danger-solid";
  size?: "row" | "touch" | "large";
  icon?: ReactNode;
  /** The words shown while the act is under way; the button keeps its place and does nothing. */
  pending?: string | undefined;
  type?: "button" | "submit";
  isBlock?: boolean;
  autoFocus?: boolean;
  slot?: "close";
}

/** What can be pressed. It says the act and its object. */
export function Button({ children, onPress, variant = "plain", size = "touch", icon, pending, type = "button", isBlock = false, autoFocus = false, slot }: ButtonProps): ReactElement {
  const classes = ["button", variant, size, isBlock ? "block" : ""].filter(Boolean).join(" ");
  const press = (): void => {
    if (pending === undefined) onPress?.();
  };
  return (
    <Pressable className={classes} onPress={press} type={pending === undefined ? type : "button"} autoFocus={autoFocus} {...(slot === undefined ? {} : { slot })} {...(pending === undefined ? {} : { "aria-disabled": true })}>
      {icon}
      <span>{pending ?? children}</span>
    </Pressable>
  );
}
