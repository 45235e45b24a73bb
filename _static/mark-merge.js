// Merge what a class coded: a task and its coding files become codings, and measures of how far they agree. The rules, the words and
// the numbers are those of standoff/coding/merge.py and standoff/agreement.py.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const [TASK, CODING] = ["standoff task", "standoff coding"];
  const TIMES = 2000;

  const isObject = (data) => typeof data === "object" && data !== null && !Array.isArray(data);
  const own = (object, name) => (isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined);
  const order = (one, other) => (one < other ? -1 : Number(one > other));
  const coderOf = ({ coder }) => coder.toLowerCase().trim().split(/\s+/).join(" ");

  desk.isTask = (data) => isObject(data) && data.kind === TASK;
  desk.isCoding = (data) => isObject(data) && data.kind === CODING;

  desk.taskProblem = ({ id, fields, units, lengths = [] }) => {
    if (typeof id !== "string" || !Array.isArray(fields) || !Array.isArray(units)) return "it has no id, fields or units";
    if (!Array.isArray(lengths) || !lengths.every((length) => Number.isInteger(length) && length > 0)) return "its paragraphs have no lengths";
    const unlike = (list) => new Set(list).size === list.length && list.every((name) => typeof name === "string" && name);
    const isSound = fields.every((field) => isObject(field) && Array.isArray(field.categories) && field.categories.length && field.categories.every(isObject)) &&
      units.every(isObject) && unlike(fields.map(({ name }) => name)) && unlike(units.map((unit) => unit.id));
    return isSound ? null : "its fields or units are not as they should be";
  };

  function codingProblem(data, task) {
    const isWhole = desk.isCoding(data) && ["task", "coder", "saved"].every((name) => typeof data[name] === "string") && isObject(data.labels) && isObject(data.unsure);
    if (!isWhole) return "it is not a coding file of the marking desk";
    if (data.task !== task.id) return "it belongs to another task";
    if (!/^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,39}$/u.test(coderOf(data))) return "its code word is empty, or not made of letters and digits";
    return null;
  }

  function labelsOf(coding, task) {
    const given = Object.values(coding.labels).reduce((sum, labels) => sum + (isObject(labels) ? Object.keys(labels).length : 1), 0);
    const rows = task.units.flatMap(({ id }) => task.fields.flatMap((field) => {
      const value = own(own(coding.labels, id), field.name);
      const unsure = own(coding.unsure, id);
      const isUnsure = Array.isArray(unsure) && unsure.includes(field.name);
      return desk.vocabulary(field).includes(value) ? [[id, field.name, coderOf(coding), 1, value, isUnsure]] : [];
    }));
    return [rows, given - rows.length];
  }

  const marksOf = ({ marks }, lengths) => (Array.isArray(marks) ? marks : [])
    .filter((part) => desk.isPart(part, lengths))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);

  // {task, rows, coders, marks, notes} of files, {name: what its JSON holds}; rows are those of codings.csv. Throws an Error in words.
  desk.mergeFiles = (files) => {
    const names = Object.keys(files).sort(order);
    const tasks = names.filter((name) => desk.isTask(files[name]));
    if (tasks.length !== 1) throw new Error(`There are ${tasks.length} task files among them: give the one task that these files were coded for.`);
    const task = files[tasks[0]];
    const wrong = desk.taskProblem(task);
    if (wrong) throw new Error(`${tasks[0]}: ${wrong}.`);
    const notes = [];
    const chosen = new Map();
    for (let name of names.filter((each) => each !== tasks[0])) {
      const problem = codingProblem(files[name], task);
      if (problem) {
        notes.push(`${name} is left out: ${problem}.`);
        continue;
      }
      const coder = coderOf(files[name]);
      let other = chosen.get(coder);
      if (other && files[other].saved > files[name].saved) [other, name] = [name, other];
      if (other) notes.push(`${other} is left out: ${name} has the same code word, and was saved later.`);
      chosen.set(coder, name);
    }
    const wanted = task.units.length * task.fields.length;
    const rows = [];
    const [coders, marks] = [{}, {}];
    for (const coder of [...chosen.keys()].sort(order)) {
      const name = chosen.get(coder);
      const [labels, strange] = labelsOf(files[name], task);
      rows.push(...labels);
      coders[coder] = [labels.length, wanted];
      if (task.lengths) marks[coder] = marksOf(files[name], task.lengths);
      if (strange) notes.push(`${name}: ${strange} of its labels are not of this task, and are left out.`);
      if (labels.length < wanted) notes.push(`${name} is not finished: ${labels.length} of ${wanted} labels.`);
    }
    return { task, rows, coders, marks, notes };
  };

  // ---- how far they agree ----

  // Of each unit how many coders gave each label: a Map by unit of Maps by label, in the order of the task.
  function countsOf({ task, rows }, variable) {
    const counts = new Map(task.units.map(({ id }) => [id, new Map()]));
    for (const [unit, name, , , value] of rows) if (name === variable) counts.get(unit).set(value, (counts.get(unit).get(value) ?? 0) + 1);
    return counts;
  }

  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

  // Observed and expected disagreement, where each unit counts as often as `weights` says.
  function disagreement(units, weights) {
    const totals = new Map();
    let [apart, total] = [0, 0];
    units.forEach((unit, i) => {
      if (!weights[i]) return;
      const labels = unit.total;
      total += weights[i] * labels;
      apart += weights[i] * unit.apart;
      for (const [label, count] of unit.counts) totals.set(label, (totals.get(label) ?? 0) + weights[i] * count);
    });
    return [apart / total, (total ** 2 - sum([...totals.values()].map((count) => count ** 2))) / (total * (total - 1))];
  }

  function quantile(sorted, share) {
    const place = (sorted.length - 1) * share;
    const low = Math.floor(place);
    return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  }

  // {low, high}: the interval in which the middle 95 per cent of some numbers lie, those left out that are none.
  function middle(numbers) {
    const sorted = numbers.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const [low, high] = [0.025, 0.975].map((share) => (sorted.length ? quantile(sorted, share) : NaN));
    return { low, high };
  }

  // The number of times that each of some units is drawn, `TIMES` times: the draws of standoff/agreement.py.
  function* draws(units) {
    for (let time = 0; time < TIMES; time += 1) {
      const weights = new Array(units).fill(0);
      for (let i = 1; i <= units; i += 1) {
        let number = Math.imul(time * units + i, 0x9e3779b9);
        number = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
        number = Math.imul(number ^ (number >>> 13), 0xc2b2ae35);
        weights[Math.floor((((number ^ (number >>> 16)) >>> 0) * units) / 2 ** 32)] += 1;
      }
      yield weights;
    }
  }

  // {units, percent, alpha, low, high} of a variable.
  desk.measure = (merged, variable) => {
    const units = [...countsOf(merged, variable).values()].map((counts) => {
      const total = sum([...counts.values()]);
      return { counts, total, apart: (total ** 2 - sum([...counts.values()].map((count) => count ** 2))) / (total - 1) };
    }).filter(({ total }) => total >= 2);
    const alpha = ([observed, expected]) => (expected > 0 ? 1 - observed / expected : NaN);
    const all = disagreement(units, units.map(() => 1));
    const drawn = units.length ? [...draws(units.length)].map((weights) => alpha(disagreement(units, weights))) : [];
    return { units: units.length, percent: 100 * (1 - all[0]), alpha: alpha(all), ...middle(drawn) };
  };

  // Labels and how many gave each, in words.
  desk.counted = (labels) => labels.map(([label, count]) => `${label} ${count}`).join(", ");

  // How many pairs of coders gave two labels to one unit: rows and columns in the order of the codebook.
  desk.confusion = (merged, variable) => {
    const labels = desk.vocabulary(merged.task.fields.find(({ name }) => name === variable));
    const table = labels.map(() => labels.map(() => 0));
    for (const counts of countsOf(merged, variable).values()) {
      labels.forEach((one, i) => labels.forEach((other, j) => {
        const [first, second] = [counts.get(one) ?? 0, counts.get(other) ?? 0];
        table[i][j] += i === j ? (first * (first - 1)) / 2 : first * second;
      }));
    }
    return { labels, table };
  };

  // The units on which most pairs of coders differ: {unit, variable, differ (per cent), labels: [[label, count], ...]}.
  desk.hardest = (merged, most = 10) => {
    const found = merged.task.fields.flatMap(({ name: variable }) => [...countsOf(merged, variable)].map(([unit, counts]) => {
      const total = sum([...counts.values()]);
      const same = sum([...counts.values()].map((count) => count * (count - 1)));
      const labels = [...counts].sort((a, b) => b[1] - a[1] || order(a[0], b[0]));
      return { unit, variable, differ: total < 2 ? 0 : 100 * (1 - same / (total * (total - 1))), labels };
    })).filter(({ differ }) => differ > 0);
    found.sort((a, b) => (Math.abs(a.differ - b.differ) > 1e-9 ? b.differ - a.differ : order(a.variable, b.variable) || order(a.unit, b.unit)));
    return found.slice(0, most);
  };

  // What alpha for unitizing is made of, for the stretches [start, end] of each coder in a paragraph: see _sums in agreement.py.
  function sumsOf(markings, length) {
    const coders = markings.map((stretches) => {
      const joined = [];
      for (const [start, end] of stretches.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
        if (joined.length && start < joined.at(-1)[1]) joined.at(-1)[1] = Math.max(end, joined.at(-1)[1]);
        else joined.push([start, end]);
      }
      return joined;
    });
    const sizes = coders.flat().map(([start, end]) => end - start);
    const steps = new Array(length + 1).fill(0);
    for (const [start, end] of coders.flat()) {
      steps[start] += 1;
      steps[end] -= 1;
    }
    let [count, apart] = [0, 0];
    for (const step of steps.slice(0, -1)) {
      count += step;
      apart += count * (coders.length - count);
    }
    return [apart / (coders.length - 1), sum(sizes), sum(sizes.map((size) => size ** 2)), coders.length * length];
  }

  function unitizing([apart, marked, squares, total]) {
    if (!marked || marked === total) return NaN;
    return 1 - (apart * (total - (squares + total - marked) / total)) / (marked * (total - marked));
  }

  // {percent, alpha, low, high} of what was marked: see marking_measures in merge.py.
  desk.markingMeasure = ({ task: { lengths }, marks }) => {
    const sections = lengths.map((length, i) => sumsOf(Object.values(marks).map((parts) => parts.filter(([number]) => number === i + 1).map(([, start, end]) => [start, end])), length));
    const add = (weights) => [0, 1, 2, 3].map((at) => sum(sections.map((sums, i) => weights[i] * sums[at])));
    const all = add(lengths.map(() => 1));
    return { percent: 100 * (1 - (2 * all[0]) / all[3]), alpha: unitizing(all), ...middle([...draws(lengths.length)].map((weights) => unitizing(add(weights)))) };
  };

  // How many coders marked each stretch of a paragraph: [[words, count], ...].
  function layers(block, marks, paragraph) {
    const parts = marks.flat().filter(([number]) => number === paragraph);
    const cuts = [...new Set([0, [...block].length, ...parts.flatMap(([, start, end]) => [start, end])])].sort((a, b) => a - b);
    return cuts.slice(0, -1).map((start, i) => [[...block].slice(start, cuts[i + 1]).join(""),
      marks.filter((own) => own.some(([number, from, to]) => number === paragraph && from <= start && cuts[i + 1] <= to)).length]);
  }

  // ---- the page ----

  desk.showMerged = (merged, context) => {
    const { element, button } = desk;
    const { stage, say, leave } = context;
    const { task, rows, coders, notes } = merged;
    const number = (value, digits = 3) => (Number.isNaN(value) ? "none" : value.toFixed(digits));
    const table = (caption, columns, lines) => element("div", { className: "so-scroll", tabIndex: 0, role: "group", "aria-label": caption },
      element("table", {}, element("caption", {}, caption),
        element("thead", {}, element("tr", {}, ...columns.map((name) => (name ? element("th", { scope: "col" }, name) : element("td", {}))))),
        element("tbody", {}, ...lines.map(([first, ...cells]) => element("tr", {}, element("th", { scope: "row" }, first), ...cells.map((cell) => element("td", {}, `${cell}`)))))));

    function units() {
      return desk.hardest(merged).map(({ unit, variable, differ, labels }) => {
        const field = task.fields.find(({ name }) => name === variable);
        return element("section", { className: "so-mark-unit" },
          element("h3", {}, `${unit}, ${field.title ?? variable}: ${Math.round(differ)}% of pairs differ`),
          element("p", {}, ...desk.unitInText(task, unit)),
          element("p", {}, desk.counted(labels)),
          element("details", {}, element("summary", {}, "The definition"), ...desk.definition(field)));
      });
    }

    // What each paragraph was marked with, and by how many.
    function inLayers() {
      const all = Object.values(merged.marks);
      return (task.text ?? []).map((block, i) => element("p", {}, ...layers(block, all, i + 1).map(([words, count]) =>
        (count ? element("mark", { className: count === all.length ? "so-by-all" : "so-by-some" }, words, element("sub", {}, `${count}`)) : words))));
    }

    // The measures; the code words only for who unfolds them, so that the page can be shown to the class and printed.
    function measures() {
      const whole = Object.values(coders).filter(([given, of]) => given === of).length;
      if (task.lengths) {
        const { percent, alpha, low, high } = desk.markingMeasure(merged);
        return [
          element("p", {}, `${Object.keys(coders).length} marked.`),
          table("Agreement on what to mark", ["", "% of pairs", "alpha", "from", "to"], [["characters", number(percent, 1), ...[alpha, low, high].map((value) => number(value))]]),
          element("p", {}, "Alpha is Krippendorff's, for unitizing: 1 is perfect agreement on what to mark, 0 what chance would give. In 95 of 100 draws of paragraphs it lies between the last two numbers."),
          names(["code word", "stretches"], Object.entries(merged.marks).map(([coder, parts]) => [coder, parts.length])),
          element("h2", {}, "What was marked, and by how many"), ...inLayers(),
        ];
      }
      return [
        element("p", {}, `${Object.keys(coders).length} coded, ${whole} to the end.`),
        names(["code word", "labels", "of"], Object.entries(coders).map(([coder, [given, of]]) => [coder, given, of])),
        table("Agreement", ["variable", "units", "% of pairs", "alpha", "from", "to"], task.fields.map(({ name }) => {
          const { units: count, percent, alpha, low, high } = desk.measure(merged, name);
          return [name, count, number(percent, 1), number(alpha), number(low), number(high)];
        })),
        element("p", {}, "Alpha is Krippendorff's: 1 is perfect agreement, 0 what chance would give. In 95 of 100 draws of units it lies between the last two numbers."),
        ...task.fields.map(({ name }) => {
          const { labels, table: counts } = desk.confusion(merged, name);
          return table(`${name}: pairs of coders, by the two labels that they gave to one unit`, ["", ...labels], labels.map((label, i) => [label, ...counts[i]]));
        }),
        element("h2", {}, "Where most differ"), ...units(),
      ];
    }

    function names(columns, lines) {
      return element("details", { className: "so-mark-names" }, element("summary", {}, "Who coded, by code word"), table("Who coded", columns, lines));
    }

    const large = button("Large, for a projector", () => large.setAttribute("aria-pressed", `${stage.classList.toggle("so-projected")}`), { "aria-pressed": "false" });

    function show() {
      stage.replaceChildren(
        element("div", { className: "so-desk-steps so-mark-bar" }, large, button("Print, without code words", () => print()),
          ...(task.lengths ? [] : [button("Save codings.csv", () => desk.download("codings.csv", desk.csv([["unit_id", "variable", "coder", "round", "value", "unsure"], ...rows])))]),
          button("Decide the differences", () => desk.decide(merged, context, show)),
          button("Close", () => { stage.classList.remove("so-projected"); leave(); })),
        element("h2", {}, task.title ?? "A class"), ...measures());
      say(...notes);
    }

    show();
  };

})();
