// A task for a class: made from a case at the marking desk, coded by each student alone, and saved as a small file without a word of
// the text.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  // The fields by which claims can be labelled: {name, title, description, categories}, each.
  desk.labelled = (form, state) => Object.values(desk.fieldsOf(form, "claims")).filter(({ categories }) => categories).map(({ name, title, description, categories }) => ({
    name, title, description,
    categories: name === "topic" ? state.rows.topics.map(({ cells: { topic, label } }) => ({ value: topic, label })) : categories,
  }));

  // The task of labelling the finished claims of a case by some fields; without fields, of marking the claims of its text. It is that of
  // standoff/coding/tasks.py.
  desk.makeTask = (form, state, text, { title, minutes, fields, withText }) => {
    const { entries } = desk.entriesOf(form, state);
    const names = new Map(state.rows.actors.map(({ cells }) => [cells.actor_id, cells.name]));
    const task = {
      kind: "standoff task", title, minutes, fields,
      units: (fields.length ? entries.claims : []).map(({ cells, spans }) => ({ id: cells.claim_id, source: names.get(cells.source) ?? cells.source, parts: spans.content_span })),
      paragraphs: text.map(desk.sha256),
      ...(fields.length ? {} : { lengths: text.map((block) => [...block].length) }),
      text: withText ? text : null,
    };
    return { ...task, id: desk.sha256(JSON.stringify(task)).slice(0, 16) };
  };

  // A paragraph with the words of some parts marked, as nodes; only its place where the text is not at hand.
  desk.partsInText = (task, parts) => {
    const block = task.text?.[parts[0][0] - 1];
    if (!block) return [`Paragraph ${parts[0][0]}.`];
    const signs = [...block];
    let at = 0;
    const nodes = parts.filter(([paragraph]) => paragraph === parts[0][0]).flatMap(([, start, end]) => {
      const before = signs.slice(at, start).join("");
      at = end;
      return [before, desk.element("mark", {}, signs.slice(start, end).join(""))];
    });
    return [...nodes, signs.slice(at).join("")];
  };

  desk.unitInText = (task, id) => desk.partsInText(task, task.units.find((unit) => unit.id === id).parts);

  // What is wrong with a task for those who open it, in words; null if nothing is.
  desk.unfitTask = (task) => {
    const wrong = desk.taskProblem(task);
    if (wrong) return wrong;
    const lengths = Array.isArray(task.paragraphs) && task.paragraphs.map((_, i) => (task.text ? [...String(task.text[i])].length : Infinity));
    if (!lengths || !task.units.every(({ parts }) => Array.isArray(parts) && parts.length && parts.every((part) => desk.isPart(part, lengths)))) return "its units have no positions in a text";
    if (task.text && !(Array.isArray(task.text) && String(task.text.map((block) => desk.sha256(String(block)))) === String(task.paragraphs))) return "its text is not the one that its units point into";
    const { id, ...rest } = task;
    if (desk.sha256(JSON.stringify(rest)).slice(0, 16) !== id) return "it was changed after it was made";
    return task.lengths || (task.units.length && task.fields.length) ? null : "there is nothing to label in it";
  };

  // The form in which a teacher makes a task.
  desk.taskForm = (form, state, text, close) => {
    const { element, button } = desk;
    const input = (type, properties) => element("input", { type, ...properties });
    const title = input("text", { value: state.about.text_title || state.name });
    const minutes = input("number", { min: 0, value: 20 });
    const withText = input("checkbox", { checked: true });
    const said = element("p", { role: "status" });
    const address = input("text", { readOnly: true, hidden: true, "aria-label": "The link" });

    // A variable to be ticked, whose definition can be changed for this task: {node, chosen}, chosen as the field, or null.
    function variable(field) {
      const box = input("checkbox", { checked: field.name === "certainty" });
      const description = element("textarea", { rows: 4, value: field.description });
      const labels = field.categories.map(({ value, label }) => [value, input("text", { value: label ?? "" })]);
      const node = element("div", {}, element("label", { className: "so-mark-box" }, box, ` ${field.title}`),
        element("details", {}, element("summary", {}, `Change the definition of ${field.title}`),
          element("label", {}, `What ${field.title} means `, description), ...labels.map(([value, own]) => element("label", {}, `${value} `, own))));
      const chosen = () => (box.checked ? { ...field, description: description.value, categories: labels.map(([value, own]) => ({ value, label: own.value })) } : null);
      return { node, chosen };
    }

    const variables = desk.labelled(form, state).map(variable);

    // The task that the form describes; null if none can be made of it, which is said.
    function made() {
      const fields = variables.map(({ chosen }) => chosen()).filter(Boolean);
      const task = desk.makeTask(form, state, text, { title: title.value, minutes: Number(minutes.value), fields, withText: withText.checked });
      const wrong = desk.unfitTask(task);
      if (wrong) said.textContent = `No task yet: ${wrong}. Finish claims, and choose what to label.`;
      return wrong ? null : task;
    }

    function saveTask() {
      const task = made();
      if (!task) return;
      said.textContent = task.units.length ? `Saved, with ${task.units.length} units.` : "Saved: a task of marking.";
      desk.download(`${state.name}.task.json`, JSON.stringify(task), "application/json");
    }

    async function makeLink() {
      const task = made();
      if (!task) return;
      address.value = `${location.href.split("#")[0]}#task=${await desk.toAddress(JSON.stringify(task))}`;
      address.hidden = false;
      address.select();
      said.textContent = `Copy the link: the task is in it, in ${address.value.length} characters. Try whether your platform passes all of it on; without the text it is shorter. To merge, you need the file, too.`;
    }

    const node = element("form", { className: "so-mark-form" },
      element("h2", {}, "A task for a class"),
      element("p", {}, "Everyone labels the finished claims of this case, without seeing your labels. Fewer variables are better: two or three in a lesson. With none ticked, everyone marks the claims of the text instead."),
      element("label", {}, "Title ", title), element("label", {}, "Minutes planned ", minutes),
      element("fieldset", {}, element("legend", {}, "What to label"), ...variables.map((each) => each.node)),
      element("label", { className: "so-mark-box" }, withText, " Put the text into it (only if you may hand it out; else each student opens a copy)"),
      element("button", { type: "submit" }, "Save the task"), button("Make a link", makeLink), button("Back", close), address, said);
    node.addEventListener("submit", (event) => {
      event.preventDefault();
      saveTask();
    });
    return node;
  };

  // A student's page: unit after unit.
  desk.codeTask = (task, { stage, say, leave }) => {
    const { element, button } = desk;
    let at = 0;
    let coding = { kind: "standoff coding", task: task.id, coder: "", begun: new Date().toISOString(), saved: "", labels: {}, unsure: {} };
    const store = desk.keptAs(`standoff-task-${task.id}`);
    const kept = store.read();
    if (desk.isCoding(kept) && kept.task === task.id) coding = kept;

    let picked = null;
    const marked = desk.markedText(task.text, (part) => { picked = part; if (task.lengths) showMarks(); }, step);
    const body = element("div", {});
    const definition = element("div", { className: "so-mark-definition", id: "so-mark-definition" });
    const progress = element("span", { className: "so-mark-count", role: "status" });
    const clock = element("span", { className: "so-mark-count" });
    const coder = element("input", { type: "text", value: coding.coder, autocomplete: "off", maxLength: 40, name: "coder" });
    coder.addEventListener("input", () => keep({ coder: coder.value }));
    stage.replaceChildren(
      element("h2", {}, task.title || "A task"),
      element("p", {}, "Decide by the definition alone, and alone. What you choose stays in this browser until you save it."),
      element("div", { className: "so-desk-steps so-mark-bar so-mark-form" }, element("label", {}, "A code word, not your name ", coder),
        button("Save my labels", save), button("Close", leave), button("Erase", erase), progress, clock),
      element("div", { className: "so-mark-frame" }, marked.node, element("section", { className: "so-mark-panel", "aria-label": "The unit" }, body, definition)));
    if (task.lengths) showMarks();
    else show(0);

    tick();
    const ticking = setInterval(() => (clock.isConnected ? tick() : clearInterval(ticking)), 10000);

    function tick() {
      const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(coding.begun)) / 60000));
      const planned = task.minutes ? ` of ${task.minutes}` : "";
      clock.textContent = Number.isNaN(minutes) ? "" : `Minute ${minutes}${planned}${task.minutes && minutes >= task.minutes ? ": the time is up, save what you have" : ""}`;
    }

    function keep(change) {
      coding = { ...coding, ...change };
      store.write(coding);
      tell();
    }

    // A task of marking: the stretches so far, and the one that is selected.
    function showMarks() {
      const marks = coding.marks ?? [];
      marked.paint({ "so-content": marks });
      body.replaceChildren(
        element("p", { className: "so-mark-picked", role: "status" }, picked ? `“${marked.words([picked])}”` : "Select the words of a claim, no more than it needs."),
        element("div", { className: "so-mark-tools" }, button("Mark as a claim", mark, { disabled: !picked, "aria-keyshortcuts": "n" })),
        element("ul", { className: "so-mark-marks" }, ...marks.map((part, i) => element("li", {}, `“${marked.words([part])}” `,
          button("unmark", () => { keep({ marks: marks.toSpliced(i, 1) }); showMarks(); }, { className: "so-desk-jump", "aria-label": `unmark stretch ${i + 1}` })))));
      tell();
    }

    function mark() {
      if (!picked) return false;
      keep({ marks: desk.withPart(coding.marks ?? [], picked) });
      showMarks();
      return true;
    }

    function tell() {
      if (task.lengths) {
        progress.textContent = `${coding.marks?.length ?? 0} marked`;
        return;
      }
      const wanted = task.units.length * task.fields.length;
      const labels = task.units.reduce((sum, { id }) => sum + task.fields.filter(({ name }) => coding.labels[id]?.[name]).length, 0);
      progress.textContent = `${labels} of ${wanted} labels`;
    }

    function define(field) {
      definition.replaceChildren(...desk.definition(field));
    }

    function show(next) {
      at = (next + task.units.length) % task.units.length;
      const unit = task.units[at];
      marked.paint({ "so-content": unit.parts });
      marked.show(unit.parts[0]);
      const labels = coding.labels[unit.id] ?? {};
      body.replaceChildren(
        element("p", { className: "so-desk-steps" }, button("Previous", () => show(at - 1)), button("Next", () => show(at + 1))),
        element("h2", {}, `${at + 1} of ${task.units.length}`),
        element("p", {}, `“${marked.words(unit.parts)}”`, ...(unit.source ? [element("small", {}, ` source: ${unit.source}`)] : [])),
        element("div", { className: "so-mark-form" }, ...task.fields.flatMap((field) => {
          const group = desk.choice(field.name, [field.title ?? field.name], desk.vocabulary(field), labels[field.name], (label) => {
            keep({ labels: { ...coding.labels, [unit.id]: { ...coding.labels[unit.id], [field.name]: label } } });
          }, definition, () => define(field));
          const unsure = element("input", { type: "checkbox", checked: (coding.unsure[unit.id] ?? []).includes(field.name) });
          unsure.addEventListener("change", () => {
            const others = (coding.unsure[unit.id] ?? []).filter((name) => name !== field.name);
            keep({ unsure: { ...coding.unsure, [unit.id]: unsure.checked ? [...others, field.name] : others } });
          });
          return [group, element("label", { className: "so-mark-box" }, unsure, " unsure")];
        })));
      define(task.fields[0]);
      tell();
    }

    function step(name) {
      if (task.lengths) return name === "n" && mark();
      if (name !== "n" && name !== "p") return false;
      show(at + (name === "n" ? 1 : -1));
      return true;
    }

    function save() {
      const word = coding.coder.trim();
      if (!/^[\p{L}\p{N}_][\p{L}\p{N}_ -]*$/u.test(word)) return say("First choose a code word, of letters and digits.");
      keep({ saved: new Date().toISOString() });
      desk.download(`${desk.slug(word) || "coding"}.coding.json`, JSON.stringify(coding), "application/json");
      return say(`Saved. ${progress.textContent}; hand the file in, and erase it here if others use this computer.`);
    }

    function erase() {
      if (!confirm("Erase your labels from this browser, for good?")) return;
      store.erase();
      leave();
    }
  };
})();
