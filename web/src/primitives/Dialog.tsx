import type { ReactElement, ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface DialogProps {
  /** The question, or what lies beside the page. */
  title: string;
  children: ReactNode;
  onClose: () => void;
  kind?: "question" | "sheet";
}

/** A question, or a sheet for what lies beside the page. Escape is the safe way out; focus returns to where it was. */
export function Dialog({ title, children, onClose, kind = "question" }: DialogProps): ReactElement {
  return (
    <ModalOverlay className="scrim" isOpen isDismissable={kind === "sheet"} onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Modal className={`modal ${kind}`}>
        <AriaDialog className="dialog" role={kind === "question" ? "alertdialog" : "dialog"}>
          <Heading slot="title">{title}</Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
