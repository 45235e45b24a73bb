// A case of marks: from rows as a reader fills them in to the files of a case, and back. The rules and their words are those of
// standoff/coding/anchor.py and metadata.py, and so are the files, byte for byte. A row is {cells, spans}: its cells by column of
// its sheet, and by the columns that point to words the parts of these, [[paragraph, start, end], ...], in characters.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const TODO = "not written yet"; // the gist of a paragraph that has none
  const NARRATOR = "narrator";
  const ROLES = { actors: "actor", recipients: "recipient" };
  const WAITING = "waiting.json"; // the rows that are not in the tables yet
  const DECISIONS = "decisions.csv"; // why a class decided for labels on which it differed
  const TYPES = {
    string: [/^.*$/su, "text"], integer: [/^[+-]?[0-9]{1,18}$/, "a whole number such as 12"],
    number: [/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/, "a number such as 12 or 0.5"],
    boolean: [/^(true|false)$/, "true or false"], date: [/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "a date such as 2024-05-09"],
  };

  const clean = (cell) => cell.normalize("NFC").trim().split(/\s+/u).join(" ");
  const listed = (cell) => cell.split(";").map((key) => key.trim().toLowerCase()).filter(Boolean);
  const vocabulary = (field) => (field?.categories ?? []).map((category) => category.value ?? category);
  const isRequired = (field) => Boolean(field?.constraints?.required);
  const resource = (form, table) => form.package.resources.find(({ name }) => name === table);
  const fields = (form, table) => Object.fromEntries((resource(form, table)?.schema.fields ?? []).map((field) => [field.name, field]));

  // The columns of a sheet that name rows of another one: its name, by column.
  function references(form, table) {
    const { schema } = resource(form, table) ?? { schema: { fields: [] } };
    const keys = (schema.foreignKeys ?? []).map(({ fields: [column], reference }) => [column, reference.resource || table]);
    const found = schema.fields.filter(({ foundIn }) => foundIn?.resource).map(({ name, foundIn }) => [name, foundIn.resource]);
    const all = { ...Object.fromEntries([...keys, ...found]), actors: "actors", recipients: "actors" };
    return Object.fromEntries(form.sheets[table].filter((column) => column in all).map((column) => [column, all[column]]));
  }

  // What is wrong with a cell by its field, in words; null if nothing is.
  function fault(cell, field) {
    const { pattern, minimum, maximum } = field.constraints ?? {};
    const [shape, example] = TYPES[field.type];
    if (field.categories && !vocabulary(field).includes(cell)) return `'${cell}' is not one of ${vocabulary(field).join(", ")}`;
    const isDay = field.type !== "date" || new Date(`${cell}T00:00:00Z`).toJSON?.()?.startsWith(cell);
    if (!shape.test(cell) || !isDay) return `'${cell}' is not ${example}`;
    if (pattern && !new RegExp(`^(?:${pattern})$`).test(cell)) return `'${cell}' is not allowed`;
    if (Number(cell) < minimum) return `'${cell}' is not allowed: it is less than ${minimum}`;
    if (Number(cell) > maximum) return `'${cell}' is not allowed: it is more than ${maximum}`;
    return null;
  }

  function remedy(form, field, cell) {
    if (["closes", "date", "as_of"].includes(field.name)) return `write ${form.hints[field.name]}`;
    if (field.type === "number") return "write digits only, with a decimal point: 1500 or 2.5";
    if (field.name === "actor_id") return `write lower-case letters, digits and underscores, beginning with a letter: ${desk.slug(cell) || field.example}`;
    if (field.categories) return "write one of them; the codebook says what each means";
    const words = (field.description ?? "correct it").replace(/\.$/, "");
    return field.example ? `${words}, as ${field.example}` : words;
  }

  // An identifier made of some words.
  desk.slug = (words) => (words.normalize("NFD").toLowerCase().match(/[a-z0-9]+/g) ?? []).join("_").replace(/^[_0-9]+/, "");

  // ---- rows, each by itself ----

  // The cells of a row as they will stand: what is evident is filled in.
  function filled(form, table, cells, names) {
    const made = Object.fromEntries(form.sheets[table].map((column) => [column, clean(cells[column] ?? "")]));
    for (const column of Object.keys(names)) made[column] = listed(made[column]).join(";");
    const [key] = form.sheets[table];
    made[key] = made[key].toLowerCase();
    if (table !== "claims") return made;
    const narrator = made.source === NARRATOR;
    if (made.source) made.source_chain ||= narrator ? NARRATOR : `${NARRATOR};${made.source}`;
    made.evidence ||= "none";
    made.quote_type ||= narrator ? "none" : "";
    if (made.certainty === "uncommitted") made.polarity ||= "unknown";
    made.negated_cue = String(["yes", "true"].includes(made.negated_cue));
    return made;
  }

  function* faults(form, table, entry, names, keys, seen) {
    const { cells, spans, typed, key } = entry;
    const [first] = form.sheets[table];
    const id = table === "claim_links" ? [cells.claim_id, cells.other_id, cells.relation].join(" ") : key;
    if (key && seen.has(id)) yield [first, "another row has the same identifier", "give it another one"];
    seen.add(id);
    const of = fields(form, table);
    const columns = Object.fromEntries(Object.entries(form.quotes[table] ?? {}).map(([column, pointer]) => [pointer, column]));
    const needed = Object.keys(of).filter((name) => isRequired(of[name]));
    const isEmpty = (name) => (columns[name] ? !spans[name]?.length : !cells[name] && !(name === "source_chain" && !cells.source)); // it follows from it
    const empty = needed.filter((name) => (columns[name] || form.sheets[table].includes(name)) && isEmpty(name));
    if (empty.length) {
      const inOrder = form.sheets[table].map((column) => form.quotes[table]?.[column] ?? column).filter((name) => empty.includes(name));
      yield [null, `not finished, ${inOrder.join(", ")} ${empty.length === 1 ? "is" : "are"} empty`, "fill it in when you come to it", inOrder];
    }
    for (const [name, field] of Object.entries(of)) {
      const message = cells[name] && typed[name] && !columns[name] && fault(cells[name], field);
      if (message) yield [name, message, remedy(form, field, cells[name])];
    }
    for (const [other, name, column] of named(cells, names)) {
      if (!keys[other].has(name)) yield [column, `'${name}' is not in the table ${other}`, `add it to ${other}, or correct it here`];
    }
  }

  // The rows of other tables that a row names, each once: table, key, and the column that names it.
  function* named(cells, names) {
    const seen = new Set(); // a source stands in its chain, too
    for (const [column, other] of Object.entries(names)) {
      for (const key of listed(cells[column])) {
        const isNew = !seen.has(`${other} ${key}`);
        if (isNew && !(key === NARRATOR && column.startsWith("source"))) yield [other, key, column];
        seen.add(`${other} ${key}`);
      }
    }
  }

  // The rows that can stand in tables, by table, and what keeps the others from it: {table, at, key, column, message, remedy}.
  desk.entriesOf = (general, state) => {
    const form = { ...general, package: descriptor(general, state) };
    const { tables } = form;
    const names = Object.fromEntries(tables.map((table) => [table, references(form, table)]));
    const keyOf = (table, { cells }) => clean(cells[form.sheets[table][0]] ?? "").toLowerCase();
    const keys = Object.fromEntries(tables.map((table) => [table, new Set(state.rows[table].map((row) => keyOf(table, row)))]));
    const [entries, problems] = [{}, []];
    const complain = (table, { at, key }) => ([column, message, cure, empty]) =>
      problems.push({ table, at, key, column, message, remedy: cure, empty: empty ?? [] });
    for (const table of tables) {
      const seen = new Set();
      entries[table] = [];
      state.rows[table].forEach(({ cells: typed, spans }, at) => {
        const entry = { at, key: keyOf(table, { cells: typed }), typed, spans, cells: filled(form, table, typed, names[table]) };
        const wrong = [...faults(form, table, entry, names[table], keys, seen)];
        wrong.forEach(complain(table, entry));
        if (!wrong.length) entries[table].push(entry);
      });
    }
    for (let dropped = true; dropped;) { // rows that name rows which are not finished, until none does
      dropped = false;
      for (const table of tables) {
        const ready = Object.fromEntries(tables.map((other) => [other, new Set(entries[other].map(({ key }) => key))]));
        const kept = entries[table].filter((entry) => {
          const waits = [...named(entry.cells, names[table])].filter(([other, key]) => !ready[other].has(key));
          for (const [other, key, column] of waits) complain(table, entry)([column, `waits for ${key}, which is not finished`, `finish ${key} in ${other}`]);
          return !waits.length;
        });
        dropped ||= kept.length < entries[table].length;
        entries[table] = kept;
      }
    }
    return { entries, problems };
  };

  // ---- the files ----

  function compare(one, other) { // lists of numbers and lists, as Python orders them
    if (!Array.isArray(one)) return one - other;
    for (let i = 0; i < Math.min(one.length, other.length); i += 1) {
      const order = compare(one[i], other[i]);
      if (order) return order;
    }
    return one.length - other.length;
  }

  function descriptor(form, state) {
    const about = Object.fromEntries(Object.keys(form.entries).map((entry) => [entry, clean(state.about[entry] ?? "")]));
    for (const [entry, [type, pattern]] of Object.entries(form.shapes)) {
      if (about[entry] && fault(about[entry], { type, constraints: { pattern } })) about[entry] = "";
    }
    const licence = (name) => (form.licences[name] ? { name, title: form.licences[name][0], path: form.licences[name][1] } :
      { name, path: `https://spdx.org/licenses/${name}.html` });
    const kept = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value && value.length !== 0));
    const resources = structuredClone(form.package.resources);
    const topics = state.rows.topics.map(({ cells }) => ({ value: clean(cells.topic ?? ""), label: clean(cells.label ?? "") })).filter(({ value }) => value);
    if (topics.length) {
      const field = resources.find(({ name }) => name === "claims").schema.fields.find(({ name }) => name === "topic");
      field.categories = topics;
      field.constraints.enum = topics.map(({ value }) => value);
    }
    return kept({
      $schema: form.package.$schema, name: state.name, title: about.title || state.name, description: about.description,
      version: about.version || "0.1.0", created: about.data_date && `${about.data_date}T00:00:00Z`, reportDate: about.text_date,
      licenses: about.data_licence ? [licence(about.data_licence)] : [],
      contributors: about.authors.split(";").map((name) => name.trim()).filter(Boolean).map((title) => ({ title, roles: ["creator"] })),
      sources: [kept({ title: about.text_title || "not stated yet", path: about.text_link, license: about.text_licence })],
      resources,
    });
  }

  const rolesOf = ({ cells }) => [...new Set(Object.entries(ROLES).flatMap(([column, role]) => listed(cells[column]).map((key) => `${key} ${role}`)))]
    .map((pair) => pair.split(" "));

  // The files of a case by their names. `text` is a list of paragraphs.
  desk.filesOf = (form, state, text) => {
    const { entries, problems } = desk.entriesOf(form, state);
    const described = descriptor(form, state);
    const characters = new Map();
    const slice = ([paragraph, start, end]) => {
      if (!characters.has(paragraph)) characters.set(paragraph, [...text[paragraph - 1]]);
      return characters.get(paragraph).slice(start, end).join("");
    };
    const parts = new Map(Object.values(entries).flat().flatMap(({ spans }) => Object.values(spans)).filter((span) => span.length).map((span) => [String(span), span]));
    const ids = new Map([...parts.values()].sort(compare).map((span, i) => [String(span), `s${String(i + 1).padStart(3, "0")}`]));
    const gists = Object.fromEntries(state.rows.paragraphs.map(({ cells }) => [cells.paragraph, clean(cells.gist ?? "")]));
    const rows = {
      paragraphs: text.map((block, i) => [i + 1, [...block].length, desk.sha256(block), gists[i + 1] || TODO]),
      spans: [...ids].flatMap(([key, id]) => parts.get(key).map((part, i) => [id, i + 1, ...part, desk.sha256(slice(part)).slice(0, 16)])),
      event_actors: entries.events.flatMap((entry) => rolesOf(entry).map((role) => [entry.cells.event_id, ...role])),
    };
    for (const table of form.tables) {
      const columns = Object.keys(fields(form, table));
      rows[table] = entries[table].map(({ cells, spans }) =>
        columns.map((column) => (spans[column]?.length ? ids.get(String(spans[column])) : cells[column] ?? "")));
    }
    const files = { "article.txt": `${text.join("\n\n")}\n`, "datapackage.json": `${JSON.stringify(described, null, 1)}\n` };
    for (const { name, path, schema } of described.resources) files[path] = desk.csv([schema.fields.map((field) => field.name), ...(rows[name] ?? state.kept?.[name] ?? [])]);
    if (!described.sources[0].license) files[".gitignore"] = form.ignore;
    if (state.kept?.decisions) files[DECISIONS] = state.kept.decisions;
    files["DATASHEET.md"] = state.datasheet ?? form.datasheet;
    const waiting = form.tables.flatMap((table) => [...new Set(problems.filter((problem) => problem.table === table).map(({ at }) => at))]
      .sort((a, b) => a - b).map((at) => ({ table, at, ...state.rows[table][at] })));
    if (waiting.length) files[WAITING] = `${JSON.stringify(waiting, null, 1)}\n`;
    return files;
  };

  // ---- back ----

  function parse(text) {
    const rows = [[]];
    const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;
    while (cell.lastIndex < text.length) {
      const match = cell.exec(text);
      if (!match) throw new Error("it is not a table of comma-separated cells");
      rows.at(-1).push(match[1].startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : match[1]);
      if (match[2] === ",") { if (cell.lastIndex === text.length) rows.at(-1).push(""); } else if (cell.lastIndex < text.length) rows.push([]);
    }
    return rows;
  }

  // The rows of a table, by column of its header.
  desk.readTable = (content) => {
    const [header, ...rows] = parse(content);
    return rows.map((cells) => Object.fromEntries(header.map((column, i) => [column, cells[i] ?? ""])));
  };

  function waitingIn(files) {
    try {
      return [].concat(JSON.parse(files[WAITING] ?? "[]"));
    } catch {
      throw new Error(`${WAITING} cannot be read: delete it, and the rows that were not finished are lost`);
    }
  }

  // Whether something is a part [paragraph, start, end] of a text whose paragraphs have these lengths.
  desk.isPart = (part, lengths) => Array.isArray(part) && part.length === 3 && part.every(Number.isInteger) &&
    part[1] >= 0 && part[1] < part[2] && part[2] <= lengths[part[0] - 1];

  // A state without rows.
  desk.newState = (form, count, today) => ({
    name: "mine",
    about: { version: "0.1.0", data_licence: "CC-BY-4.0", data_date: today },
    rows: {
      ...Object.fromEntries(form.tables.map((table) => [table, []])),
      topics: fields(form, "claims").topic.categories.map(({ value, label }) => ({ cells: { topic: value, label }, spans: {} })),
      paragraphs: Array.from({ length: count }, (_, i) => ({ cells: { paragraph: `${i + 1}`, gist: "" }, spans: {} })),
    },
  });

  // The state that the files of a case hold, and its text (null if it is not among them). Throws an Error in a reader's words.
  desk.stateOf = (form, files) => {
    let described;
    try {
      described = JSON.parse(files["datapackage.json"].replace(/^\ufeff/, ""));
    } catch {
      throw new Error("there is no readable datapackage.json in it: it is not a case");
    }
    const tables = {};
    for (const { name, path, schema } of form.package.resources) {
      if (files[path] === undefined) throw new Error(`${path} is missing`);
      const [header, ...rows] = parse(files[path].replace(/^\ufeff/, ""));
      const columns = schema.fields.map((field) => field.name);
      if (String(header) !== String(columns)) throw new Error(`the columns of ${path} are not those of the codebook`);
      tables[name] = rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""])));
    }
    const text = files["article.txt"] === undefined ? null : desk.paragraphs(files["article.txt"]);
    const state = desk.newState(form, tables.paragraphs.length, "");
    const source = described.sources?.[0] ?? {};
    const written = (words) => (words === "not stated yet" ? "" : words ?? "");
    state.name = /^[a-z][a-z0-9-]*$/.test(described.name) ? described.name : "mine";
    state.about = {
      title: described.title, description: described.description, authors: (described.contributors ?? []).map(({ title }) => title).join(";"),
      version: described.version, data_date: described.created?.slice(0, 10), data_licence: described.licenses?.[0]?.name,
      text_title: written(source.title), text_date: described.reportDate, text_link: source.path, text_licence: source.license,
    };
    state.about = Object.fromEntries(Object.entries(state.about).filter(([, value]) => typeof value === "string"));
    if (described.resources?.some(({ name }) => name === "claims")) {
      const topics = fields({ package: described }, "claims").topic?.categories ?? [];
      state.rows.topics = topics.map(({ value, label }) => ({ cells: { topic: String(value), label: String(label ?? "") }, spans: {} }));
    }
    const hashes = tables.paragraphs.map(({ sha256 }) => sha256);
    if (text && String(text.map(desk.sha256)) !== String(hashes)) throw new Error("its article.txt is not the text that its tables point into");
    state.rows.paragraphs = tables.paragraphs.map(({ paragraph, gist }) => ({ cells: { paragraph, gist: gist === TODO ? "" : gist }, spans: {} }));
    const lengths = tables.paragraphs.map(({ n_chars: length }) => Number(length));
    const fits = (part) => desk.isPart(part, lengths);
    const spans = Map.groupBy(tables.spans, ({ span_id: id }) => id);
    const places = (id) => (spans.get(id) ?? []).map((part) => [part.paragraph, part.start, part.end].map(Number)).filter(fits);
    const roles = Map.groupBy(tables.event_actors, ({ event_id: id }) => id);
    for (const table of form.tables) {
      const pointers = Object.values(form.quotes[table] ?? {});
      state.rows[table] = tables[table].map((row) => {
        const cells = Object.fromEntries(form.sheets[table].filter((column) => row[column]).map((column) => [column, row[column]]));
        for (const [column, role] of Object.entries(table === "events" ? ROLES : {})) {
          cells[column] = (roles.get(row.event_id) ?? []).filter((each) => each.role === role).map(({ actor_id: id }) => id).join(";");
        }
        return { cells, spans: Object.fromEntries(pointers.filter((pointer) => row[pointer]).map((pointer) => [pointer, places(row[pointer])])) };
      });
    }
    for (const row of waitingIn(files)) {
      if (!form.tables.includes(row?.table)) continue;
      const cells = form.sheets[row.table].map((column) => [column, String(row.cells?.[column] ?? "")]).filter(([, cell]) => cell);
      const marked = Object.values(form.quotes[row.table] ?? {}).map((pointer) => [pointer, [].concat(row.spans?.[pointer] ?? []).filter(fits)]);
      state.rows[row.table].splice(Number(row.at), 0, { cells: Object.fromEntries(cells), spans: Object.fromEntries(marked.filter(([, parts]) => parts.length)) });
    }
    state.kept = { codings: tables.codings.map(Object.values), decisions: files[DECISIONS] };
    if (files["DATASHEET.md"]) state.datasheet = files["DATASHEET.md"];
    return { state, text, hashes };
  };

  Object.assign(desk, { vocabulary, isRequired, fieldsOf: fields, references });
})();
