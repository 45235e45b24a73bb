// A claim cited in prose shows its row where it is cited: on a click, a tap, or Enter. Esc, a click elsewhere or the
// button closes it, and the reader is where they were. The rows are a script beside the table of all claims, loaded on first use
// (see _ext/claim_rows.py). Without this script, and in a browser without popovers, it stays a link to the row.
"use strict";

(() => {
  if (!HTMLElement.prototype.showPopover) return;

  let loading; // of the rows, once for all claims of the page

  const rowsFor = (link) =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("claim-rows.js", link.href).href;
      script.onload = () => resolve(window.standoffClaims);
      script.onerror = reject;
      document.head.append(script);
    }));

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  function makePanel(link, columns, [id, gist, ...texts]) {
    const facts = texts.map((text, number) => [columns[number + 2], text]).filter(([, text]) => text !== "");
    const close = element("button", { type: "button" }, "Close");
    const list = element("dl", {}, ...facts.map(([name, text]) => element("div", {}, element("dt", {}, name), element("dd", {}, text))));
    const table = element("a", { href: link.href }, "In the table of all claims");
    const panel = element("div", { className: "so-row", popover: "auto", tabIndex: -1 },
      element("p", {}, element("strong", {}, id), ` ${gist}`), list, element("p", { className: "so-row-end" }, table, close));
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", `Claim ${id}`);
    close.addEventListener("click", () => panel.hidePopover());
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") panel.hidePopover(); // not every browser does that by itself
    });
    panel.addEventListener("toggle", (event) => {
      if (event.newState !== "closed") return;
      const inside = panel.contains(document.activeElement) || document.activeElement === document.body;
      panel.remove();
      link.setAttribute("aria-expanded", "false");
      if (inside) link.focus(); // Safari had not given it the focus on a click
    });
    return panel;
  }

  // Under the link, or over it where there is no room; never beyond the window's edges.
  function place(panel, link) {
    const at = link.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const edge = document.documentElement.clientWidth - width - 8;
    const below = at.bottom + 6;
    const top = below + height > innerHeight && at.top > height + 6 ? at.top - height - 6 : below;
    panel.style.left = `${Math.max(8, Math.min(at.left, edge)) + scrollX}px`;
    panel.style.top = `${top + scrollY}px`;
  }

  async function show(link) {
    const id = link.hash.slice(1);
    const { columns, rows } = await rowsFor(link).catch(() => ({ rows: {} }));
    if (!rows[id]) {
      location.href = link.href;
      return;
    }
    const panel = makePanel(link, columns, rows[id]);
    link.after(panel);
    panel.showPopover();
    place(panel, link);
    link.setAttribute("aria-expanded", "true");
    panel.focus({ preventScroll: true });
  }

  function start() {
    for (const link of document.querySelectorAll("a.claim")) {
      link.setAttribute("aria-haspopup", "dialog");
      link.setAttribute("aria-expanded", "false");
      link.addEventListener("click", (event) => {
        if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab is asked for
        event.preventDefault();
        show(link);
      });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
