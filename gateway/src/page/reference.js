"use strict";
// Shows the document of the API. Its key is the fragment of the URL, as on the page with the requests.

const key = new URLSearchParams(location.hash.slice(1)).get("key");
addEventListener("hashchange", () => location.reload());

const show = async () => {
  if (!key) throw new Error("This address has no key: open the printed one, with everything after #.");
  const response = await fetch("/_routegen/page/openapi", { cache: "no-store", headers: { "x-routegen-key": key } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  document.title = `${answer.info.title}: reference`;
  // It is only for reading: the API is called on the page with the requests.
  SwaggerUIBundle({
    domNode: document.getElementById("reference"),
    spec: answer,
    supportedSubmitMethods: [],
    validatorUrl: null,
    queryConfigEnabled: false,
    defaultModelRendering: "model",
    tagsSorter: "alpha",
  });
};

show().catch((error) => {
  document.getElementById("reference").textContent = error.message;
});
