import { Check, ChevronDown } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Button, CheckboxButton, CheckboxField, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";

export interface Option {
  id: string;
  text: string;
  lang?: string;
}

interface SelectFieldProps {
  label: string;
  options: readonly Option[];
  value: string;
  onChange: (id: string) => void;
  below?: ReactNode;
  placeholder?: string;
}

/** One of several, folded away. */
export function SelectField({ label, options, value, onChange, below, placeholder }: SelectFieldProps): ReactElement {
  return (
    <Select className="field" value={value === "" ? null : value} onChange={(key) => onChange(String(key))} isDisabled={options.length === 0} {...(placeholder === undefined ? {} : { placeholder })}>
      <Label>{label}</Label>
      <Button className="input folded">
        <SelectValue />
        <ChevronDown className="icon small" aria-hidden="true" />
      </Button>
      {below}
      <Popover className="popover" offset={4}>
        <ListBox className="menu" items={options}>
          {(option) => (
            <ListBoxItem className="menu-row" id={option.id} textValue={option.text}>
              <span {...(option.lang === undefined ? {} : { lang: option.lang, dir: "auto" })}>{option.text}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

interface CheckFieldProps {
  children: ReactNode;
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}

/** Yes or no, never ticked beforehand where it is consent. */
export function CheckField({ children, isChosen, onChange }: CheckFieldProps): ReactElement {
  return (
    <CheckboxField isSelected={isChosen} onChange={onChange}>
      <CheckboxButton className="choice">
        <span className="box" aria-hidden="true">
          <Check className="icon small" />
        </span>
        <span>{children}</span>
      </CheckboxButton>
    </CheckboxField>
  );
}
