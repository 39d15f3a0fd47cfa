import type { ReactElement } from "react";
import { Label, ProgressBar } from "react-aria-components";

interface ProgressProps {
  label: string;
  /** `3 of 6`. */
  text: string;
  done: number;
  of: number;
}

/** How far something is that takes longer than a second. */
export function Progress({ label, text, done, of }: ProgressProps): ReactElement {
  return (
    <ProgressBar className="progress" value={done} maxValue={Math.max(of, 1)} valueLabel={text}>
      <div className="row apart small-text">
        <Label>{label}</Label>
        <span className="quiet-text">{text}</span>
      </div>
      <svg className="progress-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="progress-ground" width="100" height="6" />
        <rect className="progress-fill" width={(100 * done) / Math.max(of, 1)} height="6" />
      </svg>
    </ProgressBar>
  );
}
