import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { Button, CheckField, ControlButton, Field, initialsOf } from "./index.ts";

test("a button under way says so and does nothing", async () => {
  const press = vi.fn();
  render(
    <Button onPress={press} pending="Sending…">
      Send
    </Button>,
  );

  await userEvent.click(screen.getByRole("button", { name: "Sending…" }));

  expect(press).not.toHaveBeenCalled();
});

test("a field's error is tied to it and what was typed stays", () => {
  render(<Field label="Your name" value="Omar" onChange={() => undefined} error="Too long." />);

  const field = screen.getByRole("textbox", { name: "Your name" });

  expect([field.getAttribute("aria-invalid"), (field as HTMLInputElement).value]).toEqual(["true", "Omar"]);
  expect(document.getElementById(field.getAttribute("aria-describedby")?.split(" ").at(-1) ?? "")?.textContent).toBe("Too long.");
});

test("consent begins unticked and is given by the keyboard", async () => {
  const change = vi.fn();
  render(
    <CheckField isChosen={false} onChange={change}>
      I agree
    </CheckField>,
  );

  await userEvent.tab();
  await userEvent.keyboard(" ");

  expect([screen.getByRole<HTMLInputElement>("checkbox", { name: "I agree" }).checked, change.mock.calls]).toEqual([false, [[true]]]);
});

test("a control's name holds the word that is seen", () => {
  render(<ControlButton icon={null} word="Mic off" act="Microphone" isPressed={false} onPress={() => undefined} />);

  expect(screen.getByRole("button", { name: "Microphone: Mic off", pressed: false })).toBeTruthy();
});

test.each([
  ["Omar Haddad", "OH"],
  ["张薇", "张"],
  ["Елена Соколова", "ЕС"],
  ["ana", "A"],
  ["", ""],
])("the initials of “%s” are “%s”", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
