// A table that was copied, from a page or a spreadsheet, as a table in Markdown.

const MOST_CELLS = 2000;

function cell(text) {
  return text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
}

function ofPage(html) {
  const found = new DOMParser().parseFromString(html, "text/html"); // nothing in it runs or is fetched
  const tables = found.body.querySelectorAll("table");
  if (tables.length !== 1) return [];
  const around = found.body.textContent.trim().length - tables[0].textContent.trim().length;
  if (around > 0) return []; // a page with a table in it, not a table
  return [...tables[0].rows].map((row) => [...row.cells].map((one) => cell(one.textContent)));
}

function ofText(text) {
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  return lines.length > 1 && lines.every((line) => line.includes("\t"))
    ? lines.map((line) => line.split("\t").map(cell))
    : [];
}

// "" where neither is a table of at least two columns and two rows.
export function tableOf(html, text) {
  const page = html.includes("<table") ? ofPage(html) : [];
  const rows = page.length ? page : ofText(text);
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (rows.length < 2 || width < 2 || rows.length * width > MOST_CELLS) return "";
  const lines = rows.map((row) => `| ${Array.from({ length: width }, (_none, index) => row[index] ?? "").join(" | ")} |`);
  lines.splice(1, 0, `|${" --- |".repeat(width)}`);
  return `${lines.join("\n")}\n`;
}
