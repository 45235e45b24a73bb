// Adjudicate what a class coded: go through the differences, decide each with a reason, and keep both. The result is a case.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const NONE = "no claim";
  const nameOf = ([paragraph, start, end]) => `${paragraph}:${start}-${end}`;
  const partOf = (name) => name.split(/[:-]/).map(Number);

  // The stretches of a task of marking that overlap, together: {unit, counts}, counts of coders by stretch, or by none.
  desk.overlapping = ({ marks }) => {
    const coders = Object.values(marks);
    const parts = new Map(coders.flat().map((part) => [nameOf(part), part]));
    const groups = [];
    for (const part of [...parts.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])) {
      const last = groups.at(-1);
      if (last && last.paragraph === part[0] && part[1] < last.end) {
        last.parts.push(part);
        last.end = Math.max(last.end, part[2]);
      } else groups.push({ paragraph: part[0], end: part[2], parts: [part] });
    }
    return groups.map((group) => {
      const own = coders.map((some) => some.filter((part) => group.parts.some((each) => nameOf(each) === nameOf(part))).map(nameOf));
      const counts = new Map(group.parts.map((part) => [nameOf(part), own.filter((names) => names.includes(nameOf(part))).length]));
      const without = own.filter((names) => !names.length).length;
      if (without) counts.set(NONE, without);
      return { unit: nameOf([group.paragraph, group.parts[0][1], group.end]), parts: group.parts, counts };
    });
  };

  // What coders gave different labels to: {unit, variable, counts, options}, the hardest first; of marks in the order of the text.
  desk.differencesOf = (merged) => {
    if (merged.task.lengths) {
      return desk.overlapping(merged).filter(({ counts }) => counts.size > 1)
        .map(({ unit, counts }) => ({ unit, variable: "content_span", counts: [...counts], options: [...counts.keys(), ...(counts.has(NONE) ? [] : [NONE])] }));
    }
    return desk.hardest(merged, Infinity).map(({ unit, variable, labels }) =>
      ({ unit, variable, counts: labels, options: desk.vocabulary(merged.task.fields.find(({ name }) => name === variable)) }));
  };

  const decisionFor = (decisions, { unit, variable }) => decisions[`${unit} ${variable}`] ?? {};
  const isDecided = (decision) => Boolean(decision.value && decision.why?.trim());

  // The file of what was decided: what the coders gave, what holds, and why.
  desk.decisionsCsv = (merged, decisions) => desk.csv([["unit_id", "variable", "labels", "decided", "why"], ...desk.differencesOf(merged)
    .map((each) => [each, decisionFor(decisions, each)]).filter(([, decision]) => isDecided(decision))
    .map(([{ unit, variable, counts }, { value, why }]) => [unit, variable, desk.counted(counts), value, why.trim()])]);

  // The state of a case with the labels of the class: what was decided, or else all gave; what it had before is kept as a coding.
  desk.decidedState = (merged, decisions, before) => {
    const state = structuredClone(before);
    const codings = (state.kept?.codings ?? []).map((row) => row.map(String));
    const round = Math.max(1, ...codings.map(([, , , number]) => Number(number)));
    const claims = new Map(state.rows.claims.map((row) => [row.cells.claim_id, row.cells]));
    const given = Map.groupBy(merged.rows, ([unit, variable]) => `${unit} ${variable}`);
    const changed = [];
    for (const [key, rows] of given) {
      const [[unit, variable, , , first]] = rows;
      const agreed = rows.length > 1 && rows.every(([, , , , label]) => label === first) ? first : null;
      const value = isDecided(decisions[key] ?? {}) ? decisions[key].value : agreed;
      const cells = claims.get(unit);
      if (!cells || !value || cells[variable] === value) continue;
      if (cells[variable]) changed.push([unit, variable, "table", round, cells[variable], false]);
      cells[variable] = value;
    }
    const keyOf = (row) => row.slice(0, 4).join("\n");
    const had = new Set(codings.map(keyOf));
    const added = [...merged.rows, ...changed].map((row) => row.map(String)).filter((row) => !had.has(keyOf(row)));
    state.kept = { ...state.kept, codings: [...codings, ...added], decisions: desk.decisionsCsv(merged, decisions) };
    return state;
  };

  // The state of a case with a claim for each stretch on which all agree, or which was decided.
  desk.markedState = (form, merged, decisions, today) => {
    const state = desk.newState(form, merged.task.lengths.length, today);
    for (const { unit, parts, counts } of desk.overlapping(merged)) {
      const decision = decisionFor(decisions, { unit, variable: "content_span" });
      const value = counts.size === 1 ? nameOf(parts[0]) : isDecided(decision) ? decision.value : NONE;
      const part = parts.find((each) => nameOf(each) === value);
      if (part) state.rows.claims.push({ cells: { claim_id: `c${String(state.rows.claims.length + 1).padStart(3, "0")}` }, spans: { content_span: [part] } });
    }
    state.kept = { decisions: desk.decisionsCsv(merged, decisions) };
    return state;
  };

  // The page on which a class decides.
  desk.decide = (merged, { form, stage, say, today, open, caseIn }, back) => {
    const { element, button } = desk;
    const { task } = merged;
    const keep = desk.keptAs(`standoff-decisions-${task.id}`);
    const items = desk.differencesOf(merged);
    let decisions = keep.read() ?? {};
    let at = 0;
    const progress = element("span", { className: "so-mark-count", role: "status" });
    const body = element("section", { className: "so-mark-unit so-mark-form", "aria-label": "The difference" });

    function tell() {
      progress.textContent = `${items.filter((item) => isDecided(decisionFor(decisions, item))).length} of ${items.length} decided, each with a reason`;
    }

    function change(item, part) {
      decisions = { ...decisions, [`${item.unit} ${item.variable}`]: { ...decisionFor(decisions, item), ...part } };
      keep.write(decisions);
      tell();
    }

    const wordsOf = (name) => {
      const [paragraph, start, end] = partOf(name);
      return task.text && end ? [...task.text[paragraph - 1]].slice(start, end).join("") : "";
    };

    function show(next) {
      at = (next + items.length) % items.length;
      const item = items[at];
      const field = task.fields.find(({ name }) => name === item.variable);
      const { value = "", why = "" } = decisionFor(decisions, item);
      const choice = element("select", { name: "decision" }, new Option("", ""), ...item.options.map((name) => new Option(task.lengths && wordsOf(name) ? `${name}: ${wordsOf(name)}` : name, name)));
      choice.value = value;
      choice.addEventListener("change", () => change(item, { value: choice.value }));
      const reason = element("textarea", { name: "why", rows: 2, value: why });
      reason.addEventListener("input", () => change(item, { why: reason.value }));
      body.replaceChildren(
        element("p", { className: "so-desk-steps" }, button("Previous", () => show(at - 1)), button("Next", () => show(at + 1))),
        element("h3", {}, `${at + 1} of ${items.length}: ${item.unit}, ${field?.title ?? "which words"}`),
        element("p", {}, ...(task.lengths ? desk.partsInText(task, [partOf(item.unit)]) : desk.unitInText(task, item.unit))),
        element("p", {}, desk.counted(item.counts)),
        element("label", {}, "We decide ", choice), element("label", {}, "because ", reason),
        ...(field ? [element("details", {}, element("summary", {}, "The definition"), ...desk.definition(field))] : []));
      tell();
    }

    async function intoCase(file) {
      try {
        const { state, text } = await caseIn(new Uint8Array(await file.arrayBuffer()));
        const ids = new Set(state.rows.claims.map(({ cells }) => cells.claim_id));
        if (!task.units.some(({ id }) => ids.has(id))) throw new Error("it has none of the claims of the task");
        const own = text ?? task.text;
        if (!own) throw new Error("its text is missing: put it into the case, as article.txt");
        open(own, desk.decidedState(merged, decisions, state), ["The labels of the class are in this case now; those that it had, and those of each coder, will be saved in codings.csv, and the reasons in decisions.csv."]);
      } catch (error) {
        say(`${file.name}: ${error.message}.`);
      }
    }

    const file = element("input", { type: "file", accept: ".zip" });
    file.addEventListener("change", () => file.files.length && intoCase(file.files[0]));
    const result = task.lengths ?
      button("Open the claims as a case", () => (task.text ? open(task.text, desk.markedState(form, merged, decisions, today()), []) : say("The text is missing: merge again with its file among the others."))) :
      element("label", {}, "Put the labels into the case from which the task was made (.zip) ", file);
    say();
    stage.replaceChildren(
      element("div", { className: "so-desk-steps so-mark-bar" },
        button("Save what was decided (.csv)", () => desk.download("decisions.csv", desk.decisionsCsv(merged, decisions))), button("Back to the measures", back),
        button("Erase the decisions", () => { if (confirm("Erase what was decided from this browser, for good?")) { keep.erase(); decisions = {}; if (items.length) show(0); } }), progress),
      element("h2", {}, "Decide the differences"), body, element("div", { className: "so-mark-form" }, result));
    if (items.length) show(0);
    else tell();
  };
})();
