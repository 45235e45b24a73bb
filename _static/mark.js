// The marking desk: a reader marks a text of her own in her browser, and saves it as a case. Nothing is sent anywhere; what is kept
// is kept in this browser. The codebook and the forms stand in the page, made by standoff/display/marking_desk.py.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const KEPT = "standoff-marking"; // the name under which the browser keeps what was marked
  const ROLES = { content_span: ["content", "c", "so-content"], source_span: ["source", "s", "so-source"], cue_span: ["cue", "u", "so-cue"], span_id: ["words", "c", "so-content"] };
  const MARKED = { claims: "claim", actors: "actor", quantities: "quantity", events: "event", cruxes: "crux" };
  const LETTERS = { claims: "c", quantities: "q", events: "e", cruxes: "x", questions: "k" };
  const STEPS = 300; // that can be undone
  const today = () => new Date().toLocaleDateString("sv"); // as 2024-05-09, of the day here

  function startMarking(root) {
    const { element, button } = desk;
    const form = JSON.parse(root.querySelector("script").textContent);
    const said = element("div", { className: "so-desk-said", role: "status" });
    const stage = element("div", {});
    const store = desk.keptAs(KEPT); // {text, state}
    let pending = null; // what came without its text: whether the hashes of some paragraphs are its, and how it is opened with them

    function say(...lines) {
      said.replaceChildren(...lines.map((line) => element("p", {}, line)));
    }

    function keptBefore() {
      const kept = store.read();
      return Array.isArray(kept?.text) && kept.state?.rows ? kept : null;
    }

    function open(text, state, notes = []) {
      pending = null;
      opening.hidden = true;
      say(...notes);
      desk.markCase(form, { text, state, store, say, leave, stage });
    }

    function read(copy, notes) {
      const text = desk.paragraphs(copy);
      if (pending) {
        if (!pending.fits(text.map(desk.sha256))) return say("This is not the text that the file points into: open the copy that it was made from.");
        return pending.go(text, notes);
      }
      const lines = copy.split(/\r\n?|\n/).filter((line) => line.trim()).length;
      if (text.length === 1 && lines > 3) return say(`This is one paragraph of ${lines} lines: put a blank line between its paragraphs.`);
      if (keptBefore() && !confirm("What was marked before, and is kept in this browser, will be replaced. Go on?")) return undefined;
      return open(text, desk.newState(form, text.length, today()), notes);
    }

    async function take(bytes, name) {
      if (/\.json$/i.test(name)) return takeJson(bytes, name);
      if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false;
      try {
        const { state, text, hashes } = await caseIn(bytes);
        if (text) open(text, state);
        else wait("This case comes", (own) => String(own) === String(hashes), (copy, notes) => open(copy, state, notes));
      } catch (error) {
        say(`${name}: ${error.message}.`);
      }
      return true;
    }

    // The case in a zip file: {state, text, hashes}. Throws an Error in words.
    async function caseIn(bytes) {
      const files = await desk.unzip(bytes, (path) => /\.(csv|json|txt|md)$/.test(path) && !/(^|\/)(sheets|witnesses)\//.test(path));
      const home = Object.keys(files).filter((path) => /(^|\/)datapackage\.json$/.test(path)).sort((a, b) => a.length - b.length)[0];
      if (!home) throw new Error("there is no datapackage.json in it: it is not a case");
      const folder = home.slice(0, -"datapackage.json".length);
      const own = Object.entries(files).filter(([path]) => path.startsWith(folder)).map(([path, content]) => [path.slice(folder.length), content]);
      return desk.stateOf(form, Object.fromEntries(own));
    }

    // Go on with what comes without its text, if it is the one that the page has; else when a copy is opened.
    function wait(words, fits, go) {
      const own = desk.paragraphs(form.text);
      if (fits(own.map(desk.sha256))) return go(own, []);
      pending = { fits, go };
      return say(`${words} without its text. Open a copy of the text now.`);
    }

    // A JSON file that is a task is coded, one with annotations marked further; true if it was one, or a file of a class.
    function takeJson(bytes, name) {
      let data = null;
      try {
        data = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        return false;
      }
      if (desk.isCoding(data)) say(`${name} is a coding file: merge it with those of the rest of the class, below.`);
      else if (desk.isTask(data)) takeTask(data, name);
      else if (desk.isAnnotations(data)) takeAnnotations(data);
      else return false;
      return true;
    }

    function takeTask(task, name) {
      const wrong = desk.unfitTask(task);
      if (wrong) say(`${name}: ${wrong}.`);
      else if (task.text) code(task);
      else wait("This task comes", (own) => String(own) === String(task.paragraphs), (text) => code({ ...task, text }));
    }

    function takeAnnotations(page) {
      const hashes = desk.hashesOf(page);
      wait("Annotations come", (own) => hashes.every((hash) => own.includes(hash)), (text, notes) => {
        const { state, left } = desk.stateOfAnnotations(form, page, text, today());
        open(text, state, [...notes, ...left]);
      });
    }

    // The task in the address of the page, if there is one.
    async function takeLink() {
      const [, letters] = /^#task=(.+)$/.exec(location.hash) ?? [];
      if (!letters) return;
      try {
        const task = JSON.parse(await desk.fromAddress(letters));
        if (!desk.isTask(task)) throw new Error();
        takeTask(task, "The task in the link");
      } catch {
        say("The task in the link is not whole: ask for the file.");
      }
    }

    function code(task) {
      pending = null;
      opening.hidden = true;
      say();
      desk.codeTask(task, { stage, say, leave });
    }

    // What a class coded: a task, coding files and perhaps the text, in any order.
    async function merge(chosen) {
      const files = [...chosen].slice(0, 500);
      const read = await Promise.all(files.filter(({ name }) => !/\.txt$/i.test(name)).map(async (file) => {
        try {
          return [file.name, file.size > 2e6 ? null : JSON.parse((await file.text()).replace(/^\ufeff/, ""))];
        } catch {
          return [file.name, null];
        }
      }));
      const wanted = new Set(read.map(([, data]) => desk.isCoding(data) && data.task));
      const ready = read.some(([, data]) => desk.isTask(data)) ? [] : form.ready.filter(({ id }) => wanted.has(id));
      try {
        const merged = desk.mergeFiles(Object.fromEntries([...read, ...ready.map((task) => [`${task.id}.task.json`, task])]));
        const texts = await Promise.all(files.filter(({ name, size }) => /\.txt$/i.test(name) && size < 5e6).map(async (file) => desk.decode(new Uint8Array(await file.arrayBuffer()), file.name).text));
        const { task } = merged;
        const text = task.text ?? [form.text, ...texts].map(desk.paragraphs).find((own) => String(own.map(desk.sha256)) === String(task.paragraphs)) ?? null;
        opening.hidden = true;
        desk.showMerged({ ...merged, task: { ...task, text } }, { form, stage, say, leave, today, open, caseIn });
      } catch (error) {
        say(error.message);
      }
    }

    function classFields() {
      const input = element("input", { type: "file", multiple: true, accept: ".json,.txt" });
      input.addEventListener("change", () => input.files.length && merge(input.files));
      const node = element("div", { className: "so-desk-form" }, element("label", {}, "Merge what a class coded: the task, all coding files, and the text if it is not in the task ", input), element("p", {}, "Or drop them here."));
      node.addEventListener("dragover", (event) => { event.preventDefault(); event.stopPropagation(); });
      node.addEventListener("drop", (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (event.dataTransfer.files.length) merge(event.dataTransfer.files);
      });
      return node;
    }

    function leave() {
      stage.replaceChildren();
      offer();
      opening.hidden = false;
    }

    function offer() {
      const before = keptBefore();
      kept.replaceChildren(...(before ? [
        element("p", {}, `This browser keeps what was marked here: ${before.state.about?.text_title || before.state.name}, ${before.text.length} paragraphs, ${before.state.rows.claims?.length ?? 0} claims.`),
        button("Go on with it", () => open(before.text, before.state)),
        button("Erase it", () => { if (confirm("Erase what this browser keeps of it, for good?")) { store.erase(); offer(); } }),
      ] : []));
    }

    const kept = element("div", { className: "so-desk-form so-mark-kept" });
    const opening = element("div", {}, kept,
      desk.fields({ shipped: [["Open the practice report", form.text]], file: "Open a text, a case (.zip), a task or annotations (.json)", zone: root, accept: ".txt,.zip,.json", take }, read, say),
      element("div", { className: "so-desk-form" }, element("p", {}, "Label the claims of a report, by certainty and by act, and compare with others:"),
        ...form.ready.map((task) => button(task.title, () => takeTask(task, task.title)))),
      classFields());
    offer();
    root.append(opening, said, stage);
    addEventListener("hashchange", takeLink);
    takeLink();
  }

  // Mark a text, with what was marked before.
  desk.markCase = (form, { text, state: begun, store, say, leave, stage }) => {
    const { element, button } = desk;
    const index = desk.indexOf(text);
    let state = begun;
    let [past, future] = [[], []];
    let lastTag = null;
    let timer = null;
    let picked = null;
    let role = "content_span"; // that was marked last
    const view = { form, table: "claims", at: null, from: null, unfolded: false, words: (parts) => marked.words(parts) };
    let problems = [];
    let rowForm = null;

    const marked = desk.markedText(text, pick, key);
    const heard = element("p", { className: "so-mark-picked", role: "status" });
    const tools = element("div", { className: "so-mark-tools" });
    const body = element("div", {});
    const panel = element("section", { className: "so-mark-panel", "aria-label": "Claims and other rows" }, heard, tools, body);
    const undo = button("Undo", () => step(past, future));
    const redo = button("Redo", () => step(future, past));
    const count = element("span", { className: "so-mark-count", role: "status" });
    const keeps = element("p", { className: "so-mark-keeps" });
    const bar = element("div", { className: "so-desk-steps so-mark-bar" }, undo, redo, button("Save as a case (.zip)", save),
      button("Save as Web Annotations", saveAnnotations), button("Make a task", makeTask),
      button("Close", () => { write(); leave(); }), button("Erase", erase), count);
    stage.replaceChildren(bar, keeps, element("div", { className: "so-mark-frame" }, marked.node, panel));

    // ---- what changes ----

    function commit(change, tag = null) {
      const next = structuredClone(state);
      change(next);
      if (!tag || tag !== lastTag) past.push(state);
      past = past.slice(-STEPS);
      future = [];
      lastTag = tag;
      state = next;
      later();
    }

    function step(from, to) {
      if (!from.length) return;
      to.push(state);
      state = from.pop();
      lastTag = null;
      if (view.at !== null && !state.rows[view.table]?.[view.at]) Object.assign(view, { at: null, from: null });
      render();
      later();
    }

    function later() {
      clearTimeout(timer);
      timer = setTimeout(write, 150);
      undo.disabled = !past.length;
      redo.disabled = !future.length;
    }

    function write() {
      clearTimeout(timer);
      const isKept = store.write({ text, state });
      keeps.textContent = isKept ? "Kept in this browser as you go, and nowhere else. On a computer that others use, save it and press Erase." :
        "This browser keeps nothing (it is full, or not allowed to): save often.";
      examine();
    }

    function erase() {
      if (!confirm("Erase this text and its marks from this browser, for good?")) return;
      clearTimeout(timer);
      store.erase();
      leave();
    }

    function examine() {
      const { entries, problems: found } = desk.entriesOf(form, state);
      problems = [...found, ...desk.brokenRules(entries, index)];
      for (const { table, at, words } of desk.doubts(entries, text)) problems.push({ table, at, message: `Look again: ${words}`, isDoubt: true, empty: [] });
      tell();
    }

    function tell() {
      const rows = state.rows.claims.length;
      const waiting = new Set(problems.filter(({ isDoubt }) => !isDoubt).map(({ table, at }) => `${table} ${at}`)).size;
      const words = `${rows} ${rows === 1 ? "claim" : "claims"}${waiting ? `, ${waiting} ${waiting === 1 ? "row" : "rows"} to finish or correct` : ""}`;
      if (count.textContent !== words) count.textContent = words;
      const own = problems.filter(({ table, at }) => table === view.table && at === view.at);
      const titles = desk.fieldsOf(form, view.table);
      const call = (name) => titles[name]?.title ?? name.replaceAll("_", " ");
      rowForm?.tell(own.map(({ message, remedy, column, empty }) => {
        if (empty.length) return `Not finished: ${empty.map(call).join(", ")}.`;
        return column ? `${call(column)}: ${message}. Remedy: ${remedy}.` : message;
      }), own.flatMap(({ empty }) => empty));
      for (const node of body.querySelectorAll("[data-at]")) {
        const isWrong = problems.some(({ table, at, isDoubt }) => !isDoubt && table === view.table && at === Number(node.dataset.at));
        node.querySelector(".so-mark-state").textContent = isWrong ? "to finish" : "";
      }
    }

    // ---- what is picked and marked ----

    function pick(part) {
      picked = part;
      tool();
      if (!part) {
        heard.textContent = "Select words in the text: drag, tap the first and the last word, or use Shift with the arrows.";
        return;
      }
      const here = state.rows.claims.map((row, at) => ({ row, at })).filter(({ row }) =>
        (row.spans.content_span ?? []).some(([paragraph, start, end]) => paragraph === part[0] && start < part[2] && part[1] < end));
      heard.replaceChildren(`“${marked.words([part])}”`, ...here.flatMap(({ row, at }) => [" ", button(row.cells.claim_id, () => select("claims", at), { className: "so-desk-jump" })]));
    }

    const current = () => (view.at === null ? null : state.rows[view.table]?.[view.at]);
    const pointers = () => (current() ? Object.values(form.quotes[view.table] ?? {}) : []);

    function tool() {
      const off = { disabled: !picked };
      const named = current()?.cells[form.sheets[view.table][0]] || "this row";
      const marks = pointers().map((pointer) => button(ROLES[pointer][0], () => mark(pointer), { ...off, "aria-keyshortcuts": ROLES[pointer][1] }));
      tools.replaceChildren(
        ...(marks.length ? [element("div", { role: "group", "aria-label": `Mark for ${named}` }, element("span", {}, `For ${named}: `), ...marks,
          button("add to the last", () => mark(role, true), { ...off, "aria-keyshortcuts": "+" }))] : []),
        element("div", { role: "group", "aria-label": "New row" }, element("span", {}, "New: "),
          ...Object.entries(MARKED).map(([table, word]) => button(word, () => add(table), { ...off, ...(table === "claims" ? { "aria-keyshortcuts": "n" } : {}) }))));
    }

    // Give a row words: those that are picked, instead of what it had or beside it.
    function mark(pointer, isMore = false) {
      if (!picked || !pointers().includes(pointer)) return false;
      const part = picked;
      role = pointer;
      commit((next) => {
        const row = next.rows[view.table][view.at];
        row.spans[pointer] = desk.withPart(isMore ? row.spans[pointer] ?? [] : [], part);
        if (view.table === "claims") propose(next, row, pointer);
      });
      render(false);
      return true;
    }

    // What is evident when words are marked as a claim's: the actor who is called so, the lemma of the same cue, and the quotation marks.
    function propose(next, row, pointer) {
      const { cells, spans } = row;
      if (pointer === "source_span" && !cells.source) {
        const called = marked.words(spans.source_span).toLowerCase();
        const claim = next.rows.claims.find((each) => each !== row && each.cells.source && each.spans.source_span && marked.words(each.spans.source_span).toLowerCase() === called);
        const actor = next.rows.actors.find((each) => [each.cells.name?.toLowerCase(), each.spans.span_id && marked.words(each.spans.span_id).toLowerCase()].includes(called));
        cells.source = claim?.cells.source ?? actor?.cells.actor_id ?? "";
      }
      if (pointer === "cue_span") {
        const called = marked.words(spans.cue_span).toLowerCase();
        const claim = next.rows.claims.findLast((each) => each !== row && each.spans.cue_span && marked.words(each.spans.cue_span).toLowerCase() === called);
        for (const column of ["cue_lemma", "cue_class"]) if (claim?.cells[column]) cells[column] ??= claim.cells[column];
      }
      if (pointer === "cue_span" && spans.content_span && !cells.quote_type) {
        const share = desk.quotedShare(text, spans.content_span);
        cells.quote_type = share === 1 ? "direct" : share ? "mixed" : "indirect";
      }
    }

    // The next free identifier of a table: c001, c002, ...
    function free(table, rows) {
      const numbers = rows.map(({ cells }) => Number(/\d+$/.exec(cells[form.sheets[table][0]] ?? "")?.[0] ?? 0));
      return `${LETTERS[table]}${String(Math.max(0, ...numbers) + 1).padStart(table === "questions" ? 2 : 3, "0")}`;
    }

    function add(table, cells = {}) {
      const pointer = form.quotes[table]?.quote;
      if (pointer && !picked) return false;
      const part = picked;
      commit((next) => {
        const rows = next.rows[table];
        const row = { cells: { ...cells }, spans: pointer ? { [pointer]: [part] } : {} };
        if (table in LETTERS) row.cells[form.sheets[table][0]] = free(table, rows);
        if (table === "actors") {
          const words = marked.words([part]);
          const slug = desk.slug(words) || "actor";
          const taken = rows.map((each) => each.cells.actor_id);
          const names = [slug, ...Array.from({ length: rows.length + 1 }, (_, i) => `${slug}_${i + 2}`)];
          Object.assign(row.cells, { actor_id: names.find((name) => !taken.includes(name)), name: words });
        }
        if (["quantities", "events"].includes(table) && view.table === "claims" && current()) row.cells.claim_id = current().cells.claim_id;
        rows.push(row);
      });
      role = pointer ?? role;
      select(table, state.rows[table].length - 1);
      return true;
    }

    // The source of a claim as a new actor, first mentioned where the source is marked.
    function addSource() {
      const { at } = view;
      const parts = current().spans.source_span;
      [picked] = parts;
      add("actors");
      commit((next) => {
        next.rows.actors[view.at].spans.span_id = parts;
        next.rows.claims[at].cells.source = next.rows.actors[view.at].cells.actor_id;
      });
      view.from = at;
      render();
      body.querySelector("button").focus();
    }

    function key(name) {
      const byLetter = pointers().find((pointer) => ROLES[pointer][1] === name);
      if (name === "n" || name === "Enter") return add("claims");
      if (byLetter) return mark(byLetter);
      if (name === "+") return mark(role, true);
      if (name === "Escape" && current()) return select(view.table, view.at, true);
      if (name === "Control+z") return step(past, future) ?? true;
      if (name === "Control+y" || name === "Control+Shift+z") return step(future, past) ?? true;
      return false;
    }

    function remove() {
      const { table, at } = view;
      commit((next) => next.rows[table].splice(at, 1));
      select(table, null);
    }

    function change(column, cell) {
      if (view.table === "about") {
        commit((next) => {
          if (column !== "name") next.about[column] = cell;
          else if (/^[a-z][a-z0-9-]*$/.test(cell)) next.name = cell;
        }, `about ${column}`);
        return;
      }
      commit((next) => {
        const { cells } = next.rows[view.table][view.at];
        if (column === "actor_id" && cells.actor_id) rename(next, cells.actor_id, cell.trim());
        if (cell) cells[column] = cell;
        else delete cells[column];
      }, `${view.table} ${view.at} ${column}`);
      if (column === "source") tool();
    }

    // Let all rows that name an actor go on naming it.
    function rename(next, from, to) {
      for (const table of form.tables) {
        const columns = Object.entries(desk.references(form, table)).filter(([, other]) => other === "actors").map(([column]) => column);
        for (const { cells } of next.rows[table]) {
          for (const column of columns) if (cells[column]) cells[column] = cells[column].split(";").map((name) => (name.trim() === from ? to : name)).join(";");
        }
      }
    }

    // ---- what is shown ----

    function select(table, at, focus = false) {
      Object.assign(view, { table, at, from: null });
      lastTag = null;
      render();
      const own = current()?.spans ?? {};
      const home = own.content_span ?? own.span_id;
      if (home?.length) marked.show(home[0]);
      if (focus) body.querySelector("select, input, textarea, button")?.focus();
      return true;
    }

    function render(isWhole = true) {
      const claims = state.rows.claims.map(({ spans }) => spans.content_span ?? []);
      const own = current()?.spans ?? {};
      const others = Object.keys(MARKED).filter((table) => table !== "claims").flatMap((table) => state.rows[table].flatMap(({ spans }) => spans.span_id ?? []));
      marked.paint({ "so-claimed": claims.flat(), "so-twice": desk.overlaps(claims), "so-row-mark": others,
        "so-content": own.content_span ?? own.span_id ?? [], "so-source": own.source_span ?? [], "so-cue": own.cue_span ?? [] });
      const focused = isWhole ? null : document.activeElement?.name;
      body.replaceChildren(...(current() || view.table === "about" ? rowView() : listView()));
      if (focused) (body.querySelector(`[name="${focused}"]:checked`) ?? body.querySelector(`[name="${focused}"]`))?.focus();
      tool();
      later();
      tell();
    }

    function rowView() {
      view.state = state;
      rowForm = desk.rowForm(view, change);
      const row = current();
      const title = view.table === "about" ? "About the data" : row.cells[form.sheets[view.table][0]] || "New row";
      const marks = pointers().map((pointer) => {
        const parts = row.spans[pointer];
        return element("li", {}, element("span", { className: ROLES[pointer][2] }, ROLES[pointer][0]), parts?.length ? ` “${marked.words(parts)}” ` : " not marked",
          ...(parts?.length ? [button("unmark", () => { commit((next) => { delete next.rows[view.table][view.at].spans[pointer]; }); render(); }, { className: "so-desk-jump", "aria-label": `unmark the ${ROLES[pointer][0]}` })] : []));
      });
      const isNewSource = view.table === "claims" && row.spans.source_span?.length && !row.cells.source;
      const isFixed = ["paragraphs", "about"].includes(view.table);
      return [
        element("p", { className: "so-desk-steps" }, view.from === null ?
          button("Back to the list", () => { select(view.table === "about" ? "claims" : view.table, null); body.querySelector("select").focus(); }) :
          button(`Back to ${state.rows.claims[view.from].cells.claim_id}`, () => select("claims", view.from, true))),
        element("h2", {}, view.table === "paragraphs" ? `Paragraph ${row.cells.paragraph}` : title),
        element("ul", { className: "so-mark-marks" }, ...marks),
        ...(isNewSource ? [button(`New actor: ${marked.words(row.spans.source_span)}`, addSource, { className: "so-desk-jump" })] : []),
        rowForm.node,
        ...(isFixed ? [] : [button(`Delete ${title}`, remove, { className: "so-desk-jump" })]),
      ];
    }

    function listView() {
      rowForm = null;
      const tables = [...form.tables, "paragraphs", "topics"];
      const called = (table) => form.package.resources.find(({ name }) => name === table)?.title ?? "Topics";
      const choice = element("select", { "aria-label": "Show" }, ...tables.map((table) => new Option(`${called(table)} (${state.rows[table].length})`, table)), new Option("About the data", "about"));
      choice.value = view.table;
      choice.addEventListener("change", () => { select(choice.value, null); body.querySelector("select, input")?.focus(); });
      const rows = state.rows[view.table].map((row, at) => ({ row, at }));
      const place = ({ row }) => row.spans.content_span?.[0] ?? row.spans.span_id?.[0] ?? [0, 0];
      rows.sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]); // as in the text
      const key = form.sheets[view.table][0];
      const line = ({ row, at }) => {
        const { source, certainty } = row.cells;
        const made = button("", () => select(view.table, at, true), { "data-at": `${at}` });
        made.append(element("b", {}, row.cells[key] ?? ""), ` ${desk.titleOf(view.table, row, view.words)} `,
          element("small", {}, [source, certainty].filter(Boolean).join(", ")), " ", element("i", { className: "so-mark-state" }));
        return element("li", {}, made);
      };
      return [
        element("p", { className: "so-mark-choice" }, choice),
        ...(form.quotes[view.table] || view.table === "paragraphs" ? [] : [button("New row", () => add(view.table), { className: "so-desk-jump" })]),
        element("ul", { className: "so-mark-list" }, ...rows.map(line)),
      ];
    }

    function makeTask() {
      rowForm = null;
      const node = desk.taskForm(form, state, text, () => render());
      body.replaceChildren(node);
      node.querySelector("input").focus();
    }

    function save() {
      const files = desk.filesOf(form, state, text);
      const inFolder = Object.fromEntries(Object.entries(files).map(([name, content]) => [`${state.name}/${name}`, content]));
      desk.download(`${state.name}.zip`, desk.zip(inFolder));
      const waiting = "waiting.json" in files ? " Rows that are not finished are in it, too, apart from the tables." : "";
      say(`Saved as ${state.name}.zip, on ${today()}: a case, for standoff check, the reading desk, and for this page.${waiting}`);
    }

    function saveAnnotations() {
      const page = desk.annotationsOf(form, state, text);
      desk.download(`${state.name}.webannotation.json`, `${JSON.stringify(page, null, 1)}\n`, "application/ld+json");
      say(`Saved, with ${page.items.length} annotations of finished rows and no word of the text. A case (.zip) keeps more: all columns, and rows that mark no words.`);
    }

    pick(null);
    render();
    write();
  };

  const start = () => document.querySelectorAll("#so-mark").forEach(startMarking);
  if (document.readyState === "complete") start();
  else document.addEventListener("DOMContentLoaded", start);
})();
