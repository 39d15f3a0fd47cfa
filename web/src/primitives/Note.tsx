import type { ReactElement, ReactNode } from "react";

interface NoteProps {
  kind: "bad" | "warn" | "ok" | "accent";
  title: string;
  children?: ReactNode;
  acts?: ReactNode;
  /** Four characters by which the operator finds it. */
  reference?: string | undefined;
}

/** What happened, what is safe, and the next act. */
export function Note({ kind, title, children, acts, reference }: NoteProps): ReactElement {
  return (
    <div className={`note ${kind}`} role={kind === "bad" ? "alert" : undefined}>
      <p className="strong-text">{title}</p>
      {children === undefined ? null : <div className="quiet-text small-text">{children}</div>}
      {acts === undefined && reference === undefined ? null : (
        <div className="row wraps acts">
          {acts}
          {reference === undefined ? null : <span className="tiny-text quiet-text">{reference}</span>}
        </div>
      )}
    </div>
  );
}
