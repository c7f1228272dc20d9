// Shows the document this server generates from itself. A file of its own, because the page's policy allows no inline script.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null, // Nothing is sent to anybody else.
    presets: [SwaggerUIBundle.presets.apis],
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
  });
});
