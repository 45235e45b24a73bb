// Components that the library writes as plain HTML: a quiz, a form that scores forecasts, a table that can be filtered
// and sorted. Without this script the pages are complete: a quiz is followed by its answer in a <details>, a table is a table.
// No library, no request, no HTML built from strings; works from file://.
"use strict";

(() => {
  const fromJson = (text, otherwise) => {
    try {
      return JSON.parse(text);
    } catch {
      return otherwise;
    }
  };

  // Words compare equal whatever their case, their spaces and the shape of their quotation marks; those around all of
  // them, as Python prints them, do not count.
  const folded = (text) =>
    String(text).normalize("NFC").trim().replace(/^(["'])(.*)\1$/, "$2").toLowerCase().replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\s+/g, " ").trim();

  // A number as people type it: 130,000 or 130 000, 42 %, -0.5 or -0,5; NaN if it is none.
  const asNumber = (text) => {
    const plain = String(text).replace(/[\s%\u202f\u00a0]/g, "").replace(/\u2212/g, "-").replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".");
    return plain === "" ? NaN : Number(plain);
  };

  // ---- quiz ---------------------------------------------------------------------------------------------------
  //
  // <form class="so-quiz" data-kind="choice|many|number|text" data-answer='JSON' [data-tolerance="0.5"]
  //       [data-feedback='{"value": "message", "*": "what to say to any other wrong answer"}'] [data-why="why it is right"]>
  //   <fieldset><legend>question</legend> <label><input type="radio|checkbox|number|text" ...> ...</label> </fieldset>
  //   <button type="submit" disabled>Check</button> <output role="status" aria-live="polite"></output>
  // </form>
  //
  // data-answer: choice "b"; many ["a", "c"]; number 42; text "word" or ["word", "other spelling"].
  // Why a right answer is right stands in data-why, or in data-feedback under the right value.

  const GENERIC_HINT = "Look again, or open the answer below.";

  function readAnswer(form, kind) {
    if (kind === "choice" || kind === "many") {
      return [...form.querySelectorAll("input:checked")].map((input) => input.value);
    }
    const input = form.querySelector("input");
    return input.value.trim() === "" ? [] : [input.value];
  }

  function judge(kind, given, answer, tolerance) {
    const accepted = [].concat(answer).map(String);
    if (kind === "many") {
      return given.length === accepted.length && given.every((value) => accepted.includes(value));
    }
    if (kind === "number") {
      // a hair more than the tolerance, because 0.3 - 0.1 is not 0.2
      return accepted.some((value) => Math.abs(asNumber(given[0]) - Number(value)) <= tolerance + 1e-9);
    }
    return accepted.some((value) => folded(value) === folded(given[0]));
  }

  function feedbackFor(kind, given, answer, feedback, tolerance) {
    if (kind === "number") {
      const key = Object.keys(feedback).find((value) => Math.abs(asNumber(value) - asNumber(given[0])) <= tolerance + 1e-9);
      return feedback[key];
    }
    if (kind === "many") {
      const accepted = [].concat(answer).map(String);
      const wrong = given.find((value) => !accepted.includes(value));
      return wrong === undefined ? "There is more to tick." : feedback[wrong];
    }
    const key = Object.keys(feedback).find((value) => folded(value) === folded(given[0]));
    return feedback[key];
  }

  function startQuiz(form) {
    const { kind = "choice", why } = form.dataset;
    const answer = fromJson(form.dataset.answer, form.dataset.answer);
    const feedback = fromJson(form.dataset.feedback, {});
    const tolerance = Number(form.dataset.tolerance || 0);
    const output = form.querySelector("output");
    const say = (verdict, message) => {
      output.textContent = message;
      output.classList.toggle("right", verdict === "right");
      output.classList.toggle("wrong", verdict === "wrong");
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = readAnswer(form, kind);
      if (given.length === 0) {
        say("", kind === "choice" || kind === "many" ? "Tick an answer first." : "Type an answer first.");
      } else if (kind === "number" && Number.isNaN(asNumber(given[0]))) {
        say("", "Type a number, for example 12.5.");
      } else if (judge(kind, given, answer, tolerance)) {
        const reason = why || (kind === "many" ? "" : feedbackFor(kind, [String([].concat(answer)[0])], answer, feedback, tolerance));
        say("right", `Right. ${reason || ""}`.trim());
      } else {
        say("wrong", `Not yet. ${feedbackFor(kind, given, answer, feedback, tolerance) || feedback["*"] || GENERIC_HINT}`);
      }
    });
    // a verdict does not outlive the answer it was given for
    form.addEventListener("input", () => say("", ""));

    form.noValidate = true; // or the browser's own bubble comes before our words
    for (const button of form.querySelectorAll("button")) {
      button.disabled = button.hidden = false;
    }
  }

  // ---- forecasts ----------------------------------------------------------------------------------------------
  //
  // <form class="so-quiz so-score" data-happened="[1, 0]"> with a text field for each question, in this order, in per cent;
  // an empty field is no forecast.

  function startScore(form) {
    const happened = fromJson(form.dataset.happened, []);
    const fields = [...form.querySelectorAll("input")];
    const output = form.querySelector("output");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = fields.map((field, i) => [asNumber(field.value), happened[i], field]).filter(([, , field]) => field.value.trim());
      const wrong = given.find(([percent]) => !(percent >= 0 && percent <= 100));
      if (wrong) {
        output.textContent = "Type per cent, from 0 to 100.";
        wrong[2].focus();
      } else if (given.length === 0) {
        output.textContent = "Type at least one forecast.";
      } else {
        const score = given.reduce((sum, [percent, came]) => sum + (percent / 100 - came) ** 2, 0) / given.length;
        output.textContent = `Mean Brier score of ${given.length} of ${fields.length} forecasts: ${score.toFixed(3)}. Always 50 % gets 0.250; less is better.`;
      }
    });
    form.addEventListener("input", () => (output.textContent = ""));
    form.noValidate = true;
    form.querySelector("button").disabled = false;
  }

  // ---- table --------------------------------------------------------------------------------------------------
  //
  // <form class="so-filter" data-table="ID" [data-noun="claims"] hidden>
  //   <label>Search <input type="search"></label>
  //   <label>Source <select data-column="source"><option value="">all</option></select></label>
  //   <button type="reset">Show all</button> <output role="status" aria-live="polite"></output>
  // </form>
  // <div class="so-scroll"><table id="ID"><thead><tr><th data-column="source">...</th> ...</tr></thead> <tbody> ...
  //
  // What is searched for and chosen stands in the page's address (?source=Joe+Biden&certainty=certain), so that it can be sent.
  // A column is found by its header's data-column, or else by its header's words. A select that has no values of its
  // own gets the column's. <td data-value="..."> compares and sorts by that instead of by what is shown.

  const valueOf = (cell) => (cell ? cell.dataset.value ?? cell.textContent.trim() : "");

  function startTable(form) {
    const table = document.querySelector(`table#${CSS.escape(form.dataset.table)}`); // a heading may have that id, too
    if (!table || !table.tHead || !table.tBodies.length) return;
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const headers = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    const search = form.querySelector("input");
    const output = form.querySelector("output");
    const words = new Map(rows.map((row) => [row, folded(row.textContent)]));

    const fields = { q: search };

    const indexOf = (name) =>
      headers.findIndex((header) => folded(header.dataset.column ?? header.textContent) === folded(name));
    const selects = [...form.querySelectorAll("select[data-column]")].map((select) => {
      const column = indexOf(select.dataset.column);
      if (![...select.options].some((option) => option.value !== "")) {
        const values = new Set(rows.map((row) => valueOf(row.cells[column])).filter(Boolean));
        for (const value of [...values].sort(compare)) select.add(new Option(value, value));
      }
      fields[select.dataset.column] = select;
      return { select, column };
    });

    function readAddress() {
      const wanted = new URLSearchParams(location.search);
      for (const [name, field] of Object.entries(fields)) if (field && wanted.has(name)) field.value = wanted.get(name);
      for (const { select } of selects) if (select.selectedIndex < 0) select.value = ""; // no such value: all
    }

    function writeAddress() {
      const chosen = Object.entries(fields).filter(([, field]) => field && field.value !== "");
      const query = new URLSearchParams(chosen.map(([name, field]) => [name, field.value])).toString();
      history.replaceState(null, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
    }

    function filter() {
      const wanted = folded(search ? search.value : "").split(" ");
      let shown = 0;
      for (const row of rows) {
        const matches =
          wanted.every((word) => words.get(row).includes(word)) &&
          selects.every(({ select, column }) => select.value === "" || valueOf(row.cells[column]) === select.value);
        row.hidden = !matches;
        if (matches) shown += 1;
      }
      if (output) output.textContent = `${shown} of ${rows.length} ${form.dataset.noun || "rows"}`;
    }

    function sortBy(header) {
      const column = headers.indexOf(header);
      const direction = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const sorted = [...rows].sort((a, b) => {
        const [one, two] = [valueOf(a.cells[column]), valueOf(b.cells[column])];
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
