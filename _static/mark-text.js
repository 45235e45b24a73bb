// A text in which words are picked: with the mouse, a finger or the keyboard, in whole words. The text is an editable element
// of which every change is refused, so that each browser's own way to select does all the work, a screen reader's too. Marks are
// painted by the CSS Custom Highlight API: the text stays one node a paragraph, whatever lies on it and however much overlaps.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  const LAYERS = ["so-claimed", "so-twice", "so-row-mark", "so-content", "so-source", "so-cue", "so-pick"]; // the last lies on top

  // Where characters (code points) and units of 16 bits begin in a text, one in the other.
  const unit = (text, character) => [...text].slice(0, character).join("").length;
  const character = (text, place) => [...text.slice(0, place)].length;

  // The whole words of a stretch (in units of 16 bits) as [start, end]; where it is empty, the word at that place, or the quotation
  // mark, with which a quoted stretch begins or ends; null if none.
  function snapped(text, from, to) {
    let [start, end] = [from, to];
    const word = (place) => {
      const segment = segmenter.segment(text).containing(place); // undefined outside the text
      return segment?.isWordLike ? [segment.index, segment.index + segment.segment.length] : null;
    };
    if (start === end) {
      const mark = [start - 1, start].find((place) => /[\p{Pi}\p{Pf}"„]/u.test(text[place] ?? ""));
      return word(start) ?? word(start - 1) ?? (mark === undefined ? null : [mark, mark + 1]);
    }
    [start] = word(start) ?? [start];
    [, end] = word(end - 1) ?? [, end];
    while (start < end && /\s/u.test(text[start])) start += 1;
    while (end > start && /[\s,;:]/u.test(text[end - 1])) end -= 1; // some browsers select by words up to the next one
    return start < end ? [start, end] : null;
  }

  // {node, paint, words}: `pick` gets a part [paragraph, start, end], or null, whenever other words are picked; `press` a key
  // that was pressed in the text, and says whether it was of use.
  desk.markedText = (blocks, pick, press) => {
    const { element } = desk;
    const nodes = blocks.map((block, i) => element("p", { dir: "auto", "data-number": `${i + 1}` }, block));
    const node = element("div", { className: "so-mark-text", contentEditable: "true", role: "textbox", spellcheck: false, tabIndex: 0,
      "aria-label": "The text. Select words.", "aria-multiline": "true", "aria-readonly": "true", inputmode: "none", autocapitalize: "off" }, ...nodes);
    let picked = null;
    let tapped = null; // the first of two words that were tapped
    let caret = null; // the second of them, of which the browser will tell once more

    const refuse = (event) => event.preventDefault();
    for (const type of ["beforeinput", "drop", "dragstart", "paste", "cut"]) node.addEventListener(type, refuse);
    node.addEventListener("compositionend", () => nodes.forEach((each, i) => { each.textContent = blocks[i]; })); // the one change that cannot be refused

    // A place of the selection as [index of the paragraph, unit].
    function place(container, offset) {
      if (container === node) return offset < nodes.length ? [offset, 0] : [nodes.length - 1, blocks.at(-1).length];
      const index = nodes.findIndex((each) => each.contains(container));
      return index < 0 ? null : [index, container.nodeType === Node.TEXT_NODE ? offset : offset && blocks[index].length];
    }

    function selected() {
      const selection = getSelection();
      if (!selection.rangeCount) return null;
      const range = selection.getRangeAt(0);
      const [from, to] = [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
      if (!from || !to) return null;
      const [index, start] = from;
      const text = blocks[index];
      const stretch = snapped(text, start, to[0] === index ? to[1] : text.length); // a part lies in one paragraph
      return stretch && [index + 1, character(text, stretch[0]), character(text, stretch[1])];
    }

    function choose(part) {
      if (String(part) === String(picked)) return;
      picked = part;
      paintLayer("so-pick", part ? [part] : []);
      pick(part);
    }

    function look() {
      if (!node.isConnected || document.activeElement !== node) return;
      const part = selected();
      if ((part || getSelection().isCollapsed) && String(part) !== caret) choose(part);
    }

    document.addEventListener("selectionchange", look);
    document.addEventListener("click", ({ target }) => { if (!node.contains(target)) tapped = null; }); // after a button, words are tapped anew
    node.addEventListener("click", (event) => { // two taps: the first and the last word
      if (event.pointerType !== "touch" || !getSelection().isCollapsed) return;
      const part = selected();
      caret = null;
      if (part && tapped && tapped[0] === part[0] && String(tapped) !== String(part)) {
        choose([part[0], Math.min(tapped[1], part[1]), Math.max(tapped[2], part[2])]);
        [tapped, caret] = [null, String(part)];
      } else tapped = part;
    });
    node.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey || (event.ctrlKey && !["z", "y"].includes(event.key.toLowerCase()))) return;
      look(); // browsers tell of a selection a moment later than they make it
      if (press(event.ctrlKey ? `Control+${event.shiftKey ? "Shift+" : ""}${event.key.toLowerCase()}` : event.key)) event.preventDefault();
    });

    function range([paragraph, start, end]) {
      const [container, block] = [nodes[paragraph - 1].firstChild, blocks[paragraph - 1]];
      return new StaticRange({ startContainer: container, startOffset: unit(block, start), endContainer: container, endOffset: unit(block, end) });
    }

    function paintLayer(layer, parts) {
      if (!window.CSS?.highlights) return;
      const highlight = new Highlight(...parts.map(range));
      highlight.priority = LAYERS.indexOf(layer);
      CSS.highlights.set(layer, highlight);
    }

    return {
      node,
      paint: (layers) => { for (const [layer, parts] of Object.entries(layers)) paintLayer(layer, parts); },
      words: (parts) => parts.map(([paragraph, start, end]) => [...blocks[paragraph - 1]].slice(start, end).join("")).join(" … "),
      show: ([paragraph]) => nodes[paragraph - 1].scrollIntoView({ block: "nearest" }),
    };
  };

  // Some parts and one more, in the order of the text; those that it overlaps give way to it.
  desk.withPart = (parts, part) => [...parts.filter(([paragraph, start, end]) => paragraph !== part[0] || end <= part[1] || part[2] <= start), part]
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);

  // The stretches that at least two of some spans cover.
  desk.overlaps = (spans) => {
    const byParagraph = Map.groupBy(spans.flat(), ([paragraph]) => paragraph);
    const found = [];
    for (const [paragraph, parts] of byParagraph) {
      const edges = parts.flatMap(([, start, end]) => [[start, 1], [end, -1]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let depth = 0;
      let begin = null;
      for (const [place, step] of edges) {
        depth += step;
        if (depth >= 2 && begin === null) begin = place;
        else if (depth < 2 && begin !== null) {
          if (place > begin) found.push([paragraph, begin, place]);
          begin = null;
        }
      }
    }
    return found;
  };
})();
