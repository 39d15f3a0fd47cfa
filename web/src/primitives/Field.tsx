import { CircleAlert } from "lucide-react";
import type { ReactElement } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField } from "react-aria-components";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  /** What is wrong, in words; the field keeps what was typed. */
  error?: string | undefined;
  kind?: "text" | "lines" | "date" | "time" | "number";
  lang?: string;
  dir?: "ltr" | "rtl";
  maxLength?: number;
  isRequired?: boolean;
  autoComplete?: string;
  name?: string;
}

/** A field with its label above it. */
export function Field({ label, value, onChange, hint, error, kind = "text", lang, dir, maxLength, isRequired = false, autoComplete = "off", name }: FieldProps): ReactElement {
  const inside = { className: "input", ...(lang === undefined ? {} : { lang }), ...(dir === undefined ? {} : { dir }) };
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined}
      isRequired={isRequired}
      validationBehavior="aria"
      autoComplete={autoComplete}
      type={kind === "lines" ? "text" : kind}
      {...(maxLength === undefined ? {} : { maxLength })}
      {...(name === undefined ? {} : { name })}
    >
      <Label>{label}</Label>
      {hint === undefined ? null : (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      {kind === "lines" ? <TextArea {...inside} rows={3} /> : <Input {...inside} />}
      <FieldError className="error-text">
        <CircleAlert className="icon small" aria-hidden="true" />
        <span>{error}</span>
      </FieldError>
    </TextField>
  );
}
