// A form whose button asks the browser for a passkey, and sends what it answers.
// <form data-passkey="add|use|log-in"> with a hidden field `credential`, a [data-passkey-go] button and
// a [data-passkey-problem] line; what is asked for stands in #js_data, for a log-in at the form's address.
const { create, get } = window.webauthnJSON;

async function options(form) {
  if (form.dataset.passkey !== "log-in") {
    return JSON.parse(document.getElementById("js_data").textContent);
  }
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

async function answer(form) {
  const data = await options(form);
  if (form.dataset.passkey !== "add") return get(data.request_options);
  const asked = data.creation_options;
  const alone = form.elements.passwordless?.checked ?? false;
  const wanted = asked.publicKey.authenticatorSelection;
  wanted.residentKey = alone ? "required" : "discouraged";
  wanted.requireResidentKey = alone;
  if (alone) wanted.userVerification = "required";
  return create(asked);
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const button = form.querySelector("[data-passkey-go]");
  const problem = form.querySelector("[data-passkey-problem]");
  if (!window.PublicKeyCredential) {
    problem.textContent = problem.dataset.never;
    continue;
  }
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    problem.textContent = "";
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await answer(form));
      form.submit();
    } catch {
      // It was called off, took too long, or is known already.
      problem.textContent = problem.dataset.failed;
      button.disabled = false;
      button.focus();
    }
  });
}
