// The reading desk: a reader's own copy of a text, annotated in the reader's browser. The text is compared with hashes and goes
// nowhere; nothing is asked of any server; works from file://. The data are in the page, made by
// standoff/display/reading_desk.py. A second text beside the first is the job of desk-pair.js.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {}); // what the desk's other scripts give; they may be loaded after this one

  // Classes are written out: the build drops the rules of those that are in no page and no script.
  desk.COLOURS = ["so-c0", "so-c1", "so-c2", "so-c3", "so-c4", "so-c5", "so-c6", "so-c7", "so-c8"];
  desk.SIGNS = { certain: "●", probable: "◕", possible: "◐", uncommitted: "○" };
  const { COLOURS, SIGNS } = desk;

  function startDesk(root) {
    const { element, compare, explain, isOther } = desk;
    const cases = JSON.parse(root.querySelector("script").textContent);
    const said = element("div", { className: "so-desk-said", role: "status" });
    const stage = element("div", { className: "so-desk-text" });

    function read(copy, notes) {
      const all = Object.entries(cases).map(([name, data]) => ({ name, data, results: compare(data, copy) }));
      const score = ({ results }) => results.filter(({ status }) => ["exact", "folded", "relocated"].includes(status)).length * 1000 -
        results.reduce((sum, { lost }) => sum + lost, 0);
      const { name, data, results } = all.reduce((best, next) => (score(next) > score(best) ? next : best));
      said.replaceChildren(...[...explain(data, results, copy), ...notes].map((line) => element("p", {}, line)));
      stage.replaceChildren();
      if (!isOther(results)) show(name, data, results, stage);
      said.scrollIntoView({ block: "start" });
    }

    function fail(words) {
      said.replaceChildren(element("p", {}, words));
      stage.replaceChildren();
    }

    const shipped = Object.values(cases).filter(({ text }) => text)
      .map(({ title, text }) => [`Open ${title.split(",")[0].toLowerCase()}`, text]);
    root.append(desk.fields({ shipped, file: "Open a text file", zone: root }, read, fail), said, stage);
  }

  // Show the annotated text.
  function show(name, data, results, stage) {
    const { element, button } = desk;
    const wanted = { source: "", certainty: "" };
    let selected = null;

    const marks = [
      ...Object.entries(data.claims).map(([id, claim]) => {
        const { name: who, label, colour } = data.sources[claim.source];
        return { id, spans: claim.spans, tag: `${label}${SIGNS[claim.certainty]}`, label: `${label}: ${who}, ${claim.certainty} (${id})`,
          tint: COLOURS[colour], words: COLOURS[colour] };
      }),
      ...Object.entries(data.cruxes).map(([id, { span_id: span }]) =>
        ({ id, spans: [span], tag: "†", label: `† crux ${id}`, tint: "so-dagger", line: "so-wavy" })),
    ];
    const text = desk.annotate(data, results, marks, press);
    const panel = element("section", { className: "so-desk-panel", hidden: true, tabIndex: -1, "aria-label": "Details" });
    panel.setAttribute("aria-live", "polite");
    const side = element("section", { className: "so-side" }, ...text.nodes);
    const frame = element("div", { className: "so-desk-frame" }, side, panel);
    frame.addEventListener("keydown", (event) => event.key === "Escape" && close());
    // What the second text works with; `pair` is what it does in turn, once it is open.
    const view = { data, text, texts: [text], side, frame, pair: null, press, select, close, paint, details, list, row };
    stage.append(...desk.offer(view), legend(), filters(), frame);

    function legend() {
      const own = Object.values(data.sources).filter(({ colour }) => colour < 8);
      const others = Object.values(data.sources).filter(({ colour }) => colour >= 8);
      const swatch = ({ label, colour }) => element("span", { className: `so-tag ${COLOURS[colour]}` }, label);
      const certainty = Object.entries(SIGNS).map(([word, sign]) => `${sign} ${word}`).join("   ");
      return element("details", { className: "so-desk-legend", open: innerWidth > 800 }, element("summary", {}, "What the marks mean"),
        element("ul", {}, ...own.map((source) => element("li", {}, swatch(source), ` ${source.name} (${source.claims})`)),
          element("li", {}, element("span", { className: "so-tag so-c8" }, "…"), ` ${others.length} other sources`)),
        element("p", {}, `The button before a claim shows the initials of its source and how sure it is: ${certainty}. `,
          "† before words with a wavy line is a crux: broken or ambiguous. Press a button, or the words, for details."));
    }

    function filters() {
      const names = Object.entries(data.sources).map(([source, { name: words, claims }]) => new Option(`${words} (${claims})`, source));
      const source = element("select", {}, new Option("all", ""), ...names);
      const certainty = element("select", {}, new Option("all", ""), ...Object.keys(SIGNS).map((word) => new Option(word, word)));
      const form = element("form", { className: "so-desk-filter" },
        element("label", {}, "Claims of ", source), element("label", {}, "that are ", certainty));
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("input", () => {
        Object.assign(wanted, { source: source.value, certainty: certainty.value });
        paint();
      });
      return form;
    }

    function paint() {
      text.paint((id) => {
        const claim = data.claims[id];
        const fits = !claim || ((!wanted.source || claim.source === wanted.source) && (!wanted.certainty || claim.certainty === wanted.certainty));
        return fits && (!view.pair || view.pair.fits(id));
      });
    }

    function press(id, how) {
      if (selected === id && how !== "words") return close();
      select(id);
      if (how === "keyboard") panel.focus();
    }

    function select(id) {
      selected = id;
      for (const { buttons } of view.texts) {
        for (const [other, node] of buttons) node.setAttribute("aria-pressed", String(other === id));
      }
      const [content, source, cue] = text.marks.get(id)?.spans ?? [];
      text.light({ "so-on": [content], "so-on-source": [source], "so-on-cue": [cue] });
      panel.replaceChildren(steps(id), ...(view.pair?.card(id) ?? details(id)));
      panel.scrollTop = 0;
      panel.hidden = false;
      if (view.pair) view.pair.show(id);
      else text.buttons.get(id).scrollIntoView({ block: "nearest" }); // above the panel
    }

    function jump(id) {
      select(id);
      panel.focus();
    }

    function close() {
      if (!selected) return;
      const back = view.texts.map(({ buttons }) => buttons.get(selected)).find(Boolean);
      const inside = panel.contains(document.activeElement);
      selected = null;
      for (const { buttons, light } of view.texts) {
        for (const node of buttons.values()) node.setAttribute("aria-pressed", "false");
        light({});
      }
      panel.hidden = true;
      view.pair?.show(null);
      if (inside) back.focus();
    }

    function steps(id) {
      const { buttons } = view.texts.find((each) => each.buttons.has(id));
      const ids = [...buttons.keys()].filter((other) => !buttons.get(other).hidden);
      const step = (distance) => () => jump(ids[(ids.indexOf(id) + distance + ids.length) % ids.length]);
      return element("p", { className: "so-desk-steps" }, button("Previous", step(-1)), button("Next", step(1)), button("Close", close));
    }

    function list(rows) {
      const kept = rows.filter(([, value]) => value && (!Array.isArray(value) || value.length));
      return element("dl", {}, ...kept.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, ...[].concat(value))]));
    }

    // An id, as a link to its row on a page of the book if it is one of the report.
    function row(page, id) {
      return name === "report" ? element("a", { href: `${page}.html#${id}` }, id) : id;
    }

    function details(id) {
      return data.claims[id] ? claimDetails(id) : cruxDetails(id);
    }

    function claimDetails(id) {
      const claim = data.claims[id];
      const through = claim.through.length ? ` (through ${claim.through.join(", ")})` : "";
      const links = (data.links[id] ?? []).map(([words, other, note]) =>
        element("div", {}, `${words} `, button(other, () => jump(other), { className: "so-desk-jump" }), `: ${note}`));
      return [
        element("h2", {}, "Claim ", row("claims-table", id)), element("p", {}, claim.gist),
        list([
          ["source", `${data.sources[claim.source].name}${through}`],
          ["certainty", `${SIGNS[claim.certainty]} ${claim.certainty}, ${claim.polarity}`],
          ["act", claim.recipient ? `${claim.act}, aimed at ${claim.recipient}` : claim.act],
          ["cue", claim.cue_lemma], ["quotation", claim.quote_type], ["time", claim.time_ref],
          ["evidence", claim.evidence], ["topic", claim.topic],
          ["links", links],
        ]),
        ...(claim.cue_lemma ? [element("p", { className: "so-desk-key" }, "In the text: ", element("span", { className: "so-on-source" }, "source"), " ",
          element("span", { className: "so-on-cue" }, "cue"), " ", element("span", { className: "so-on" }, "content"))] : []),
      ];
    }

    function cruxDetails(id) {
      const crux = data.cruxes[id];
      return [
        element("h2", {}, "Crux ", row("cruxes", id)),
        list([["problem", crux.problem], ["printed", crux.printed_reading], ["adopted", crux.adopted_reading], ["others", crux.alternatives], ["why", crux.why]]),
      ];
    }
  }

  const start = () => document.querySelectorAll("#so-desk").forEach(startDesk);
  if (document.readyState === "complete") start();
  else document.addEventListener("DOMContentLoaded", start);
})();
