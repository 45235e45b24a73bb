// The reading desk: a reader's own copy of a text, annotated in her browser. The text is compared with hashes and goes
// nowhere; nothing is asked of any server; works from file://. Canonical form and search follow standoff/text.py and
// standoff/alignment.py. The data stand in the page, made by standoff/display/desk.py.
"use strict";

(() => {
  // ---- canonical form ------------------------------------------------------------------------------------------

  // What Python takes for white space; \s here would be another set.
  const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
  const BLANK_LINE = new RegExp(`\\n[${SPACES}]*\\n`, "u");
  const RUN = new RegExp(`[${SPACES}]+`, "u");

  function paragraphs(text) {
    const lines = text.replace(/\r\n/g, "\n").replace(/\r/g, "\n").normalize("NFC");
    const blocks = lines.split(BLANK_LINE).map((block) => block.split(RUN).filter(Boolean).join(" "));
    return blocks.filter(Boolean);
  }

  const NOT_PLAIN = [
    ["%pdf", "a PDF"], ["pk\x03\x04", "a Word document or another zip file"], ["\xd0\xcf\x11\xe0", "an old Word document"],
    ["{\\rtf", "a rich-text document"], ["<!doctype html", "a web page"], ["<html", "a web page"],
  ];

  // The text of a file, whatever program saved it, and notes about that. Throws an Error in a reader's words.
  function decode(bytes, name) {
    if (bytes.length > 5e6) throw new Error(`${name} is larger than 5 MB: give the report alone, as plain text.`);
    const head = String.fromCharCode(...bytes.slice(0, 20)).trimStart().toLowerCase();
    for (const [magic, kind] of NOT_PLAIN) {
      if (head.startsWith(magic)) throw new Error(`${name} is ${kind}: open it and save the report as plain text (UTF-8).`);
    }
    const mark = bytes[0] * 256 + bytes[1];
    const notes = [];
    let text;
    if (mark === 0xfffe || mark === 0xfeff) {
      text = new TextDecoder(mark === 0xfffe ? "utf-16le" : "utf-16be").decode(bytes);
    } else {
      text = new TextDecoder("utf-8").decode(bytes);
      const lost = text.split("\ufffd").length - 1;
      const whole = [...text].filter((sign) => sign > "\x7f").length - lost;
      if (lost && lost < whole) notes.push(`${name} is UTF-8 with ${lost} unreadable characters.`);
      if (lost && lost >= whole) {
        text = new TextDecoder("windows-1252").decode(bytes);
        notes.push(`${name} is not UTF-8; it was read as Windows-1252.`);
      }
    }
    if (text.includes("\0")) throw new Error(`${name} is not a text file: save the report as plain text (UTF-8).`);
    if (!text.trim()) throw new Error(`${name} is empty: save the whole report in it.`);
    return { text, notes };
  }

  // ---- SHA-256 (the browser's own is missing where pages are not served by https) --------------------------------

  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const K = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
  const START = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
  const encoder = new TextEncoder();
  const words = new Int32Array(64);

  // The hash of some bytes, as eight numbers of 32 bits.
  function digest(message) {
    const size = ((message.length + 8) >> 6) * 64 + 64;
    const bytes = new Uint8Array(size);
    bytes.set(message);
    bytes[message.length] = 0x80;
    const view = new DataView(bytes.buffer);
    view.setUint32(size - 8, Math.floor(message.length / 2 ** 29));
    view.setUint32(size - 4, message.length << 3);
    const hash = START.slice();
    for (let block = 0; block < size; block += 64) {
      for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(block + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const x = words[i - 15];
        const y = words[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (((h + s1) | 0) + (((e & f) ^ (~e & g)) + K[i]) + words[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      hash[0] += a;
      hash[1] += b;
      hash[2] += c;
      hash[3] += d;
      hash[4] += e;
      hash[5] += f;
      hash[6] += g;
      hash[7] += h;
    }
    return hash;
  }

  const hex = (hash) => Array.from(hash, (value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
  const sha256 = (text) => hex(digest(encoder.encode(text)));

  // ---- a copy, as it is and as its original may have been spelled ------------------------------------------------

  const MARKS =
    /(?<double>[“”„‟"«»″])|(?<single>[‘’‚‛'`´′ʼ])|(?<ellipsis>…|\.\.\.)|(?<hyphen>(?<=[\p{L}\p{N}_])[-‐‑] ?(?=[\p{L}\p{N}_]))|(?<dash>--+|[-‐‑‒–—―−])|(?<invisible>[\u00ad\u200b-\u200d\u2060\ufeff])/gu;
  const SPELLINGS = {
    double: ['"', "“", "”"], single: ["'", "‘", "’"], ellipsis: ["...", "…"], hyphen: ["-", "- ", "–", "—"],
    dash: ["-", "–", "—", "--"], invisible: [""],
  };
  const STRAIGHT = { double: '""', single: "''" };
  const CURLY = { double: "“”", single: "‘’" };
  const STYLES = [null, "-"].flatMap((hyphen) => [null, "…", "..."].flatMap((ellipsis) =>
    [null, "-", "–", "—", "--"].flatMap((dash) => [null, STRAIGHT, CURLY].map((quotes) => ({ hyphen, ellipsis, dash, quotes })))));
  const BUDGET = 20000; // spellings of one paragraph that are tried, after the uniform ones
  const LONG = 20; // characters; a shorter stretch may be in another text by accident

  const kindOf = (match) => Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined);

  function opens(text, match) {
    const before = text.slice(Math.max(match.index - 3, 0), match.index).replace(/[“”„‟"«»″‘’‚‛'`´′ʼ]+$/u, "").slice(-1);
    const after = text.charAt(match.index + match[0].length);
    const year = kindOf(match) === "single" && /\d/.test(after);
    return (!before || " ([{-–—".includes(before)) && after !== "" && after !== " " && !year;
  }

  function spell(text, match, style) {
    const kind = kindOf(match);
    if (kind === "invisible") return "";
    if (kind === "double" || kind === "single") return style.quotes ? style.quotes[kind][opens(text, match) ? 0 : 1] : match[0];
    return style[kind] ?? match[0];
  }

  const isLetter = (sign) => sign !== undefined && (/\p{Nd}/u.test(sign) || sign.toLowerCase() !== sign.toUpperCase());

  // A text in which places are counted in code points. `pieces` say where each piece of it stands in the copy.
  class Stretch {
    constructor(text, pieces) {
      this.signs = [...text];
      this.pieces = pieces; // [place here, place in the copy]
      this.bytes = encoder.encode(text);
      this.at = [0]; // the byte at which each sign begins
      for (const sign of this.signs) {
        const code = sign.codePointAt(0);
        this.at.push(this.at.at(-1) + (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4));
      }
      this.cache = new Map();
    }

    hash(start, length) {
      return digest(this.bytes.subarray(this.at[start], this.at[start + length]));
    }

    slice(start, end) {
      return this.signs.slice(start, end).join("");
    }

    holds(start, length, hash) {
      if (start < 0 || start + length > this.signs.length) return false;
      const found = this.hash(start, length);
      return found[0] === (parseInt(hash.slice(0, 8), 16) | 0) && hex(found) === hash; // mostly the first word says no
    }

    // Between two places, all stretches of this length that begin and end at the edges of words: places by hash.
    windows(first, last, length) {
      const key = `${first} ${last} ${length}`;
      if (!this.cache.has(key)) {
        const found = {};
        for (const edge of this.edges) {
          if (edge >= first && edge + length <= last && this.isEdge.has(edge + length)) {
            (found[hex(this.hash(edge, length).slice(0, 2))] ??= []).push(edge);
          }
        }
        this.cache.set(key, found);
      }
      return this.cache.get(key);
    }

    // The place here of a place in the copy, and the other way round.
    to(place) {
      return translate(place, this.pieces, 1, 0);
    }

    back(place) {
      return translate(place, this.pieces, 0, 1);
    }

    get edges() {
      const inside = (i) => isLetter(this.signs[i - 1]) && isLetter(this.signs[i]);
      this.known ??= [...this.signs.keys(), this.signs.length].filter((i) => !inside(i));
      this.isEdge ??= new Set(this.known);
      return this.known;
    }
  }

  function translate(place, pieces, from, to) {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pieces[middle][from] <= place) low = middle;
      else high = middle - 1;
    }
    return pieces[low][to] + place - pieces[low][from];
  }

  function dress(text, marks, style) {
    const pieces = [[0, 0]];
    let [dressed, end, here, there] = ["", 0, 0, 0];
    for (const match of marks) {
      const plain = text.slice(end, match.index);
      const spelling = spell(text, match, style);
      dressed += plain + spelling;
      here += [...plain].length + [...spelling].length;
      there += [...plain].length + [...match[0]].length;
      end = match.index + match[0].length;
      pieces.push([here, there]);
    }
    return new Stretch(dressed + text.slice(end), pieces);
  }

  // Every way to spell the `length` signs from `start` of a text: its own marks, or others of their kinds.
  function* respell(text, marks, start, length) {
    const [next, ...rest] = marks;
    const plain = text.slice(start, next ? next.index : undefined);
    const signs = [...plain];
    if (signs.length >= length) {
      yield signs.slice(0, length).join("");
    } else if (next) {
      for (const spelling of SPELLINGS[kindOf(next)]) {
        const left = length - signs.length - [...spelling].length;
        if (left >= 0) for (const end of respell(text, rest, next.index + next[0].length, left)) yield plain + spelling + end;
      }
    }
  }

  // ---- a copy compared with a case -------------------------------------------------------------------------------

  // For each paragraph of the case: status (exact, folded, relocated, edited, missing), its text as far as it is known, and where its
  // spans are in that: {status, text, places: {span_id: [[start, end], ...]}, lost: how many parts were not found}.
  function compare(data, copy) {
    const blocks = paragraphs(copy);
    const text = blocks.join(" ");
    const marks = [...text.matchAll(MARKS)];
    const asIs = new Stretch(text, [[0, 0]]);
    const dressings = new Map([[text, asIs]]);
    for (const style of STYLES) {
      const dressed = dress(text, marks, style);
      const key = dressed.signs.join("");
      if (!dressings.has(key)) dressings.set(key, dressed);
    }
    const begins = [];
    let place = 0;
    for (const block of blocks) {
      begins.push(place);
      place += [...block].length + 1;
    }
    const wanted = [];
    place = 0;
    data.paragraphs.forEach(([length, hash], i) => {
      wanted.push({ number: i + 1, length, hash, place });
      place += length + 1;
    });

    for (const dressed of dressings.values()) {
      const starts = [...begins, 0].map((begin) => dressed.to(begin));
      let expected = 0;
      for (const one of wanted) {
        if (one.found) {
          expected = dressed.to(one.found.end) + 1;
          continue;
        }
        const own = [dressed.to(begins[one.number - 1] ?? 0), dressed.to(one.place), expected];
        const start = [...own, ...starts].find((begin) => dressed.holds(begin, one.length, one.hash));
        if (start !== undefined) expected = keep(one, dressed, start) + 1;
      }
      if (wanted.every((one) => one.found)) break;
    }
    for (const one of wanted.filter((each) => !each.found)) {
      const before = wanted[one.number - 2]?.found;
      const next = before ? before.end + 1 : 0;
      const start = [next, ...asIs.edges].find((edge) => asIs.holds(edge, one.length, one.hash));
      if (start !== undefined) keep(one, asIs, start);
    }
    if (wanted.some((one) => one.found)) {
      for (const one of wanted.filter((each) => !each.found)) respelled(one);
    }
    return wanted.map((one) => (one.found ? whole(one) : inParts(one)));

    function keep(one, dressed, start) {
      const inPlace = [begins[one.number - 1] ?? 0, one.place].some((begin) => dressed.to(begin) === start);
      const status = !inPlace ? "relocated" : dressed === asIs ? "exact" : "folded";
      const end = start + one.length;
      one.found = { start: dressed.back(start), end: dressed.back(end), status, text: dressed.slice(start, end) };
      return end;
    }

    function respelled(one) {
      const before = wanted[one.number - 2]?.found;
      for (const start of new Set([before ? before.end + 1 : 0, begins[one.number - 1] ?? 0])) {
        const offset = asIs.slice(0, start).length;
        let tries = 0;
        for (const spelling of respell(text, marks.filter((mark) => mark.index >= offset), offset, one.length)) {
          if (sha256(spelling) === one.hash) {
            const end = begins.find((begin) => begin > start + one.length / 2) ?? asIs.signs.length + 1;
            one.found = { start, end: end - 1, status: "folded", text: spelling };
            return;
          }
          tries += 1;
          if (tries > BUDGET) break;
        }
      }
    }

    function partsOf(number) {
      return Object.entries(data.spans).flatMap(([span, parts]) =>
        parts.filter((part) => part[0] === number).map(([, start, end, hash]) => ({ span, start, end, hash })));
    }

    function whole({ number, found }) {
      const places = {};
      for (const { span, start, end } of partsOf(number)) (places[span] ??= []).push([start, end]);
      return { number, status: found.status, text: found.text, places, lost: 0 };
    }

    // A paragraph that is not worded as in the original: between the two nearest that are found, look for its spans.
    function inParts(one) {
      const parts = partsOf(one.number);
      const missing = { number: one.number, status: "missing", text: "", places: {}, lost: parts.length };
      const before = wanted.slice(0, one.number - 1).findLast((other) => other.found)?.found;
      const behind = wanted.slice(one.number).find((other) => other.found)?.found;
      const low = before ? before.end + 1 : 0;
      const high = behind ? behind.start - 1 : asIs.signs.length;
      if (high <= low) return missing;
      const near = before && behind && high - low < 3 * one.length; // then short stretches count, too
      let best = missing;
      const seen = new Set();
      for (const dressed of dressings.values()) {
        const [first, last] = [dressed.to(low), dressed.to(high)];
        const key = dressed.slice(first, last);
        if (seen.has(key)) continue;
        seen.add(key);
        const result = { ...missing, status: "edited", text: key, places: {}, lost: 0, start: first };
        for (const { span, start, end, hash } of parts) {
          const length = end - start;
          const expected = [first + start, last - one.length + start];
          const distance = (edge) => Math.min(...expected.map((guess) => Math.abs(edge - guess)));
          const at = (dressed.windows(first, last, length)[hash] ?? []).toSorted((a, b) => distance(a) - distance(b));
          if (at.length && (near || (length >= LONG && at.length === 1))) {
            (result.places[span] ??= []).push([at[0] - first, at[0] - first + length]);
          } else {
            result.lost += 1;
          }
        }
        if (result.lost < best.lost) best = result;
        if (!near && seen.size === 3) break; // a long region, or another text: not in every spelling
      }
      return best === missing || near ? best : cut(best, one.length);
    }

    // Of a long region, only as much as the spans that were found reach over.
    function cut(result, length) {
      const all = Object.values(result.places).flat();
      const low = Math.max(Math.min(...all.map(([start]) => start)) - 40, 0);
      const high = Math.max(...all.map(([, end]) => end), low + Math.min(length, 80)) + 40;
      const places = Object.fromEntries(
        Object.entries(result.places).map(([span, at]) => [span, at.map(([start, end]) => [start - low, end - low])]));
      return { ...result, places, text: [...result.text].slice(low, high).join("") };
    }
  }

  const runs = (numbers) => {
    const found = [];
    for (const number of numbers) {
      const last = found.at(-1);
      if (last && last[1] === number - 1) last[1] = number;
      else found.push([number, number]);
    }
    return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
  };

  const isOther = (results) => results.every(({ status }) => status === "missing" || status === "edited") &&
    results.filter(({ status }) => status === "edited").length < 2;

  // What a comparison means, in sentences.
  function explain(data, results, copy) {
    const having = (status) => results.filter((result) => result.status === status);
    const numbers = (status) => runs(having(status).map(({ number }) => number));
    if (isOther(results)) {
      return ["This seems to be another text, or a badly damaged copy: hardly any of its stretches is in it. Check that it is the right file."];
    }
    const same = results.length - having("edited").length - having("missing").length;
    const all = same === results.length;
    const said = [`${data.title}: ${all ? `this is the text. All ${same} paragraphs match.` : `${same} of ${results.length} paragraphs match.`}`];
    if (having("folded").length) said.push(`Quotation marks, dashes or the like differ from the original (paragraph ${numbers("folded")}); that does no harm.`);
    if (having("relocated").length) said.push(`Elsewhere than in the original, because something was added, left out or moved: paragraph ${numbers("relocated")}.`);
    if (having("edited").length) said.push(`Not worded as in the original: paragraph ${numbers("edited")}. What was found in it is marked.`);
    if (having("missing").length) said.push(`Not found: paragraph ${numbers("missing")}.`);
    const damaged = copy.match(/\ufffd|â€|Ã[\u0080-\u00bf]/g);
    if (damaged) said.push(`The copy is damaged: ${damaged.length} characters were lost on the way. Get it again, as UTF-8.`);
    return said;
  }

  // ---- the page ---------------------------------------------------------------------------------------------------

  const COLOURS = ["so-c0", "so-c1", "so-c2", "so-c3", "so-c4", "so-c5", "so-c6", "so-c7", "so-c8"];
  const SIGNS = { certain: "●", probable: "◕", possible: "◐", uncommitted: "○" };
  const RELATIONS = {
    contradicts: "contradicted by", doubts: "doubted by", answers: "answered by", supports: "supported by", repeats: "repeated by",
  };

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    const { data = {}, ...rest } = properties;
    for (const [name, value] of Object.entries(rest)) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    Object.assign(made.dataset, data);
    made.append(...children);
    return made;
  }

  function startDesk(root) {
    const cases = JSON.parse(root.querySelector("script").textContent);
    const form = root.querySelector("form");
    const said = root.querySelector(".so-desk-said");
    const stage = root.querySelector(".so-desk-text");

    function read(copy, notes = []) {
      const all = Object.entries(cases).map(([name, data]) => ({ name, data, results: compare(data, copy) }));
      const score = ({ results }) => results.filter(({ status }) => ["exact", "folded", "relocated"].includes(status)).length * 1000 -
        results.reduce((sum, { lost }) => sum + lost, 0);
      const { name, data, results } = all.reduce((best, next) => (score(next) > score(best) ? next : best));
      said.replaceChildren(...[...explain(data, results, copy), ...notes].map((line) => element("p", {}, line)));
      stage.replaceChildren();
      if (!isOther(results)) show(name, data, results, stage);
      said.scrollIntoView({ block: "start" });
    }

    async function open(file) {
      try {
        const { text, notes } = decode(new Uint8Array(await file.arrayBuffer()), file.name);
        read(text, notes);
      } catch (error) {
        said.replaceChildren(element("p", {}, error.message));
        stage.replaceChildren();
      }
    }

    const input = form.querySelector("input[type=file]");
    input.addEventListener("change", () => input.files.length && open(input.files[0]));
    for (const button of form.querySelectorAll("button[data-case]")) {
      button.addEventListener("click", () => read(cases[button.dataset.case].text));
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = form.querySelector("textarea").value;
      if (text.trim()) read(text);
      else said.replaceChildren(element("p", {}, "Paste the text into the field first."));
    });
    root.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("so-over");
    });
    root.addEventListener("dragleave", () => form.classList.remove("so-over"));
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("so-over");
      if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
      else if (event.dataTransfer.getData("text")) read(event.dataTransfer.getData("text"));
    });
    form.hidden = false;
  }

  // Show the annotated text.
  function show(name, data, results, stage) {
    const markers = new Map(); // by id of a claim or crux
    const segments = []; // {node, spans: set of span_ids}
    let selected = null;

    const panel = element("section", { className: "so-desk-panel", hidden: true, tabIndex: -1, "aria-label": "Details" });
    panel.setAttribute("aria-live", "polite");
    stage.append(legend(), filters(), ...results.map(paragraph), panel);
    stage.addEventListener("keydown", (event) => event.key === "Escape" && close());

    function legend() {
      const own = Object.values(data.sources).filter(({ colour }) => colour < 8);
      const others = Object.values(data.sources).filter(({ colour }) => colour >= 8);
      const swatch = ({ label, colour }) => element("span", { className: `so-tag ${COLOURS[colour]}` }, label);
      const certainty = Object.entries(SIGNS).map(([word, sign]) => `${sign} ${word}`).join("   ");
      return element("details", { className: "so-desk-legend", open: innerWidth > 800 }, element("summary", {}, "What the marks mean"),
        element("ul", {}, ...own.map((source) => element("li", {}, swatch(source), ` ${source.name} (${source.claims})`)),
          element("li", {}, element("span", { className: `so-tag ${COLOURS.at(-1)}` }, "…"), ` ${others.length} other sources`)),
        element("p", {}, `A button before a claim has the letters of its source and how sure this is: ${certainty}. `,
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
        const fits = (id) => !data.claims[id] || ((!source.value || data.claims[id].source === source.value) &&
          (!certainty.value || data.claims[id].certainty === certainty.value));
        for (const [id, marker] of markers) marker.hidden = !fits(id);
        for (const { node, claims } of segments) node.classList.toggle("so-plain", claims.length > 0 && !claims.some(fits));
      });
      return form;
    }

    function paragraph({ number, status, text, places, lost }) {
      const signs = [...text];
      const cover = (span, id, kind) => (places[span] ?? []).map(([start, end]) => ({ span, id, kind, start, end }));
      const covers = [
        ...Object.entries(data.claims).flatMap(([id, claim]) => [
          ...cover(claim.spans[0], id, "claim"), ...cover(claim.spans[1], id, "part"), ...cover(claim.spans[2], id, "part"),
        ]),
        ...Object.entries(data.cruxes).flatMap(([id, crux]) => cover(crux.span, id, "crux")),
      ];
      const cuts = [...new Set([0, signs.length, ...covers.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
      const body = element("p", {});
      for (const [i, start] of cuts.slice(0, -1).entries()) {
        const end = cuts[i + 1];
        for (const each of covers) {
          if (each.start === start && each.kind !== "part" && !markers.has(each.id)) body.append(marker(each.id));
        }
        const here = covers.filter((each) => each.start <= start && each.end >= end);
        const size = (id) => covers.filter((each) => each.id === id && each.kind === "claim").reduce((sum, each) => sum + each.end - each.start, 0);
        const claims = [...new Set(here.filter(({ kind }) => kind === "claim").map(({ id }) => id))].sort((a, b) => size(a) - size(b));
        const cruxes = here.filter(({ kind }) => kind === "crux").map(({ id }) => id);
        const words = signs.slice(start, end).join("");
        if (!here.length) {
          body.append(words);
          continue;
        }
        const colour = claims.length ? COLOURS[data.sources[data.claims[claims[0]].source].colour] : "";
        const node = element("span", { className: `so-words ${colour} ${cruxes.length ? "so-wavy" : ""}`.trim() }, words);
        segments.push({ node, claims, spans: new Set(here.map(({ span }) => span)) });
        const choices = [...claims, ...cruxes];
        if (choices.length) node.addEventListener("click", () => select(choices[(choices.indexOf(selected) + 1) % choices.length]));
        body.append(node);
      }
      const missing = [...Object.entries(data.claims).map(([id, claim]) => [id, claim.spans[0]]), ...Object.entries(data.cruxes).map(([id, crux]) => [id, crux.span])]
        .filter(([id, span]) => data.spans[span][0][0] === number && !markers.has(id));
      const note = { edited: `not worded as in the original; ${lost === 1 ? "one stretch was" : `${lost} stretches were`} not found`, missing: "not found in your copy" }[status];
      const section = element("div", { className: `so-desk-paragraph ${{ edited: "so-edited", missing: "so-missing" }[status] ?? ""}` }, element("span", { className: "so-desk-number" }, `${number}`));
      if (note) section.append(element("p", { className: "so-desk-note" }, `Paragraph ${number}: ${note}.`));
      if (text) section.append(body);
      if (missing.length) section.append(element("p", {}, "Without a place in your copy: ", ...missing.map(([id]) => marker(id))));
      return section;
    }

    function marker(id) {
      const claim = data.claims[id];
      const source = claim && data.sources[claim.source];
      const made = claim
        ? element("button", { type: "button", className: `so-tag ${COLOURS[source.colour]}` }, `${source.label}${SIGNS[claim.certainty]}`)
        : element("button", { type: "button", className: "so-tag so-dagger" }, "†");
      made.setAttribute("aria-label", claim ? `${source.label}: ${source.name}, ${claim.certainty} (${id})` : `† crux ${id}`);
      made.setAttribute("aria-pressed", "false");
      made.addEventListener("click", (event) => {
        if (selected === id) return close();
        select(id);
        if (event.detail === 0) panel.focus(); // by keyboard
      });
      markers.set(id, made);
      return made;
    }

    function select(id) {
      selected = id;
      for (const [other, node] of markers) node.setAttribute("aria-pressed", String(other === id));
      const [content, source, cue] = data.claims[id]?.spans ?? [data.cruxes[id].span];
      for (const { node, spans } of segments) {
        node.classList.toggle("so-on", spans.has(content));
        node.classList.toggle("so-on-source", Boolean(source) && spans.has(source));
        node.classList.toggle("so-on-cue", Boolean(cue) && spans.has(cue));
      }
      panel.replaceChildren(buttons(id), ...(data.claims[id] ? claimDetails(id) : cruxDetails(id)));
      panel.scrollTop = 0;
      panel.hidden = false;
      markers.get(id).scrollIntoView({ block: "nearest" }); // above the panel
    }

    function close() {
      if (!selected) return;
      const back = markers.get(selected);
      for (const node of markers.values()) node.setAttribute("aria-pressed", "false");
      for (const { node } of segments) node.classList.remove("so-on", "so-on-source", "so-on-cue");
      const inside = panel.contains(document.activeElement);
      selected = null;
      panel.hidden = true;
      if (inside) back.focus();
    }

    function buttons(id) {
      const ids = [...markers.keys()].filter((other) => !markers.get(other).hidden);
      const step = (distance) => () => {
        const next = ids[(ids.indexOf(id) + distance + ids.length) % ids.length];
        select(next);
        panel.focus();
      };
      const button = (words, action) => {
        const made = element("button", { type: "button" }, words);
        made.addEventListener("click", action);
        return made;
      };
      return element("p", { className: "so-desk-steps" }, button("Previous", step(-1)), button("Next", step(1)), button("Close", close));
    }

    function list(rows) {
      const kept = rows.filter(([, value]) => value && (!Array.isArray(value) || value.length));
      return element("dl", {}, ...kept.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, ...[].concat(value))]));
    }

    function address(id) {
      const page = name === "report" ? (data.claims[id] ? "claims-table.html" : "cruxes.html") : null;
      return page ? element("a", { href: `${page}#${id}` }, id) : id;
    }

    function claimDetails(id) {
      const claim = data.claims[id];
      const through = claim.through.length ? ` (through ${claim.through.join(", ")})` : "";
      const jump = (other) => {
        const made = element("button", { type: "button", className: "so-desk-jump" }, other);
        made.addEventListener("click", () => {
          select(other);
          panel.focus();
        });
        return made;
      };
      const links = data.links.flatMap(([one, relation, other, note]) =>
        one === id ? [[relation, jump(other), `: ${note}`]] : other === id ? [[RELATIONS[relation], jump(one), `: ${note}`]] : []);
      return [
        element("h2", {}, "Claim ", address(id)), element("p", {}, claim.gist),
        list([
          ["source", `${data.sources[claim.source].name}${through}`],
          ["certainty", `${SIGNS[claim.certainty]} ${claim.certainty}, ${claim.polarity}`],
          ["act", claim.recipient ? `${claim.act}, aimed at ${claim.recipient}` : claim.act],
          ["cue", claim.cue_lemma], ["quotation", claim.quote_type], ["time", claim.time_ref],
          ["evidence", claim.evidence], ["topic", claim.topic],
          ["links", links.map((link) => element("div", {}, `${link[0]} `, link[1], link[2]))],
        ]),
        ...(claim.cue_lemma ? [element("p", { className: "so-desk-key" }, "In the text: ", element("span", { className: "so-on-source" }, "source"), " ",
          element("span", { className: "so-on-cue" }, "cue"), " ", element("span", { className: "so-on" }, "content"))] : []),
      ];
    }

    function cruxDetails(id) {
      const crux = data.cruxes[id];
      return [
        element("h2", {}, "Crux ", address(id)),
        list([["problem", crux.problem], ["printed", crux.printed_reading], ["adopted", crux.adopted_reading], ["others", crux.alternatives], ["why", crux.why]]),
      ];
    }
  }

  window.standoffDesk = { paragraphs, sha256, decode, compare }; // for the tests
  const start = () => document.querySelectorAll("#so-desk").forEach(startDesk);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
