// Text put into a field as if it had been typed: Ctrl Z takes it out again, and whoever listens hears of it.

// Put `text` where `from` to `to` stands, or at the cursor; then select from `begin` to `end` of the text.
export function put(field, text, from = field.selectionStart, to = field.selectionEnd, begin = text.length, end = begin) {
  field.focus();
  field.setSelectionRange(from, to);
  // The only way that keeps the browser's own undo; where a browser does not know it, the text counts more.
  const typed = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!typed && (text || from !== to)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(from + begin, from + end);
}
