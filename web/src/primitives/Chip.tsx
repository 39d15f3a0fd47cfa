import { Cpu } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

interface ChipProps {
  kind?: "plain" | "ok" | "warn" | "bad" | "on" | "live" | "machine";
  children: ReactNode;
}

/** A state, never a button. */
export function Chip({ kind = "plain", children }: ChipProps): ReactElement {
  return (
    <span className={`chip ${kind}`}>
      {kind === "machine" ? <Cpu className="icon small" aria-hidden="true" /> : null}
      {children}
    </span>
  );
}
