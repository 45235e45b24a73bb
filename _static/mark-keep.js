// What the marking desk keeps in this browser, and what it saves as a file.
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});

  // A place in this browser for data, under a name: `read` gives null where nothing is kept, `write` says whether it could.
  desk.keptAs = (name) => ({
    read() {
      try {
        return JSON.parse(localStorage.getItem(name));
      } catch {
        return null;
      }
    },
    write(data) {
      try {
        localStorage.setItem(name, JSON.stringify(data));
        return true;
      } catch {
        return false;
      }
    },
    erase() {
      try {
        localStorage.removeItem(name);
      } catch { /* then nothing was kept */ }
    },
  });

  desk.download = (name, content, type = "text/plain") => {
    const blob = content instanceof Blob ? content : new Blob([content], { type });
    const link = desk.element("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

  // Rows of cells as the text of a CSV file.
  desk.csv = (rows) => rows.map((row) => `${row.map((cell) => quoted(String(cell))).join(",")}\n`).join("");
})();
