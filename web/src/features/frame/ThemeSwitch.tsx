import type { ReactElement } from "react";

import { chooseTheme, theme, useCell, useMessages } from "../../kit/index.ts";
import { SelectField } from "../../primitives/index.ts";

/** Light, dark, or as the device has it. */
export function ThemeSwitch(): ReactElement {
  const t = useMessages();
  const chosen = useCell(theme);
  return (
    <SelectField
      label={t("app.theme")}
      options={[
        { id: "system", text: t("app.theme_system") },
        { id: "light", text: t("app.theme_light") },
        { id: "dark", text: t("app.theme_dark") },
      ]}
      value={chosen}
      onChange={(next) => chooseTheme(next === "light" || next === "dark" ? next : "system")}
    />
  );
}
