// The link in a mail carries its code after the #, which the browser sends to nobody: put it into the
// form, take it out of the address bar, and send the form. Without this script it is typed.

const form = document.querySelector("form[data-code]");

function takeCode() {
  const code = location.hash.slice(1);
  if (!form || !code) return;
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.requestSubmit();
}

addEventListener("hashchange", takeCode); // the link was opened where this page is open already
takeCode();
