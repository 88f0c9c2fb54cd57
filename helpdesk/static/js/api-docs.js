// The API's operations, drawn from its OpenAPI description under the page's own introduction.
const root = document.documentElement;
const device = matchMedia("(prefers-color-scheme: dark)");

// Swagger UI knows the dark theme by a class of its own.
function shade() {
  const theme = root.dataset.theme ?? (device.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}

shade();
device.addEventListener("change", shade);
new MutationObserver(shade).observe(root, { attributeFilter: ["data-theme"] });

const place = document.getElementById("operations");
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  tagsSorter: (one, other) => other.localeCompare(one), // tickets, then articles
  // It draws a main part of its own, inside the page's.
  onComplete: () => document.querySelector("main:not(#main)")?.setAttribute("role", "group"),
  plugins: [() => ({ wrapComponents: { InfoContainer: () => () => null } })],
});
