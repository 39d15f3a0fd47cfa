import { Check, Copy } from "lucide-react";
import { useState, type ReactElement } from "react";

import { useAnnounce, useMessages } from "../../kit/index.ts";
import { ActLink, Button, Dialog, Field, QrCode } from "../../primitives/index.ts";

interface ShareSheetProps {
  title: string;
  url: string;
  onClose: () => void;
}

/** A link to hand on: to copy, to open, or for a phone's camera. */
export function ShareSheet({ title, url, onClose }: ShareSheetProps): ReactElement {
  const t = useMessages();
  const announce = useAnnounce();
  const [isCopied, setCopied] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const whole = new URL(url, window.location.href).href;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(whole);
    } catch {
      // Refused, or not there at all: pages that came without TLS have no clipboard.
      setRefused(true);
      return;
    }
    setRefused(false);
    setCopied(true);
    announce(t("organiser.copied"), "polite");
  };
  return (
    <Dialog title={t("organiser.share_title", { title })} kind="sheet" onClose={onClose}>
      <div className="share-sheet">
        <QrCode text={whole} name={t("organiser.qr", { title })} />
        <div className="stack">
          <Field label={t("organiser.link")} value={whole} dir="ltr" onChange={() => undefined} hint={t("organiser.link_hint")} error={isRefused ? t("organiser.copy_refused") : undefined} />
          <div className="row wraps">
            <Button variant="primary" onPress={() => void copy()} icon={isCopied ? <Check className="icon small" aria-hidden="true" /> : <Copy className="icon small" aria-hidden="true" />}>
              {t(isCopied ? "organiser.copied_short" : "organiser.copy")}
            </Button>
            <ActLink href={whole} look="plain" isBeside>
              {t("organiser.open_link")}
            </ActLink>
          </div>
        </div>
      </div>
      <div className="acts">
        <Button onPress={onClose}>{t("organiser.close_sheet")}</Button>
      </div>
    </Dialog>
  );
}
