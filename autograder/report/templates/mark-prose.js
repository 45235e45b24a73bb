// Mark prose: keep what is typed in this browser, offer earlier comments, and write prose.csv. Nothing is sent anywhere.
const COLUMNS = ["student", "assignment", "task", "points", "comment", "text", "version"];
const answers = [...document.querySelectorAll("article[data-row]")];
const field = (answer, name) => answer.querySelector(`.${name}`);
const row = (element) => JSON.parse(element.dataset.row);
const key = (answer) => COLUMNS.filter((name) => !["points", "comment", "text"].includes(name)).map((name) => row(answer)[name]).join("|");

function offerComments(section) {
  const list = section.querySelector("datalist");
  const comments = [...section.querySelectorAll(".comment")].map((input) => input.value.trim()).filter(Boolean);
  list.replaceChildren(...[...new Set(comments)].map((comment) => new Option(comment, comment)));
}

function count() {
  const open = answers.filter((answer) => field(answer, "points").value === "").length;
  document.getElementById("count").textContent = `${answers.length - open} of ${answers.length} marked`;
}

function keep(answer) {
  const typed = { points: field(answer, "points").value, comment: field(answer, "comment").value };
  try { localStorage.setItem(key(answer), JSON.stringify(typed)); } catch { /* a browser that keeps nothing: saving still works */ }
  count();
}

function restore(answer) {
  let typed = null;
  try { typed = JSON.parse(localStorage.getItem(key(answer))); } catch { /* as above */ }
  for (const name of ["points", "comment"])
    if (typed && field(answer, name).value === "") field(answer, name).value = typed[name] ?? "";
}

const cell = (text) => (/[",\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function table() {
  const rows = [...document.querySelectorAll("[data-row]")].map((element) => {
    const typed = element.matches("article") ? { points: field(element, "points").value, comment: field(element, "comment").value } : {};
    return { ...row(element), ...typed };
  });
  return "\ufeff" + [COLUMNS, ...rows.map((one) => COLUMNS.map((name) => one[name]))].map((cells) => cells.map(cell).join(",") + "\n").join("");
}

document.getElementById("names").addEventListener("change", (event) => {
  for (const name of document.querySelectorAll(".name")) name.hidden = !event.target.checked;
});
document.getElementById("save").addEventListener("click", () => {
  const wrong = answers.map((answer) => field(answer, "points")).find((input) => !input.checkValidity());
  if (wrong) return wrong.reportValidity();
  const link = Object.assign(document.createElement("a"), { download: "prose.csv" });
  link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
  link.click();
});
for (const answer of answers) {
  restore(answer);
  answer.addEventListener("input", () => keep(answer));
  field(answer, "comment").addEventListener("change", () => offerComments(answer.closest("section")));
}
document.querySelectorAll("section").forEach(offerComments);
count();
