import qrcode from "qrcode-generator";
import type { ReactElement } from "react";

interface QrCodeProps {
  text: string;
  name: string;
}

/** A link as a picture that a phone's camera reads: dark on light in every theme, with its quiet zone. */
export function QrCode({ text, name }: QrCodeProps): ReactElement {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const cells = Array.from({ length: count * count }, (_, at) => ({ row: Math.floor(at / count), column: at % count }));
  const path = cells
    .filter(({ row, column }) => code.isDark(row, column))
    .map(({ row, column }) => `M${column + 4} ${row + 4}h1v1h-1z`)
    .join("");
  return (
    <svg className="qr" viewBox={`0 0 ${count + 8} ${count + 8}`} role="img" aria-label={name} shapeRendering="crispEdges">
      <rect width={count + 8} height={count + 8} fill="#FFFFFF" />
      <path d={path} fill="#14191C" />
    </svg>
  );
}
