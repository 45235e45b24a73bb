// Two texts side by side at the reading desk: a report and a witness, its claims and the passages to which they can be traced.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});

  // What may have become of the sense: the sign in a claim's button, and the class of its words.
  const SENSES = {
    kept: ["=", "so-kept"], weaker: ["−", "so-weaker"], stronger: ["+", "so-stronger"], other: ["≠", "so-other"],
    reversed: ["⇄", "so-reversed"], "not found": ["∅", "so-not-found"],
  };
  const UNTRACED = "no trace"; // the claims on which this witness cannot bear
  const isWide = () => matchMedia("(min-width: 60rem)").matches;

  // The offer of a second text, or nothing if the case has no witnesses: which one, what it is, where it can be read.
  desk.offer = (view) => {
    const { element, compare, explain, isOther } = desk;
    const witnesses = Object.entries(view.data.witnesses);
    if (!witnesses.length) return [];
    const choice = element("select", {}, ...witnesses.map(([id, { title }]) => new Option(title, id)));
    const about = element("div", { className: "so-witness-about" });
    const said = element("div", { className: "so-witness-said", role: "status" });
    const section = element("section", { className: "so-witness", "aria-label": "A second text" },
      element("h2", {}, "Beside it: a witness"), element("label", {}, "Witness ", choice), about, said);

    function describe() {
      const witness = view.data.witnesses[choice.value];
      const { kind, date, publisher, licence, address, note } = witness;
      const found = Object.values(witness.traces).filter(({ passage_id }) => passage_id).length;
      const facts = [kind, date, publisher, licence, found === 1 ? "1 claim can be traced to it" : `${found} claims can be traced to it`];
      const isOnline = /^https?:\/\//.test(address);
      about.replaceChildren(element("p", {}, facts.filter(Boolean).join(" · ")),
        ...(note ? [element("p", { className: "so-verdict" }, note)] : []),
        ...(isOnline ? [element("p", {}, "Its text is at ",
          element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, new URL(address).host),
          ": copy or save it there, then paste or open it here.")] : []),
        desk.fields({ shipped: witness.text ? [["Open its text", witness.text]] : [], file: "Open a file with its text", zone: section }, read, fail));
      said.replaceChildren();
    }

    function fail(words) {
      said.replaceChildren(element("p", {}, words));
    }

    function read(copy, notes) {
      const witness = view.data.witnesses[choice.value];
      const results = compare(witness, copy);
      said.replaceChildren(...[...explain(witness, results, copy), ...notes].map((line) => element("p", {}, line)));
      view.pair?.leave();
      if (isOther(results)) return;
      open(view, witness, results);
    }

    choice.addEventListener("change", () => {
      view.pair?.leave();
      describe();
    });
    describe();
    return [section];
  };

  function open(view, witness, results) {
    const { element, button, COLOURS, SIGNS } = desk;
    const { data, text, side, frame } = view;
    const { traces, passages } = witness;
    const pairs = Object.entries(traces).filter(([, { passage_id }]) => passage_id).map(([claim, { passage_id }]) => [claim, passage_id]);
    const claimsOf = Map.groupBy(pairs, ([, passage]) => passage); // by passage
    const counts = Map.groupBy(Object.values(traces), ({ sense }) => sense);
    const wanted = new Set(counts.keys());
    let leftOut = false;
    let links = []; // the pairs that are selected

    // ---- the marks of both texts ----

    const passageMark = ([id, { speaker, certainty }]) => {
      const { label, name, colour } = witness.speakers[speaker];
      const claims = (claimsOf.get(id) ?? []).map(([claim]) => claim);
      const use = claims.length ? `traced to it: ${claims.join(", ")}` : "left out by the report";
      return { id, spans: [id], tag: `${label}${SIGNS[certainty]}`, label: `${label}: ${name}, ${certainty} (${id}), ${use}`,
        note: claims.length ? `${id}←${claims.join(", ")}` : id, tint: COLOURS[colour], words: claims.length ? "so-passage" : "so-left-out" };
    };
    const other = desk.annotate(witness, results, Object.entries(passages).map(passageMark), view.press);
    const before = new Map();
    for (const [id, mark] of text.marks) {
      if (!data.claims[id]) continue;
      before.set(id, { ...mark });
      const trace = traces[id];
      const [sign, line] = trace ? SENSES[trace.sense] : ["", ""];
      const to = trace?.passage_id;
      Object.assign(mark, { words: line, tag: `${mark.tag} ${sign}`.trim(), note: to ? `${id}→${to}` : id,
        label: [mark.label, trace && `sense ${trace.sense}`, to && `traced to ${to}`].filter(Boolean).join(", ") });
    }

    const head = (words) => element("p", { className: "so-side-head", title: words }, words);
    const right = element("section", { className: "so-side so-witness-side" }, head(witness.title), ...other.nodes);
    const sides = [side, right];
    const names = ["The report", "The witness"];
    side.prepend(head(data.title.split(",")[0]));
    sides.forEach((each, i) => {
      each.setAttribute("aria-label", names[i]);
      each.tabIndex = 0; // it scrolls
    });
    const thread = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    thread.setAttribute("class", "so-thread");
    thread.setAttribute("aria-hidden", "true");
    const sideOf = (which) => (which === text ? side : right);
    const tabs = new Map([text, other].map((which, i) => [which, button(names[i], () => front(which), { "aria-pressed": "false" })]));
    const switcher = element("div", { className: "so-switch", role: "group", "aria-label": "Text shown" }, ...tabs.values());
    const bar = element("div", { className: "so-pair-bar" }, filters(), button("Show only the report", leave, { className: "so-desk-jump" }));
    frame.prepend(bar, switcher);
    side.after(thread, right);
    frame.classList.add("so-two");

    // ---- what is marked ----

    function filters() {
      const box = (sample, count, isOn, change) => {
        const input = element("input", { type: "checkbox", checked: isOn });
        input.addEventListener("change", () => {
          change(input.checked);
          view.paint();
          other.paint(isMarked);
          draw();
        });
        return element("label", {}, input, sample, ` (${count})`);
      };
      const group = (words, ...boxes) => element("div", { role: "group", "aria-label": words }, element("span", {}, `${words}: `), ...boxes);
      const keep = (name) => (isOn) => (isOn ? wanted.add(name) : wanted.delete(name));
      const known = Object.keys(SENSES).filter((name) => counts.has(name)).map((name) => box(sense(name), counts.get(name).length, true, keep(name)));
      const untraced = Object.keys(data.claims).length - Object.keys(traces).length;
      const silent = Object.keys(passages).length - claimsOf.size;
      return element("form", { className: "so-senses" },
        group("Claims", ...known, box("without a trace", untraced, false, keep(UNTRACED))),
        group("Passages", box(element("span", { className: "so-left-out" }, "left out by the report"), silent, false, (isOn) => (leftOut = isOn))));
    }

    function isMarked(id) {
      return leftOut || claimsOf.has(id);
    }

    function fits(id) {
      return data.claims[id] ? wanted.has(traces[id]?.sense ?? UNTRACED) : wanted.has(UNTRACED);
    }

    // ---- what is selected ----

    function card(id) {
      if (passages[id]) return passageCard(id);
      if (!data.claims[id]) return view.details(id);
      const trace = traces[id];
      const all = element("details", {}, element("summary", {}, "All about the claim"), ...view.details(id));
      if (trace) return [...traceCard(id, trace), all];
      return [element("h2", {}, "Claim ", view.row("claims-table", id)), element("p", {}, data.claims[id].gist),
        element("p", {}, "This witness has no bearing on it."), all];
    }

    function sense(name) {
      const [sign, line] = SENSES[name];
      return element("span", { className: "so-sense" }, `${sign} `, element("span", { className: line }, name));
    }

    function traceCard(id, trace) {
      const claim = data.claims[id];
      const passage = passages[trace.passage_id];
      const block = (words, press, { gist, certainty, polarity }, who, quoted) => element("div", {},
        button(words, press, { className: "so-desk-jump" }), element("p", {}, gist),
        element("p", { className: "so-said-by" }, `${who}: ${SIGNS[certainty]} ${certainty}, ${polarity}`),
        ...(quoted ? [element("p", { className: "so-quoted" }, `“${quoted}”`)] : []));
      const { sense: senses, words } = witness.labels;
      const verdict = [senses[trace.sense], words[trace.words] && `in quotation marks: ${words[trace.words]}`];
      return [
        element("h2", {}, "Claim ", view.row("traces", id), " ", sense(trace.sense)),
        element("p", { className: "so-verdict" }, verdict.filter(Boolean).join("; ")),
        element("div", { className: "so-beside" },
          block("In the report", () => go(text, id), claim, data.sources[claim.source].name, trace.printed),
          passage ? block("In the witness", () => go(other, trace.passage_id), passage, witness.speakers[passage.speaker].name, trace.said)
            : element("p", {}, "Not found in the witness.")),
        ...(trace.note ? [element("p", {}, trace.note)] : []),
      ];
    }

    function passageCard(id) {
      const { speaker, gist, certainty, polarity, topic } = passages[id];
      const claims = (claimsOf.get(id) ?? []).map(([claim]) => {
        const press = () => {
          view.select(claim);
          go(text, claim);
        };
        return element("div", {}, button(claim, press, { className: "so-desk-jump" }), " ", sense(traces[claim].sense), `: ${data.claims[claim].gist}`);
      });
      return [
        element("h2", {}, "Passage ", view.row("passages", id)), element("p", {}, gist),
        view.list([["speaker", witness.speakers[speaker].name], ["certainty", `${SIGNS[certainty]} ${certainty}, ${polarity}`], ["topic", topic],
          ["in the report", claims.length ? claims : "left out by the report"]]),
      ];
    }

    // Light and scroll to what belongs together; nothing if id is null.
    function show(id) {
      const claims = claimsOf.get(id) ?? [];
      const passage = traces[id]?.passage_id;
      links = passages[id] ? claims : passage ? [[id, passage]] : [];
      other.light({ "so-on": id && [passages[id] ? id : passage] || [] });
      if (passages[id]) text.light({ "so-on": claims.map(([claim]) => data.claims[claim].spans[0]) });
      if (id) {
        const own = [text.marks.has(id) ? text : other, id];
        const opposite = passages[id] ? claims[0] && [text, claims[0][0]] : passage && [other, passage];
        const both = [own, opposite].filter(Boolean);
        if (isWide()) for (const place of both) centre(...place);
        else {
          const [which, seen] = both.find(([each]) => sideOf(each).classList.contains("so-front")) ?? own;
          front(which);
          which.buttons.get(seen).scrollIntoView({ block: "nearest" });
        }
      }
      draw();
    }

    function nodesOf(which, id) {
      const nodes = which.piecesOf(which.marks.get(id).spans[0]);
      return nodes.length ? nodes : [which.buttons.get(id)];
    }

    // Scroll a mark to the upper third of its side; the page stays where it is.
    function centre(which, id) {
      const box = sideOf(which);
      const [first] = nodesOf(which, id);
      box.scrollTo({ top: box.scrollTop + first.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3 });
    }

    function go(which, id) {
      front(which);
      const mark = which.buttons.get(id);
      if (isWide()) centre(which, id);
      else mark.scrollIntoView({ block: "center" });
      mark.focus({ preventScroll: true });
    }

    // ---- where only one text has room ----

    const places = new Map(); // how far the page was scrolled in each text

    function front(which) {
      const now = [text, other].find((each) => sideOf(each).classList.contains("so-front"));
      places.set(now, scrollY);
      for (const each of [text, other]) sideOf(each).classList.toggle("so-front", each === which);
      if (!isWide() && now !== which && places.has(which)) scrollTo({ top: places.get(which), behavior: "instant" });
      for (const [each, tab] of tabs) tab.setAttribute("aria-pressed", String(each === which));
    }

    // ---- the thread between both marks ----

    // How high the words of a mark stand in their side, cut off at its edges: [top, bottom, whether any of them is seen].
    function extent(which, id, edge) {
      const boxes = nodesOf(which, id).flatMap((node) => [...node.getClientRects()]);
      const [top, bottom] = [Math.min(...boxes.map((box) => box.top)), Math.max(...boxes.map((box) => box.bottom))];
      const cut = (y) => Math.min(Math.max(y, edge.top), edge.bottom);
      return [cut(top), cut(bottom), bottom > edge.top && top < edge.bottom];
    }

    function path(d, className) {
      const made = document.createElementNS(thread.namespaceURI, "path");
      made.setAttribute("d", d);
      made.setAttribute("class", className);
      return made;
    }

    function drawNow() {
      const edge = thread.getBoundingClientRect();
      if (!edge.width) return thread.replaceChildren(); // one text at a time
      const marks = [];
      for (const [claim, passage] of pairs) {
        if (text.buttons.get(claim).hidden) continue;
        const isOn = links.some(([on]) => on === claim);
        const [from, to] = [extent(text, claim, edge), extent(other, passage, edge)];
        if (!isOn && !(from[2] && to[2])) continue;
        const [[a, b], [c, d]] = [from, to].map(([top, bottom]) => [top - edge.top, bottom - edge.top]);
        const [left, right, y, z] = [3, edge.width - 3, (a + b) / 2, (c + d) / 2];
        const line = path(`M${left} ${y}C${edge.width / 2} ${y} ${edge.width / 2} ${z} ${right} ${z}`, isOn ? "so-thread-on" : "");
        if (!isOn) marks.unshift(line);
        else {
          const sign = document.createElementNS(thread.namespaceURI, "text");
          sign.setAttribute("x", edge.width / 2);
          sign.setAttribute("y", (y + z) / 2);
          sign.textContent = SENSES[traces[claim].sense][0];
          marks.push(line, path(`M${left} ${a}V${b}M${right} ${c}V${d}`, "so-thread-on"), sign);
        }
      }
      thread.replaceChildren(...marks);
    }

    let frameDue = 0;
    function draw() {
      cancelAnimationFrame(frameDue);
      frameDue = requestAnimationFrame(drawNow);
    }

    const sizes = new ResizeObserver(draw);
    for (const each of sides) {
      each.addEventListener("scroll", draw, { passive: true });
      sizes.observe(each);
    }

    // ---- the end ----

    function leave() {
      view.close();
      sizes.disconnect();
      side.removeEventListener("scroll", draw);
      for (const [id, mark] of before) Object.assign(text.marks.get(id), mark);
      for (const made of [bar, switcher, thread, right, side.querySelector(".so-side-head")]) made.remove();
      frame.classList.remove("so-two");
      side.classList.remove("so-front");
      side.removeAttribute("aria-label");
      side.removeAttribute("tabindex");
      view.texts = [text];
      view.pair = null;
      view.paint();
    }

    view.close();
    view.texts = [text, other];
    view.pair = { fits, card, show, leave };
    view.paint();
    other.paint(isMarked);
    side.classList.add("so-front");
    front(text);
    draw();
    frame.scrollIntoView({ block: "start" });
  }
})();
