// Say of finished rows what `standoff check` would: the rules for any case in standoff/rules/, and the doubts of coding/progress.py about quotation marks.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const NARRATOR = "narrator";
  const LEGAL = {
    certain: ["positive", "negative", "unknown"], probable: ["positive", "negative"], possible: ["positive", "negative"], uncommitted: ["unknown"],
  };
  const SYMMETRIC = ["contradicts", "supports", "repeats"];
  const BOUNDS = {
    exact: ["low and high are one number", (low, high) => low !== null && low === high],
    about: ["low and high are one number", (low, high) => low !== null && low === high],
    at_least: ["only low is given", (low, high) => low !== null && high === null],
    at_most: ["only high is given", (low, high) => low === null && high !== null],
    range: ["low is less than high", (low, high) => low !== null && high !== null && low < high],
    vague: ["low and high are empty", (low, high) => low === null && high === null],
  };
  const GIST_WORDS = 25;
  const [GIST_RUN, ANY_RUN, PLAIN_WORDS] = [5, 7, 4]; // words in a row of the text that are no longer our own
  const OPENING = "“„«\"";
  const CLOSING = "”“»\"";

  const words = (text) => text.replace(/['’]/g, "").match(/[\p{L}\p{N}_\p{Mn}\p{Mc}]+/gu) ?? [];
  const isPlain = (word) => !/^[\p{Lu}\p{Lt}\p{Nd}]/u.test(word);

  // The words of a text, and where each stands: made once for a text.
  desk.indexOf = (text) => {
    const all = text.flatMap(words);
    return { all, places: Map.groupBy(all.keys(), (place) => all[place].toLowerCase()) };
  };

  // Runs of words that also stand in the text: [first, last + 1].
  function* copied(own, { all, places }, limit) {
    for (let begin = 0; begin < own.length;) {
      let longest = 0;
      for (const place of places.get(own[begin].toLowerCase()) ?? []) {
        let length = 0;
        while (begin + length < own.length && all[place + length]?.toLowerCase() === own[begin + length].toLowerCase()) length += 1;
        const plain = all.slice(place, place + length).filter(isPlain).length;
        if (length >= limit && plain >= PLAIN_WORDS) longest = Math.max(longest, length);
      }
      if (longest) yield [begin, begin + longest];
      begin += longest || 1;
    }
  }

  // The share of the letters of some parts that stands between quotation marks, 0 to 1.
  desk.quotedShare = (text, parts) => {
    const letters = parts.flatMap(([paragraph, start, end]) => {
      let inside = false;
      const states = [...text[paragraph - 1]].map((sign) => {
        if (OPENING.includes(sign) || CLOSING.includes(sign)) inside = OPENING.includes(sign) && !(inside && CLOSING.includes(sign));
        return [sign, inside];
      });
      return states.slice(start, end).filter(([sign]) => /[\p{L}\p{N}]/u.test(sign));
    });
    return letters.length ? letters.filter(([, inside]) => inside).length / letters.length : 0;
  };

  function* ofClaims(claims) {
    for (const { at, cells, spans } of claims) {
      const chain = cells.source_chain.split(";");
      if (chain[0] !== NARRATOR || chain.at(-1) !== cells.source || chain.slice(1).includes(NARRATOR)) {
        yield [at, "source_chain", `the chain does not lead from the narrator to ${cells.source}`,
          "begin with narrator, end with the source, and put anyone who passes it on in between"];
      }
      const narrator = cells.source === NARRATOR;
      for (const column of ["source_span", "cue_span", "cue_lemma", "cue_class"]) {
        const has = spans[column]?.length || cells[column];
        if (narrator && has) yield [at, column, `the narrator has no ${column}`, "empty the cell, or name the source"];
        else if (!narrator && !has && column !== "source_span") yield [at, column, `${cells.source} says it, but the ${column} is empty`, "fill it in"];
      }
      if (narrator !== (cells.quote_type === "none")) {
        yield [at, "quote_type", `${cells.quote_type} does not go with ${cells.source}`,
          "none for the narrator's own claims; direct, mixed or indirect for everyone else's"];
      }
      const legal = LEGAL[cells.certainty] ?? [cells.polarity];
      if (!legal.includes(cells.polarity)) {
        yield [at, "polarity", `${cells.certainty} does not go with ${cells.polarity}`, `${cells.certainty} goes with ${legal.join(" or ")}`];
      }
    }
  }

  function* ofLinks(links) {
    const seen = new Set();
    for (const { at, cells: { claim_id: claim, other_id: other, relation } } of links) {
      if (claim === other) yield [at, "other_id", "a claim is linked to itself", "name the other claim"];
      else if (SYMMETRIC.includes(relation) && seen.has(`${other} ${claim} ${relation}`)) {
        yield [at, "other_id", "the same link is listed above, the other way round", "delete one of the two"];
      }
      seen.add(`${claim} ${other} ${relation}`);
    }
  }

  function* ofQuantities(quantities) {
    for (const { at, cells } of quantities) {
      const [low, high] = [cells.low, cells.high].map((cell) => (cell ? Number(cell) : null));
      const [means, holds] = BOUNDS[cells.bound];
      const isDate = cells.as_of && low === null && high === null;
      if (!isDate && !holds(low, high)) {
        yield [at, "bound", `${cells.bound} does not fit low and high`, `${cells.bound} means that ${means}, or that as_of holds a date`];
      }
    }
  }

  function* ofPlaces(rows, claims) {
    const where = new Map(claims.map(({ key, spans }) => [key, new Set(spans.content_span.map(([paragraph]) => paragraph))]));
    for (const { at, cells, spans } of rows) {
      if (cells.claim_id && !spans.span_id.some(([paragraph]) => where.get(cells.claim_id).has(paragraph))) {
        yield [at, "claim_id", `${cells.claim_id} is in another paragraph than these words`, "correct one of the two"];
      }
    }
  }

  function* ofWording(rows, index) {
    for (const { at, cells } of rows) {
      const count = (cells.gist ?? "").split(/\s+/).filter(Boolean).length;
      if (count > GIST_WORDS) yield [at, "gist", `${count} words`, `say it in at most ${GIST_WORDS}`];
      for (const [column, cell] of Object.entries(cells)) {
        for (const [begin, end] of copied(words(cell), index, column === "gist" ? GIST_RUN : ANY_RUN)) {
          yield [at, column, `words ${begin + 1} to ${end} are in the text in the same order`, "say it in your own words"];
        }
      }
    }
  }

  // Problems of finished rows, as those of `entriesOf`; `index` is that of the text.
  desk.brokenRules = (entries, index) => {
    const found = [];
    const add = (table, some) => {
      const keys = new Map(entries[table].map(({ at, key }) => [at, key]));
      for (const [at, column, message, remedy] of some) found.push({ table, at, key: keys.get(at), column, message, remedy, empty: [] });
    };
    add("claims", ofClaims(entries.claims));
    add("claim_links", ofLinks(entries.claim_links));
    add("quantities", ofQuantities(entries.quantities));
    for (const table of ["quantities", "events"]) add(table, ofPlaces(entries[table], entries.claims));
    add("events", entries.events.filter(({ cells }) => cells.status === "actual" && !cells.actors && !cells.recipients)
      .map(({ at }) => [at, "actors", "it happens, but no one takes part", "write who takes part in actors or recipients"]));
    for (const [table, rows] of Object.entries(entries)) add(table, ofWording(rows, index));
    return found;
  };

  // What may be right, but is worth a second look: {table, at, words}.
  desk.doubts = (entries, text) => entries.claims.flatMap(({ at, key, cells, spans }) => {
    if (cells.quote_type === "none") return [];
    const wrong = { indirect: [1, "all"], direct: [0, "none of"], mixed: [0, "none of"] }[cells.quote_type];
    const isDoubted = desk.quotedShare(text, spans.content_span) === wrong[0];
    return isDoubted ? [{ table: "claims", at, words: `${key} is ${cells.quote_type}, but ${wrong[1]} its words are in quotation marks.` }] : [];
  });
})();
