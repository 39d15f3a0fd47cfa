import type { ReactElement } from "react";

/** The mark: the letter P seen as a hall from above. Not mirrored, never animated. */
export function Mark(): ReactElement {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="4" y="3" width="5" height="26" fill="currentColor" />
      <path d="M12.5 4.75a9.25 9.25 0 0 1 0 18.5" fill="none" stroke="currentColor" strokeWidth="3.5" />
      <path d="M12.5 10.25a3.75 3.75 0 0 1 0 7.5z" fill="currentColor" />
    </svg>
  );
}
