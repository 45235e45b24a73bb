// Export the spans of a case as W3C Web Annotations, without a word of the text: as standoff/export.py does it.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});

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
