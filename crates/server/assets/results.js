// Keeps the live results fresh: asks again every five seconds while somebody looks, and replaces
// the page's middle where a count has changed. Nothing moves; open tables stay open.
(() => {
  "use strict";

  const EVERY_MS = 5000;

  const counts = (root) => [...root.querySelectorAll("[data-answers]")].map((one) => one.dataset.answers).join();

  const refresh = async () => {
    if (document.hidden) return;
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const [old, fresh] = [document.getElementById("live"), page.getElementById("live")];
    if (!old || !fresh) return;
    if (counts(old) === counts(fresh)) {
      const moments = fresh.querySelectorAll("[data-moment]");
      old.querySelectorAll("[data-moment]").forEach((one, i) => {
        one.textContent = moments[i]?.textContent ?? one.textContent;
      });
      return;
    }
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    fresh.querySelectorAll("details").forEach((one, i) => {
      one.open = open[i] ?? false;
    });
    const focused = [...old.querySelectorAll("summary, a")].indexOf(document.activeElement);
    old.replaceWith(fresh);
    if (focused >= 0) fresh.querySelectorAll("summary, a")[focused]?.focus({ preventScroll: true });
  };

  const tick = () => {
    refresh().catch(() => {}).finally(() => setTimeout(tick, EVERY_MS));
  };
  setTimeout(tick, EVERY_MS);
})();
