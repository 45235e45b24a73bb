// The form of one row at the marking desk: its fields, labels and definitions come from the codebook, the case's descriptor.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const FIRST = { claims: ["source", "certainty", "gist"] }; // what a beginner sees
  const MOST = 12; // labels of a field that are shown side by side
  const LONG = ["gist", "note", "why", "question", "why_open", "resolution_criteria", "evidence_needed", "description"];
  const OF_SHEETS = { actors: "Who does it", recipients: "To whom it is done", topic: "Topic", label: "What it covers" };

  const titled = (column) => OF_SHEETS[column] ?? column.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());

  // What a field means and its labels, as nodes.
  desk.definition = ({ name, title, description = "", categories }) => [
    desk.element("p", {}, desk.element("strong", {}, title ?? titled(name)), `: ${description}`),
    ...(categories ? [desk.element("ul", {}, ...categories.map(({ value, label = "" }) => desk.element("li", {}, desk.element("b", {}, value), ` ${label}`)))] : []),
  ];

  // The labels of a field side by side, of which one is chosen with one click: a group of radio buttons. `title` are the nodes that
  // it is called by; `change` gets the label; `define` shows in `definition` what the field means.
  desk.choice = (name, title, labels, value, change, definition, define) => {
    const radios = labels.map((label) => {
      const radio = desk.element("input", { type: "radio", name, value: label, checked: label === value });
      return desk.element("label", {}, radio, label ? ` ${label}` : " (empty)");
    });
    const group = desk.element("fieldset", { className: "so-mark-choices", "aria-describedby": definition.id }, desk.element("legend", {}, ...title), ...radios);
    group.addEventListener("focusin", define);
    group.addEventListener("change", ({ target }) => {
      define(); // in Safari, a click gives no focus
      change(target.value);
    });
    return group;
  };

  // What a row is called in lists: its words are those that it marks.
  desk.titleOf = (table, { cells, spans }, words) => {
    const [mark] = Object.values(spans);
    const own = { claim_links: `${cells.claim_id ?? ""} ${cells.relation ?? ""} ${cells.other_id ?? ""}`, topics: cells.label, paragraphs: cells.gist || "no gist yet" }[table];
    return own || cells.gist || cells.name || cells.concept || cells.question || cells.printed_reading || (mark?.length ? `“${words(spans.content_span ?? mark)}”` : "");
  };

  // {node, tell}: the form of the row at `view.at` of `view.table` in `view.state`. `change` gets a column and its cell; `tell` shows
  // what is wrong with the row, [words, ...], and which columns are empty.
  desk.rowForm = (view, change) => {
    const { element } = desk;
    const { form, state, table, at } = view;
    const row = state.rows[table]?.[at] ?? { cells: state.about };
    const fields = desk.fieldsOf(form, table);
    const names = form.sheets[table] && table in state.rows ? desk.references(form, table) : {};
    const marked = form.quotes[table] ?? {};
    const key = form.sheets[table][0];
    const columns = (table === "about" ? ["name", ...Object.keys(form.entries)] : form.sheets[table])
      .filter((column) => !(column in marked) && !(column === "paragraph" || column === "begins") && !(column === key && fields[column]?.example && table !== "actors"));
    const definition = element("div", { className: "so-mark-definition", id: "so-mark-definition" });
    const boxes = new Map(); // by column: the label, and the words that say that something is missing

    function optionsOf(column) {
      const field = fields[column];
      if (column === "topic" && table === "claims") return state.rows.topics.map(({ cells }) => [cells.topic, cells.label]);
      if (field?.categories) return field.categories.map(({ value, label }) => [value, label]);
      if (field?.type === "boolean") return [["true", "yes"]];
      const other = names[column];
      if (!other || field?.separator || column === "actors" || column === "recipients") return null;
      const besides = (field?.foundIn?.besides ?? []).map((name) => [name, "the report itself"]);
      const own = (each) => each.cells[form.sheets[other][0]];
      return [...besides, ...state.rows[other].filter((each) => own(each) && each !== row).map((each) => [own(each), desk.titleOf(other, each, view.words)])];
    }

    function input(column) {
      const value = row.cells[column] ?? (column === "name" && table === "about" ? state.name : "");
      const options = optionsOf(column);
      if (options) {
        const select = element("select", {}, new Option("", ""), ...options.map(([name, label]) => new Option(label ? `${name}: ${label}` : name, name)));
        if (value && !options.some(([name]) => name === value)) select.append(new Option(value, value));
        select.value = value;
        return select;
      }
      return LONG.includes(column) ? element("textarea", { rows: 2, value }) : element("input", { type: "text", value, autocomplete: "off" });
    }

    function define(column) {
      const field = fields[column];
      const description = table === "about" ? form.entries[column] ?? "Of the case and its file: lower-case letters, digits and hyphens." :
        field?.description ?? form.hints[column];
      const hint = form.hints[column] && !field?.categories && field?.description;
      definition.replaceChildren(...desk.definition({ name: column, title: field?.title, description, categories: column === "topic" ? null : field?.categories }),
        ...(hint ? [element("p", {}, `Write: ${form.hints[column]}.`)] : []));
    }

    function field(column) {
      const missing = element("span", { className: "so-mark-missing" });
      boxes.set(column, missing);
      const title = [fields[column]?.title ?? titled(column), " ", missing];
      const labels = fields[column]?.categories && optionsOf(column).map(([label]) => label);
      const value = row.cells[column] ?? "";
      if (labels && labels.length <= MOST && (!value || labels.includes(value))) {
        const all = desk.isRequired(fields[column]) ? labels : ["", ...labels];
        return desk.choice(column, title, all, value, (label) => change(column, label), definition, () => define(column));
      }
      const made = input(column);
      made.setAttribute("aria-describedby", definition.id);
      made.name = column;
      made.addEventListener("focus", () => define(column));
      const event = column === "actor_id" || made.tagName === "SELECT" ? "change" : "input"; // others follow when an identifier changes
      made.addEventListener(event, () => change(column, made.value));
      return element("label", {}, element("span", {}, ...title), made);
    }

    const first = (FIRST[table] ?? columns).filter((column) => columns.includes(column));
    const rest = columns.filter((column) => !first.includes(column));
    const summary = element("summary", {}, "");
    const more = element("details", { open: view.unfolded }, summary, ...rest.map(field));
    more.addEventListener("toggle", () => { view.unfolded = more.open; });
    const wrong = element("ul", { className: "so-mark-wrong" });
    const node = element("form", { className: "so-mark-form" }, ...first.map(field), ...(rest.length ? [more] : []), definition, wrong);
    node.addEventListener("submit", (event) => event.preventDefault());
    if (fields[columns[0]]) define(first[0]);

    function tell(lines, empty) {
      for (const [column, missing] of boxes) missing.textContent = empty.includes(column) ? "to fill in" : "";
      const left = rest.filter((column) => empty.includes(column)).length;
      summary.textContent = left ? `More fields: ${left} to fill in` : "More fields";
      if (wrong.textContent !== lines.join("")) wrong.replaceChildren(...lines.map((line) => element("li", {}, line)));
    }

    return { node, tell };
  };
})();
