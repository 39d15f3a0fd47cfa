// Makes the survey nicer: one question a screen, a count of what is chosen, and a draft on this
// device until it is sent. Without this file everything works as one long form.
(() => {
  "use strict";

  const DRAFT = "plenary.survey.";
  // A day less than the server takes a page for.
  const DRAFT_LIFE_MS = 13 * 24 * 3600 * 1000;

  const read = (code) => {
    try {
      const draft = JSON.parse(localStorage.getItem(DRAFT + code));
      return draft && Date.now() - draft.at < DRAFT_LIFE_MS ? draft : null;
    } catch {
      return null;
    }
  };
  const write = (code, draft) => {
    try {
      localStorage.setItem(DRAFT + code, JSON.stringify(draft));
    } catch {
      // No room, or not allowed: then there is no draft.
    }
  };
  const forget = (code) => {
    try {
      localStorage.removeItem(DRAFT + code);
    } catch {
      // As above.
    }
  };

  const sent = document.querySelector("[data-sent]");
  if (sent) forget(sent.dataset.sent);

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.copied;
    });
  }

  const form = document.querySelector(".survey-form");
  if (!form) return;

  const code = form.dataset.code;
  const steps = [...form.querySelectorAll(".step")];
  const back = form.querySelector("[data-back]");
  const next = form.querySelector("[data-next]");
  const send = form.querySelector("[data-send]");
  const consent = form.querySelector("[data-consent]");
  const choices = [...form.querySelectorAll(".choices")];
  const words = { go: next.textContent, start: next.dataset.start, send: send.textContent };
  let current = 0;

  const fields = () => [...form.elements].filter((field) => /^[qt]\./.test(field.name));

  const order = () => {
    const shown = {};
    for (const list of choices) {
      shown[list.dataset.question] = [...list.querySelectorAll("input[name^='q.']")].map((box) => box.value);
    }
    return shown;
  };

  const keep = () => {
    const values = {};
    for (const field of fields()) {
      const is_box = field.type === "checkbox" || field.type === "radio";
      if (is_box ? field.checked : field.value) (values[field.name] ??= []).push(field.value);
    }
    write(code, {
      at: Date.now(), version: form.dataset.version, step: current, values, order: order(),
      id: form.elements.id.value, seal: form.elements.seal.value,
    });
  };

  // The ticket comes back with the draft: what was sent before the line broke counts once. So does
  // the order in which the options were shown, which belongs to the ticket.
  const restore = (draft) => {
    form.elements.id.value = draft.id;
    form.elements.seal.value = draft.seal;
    for (const list of choices) {
      const rows = new Map([...list.querySelectorAll(":scope > .choice")].map((row) => [row.querySelector("input").value, row]));
      const last = rows.get("other");
      for (const value of draft.order[list.dataset.question] ?? []) {
        const row = rows.get(value);
        if (row && row !== last) list.insertBefore(row, last ?? null);
      }
    }
    for (const field of fields()) {
      const values = draft.values[field.name] ?? [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
  };

  const count = () => {
    for (const list of choices) {
      const max = Number(list.dataset.max);
      if (!max) continue;
      const boxes = [...list.querySelectorAll("input[type=checkbox]")];
      const chosen = boxes.filter((box) => box.checked).length;
      const told = list.parentElement.querySelector(".count");
      const is_full = chosen >= max;
      for (const box of boxes) box.disabled = is_full && !box.checked;
      told.hidden = chosen === 0;
      told.textContent = is_full ? told.dataset.full : told.dataset.count.replace("{n}", chosen);
    }
    for (const area of form.querySelectorAll("textarea[data-max]")) {
      const told = area.parentElement.querySelector(".left");
      const length = Intl.Segmenter ? [...new Intl.Segmenter().segment(area.value)].length : [...area.value].length;
      told.hidden = length === 0;
      told.textContent = `${length} / ${area.dataset.max}`;
    }
  };

  const segments = document.createElement("div");
  segments.className = "segments";
  segments.setAttribute("aria-hidden", "true");
  for (let i = 1; i < steps.length; i += 1) segments.append(document.createElement("i"));

  const show = (step, focus) => {
    current = Math.max(0, Math.min(step, steps.length - 1));
    steps.forEach((one, i) => one.classList.toggle("on", i === current));
    // The one heading in sight is the page's first.
    steps[current].querySelector("h2.question")?.setAttribute("aria-level", "1");
    [...segments.children].forEach((one, i) => one.classList.toggle("on", i < current));
    segments.hidden = current === 0;
    const is_last = current === steps.length - 1;
    back.hidden = current === 0;
    next.hidden = is_last;
    send.hidden = !is_last;
    next.textContent = current === 0 ? words.start : words.go;
    for (const skip of form.querySelectorAll("[data-skip]")) skip.hidden = false;
    if (focus) {
      window.scrollTo(0, 0);
      steps[current].querySelector("[tabindex='-1']")?.focus();
    }
  };

  // Each screen is a place in the history, so that a phone's own way back is the way back here.
  const go = (step) => {
    const from = current;
    show(step, true);
    keep();
    history.pushState({ step: current, from }, "", `#${steps[current].id}`);
  };
  window.addEventListener("popstate", (event) => {
    show(event.state?.step ?? 0, true);
    keep();
  });

  form.classList.add("stepwise");
  form.prepend(segments);

  next.addEventListener("click", () => {
    if (current === 0 && consent && !consent.checked) {
      document.getElementById(consent.dataset.consent).hidden = false;
      consent.focus();
      consent.closest(".consent").scrollIntoView({ block: "center" });
      return;
    }
    go(current + 1);
  });
  back.addEventListener("click", () => {
    const state = history.state;
    if (state?.step === current && state.from === current - 1) history.back();
    else go(current - 1);
  });
  for (const skip of form.querySelectorAll("[data-skip]")) {
    skip.addEventListener("click", () => {
      for (const field of steps[current].querySelectorAll("input, textarea")) {
        if (field.type === "checkbox" || field.type === "radio") field.checked = false;
        else field.value = "";
      }
      count();
      go(current + 1);
    });
  }
  form.addEventListener("input", () => {
    if (consent?.checked) document.getElementById(consent.dataset.consent).hidden = true;
    count();
    keep();
  });
  form.addEventListener("keydown", (event) => {
    // Enter in a field means "on", and sends only on the last screen.
    if (event.key === "Enter" && event.target.matches("input[type=text], input[type=radio], input[type=checkbox]") && !next.hidden) {
      event.preventDefault();
      next.click();
    }
  });
  form.addEventListener("submit", () => {
    for (const box of form.querySelectorAll("input:disabled")) box.disabled = false;
    send.textContent = send.dataset.sending;
    keep();
  });
  window.addEventListener("pageshow", () => {
    send.textContent = words.send;
    count();
  });
  for (const link of form.querySelectorAll("#problems a")) {
    link.addEventListener("click", () => {
      const place = document.querySelector(link.getAttribute("href"));
      show(steps.indexOf(place.closest(".step")), false);
    });
  }

  const draft = read(code);
  const has_problems = form.hasAttribute("data-has-problems");
  if (!has_problems && draft && draft.version === form.dataset.version && Object.keys(draft.values).length > 0) {
    restore(draft);
    count();
    form.querySelector(".draft-note").hidden = false;
    show(draft.step, false);
  } else {
    count();
    const wrong = form.querySelector(".step .field-problem:not([hidden])");
    show(wrong ? steps.indexOf(wrong.closest(".step")) : 0, false);
    if (has_problems) {
      keep();
      document.getElementById("problems")?.focus();
    }
  }
  if (history.state?.step !== current) history.replaceState({ step: current }, "");
})();
