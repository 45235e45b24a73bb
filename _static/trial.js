// A form of standoff/display/labelling.py: label a few units, and see how far you agree with the table.
// Without this script the form says what to do instead, and the table's labels follow it in a <details>.
// What is chosen stays on the page: nothing is sent, nothing is kept.
//
// <form class="so-trial"> <p class="so-plain">without the script</p> ...
//   <div class="so-unit"><p>sentence</p> <label>... <select data-reference="label">...</select></label></div> ...
//   <button type="submit" disabled> <button type="reset" disabled> <output role="status" aria-live="polite"></output>
"use strict";

(() => {
  // Share of units with two labels that are the same, and nominal alpha, as in standoff/agreement.py.
  function agreement(pairs) {
    const used = new Map();
    for (const label of pairs.flat()) used.set(label, (used.get(label) || 0) + 1);
    const labels = 2 * pairs.length;
    const alike = [...used.values()].reduce((sum, n) => sum + n * (n - 1), 0);
    const expected = 1 - alike / (labels * (labels - 1));
    const observed = pairs.filter(([one, other]) => one !== other).length / pairs.length;
    return { same: 1 - observed, alpha: used.size > 1 ? 1 - observed / expected : NaN };
  }

  function start(form) {
    const units = [...form.querySelectorAll(".so-unit")].map((unit, index) => {
      const [select, sentence, verdict] = [unit.querySelector("select"), unit.querySelector("p"), document.createElement("span")];
      verdict.className = "so-verdict";
      sentence.id = `unit-${index}`;
      verdict.id = `verdict-${index}`;
      select.setAttribute("aria-describedby", `${sentence.id} ${verdict.id}`);
      unit.append(verdict);
      return { select, verdict };
    });
    const output = form.querySelector("output");

    function clear() {
      output.textContent = "";
      for (const { verdict } of units) verdict.textContent = "";
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clear();
      const chosen = units.filter(({ select }) => select.value !== "");
      if (chosen.length < 2) {
        output.textContent = "Choose a label for at least two units.";
        return;
      }
      for (const { select, verdict } of chosen) {
        const reference = select.dataset.reference;
        verdict.textContent = select.value === reference ? "✓ as in the table" : `✗ in the table: ${reference}`;
      }
      const { same, alpha } = agreement(chosen.map(({ select }) => [select.value, select.dataset.reference]));
      const shown = Number.isNaN(alpha) ? "Alpha is undefined here: only one label was used." : `Your alpha is ${alpha.toFixed(3)}.`;
      const left = units.length - chosen.length;
      output.textContent =
        `You give the table's label to ${Math.round(same * chosen.length)} of ${chosen.length} units ` +
        `(${(100 * same).toFixed(1)}%). ${shown}${left ? ` ${left} not labelled.` : ""}`;
    });
    form.addEventListener("input", clear); // a verdict does not outlive the labels it was given for
    form.addEventListener("reset", clear);

    form.querySelector(".so-plain").hidden = true;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }

  const startAll = () => document.querySelectorAll("form.so-trial").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
