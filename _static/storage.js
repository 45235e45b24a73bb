// A memory in place of the storage that a browser denies (cookies blocked, a frame): the theme's scripts run all the same.
// It lasts until the page is left. Runs before all other scripts.
"use strict";

for (const name of ["localStorage", "sessionStorage"]) {
  try {
    window[name]; // throws where it is denied
  } catch {
    const kept = new Map();
    const memory = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, String(value)),
      removeItem: (key) => void kept.delete(key),
    };
    Object.defineProperty(window, name, { value: memory });
  }
}
