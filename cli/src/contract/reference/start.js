"use strict";
// Below `file:`, the viewer does not resolve references within the document:
// https://github.com/swagger-api/swagger-client/pull/4258
Object.defineProperty(document, "baseURI", { value: "https://document.invalid/" });
// The page sends nothing: no validator, no calls of the API, and no document that the page's query names.
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
