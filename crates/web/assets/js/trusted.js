// The one place where text becomes markup. What comes in was made by our server's templates, where everything a user
// typed is escaped; nothing else may call this.
const policy = globalThis.trustedTypes?.createPolicy("frontdesk", { createHTML: (html) => html });

/** The elements of markup made by our server, in this page: a template's own know no address their links go out from. */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return document.importNode(template.content, true);
}
