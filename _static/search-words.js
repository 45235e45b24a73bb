// Where a searched word occurs: Sphinx takes the words around it from the page, which has no spaces between its blocks.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const textOf = Search.htmlToText;
  Search.htmlToText = (page, anchor) => textOf(page.replace(/<(?=(?:p|li|d[dt]|t[dh]|h\d|div|table|pre)\b)/g, " <"), anchor);
});
