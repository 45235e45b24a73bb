// Components that the library writes as plain HTML: a quiz, a form that scores forecasts, a table that can be filtered
// and sorted. Without this script the pages are complete: a quiz is followed by its answer in a <details>, a table is a table.
// No library, no request, no HTML built from strings; works from file://.
"use strict";

(() => {
  // What does not count in a text; `_folded` of answers/compare.py does the same.
  const folded = (text) => text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').toLowerCase().replace(/\s+/g, " ").trim();

  // A text as people type it, without the quotation marks that Python prints around it.
  const asText = (typed) => typed.trim().replace(/^(["'])(.*)\1$/, "$2");

  // A number as people type it: 130,000 or 130 000, 42 %, -0.5 or -0,5; NaN if it is none.
  const asNumber = (typed) => {
    const plain = typed.replace(/[\s%]/g, "").replace(/\u2212/g, "-").replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".");
    return /\d/.test(plain) ? Number(plain) : NaN;
  };

  // ---- quiz ---------------------------------------------------------------------------------------------------
  //
  // <form class="so-quiz" data-kind="choice|number|text" data-answer="42" data-tolerance="0.5" data-why="why it is right"
  //       data-feedback='{"wrong answer": "what to say to it"}'> with a fieldset of inputs, a button and an <output>.
  // Two answers are the same by the rule of answers/compare.py; tests/answers.json has examples that hold in both.

  const HAIR = 1e-9;

  function same(kind, given, answer, tolerance) {
    if (kind !== "number") return folded(asText(given)) === folded(answer);
    const [one, other] = [asNumber(given), Number(answer)];
    return Math.abs(one - other) <= Math.max(tolerance + HAIR, HAIR * Math.max(Math.abs(one), Math.abs(other)));
  }

  function startQuiz(form) {
    const { kind, answer, why } = form.dataset;
    const feedback = Object.entries(JSON.parse(form.dataset.feedback));
    const tolerance = Number(form.dataset.tolerance);
    const output = form.querySelector("output");
    const say = (verdict, message) => {
      output.textContent = message;
      output.className = verdict;
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = form.querySelector("input:checked, input[type=text]")?.value.trim();
      if (!given) {
        say("", kind === "choice" ? "Tick an answer first." : "Type an answer first.");
      } else if (kind === "number" && !Number.isFinite(asNumber(given))) {
        say("", "Type a number, for example 12.5.");
      } else if (same(kind, given, answer, tolerance)) {
        say("right", `Right. ${why}`.trim());
      } else {
        const hint = feedback.find(([wrong]) => same(kind, given, wrong, tolerance));
        say("wrong", `Not yet. ${hint ? hint[1] : "Look again, or open the answer below."}`);
      }
    });
    startForm(form, () => say("", ""));
  }

  // Let a form be used: it is disabled where no script runs. What it said does not outlive the input that it was said of.
  function startForm(form, clear) {
    form.addEventListener("input", clear);
    form.noValidate = true; // or the browser's own bubble comes before our words
    form.querySelector("button").disabled = false;
  }

  // ---- forecasts ----------------------------------------------------------------------------------------------
  //
  // <form class="so-quiz so-score" data-happened="[1, 0]"> with a text field for each question, in this order, in per cent;
  // an empty field is not a forecast.

  function startScore(form) {
    const happened = JSON.parse(form.dataset.happened);
    const fields = [...form.querySelectorAll("input")];
    const output = form.querySelector("output");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = fields.map((field, i) => [asNumber(field.value), happened[i], field]).filter(([, , field]) => field.value.trim());
      const wrong = given.find(([percent]) => !(percent >= 0 && percent <= 100));
      if (wrong) {
        output.textContent = "Type a percentage from 0 to 100.";
        wrong[2].focus();
      } else if (given.length === 0) {
        output.textContent = "Type at least one forecast.";
      } else {
        const score = given.reduce((sum, [percent, came]) => sum + (percent / 100 - came) ** 2, 0) / given.length;
        output.textContent = `Mean Brier score of ${given.length} of ${fields.length} forecasts: ${score.toFixed(3)}. Always saying 50% scores 0.250; lower is better.`;
      }
    });
    startForm(form, () => (output.textContent = ""));
  }

  // ---- table --------------------------------------------------------------------------------------------------
  //
  // <form class="so-filter" data-table="ID" data-noun="claims" hidden>
  //   <label>Search <input type="search"></label>
  //   <label>Source <select data-column="source"><option value="">all</option></select></label>
  //   <button type="reset">Show all</button> <output role="status" aria-live="polite"></output>
  // </form>
  // <div class="so-scroll"><table id="ID"><thead><tr><th>source</th> ...</tr></thead> <tbody> ...
  //
  // What is searched for and chosen is in the page's address (?source=Joe+Biden&certainty=certain), so that it can be sent.
  // A select gets the values of the column whose header has its name.

  function startTable(form) {
    const table = document.querySelector(`table#${CSS.escape(form.dataset.table)}`); // a heading may have that id, too
    if (!table) return; // the form of the page that does not exist, which only looks like this one
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const headers = [...table.tHead.rows[0].cells];
    const search = form.querySelector("input");
    const output = form.querySelector("output");
    const words = new Map(rows.map((row) => [row, folded(row.textContent)]));
    const valueOf = (row, column) => row.cells[column].textContent.trim();

    const fields = { q: search };
    const selects = [...form.querySelectorAll("select")].map((select) => {
      const column = headers.findIndex((header) => folded(header.textContent) === folded(select.dataset.column));
      const values = new Set(rows.map((row) => valueOf(row, column)).filter(Boolean));
      for (const value of [...values].sort(compare)) select.add(new Option(value, value));
      fields[select.dataset.column] = select;
      return { select, column };
    });

    function readAddress() {
      const wanted = new URLSearchParams(location.search);
      for (const [name, field] of Object.entries(fields)) if (wanted.has(name)) field.value = wanted.get(name);
      for (const { select } of selects) if (select.selectedIndex < 0) select.value = ""; // no such value: all
    }

    function writeAddress() {
      const chosen = Object.entries(fields).filter(([, field]) => field.value !== "");
      const query = new URLSearchParams(chosen.map(([name, field]) => [name, field.value])).toString();
      history.replaceState(null, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
    }

    function filter() {
      const wanted = folded(asText(search.value.normalize())).split(" ");
      let shown = 0;
      for (const row of rows) {
        const matches =
          wanted.every((word) => words.get(row).includes(word)) &&
          selects.every(({ select, column }) => select.value === "" || valueOf(row, column) === select.value);
        row.hidden = !matches;
        if (matches) shown += 1;
      }
      output.textContent = `${shown} of ${rows.length} ${form.dataset.noun}`;
    }

    function sortBy(header) {
      const column = headers.indexOf(header);
      const direction = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const sorted = [...rows].sort((a, b) => {
        const [one, two] = [valueOf(a, column), valueOf(b, column)];
        if (one === "" || two === "") return (one === "") - (two === ""); // empty cells last, both ways
        return direction * compare(one, two);
      });
      body.append(...sorted);
    }

    function showAddressed() {
      const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      for (const other of rows) other.classList.toggle("so-target", other === row);
      if (!rows.includes(row)) return;
      if (row.hidden) {
        form.reset(); // filters again, below, but later than needed here
        filter();
      }
      row.scrollIntoView({ block: "center" });
    }

    for (const header of headers) {
      if (header.textContent.trim() === "") continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "so-sort";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sortBy(header));
      header.append(button);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    const change = () => {
      filter();
      writeAddress();
    };
    form.addEventListener("input", change);
    form.addEventListener("reset", () => setTimeout(change)); // the fields are emptied after this event
    window.addEventListener("hashchange", showAddressed);

    form.hidden = false;
    form.classList.add("so-ready");
    readAddress();
    filter(); // also what a browser kept of before a reload
    showAddressed();
  }

  function compare(one, two) {
    const [a, b] = [asNumber(one), asNumber(two)];
    return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(two, "en", { numeric: true }) : a - b;
  }

  // ---- the theme's buttons and menus ----------------------------------------------------------------------------
  //
  // Its buttons had their code in an attribute, which the pages' security policy forbids. A menu is a <details>.

  function startButtons() {
    document.querySelector(".btn-download-pdf-button")?.addEventListener("click", () => window.print());
    document.querySelector(".btn-fullscreen-button")?.addEventListener("click", () => window.toggleFullScreen());
    // The search leads on by itself: some frames may send no form, and for Firefox the policy lets none go to a file.
    for (const form of document.querySelectorAll("form[action]")) {
      const search = (event) => {
        event.preventDefault();
        const page = new URL(form.getAttribute("action"), document.baseURI);
        page.search = new URLSearchParams(new FormData(form));
        location.assign(page);
      };
      form.addEventListener("submit", search);
      form.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && search(event));
    }
    const menus = [...document.querySelectorAll("details.dropdown")];
    document.addEventListener("click", (event) => {
      for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
    });
    for (const menu of menus) {
      menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
  }

  function start() {
    startButtons();
    document.querySelectorAll("form.so-quiz:not(.so-score)").forEach(startQuiz);
    document.querySelectorAll("form.so-score").forEach(startScore);
    document.querySelectorAll("form.so-filter").forEach(startTable);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
