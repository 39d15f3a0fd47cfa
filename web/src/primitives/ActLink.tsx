import type { ReactElement, ReactNode } from "react";

interface ActLinkProps {
  href: string;
  children: ReactNode;
  icon?: ReactNode;
  look?: "text" | "plain" | "primary";
  /** Opens beside this page, which must not be lost. */
  isBeside?: boolean;
  lang?: string;
}

/** A link that looks like what it does: words in a text, or a button. */
export function ActLink({ href, children, icon, look = "text", isBeside = false, lang }: ActLinkProps): ReactElement {
  const beside = isBeside ? { target: "_blank", rel: "noopener" } : {};
  return (
    <a className={look === "text" ? "act-link" : `button row ${look}`} href={href} {...beside} {...(lang === undefined ? {} : { lang })}>
      {icon}
      {children}
    </a>
  );
}
