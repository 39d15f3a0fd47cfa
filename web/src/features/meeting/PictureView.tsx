import { useEffect, useRef, type ReactElement } from "react";

import type { Picture } from "./person.ts";

interface PictureViewProps {
  picture: Picture;
  isMirrored?: boolean;
  isWhole?: boolean;
}

/** Moving pictures of a track. */
export function PictureView({ picture, isMirrored = false, isWhole = false }: PictureViewProps): ReactElement {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null) return undefined;
    picture.attach(video);
    return () => void picture.detach(video);
  }, [picture]);
  return <video ref={element} className={["picture", isMirrored ? "mirrored" : "", isWhole ? "whole" : ""].join(" ")} muted playsInline autoPlay aria-hidden="true" tabIndex={-1} />;
}
