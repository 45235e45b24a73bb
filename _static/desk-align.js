// Find the stretches of a text in a copy of it, by their hashes, and say what the comparison means; also: read the
// copy from a file. Canonical form and search follow standoff/text.py and standoff/alignment.py.
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

  // What a file is that is no plain text: by its first bytes, or by its mark-up, as in standoff/kinds.py.
  const BY_BYTES = [
    ["%pdf", "a PDF"], ["%!ps", "a PostScript document"], ["pk\x03\x04", "a Word document or another zip file"],
    ["\xd0\xcf\x11\xe0", "an old Word document"], ["{\\rtf", "a rich-text document"], ["bplist00", "a web archive"],
    ["<!doctype html", "a web page"], ["<html", "a web page"],
  ];
  const BY_WORDS = [
    [/^(#FORMAT=WebAnno|#T_SP=)/i, "a WebAnno export"],
    [/^[TREAMN]\d+\t\S+ \S+/i, "a brat file of annotations"],
    [/^([\w-]+: [^]{0,2000}?\nMIME-Version:|MIME-Version: )/i, "a saved web page or a mail (MHTML)"],
    [/^<(!--|!doctype|\?xml|[a-z][\w:-]*[\s/>])/i, "a web page or another file of mark-up (HTML, XHTML, XML)"],
    [/^"?[^\s,;"]+"?([,;]"?[^\s,;"]+"?)+\n/, "a table (CSV)"],
  ];
  const TAG = /<\/?(p|div|span|br|a|b|i|em|strong|h[1-6]|ul|ol|li|table|t[rdh])( [^<>]*)?\/?>/gi;

  function isJson(text) {
    if (!/^[{[]/.test(text)) return false;
    try {
      const value = JSON.parse(text);
      return !Array.isArray(value) || value.some((each) => each && typeof each === "object");
    } catch {
      return false;
    }
  }

  function kindOf(content) {
    const text = content.trim().replaceAll("\r\n", "\n");
    const named = BY_WORDS.find(([pattern]) => pattern.test(text));
    if (named) return named[1];
    const lines = text.split("\n").filter((line) => line.trim());
    if (isJson(text) || (lines.length > 1 && isJson(lines[0]))) return "JSON";
    if (lines.length > 1 && lines.every((line) => line.trim().includes("\t"))) return "a table (TSV)";
    return (text.match(TAG) ?? []).length >= 3 ? "the source of a web page" : null;
  }

  // The text of a file, whatever program saved it, and notes about that. Throws an Error in a reader's words.
  function decode(bytes, name) {
    if (bytes.length > 5e6) throw new Error(`${name} is larger than 5 MB: give the text alone, as plain text.`);
    const head = String.fromCharCode(...bytes.slice(0, 20)).trimStart().toLowerCase();
    for (const [magic, kind] of BY_BYTES) {
      if (head.startsWith(magic)) throw new Error(`${name} is ${kind}: open it and save the text as plain text (UTF-8).`);
    }
    const mark = bytes[0] * 256 + bytes[1];
    const encoding = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[mark] ?? "utf-8";
    const notes = [];
    let text = new TextDecoder(encoding).decode(bytes);
    const lost = text.split("\ufffd").length - 1;
    if (encoding === "utf-8" && lost) {
      const kept = [...text].filter((sign) => sign > "\x7f").length - lost;
      if (lost < kept) notes.push(`${name} is UTF-8 with ${lost} unreadable characters.`);
      else {
        text = new TextDecoder("windows-1252").decode(bytes);
        notes.push(`${name} is not UTF-8; it was read as Windows-1252.`);
      }
    }
    if (text.includes("\0")) throw new Error(`${name} is not a text file: save it as plain text (UTF-8).`);
    if (!text.trim()) throw new Error(`${name} is empty: save the whole text in it.`);
    const kind = kindOf(text);
    if (kind) throw new Error(`${name} is ${kind}: give the text alone, saved as plain text (UTF-8).`);
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

  const rotate = (word, by) => (word >>> by) | (word << (32 - by));

  // The hash of some bytes (fewer than 2 ** 29), as eight numbers of 32 bits.
  function digest(message) {
    const size = ((message.length + 8) >> 6) * 64 + 64;
    const bytes = new Uint8Array(size);
    bytes.set(message);
    bytes[message.length] = 0x80;
    const view = new DataView(bytes.buffer);
    view.setUint32(size - 4, message.length << 3);
    const hash = START.slice();
    for (let block = 0; block < size; block += 64) {
      for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(block + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const x = words[i - 15];
        const y = words[i - 2];
        const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
        const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
        words[i] = words[i - 16] + s0 + words[i - 7] + s1;
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i += 1) {
        const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const t1 = h + s1 + ((e & f) ^ (~e & g)) + K[i] + words[i];
        const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      const state = [a, b, c, d, e, f, g, h];
      for (let i = 0; i < 8; i += 1) hash[i] += state[i];
    }
    return hash;
  }

  const hex = (hash) => Array.from(hash, (value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
  const sha256 = (text) => hex(digest(encoder.encode(text)));
  const shortDigest = (text) => hex(digest(encoder.encode(text)).subarray(0, 2));

  // ---- a copy aligned with a case: the same procedure, step by step, as in standoff/alignment.py -----------------

  const LONG = 20;
  const LIMIT = 10;
  const REACH = 1000;
  const EFFORT = 500;
  const TRIES = 40000;
  const PUNCTUATION =
    /(?<double>[“”„‟"«»″])|(?<single>[‘’‚‛'`´′ʼ])|(?<ellipsis>…|\.\.\.)|(?<broken>(?<=[\p{L}\p{N}_])[-‐‑\u00ad] (?=[\p{L}\p{N}_]))|(?<hyphen>(?<=[\p{L}\p{N}_])[-‐‑](?=[\p{L}\p{N}_]))|(?<dash>--+|[-‐‑‒–—―−])|(?<ligature>[\ufb00-\ufb06])|(?<invisible>[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff])/gu;
  const SPELLINGS = {
    double: ['"', "“", "”"], single: ["'", "‘", "’"], ellipsis: ["…", "..."],
    broken: ["", "-", "- ", "–", "—"], hyphen: ["-", "- ", "–", "—"], dash: ["-", "–", "—", "--"],
  };
  const BESIDE = /[“”„‟"«»″‘’‚‛'`´′ʼ\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+$/u;
  const STYLES = [0, 1, 2].flatMap((broken) => [0, 1].flatMap((hyphen) =>
    [0, 1, 2].flatMap((ellipsis) => [0, 1, 4].map((dash) => ({ broken, hyphen, ellipsis, dash })))));

  const isCased = (sign) => /\p{Nd}/u.test(sign) || sign.toLowerCase() !== sign.toUpperCase();
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const isTooLong = (data, copy) => copy.length > LIMIT * Math.max(sum(data.paragraphs.map(([length]) => length)), 5000);

  // The first index at which a test holds, of a list in which it holds from there on.
  function firstIndex(list, test) {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(list[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function signOf(match, start) {
    let kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    const end = start + match[0].length;
    if (kind === "invisible") return { start, end, kind, spellings: [""] };
    if (kind === "ligature") return { start, end, kind, spellings: [match[0].normalize("NFKC")] };
    let spellings = SPELLINGS[kind];
    if (kind === "double" || kind === "single") {
      const { input: text, index } = match;
      const before = text.slice(Math.max(index - 5, 0), index).replace(BESIDE, "").slice(-1);
      const after = text.charAt(index + match[0].length);
      const year = kind === "single" && /\p{Nd}/u.test(after);
      const opens = (!before || " ([{-–—".includes(before)) && after !== "" && after !== " " && !year;
      if (!opens) spellings = [spellings[0], spellings[2], spellings[1]];
      kind = "quotation";
    }
    return { start, end, kind, spellings: [match[0], ...spellings] };
  }

  // Positions counted as if the signs had other lengths.
  class Ruler {
    constructor(signs, lengths) {
      this.ends = [0, ...signs.map(({ end }) => end)];
      let change = 0;
      this.counted = [0, ...signs.map(({ start, end }, i) => end + (change += lengths[i] - (end - start)))];
    }

    to(position, ends = this.ends, others = this.counted) {
      const number = firstIndex(ends, (end) => end > position) - 1;
      return others[number] + position - ends[number];
    }

    back(position) {
      return this.to(position, this.counted, this.ends);
    }
  }

  class Alignment {
    constructor(copy) {
      const blocks = paragraphs(copy);
      this.text = blocks.join(" ");
      this.at = []; // where each character begins in the text, which counts in units of 16 bits
      for (let i = 0; i < this.text.length; i += this.text.codePointAt(i) > 0xffff ? 2 : 1) this.at.push(i);
      this.size = this.at.length;
      this.at.push(this.text.length);
      this.begins = [];
      let begin = 0;
      for (const block of blocks) {
        this.begins.push(begin);
        begin = this.position(this.at[begin] + block.length + 1);
      }
      this.signs = [...this.text.matchAll(PUNCTUATION)].map((match) => signOf(match, this.position(match.index)));
    }

    position(unit) {
      return this.size === this.text.length ? unit : firstIndex(this.at, (start) => start >= unit);
    }

    slice(start, end) {
      return this.text.slice(this.at[start], this.at[end]);
    }

    find(spans) {
      const inOrder = spans.toSorted((a, b) => a.position - b.position || a.length - b.length);
      const long = inOrder.filter(({ length }) => length >= LONG);
      const short = inOrder.filter(({ length }) => length < LONG);
      const missing = (some) => some.filter(({ match }) => !match);
      this.anchors = [[0, 0], [inOrder.reduce((end, { position, length }) => Math.max(end, position + length), 0), this.size]];
      this.steps = EFFORT * (300 + sum(inOrder.map(({ length }) => 1 + (length >> 6))));
      for (const span of long) this.try(span, this.positions(this.bases(span)));
      const reserve = this.steps >> 1;
      for (const respelled of [false, true]) {
        this.reserve = reserve;
        this.searchAnywhere(missing(long), respelled);
        if (missing(long).length < long.length) break;
      }
      if (missing(long).length === long.length) return;
      for (const span of [...long, ...long, ...short]) if (!span.match) this.searchBetweenAnchors(span);
    }

    // The beginnings of a span's paragraph and of the text in the copy, each with the distance of the span.
    bases({ paragraph, start, position }) {
      return [...this.begins.slice(paragraph - 1, paragraph).map((begin) => [begin, start]), [0, position]];
    }

    *positions(bases) {
      for (const [base, distance] of bases) yield base + distance;
      for (const ruler of this.rulers) for (const [base, distance] of bases) yield ruler.back(ruler.to(base) + distance);
    }

    searchAnywhere(spans, respelled) {
      const wanted = Map.groupBy(spans, ({ length }) => length);
      const byHash = [...wanted].map(([length, some]) => [length, Map.groupBy(some, ({ hash }) => hash)]);
      for (const [length, hashes] of byHash.sort((a, b) => b[1].size - a[1].size || a[0] - b[0])) {
        if ([...hashes.values()].every(([first]) => first.match)) continue;
        const hits = new Map();
        for (const position of this.edges.starts) {
          if (!respelled && !this.edges.ends.has(position + length)) continue;
          for (const [stretch, end] of this.spellings(position, length)) {
            const hash = this.edges.ends.has(end) ? this.hash(stretch) : null;
            if (hashes.has(hash)) hits.set(hash, (hits.get(hash) ?? new Map()).set(`${position} ${end}`, [position, end]));
            if (!respelled) break; // The first is the copy as it is.
          }
          if (this.steps <= this.reserve) return;
        }
        for (const [hash, places] of hits) {
          const same = hashes.get(hash);
          const isAlone = places.size === 1 && new Set(same.map(({ position }) => position)).size === 1;
          if (isAlone && !same[0].match) this.record(same[0], ...[...places.values()][0]);
        }
        if (hits.size) this.followAnchors(spans);
      }
    }

    // Match spans that stand, as they are, as far from the nearest anchors as in the original: most are found so.
    followAnchors(spans) {
      for (const span of spans) {
        if (span.match) continue;
        span.tried ??= new Set(); // most anchors point to the same place
        for (const [base, distance] of this.anchorsBeside(span)) {
          const [position, end] = [base + distance, base + distance + span.length];
          if (span.match || span.tried.has(position) || position < 0 || end > this.size) continue;
          span.tried.add(position);
          if (this.hash(this.slice(position, end)) === span.hash) this.record(span, position, end);
        }
      }
    }

    // The copy's positions of the nearest anchors before and after a span, each with the distance of the span.
    anchorsBeside({ position, length }) {
      const [before, copyBefore] = this.anchors[firstIndex(this.anchors, ([own]) => own > position) - 1];
      const [after, copyAfter] = this.anchors[firstIndex(this.anchors, ([own]) => own >= position + length)];
      return [[copyBefore, position - before], [copyAfter, position - after]];
    }

    searchBetweenAnchors(span) {
      const bases = this.anchorsBeside(span);
      const [[copyBefore], [copyAfter]] = bases;
      if (this.try(span, this.positions(bases)) || this.steps <= 0) return;
      const guesses = bases.map(([base, distance]) => base + distance);
      guesses.sort((a, b) => a - b);
      const [low, high] = [Math.max(copyBefore, guesses[0] - REACH), Math.min(copyAfter, guesses[1] + REACH)];
      const { starts } = this.edges;
      const near = starts.slice(firstIndex(starts, (start) => start >= low), firstIndex(starts, (start) => start > high));
      const distance = (start) => Math.min(...guesses.map((guess) => Math.abs(start - guess)));
      near.sort((a, b) => distance(a) - distance(b));
      if (!this.try(span, near, { limit: copyAfter })) this.try(span, guesses, { mixed: true });
    }

    try(span, positions, { mixed = false, limit = null } = {}) {
      this.reserve = Math.max(this.steps - TRIES, 0);
      const tried = new Set();
      for (const position of positions) {
        if (limit !== null && this.steps <= this.reserve) return false;
        if (position < 0 || tried.has(position)) continue;
        tried.add(position);
        for (const [stretch, end] of this.spellings(position, span.length, mixed)) {
          if (limit !== null && (end > limit || !this.edges.ends.has(end))) continue;
          if (this.hash(stretch) === span.hash) {
            this.record(span, position, end);
            return true;
          }
        }
      }
      return false;
    }

    *spellings(position, length, mixed = false) {
      if (position + length <= this.size) yield [this.slice(position, position + length), position + length];
      const first = firstIndex(this.signs, ({ start }) => start >= position);
      if (first === this.signs.length || this.signs[first].start >= position + length) return;
      const waiting = [["", 0, position, first, {}]]; // pieces, their characters, where the copy goes on, the next sign
      while (waiting.length && this.steps > this.reserve) {
        this.steps -= 1;
        const [spelled, size, begin, number, styles] = waiting.pop();
        const sign = this.signs[number];
        const plain = (sign ? sign.start : this.size) - begin;
        if (size + plain >= length) {
          const end = begin + length - size;
          yield [spelled + this.slice(begin, end), end];
        } else if (sign) {
          const choices = sign.kind in styles && !mixed ? [styles[sign.kind]] : [...sign.spellings.keys()].reverse();
          for (const choice of choices) {
            const longer = size + plain + sign.spellings[choice].length;
            const pieces = spelled + this.slice(begin, sign.start) + sign.spellings[choice];
            if (longer <= length) waiting.push([pieces, longer, sign.end, number + 1, { ...styles, [sign.kind]: choice }]);
          }
        }
      }
    }

    hash(stretch) {
      this.steps -= 1 + (stretch.length >> 6);
      return shortDigest(stretch);
    }

    record(span, position, end) {
      const isInPlace = (count) => this.bases(span).some(([base, distance]) => count(position) === count(base) + distance);
      const asIs = isInPlace((at) => at);
      let status = "relocated";
      if (asIs && this.hash(this.slice(position, position + span.length)) === span.hash) status = "exact";
      else if (asIs || this.rulers.some((ruler) => isInPlace((at) => ruler.to(at)))) status = "folded";
      span.match = { status, position, end };
      if (span.length < LONG) return;
      for (const anchor of [[span.position, position], [span.position + span.length, end]]) {
        const place = firstIndex(this.anchors, ([own, copy]) => own > anchor[0] || (own === anchor[0] && copy > anchor[1]));
        this.anchors.splice(place, 0, anchor);
      }
    }

    get rulers() {
      const lengths = () => STYLES.map((style) => this.signs.map(({ kind, spellings }) => spellings[style[kind] ?? 0].length));
      this.known ??= [...new Map(lengths().map((each) => [each.join(), each])).values()].map((each) => new Ruler(this.signs, each));
      return this.known;
    }

    // The positions at which a span may begin or end when it is looked for: not inside a word, nor beside a space.
    get edges() {
      if (this.words) return this.words;
      this.words = { starts: [], ends: new Set() };
      let before = " ";
      for (let position = 0; position <= this.size; position += 1) {
        const sign = position < this.size ? this.slice(position, position + 1) : " ";
        if (!(isCased(before) && isCased(sign))) {
          if (sign !== " ") this.words.starts.push(position);
          if (before !== " ") this.words.ends.add(position);
        }
        before = sign;
      }
      return this.words;
    }
  }

  // A text with spaces outside quotation marks and brackets, and none inside, as they are printed.
  const QUOTED = /( *)(["“„«]) *([^"“”„«»\n]*?) *(["”»“])( *)/gu;
  const GLUED = /(?<=[\p{L}\p{N}_])(?=[([])|(?<=[)\]])(?=[\p{L}\p{N}_])/gu;
  const spaced = (text) =>
    text.replace(QUOTED, (all, before, opening, words, closing, behind, start) => {
      const touchesBefore = /[\p{L}\p{N}_,.;:?!)]$/u.test(text.slice(Math.max(start - 2, 0), start));
      const touchesBehind = /^[\p{L}\p{N}_(]/u.test(text.slice(start + all.length, start + all.length + 2));
      return (touchesBefore ? " " : before) + opening + words + closing + (touchesBehind ? " " : behind);
    }).replace(GLUED, " ");

  // The spans of a case found in a copy: of each paragraph, and of each part of a span ({span, paragraph, match}).
  function align(data, copy) {
    const begins = [];
    let begin = 0;
    const ofParagraphs = data.paragraphs.map(([length, hash], i) => {
      begins.push(begin);
      begin += length + 1;
      return { paragraph: i + 1, start: 0, position: begins[i], length, hash: hash.slice(0, 16) };
    });
    const ofSpans = Object.entries(data.spans).flatMap(([span, parts]) => parts.map(([paragraph, start, end, hash]) =>
      ({ span, paragraph, start, position: begins[paragraph - 1] + start, length: end - start, hash })));
    const all = [...ofParagraphs, ...ofSpans];
    const found = (text) => {
      const alignment = new Alignment(text);
      const different = new Map(all.map((span) => [`${span.position} ${span.length} ${span.hash}`, { ...span }]));
      alignment.find([...different.values()]);
      const matches = all.map(({ position, length, hash }) => different.get(`${position} ${length} ${hash}`).match ?? { status: "missing" });
      return { alignment, matches, lost: matches.filter(({ status }) => status === "missing").length };
    };
    const text = paragraphs(isTooLong(data, copy) ? "" : copy).join("\n\n");
    let best = found(text);
    const otherwise = spaced(text);
    if (best.lost && otherwise !== text) {
      const other = found(otherwise);
      for (const match of other.matches) if (match.status === "exact") match.status = "folded";
      if (other.lost < best.lost) best = other;
    }
    all.forEach((span, i) => { span.match = best.matches[i]; });
    return { alignment: best.alignment, ofParagraphs, ofSpans };
  }

  // For each paragraph of the case: {number, status, text, places, lost}. The status is that of its match, or else folded
  // if all spans are found, edited if some, missing if none; the text is what the copy has for it; places are where spans
  // are in that text ({span_id: [[start, end], ...]}), and lost is how many parts were not found.
  function compare(data, copy) {
    const { alignment, ofParagraphs, ofSpans } = align(data, copy);
    const partsOf = Map.groupBy(ofSpans, ({ paragraph }) => paragraph);
    const behind = [];
    for (let i = ofParagraphs.length - 1; i >= 0; i -= 1) behind[i] = ofParagraphs[i].match.position ?? behind[i + 1] ?? alignment.size;
    let before = 0;
    return ofParagraphs.map(({ paragraph: number, length, match }, i) => {
      const parts = partsOf.get(number) ?? [];
      const seen = parts.filter((part) => part.match.end !== undefined);
      const lost = parts.length - seen.length;
      if (match.status === "missing" && !seen.length) return { number, status: "missing", text: "", places: {}, lost };
      let { status, position: low, end: high } = match;
      if (status === "missing") {
        status = lost || seen.every((part) => part.match.status !== "folded") ? "edited" : "folded";
        const least = (value) => seen.reduce((least, part) => Math.min(least, value(part)), Infinity);
        const most = (value) => -least((part) => -value(part));
        low = Math.min(least(({ match: { position } }) => position), Math.max(before, least((part) => part.match.position - part.start)));
        high = Math.max(most(({ match: { end } }) => end), Math.min(behind[i], most((part) => part.match.end + length - part.start - part.length)));
      }
      before = high;
      const places = {};
      for (const { span, match: { position, end } } of seen) {
        if (position >= low && end <= high) (places[span] ??= []).push([position - low, end - low]);
      }
      return { number, status, text: alignment.slice(low, high), places, lost };
    });
  }

  // Numbers as ranges: "3, 5-7".
  const runs = (numbers) => {
    const begins = numbers.filter((number) => !numbers.includes(number - 1));
    const ends = numbers.filter((number) => !numbers.includes(number + 1));
    return begins.map((first, i) => (first === ends[i] ? `${first}` : `${first}-${ends[i]}`)).join(", ");
  };

  const isOther = (results) => results.every(({ status }) => status === "missing" || status === "edited") &&
    results.filter(({ status }) => status === "edited").length < 2;

  // What a comparison means, in sentences.
  function explain(data, results, copy) {
    const having = (status) => results.filter((result) => result.status === status);
    const numbers = (status) => runs(having(status).map(({ number }) => number));
    if (isTooLong(data, copy)) return ["This is far longer than the text: save only the text."];
    if (isOther(results)) {
      return ["This seems to be a different text, or a badly damaged copy: hardly any of its stretches are in it. Check that it is the right file."];
    }
    const same = results.length - having("edited").length - having("missing").length;
    const all = same === results.length;
    const match = same === 1 ? "Its one paragraph matches." : `All ${same} paragraphs match.`;
    const said = [`${data.title}: ${all ? `this is the text. ${match}` : `${same} of ${results.length} paragraphs match.`}`];
    if (having("folded").length) said.push(`Quotation marks, dashes or the like differ from the original (paragraph ${numbers("folded")}); that does no harm.`);
    if (having("relocated").length) said.push(`In a different place from the original, because something was added, left out or moved: paragraph ${numbers("relocated")}.`);
    if (having("edited").length) said.push(`Not worded as in the original: paragraph ${numbers("edited")}. What was found in it is marked.`);
    if (having("missing").length) said.push(`Not found: paragraph ${numbers("missing")}.`);
    const damaged = copy.match(/\ufffd|â€|Ã[\u0080-\u00bf]/g);
    if (damaged) said.push(`The copy is damaged: ${damaged.length} characters were lost on the way. Get it again, as UTF-8.`);
    return said;
  }

  Object.assign((window.standoffDesk ??= {}), { paragraphs, sha256, decode, align, compare, explain, isOther });
})();
