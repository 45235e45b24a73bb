// Export the spans of a case as W3C Web Annotations, without a word of the text, as standoff/export.py does it; and read them again.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});

  const HASH = /^urn:sha256:([0-9a-f]{64})$/;
  const listed = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
  const targetsOf = (item) => listed(item?.target).map((target) => ({ hash: HASH.exec(target?.source)?.[1], ...target?.selector }));

  desk.isAnnotations = (data) => data?.type === "AnnotationPage" && Array.isArray(data.items);

  // The hashes of the paragraphs that annotations point into.
  desk.hashesOf = ({ items }) => [...new Set(items.flatMap(targetsOf).map(({ hash }) => hash).filter(Boolean))];

  // A body as a pattern with a group for each column.
  function pattern(form, table, words) {
    const fields = desk.fieldsOf(form, table);
    const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const group = (name) => `(?<${name}>${fields[name]?.categories ? [...desk.vocabulary(fields[name]).map(escaped), "nan"].join("|") : ".*?"})`;
    return new RegExp(`^${words.split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? group(piece) : escaped(piece))).join("")}$`, "su");
  }

  // The state that annotations of this project make of their text, and what could not be taken: {state, left}.
  desk.stateOfAnnotations = (form, page, text, today) => {
    const state = desk.newState(form, text.length, today);
    const lengths = text.map((block) => [...block].length);
    const paragraphs = new Map(text.map((block, i) => [desk.sha256(block), i + 1]));
    const name = /^urn:standoff:([a-z][a-z0-9-]*)$/.exec(page.id)?.[1];
    if (name) state.name = name;
    const bodies = form.bodies.map(([table, column, words]) => [table, column, pattern(form, table, words)]);
    const rows = new Map();
    let strange = 0;
    for (const item of page.items) {
      const parts = targetsOf(item).map(({ hash, start, end }) => [paragraphs.get(hash), start, end]);
      const found = listed(item?.body).flatMap((body) => bodies.map(([table, column, of]) => [table, column, of.exec(body?.value)]).filter(([, , match]) => match));
      if (!found.length || !parts.length || !parts.every((part) => desk.isPart(part, lengths))) {
        strange += 1;
        continue;
      }
      for (const [table, column, { groups }] of found) {
        const id = groups[form.sheets[table][0]];
        const row = rows.get(`${table} ${id}`) ?? { cells: {}, spans: {} };
        if (!rows.has(`${table} ${id}`)) state.rows[table].push(row);
        rows.set(`${table} ${id}`, row);
        for (const [cell, value] of Object.entries(groups)) if (value !== "nan") row.cells[cell] = value;
        row.spans[column] = parts;
      }
    }
    const words = strange === 1 ? "1 annotation is" : `${strange} annotations are`;
    return { state, left: strange ? [`${words} not of this desk, and left out: standoff import reads those of other programs.`] : [] };
  };

  // The page of annotations of the finished rows, an object to be written as JSON-LD.
  desk.annotationsOf = (form, state, text) => {
    const files = desk.filesOf(form, state, text);
    const described = JSON.parse(files["datapackage.json"]);
    const tables = Object.fromEntries(described.resources.map(({ name, path }) => [name, desk.readTable(files[path])]));
    const hashes = new Map(tables.paragraphs.map(({ paragraph, sha256 }) => [paragraph, sha256]));
    const bodies = new Map();
    for (const [table, column, words] of form.bodies) {
      for (const row of tables[table].filter((each) => each[column])) {
        const value = words.replace(/\{(\w+)\}/g, (all, name) => row[name] || "nan"); // as pandas writes what is empty
        bodies.set(row[column], [...(bodies.get(row[column]) ?? []), { type: "TextualBody", format: "text/plain", value }]);
      }
    }
    const items = [...Map.groupBy(tables.spans, ({ span_id: id }) => id)].map(([span, parts]) => ({
      id: `urn:standoff:${state.name}:${span}`, type: "Annotation", motivation: "describing", body: bodies.get(span),
      target: parts.map(({ paragraph, start, end }) => ({
        source: `urn:sha256:${hashes.get(paragraph)}`, selector: { type: "TextPositionSelector", start: Number(start), end: Number(end) },
      })),
    }));
    const [licence] = described.licenses ?? [];
    return { "@context": form.context, id: `urn:standoff:${state.name}`, type: "AnnotationPage", ...(licence ? { rights: licence.path ?? licence.name } : {}), items };
  };
})();
