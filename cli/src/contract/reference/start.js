"use strict";
// Nothing is asked of anybody: no validator, no request from the page, and no address that a query names.
SwaggerUIBundle({
  domNode: document.getElementById("reference"),
  spec: JSON.parse(document.getElementById("document").textContent),
  supportedSubmitMethods: [],
  validatorUrl: null,
  queryConfigEnabled: false,
  defaultModelRendering: "model",
  defaultModelsExpandDepth: 1,
  docExpansion: "list",
  tagsSorter: "alpha",
});
