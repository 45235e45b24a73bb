// What the reading desk shows with a text: fields to get it from, and the text itself with marks. Whatever a text or the
// data say goes into the page as text, never as markup.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});

  desk.element = (tag, properties = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  desk.button = (words, press, properties = {}) => {
    const made = desk.element("button", { type: "button", ...properties }, words);
    made.addEventListener("click", press);
    return made;
  };

  // Fields from which a text is read: shipped texts ([name of the button, text]), a file, pasted words, or what is dropped
  // on a zone. `read` gets the text and notes about its file; `fail` gets, in words, why there is none. A file that is no text is
  // offered to `take` (bytes, name), which says whether it took it; `accept` is what a dialogue shows.
  desk.fields = ({ shipped, file, zone, accept = ".txt,text/plain", take = () => false }, read, fail) => {
    const { element, button, decode } = desk;

    async function open(chosen) {
      try {
        if (chosen.size > 2e7) throw new Error(`${chosen.name} is larger than 20 MB.`); // before it is read
        const bytes = new Uint8Array(await chosen.arrayBuffer());
        if (await take(bytes, chosen.name)) return;
        const { text, notes } = decode(bytes, chosen.name);
        read(text, notes);
      } catch (error) {
        fail(error.message);
      }
    }

    const input = element("input", { type: "file", accept });
    input.addEventListener("change", () => input.files.length && open(input.files[0]));
    const pasted = element("textarea", { rows: 6 });
    const form = element("form", { className: "so-desk-form" },
      ...shipped.map(([words, text]) => button(words, () => read(text, []))),
      element("label", { className: "so-desk-file" }, `${file} `, input),
      element("details", {}, element("summary", {}, "Paste the text instead"),
        element("label", {}, "The text, with a blank line between paragraphs ", pasted),
        element("button", { type: "submit" }, "Read the pasted text")),
      element("p", {}, "Or drop a text file here."));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (pasted.value.trim()) read(pasted.value, []);
      else fail("Paste the text into the field first.");
    });
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      event.stopPropagation();
      form.classList.add("so-over");
    });
    zone.addEventListener("dragleave", () => form.classList.remove("so-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation(); // a zone may lie in the zone of another text
      form.classList.remove("so-over");
      if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
      else if (event.dataTransfer.getData("text")) read(event.dataTransfer.getData("text"), []);
    });
    return form;
  };

  // A text with marks. `results` are those of `compare`; a mark is {id, spans, tag, label, tint, note, words, line}: the span that
  // it stands for, then others that go with it; what its button says to the eye and to the ear, the button's class, what
  // it says in print; the classes of its words (where marks overlap, those of the shortest), or the class of a mere line under them. `press` gets
  // an id and how it was pressed: by "mouse" or "keyboard", or on its "words".
  desk.annotate = (data, results, marks, press) => {
    const { element, button } = desk;
    const byId = new Map(marks.map((mark) => [mark.id, mark]));
    const buttons = new Map(); // by id of the mark
    const pieces = []; // of text that marks cover: {node, ids, spans}
    const homes = Map.groupBy(marks, ({ spans: [own] }) => data.spans[own][0][0]);
    const covers = new Map(results.map(({ number }) => [number, []])); // by paragraph: {id, span, start, end, isOwn}
    const users = new Map(); // by span: the marks that use it, and whether as their own
    for (const { id, spans } of marks) {
      for (const [i, span] of spans.entries()) users.set(span, [...(users.get(span) ?? []), { id, isOwn: i === 0 }]);
    }
    const size = new Map(marks.map(({ id }) => [id, 0])); // characters
    for (const { number, places } of results) {
      for (const [span, at] of Object.entries(places)) {
        for (const { id, isOwn } of users.get(span) ?? []) {
          for (const [start, end] of at) {
            covers.get(number).push({ id, span, start, end, isOwn });
            if (isOwn) size.set(id, size.get(id) + end - start);
          }
        }
      }
    }
    let isShown = () => true;
    let lit = {};

    function paragraph({ number, status, text, lost }) {
      const signs = [...text];
      const own = covers.get(number);
      const cuts = [...new Set([0, signs.length, ...own.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
      const begun = Map.groupBy(own, ({ start }) => start);
      const body = element("p", {});
      let here = [];
      for (const [i, start] of cuts.slice(0, -1).entries()) {
        const end = cuts[i + 1];
        here = [...here.filter((cover) => cover.end > start), ...(begun.get(start) ?? [])];
        for (const { id, isOwn } of begun.get(start) ?? []) if (isOwn && !buttons.has(id)) body.append(tag(id));
        const words = signs.slice(start, end).join("");
        if (here.length) body.append(piece(words, here));
        else body.append(words);
      }
      const missing = (homes.get(number) ?? []).filter(({ id }) => !buttons.has(id));
      const stretches = lost === 1 ? "one stretch was" : `${lost} stretches were`;
      const note = { edited: `not worded as in the original; ${stretches} not found`, missing: "not found in your copy" }[status];
      const section = element("div", { className: `so-desk-paragraph ${{ edited: "so-edited", missing: "so-missing" }[status] ?? ""}` },
        element("span", { className: "so-desk-number" }, `${number}`));
      if (note) section.append(element("p", { className: "so-desk-note" }, `Paragraph ${number}: ${note}.`));
      if (text) section.append(body);
      if (missing.length) section.append(element("p", {}, "Not found in your copy: ", ...missing.map(({ id }) => tag(id))));
      return section;
    }

    function tag(id) {
      const made = button("", (event) => press(id, event.detail ? "mouse" : "keyboard"), { "aria-pressed": "false" });
      buttons.set(id, made);
      return made;
    }

    function piece(words, here) {
      const node = element("span", {}, words);
      const owners = [...new Set(here.filter(({ isOwn }) => isOwn).map(({ id }) => id))];
      const isLine = (id) => Boolean(byId.get(id).line);
      owners.sort((a, b) => isLine(a) - isLine(b) || size.get(a) - size.get(b));
      pieces.push({ node, ids: owners, spans: new Set(here.map(({ span }) => span)) });
      node.addEventListener("click", () => {
        const choices = owners.filter(isShown);
        const pressed = choices.findIndex((id) => buttons.get(id).getAttribute("aria-pressed") === "true");
        if (choices.length) press(choices[(pressed + 1) % choices.length], "words");
      });
      return node;
    }

    // Show the marks that `shown` holds for, as their tags, labels, tints and lines now are.
    function paint(shown = isShown) {
      isShown = shown;
      for (const [id, made] of buttons) {
        const { tag: words, label, tint, note } = byId.get(id);
        made.textContent = words;
        made.className = `so-tag ${tint}`;
        made.setAttribute("aria-label", label);
        made.dataset.note = note ?? "";
        made.hidden = !isShown(id);
      }
      for (const { node, ids } of pieces) {
        const some = ids.filter(isShown).map((id) => byId.get(id));
        const classes = ["words", "line"].map((kind) => some.find((mark) => mark[kind])?.[kind]);
        node.className = [some.length && "so-words", ...classes].filter(Boolean).join(" ");
      }
      light(lit);
    }

    // Give pieces of some spans a class: {class: [span, ...]}.
    function light(wanted) {
      for (const name of Object.keys(lit)) for (const { node } of pieces) node.classList.remove(name);
      lit = wanted;
      for (const [name, some] of Object.entries(lit)) {
        for (const { node, spans } of pieces) node.classList.toggle(name, some.some((span) => spans.has(span)));
      }
    }

    const nodes = results.map(paragraph);
    paint();
    const piecesOf = (span) => pieces.filter(({ spans }) => spans.has(span)).map(({ node }) => node);
    return { nodes, marks: byId, buttons, paint, light, piecesOf };
  };
})();
