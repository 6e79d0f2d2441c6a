// Loads XForms with ODK's own engine (@getodk/xforms-engine) and says of each whether it loads and a record can be begun.
// Standard input: a line of JSON for each form, {"name": …, "xml": …}; standard output: {"name": …, "ok": true|false, "error": …}.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { JSDOM } from "jsdom";

// The engine is built for browsers; of these it needs the DOM, and of Node a name that modules no longer have.
globalThis.__dirname = fileURLToPath(new URL(".", import.meta.url));
const { window } = new JSDOM("<!doctype html>", { url: "http://localhost/" });
for (const name of ["window", "document", "DOMParser", "XMLSerializer", "Node", "NodeFilter", "Element", "Document", "Text", "Attr",
  "CDATASection", "Comment", "XMLDocument", "ProcessingInstruction", "CharacterData", "DocumentFragment", "XPathResult",
  "XPathEvaluator", "localStorage"]) {
  Object.defineProperty(globalThis, name, { value: name === "window" ? window : window[name], configurable: true, writable: true });
}
const { loadForm } = await import("@getodk/xforms-engine");

// Forms may name files (choices, pictures): all are empty here, as they are for a form whose files are not yet attached.
const empty = { csv: "name,label\n", xml: "<root/>", geojson: '{"type":"FeatureCollection","features":[]}' };
async function attachment(url) {
  const end = String(url).split(".").pop();
  const types = { csv: "text/csv", xml: "text/xml", geojson: "application/geo+json" };
  if (!(end in empty)) return new Response("", { status: 404 });
  return new Response(empty[end], { status: 200, headers: { "content-type": types[end] } });
}

async function load(xml) {
  const form = await loadForm(xml, { fetchFormAttachment: attachment, missingResourceBehavior: "BLANK" });
  if (form.status === "failure") throw form.error;
  const { root } = form.createInstance();
  return root.currentState.children.length;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { name, xml } = JSON.parse(line);
  let answer = { name, ok: true };
  try {
    await load(xml);
  } catch (e) {
    const causes = [];
    for (let c = e; c; c = c.cause) causes.push(c.message ?? String(c));
    answer = { name, ok: false, error: causes.join(": ") };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
