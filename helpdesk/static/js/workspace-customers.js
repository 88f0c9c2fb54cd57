// The pages of customers, organisations and segments: a property is saved when its field is left, and only
// comparisons that fit a field are offered. Without script each has its button.

for (const form of document.querySelectorAll("[data-saves-itself]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

function fit(row) {
  const [field, op] = row.querySelectorAll("select");
  const known = field.selectedOptions[0]?.dataset.ops?.split(" ");
  for (const option of op.options) option.hidden = option.disabled = !!known && !known.includes(option.value);
  if (op.selectedOptions[0]?.disabled) op.value = known[0];
}

for (const row of document.querySelectorAll("[data-condition]")) {
  row.addEventListener("change", () => fit(row));
  fit(row);
}
