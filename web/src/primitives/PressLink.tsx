import type { MouseEvent, ReactElement, ReactNode } from "react";

interface PressLinkProps {
  href: string;
  onFollow: () => void;
  children: ReactNode;
  className?: string;
  isCurrent?: boolean;
}

/** A link within the app: followed without loading the page, and like any link in a new tab. */
export function PressLink({ href, onFollow, children, className = "press-link", isCurrent = false }: PressLinkProps): ReactElement {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onFollow();
  };
  return (
    <a className={className} href={href} onClick={follow} aria-current={isCurrent ? "page" : undefined}>
      {children}
    </a>
  );
}
