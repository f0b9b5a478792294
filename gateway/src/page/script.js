// The page of the gateway. Text from outside only ever becomes the text of nodes, never markup.
//
// The key that its requests need is only in the fragment of its URL: other pages of this origin can read
// storage and cookies.

const KEPT = 200;
const SHOWN_BYTES = 256 * 1024;
const $ = (id) => document.getElementById(id);

const node = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const key = new URLSearchParams(location.hash.slice(1)).get("key");
addEventListener("hashchange", () => location.reload());
// Their fragments would replace the key.
for (const link of document.querySelectorAll("a.skip")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    $(link.hash.slice(1)).focus();
  });
}

const ask = async (path, options = {}) => {
  if (!key) throw new Error("This address has no key: open the printed one, with everything after #.");
  const headers = { ...options.headers, "x-routegen-key": key };
  const response = await fetch(`/_routegen/page/${path}`, { cache: "no-store", ...options, headers });
  if (!response.ok) {
    const { message } = await response.json().catch(() => ({}));
    throw new Error(message ?? `the gateway answered with ${response.status}`);
  }
  return response;
};

const own = async (path, options) => {
  const response = await ask(path, options);
  return response.status === 204 ? null : response.json();
};

const change = (path, method, body) =>
  own(path, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });

// ---- Routes ----

let api = { routes: [], consumers: [], scopes: [], stage: "" };
// The document of the API, if there is one.
let described = null;
let route = null;

async function load() {
  try {
    api = await own("api");
    described = api.document ? await own("openapi") : null;
  } catch (error) {
    $("address").textContent = error.message;
    return;
  }
  $("address").textContent = location.origin + api.stage;
  $("reference").hidden = !described;
  $("reference").firstElementChild.href = `/_routegen/reference${location.hash}`;
  const before = route?.key;
  showRoutes();
  const again = api.routes.find(({ key }) => key === before);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const consumed = consumer?.function;
  showConsumers();
  const still = api.consumers.find((one) => one.function === consumed);
  if (consumed) return same(still, consumer) ? undefined : chooseConsumer(still ?? null);
  if (!same(again, route) || (again && !same(operationOf(again), operation))) choose(again ?? null);
}

function showRoutes() {
  const focused = document.activeElement?.dataset?.key;
  const list = [];
  for (const one of api.routes) {
    if (list.at(-1)?.path !== one.path) list.push({ path: one.path, routes: [] });
    list.at(-1).routes.push(one);
  }
  $("routes").replaceChildren(
    ...list.flatMap(({ path, routes }) => [
      node("h3", { className: "path" }, path),
      node("ul", {}, ...routes.map((one) => node("li", {}, routeButton(one)))),
    ]),
  );
  if (!api.routes.length) $("routes").append(node("p", { className: "note" }, "The API has no routes."));
  mark();
  if (focused) buttons().find((button) => button.dataset.key === focused)?.focus();
}

function routeButton(one) {
  const button = node(
    "button",
    { type: "button", className: "route" },
    node("span", { className: "method" }, one.method),
    node("span", { className: "function" }, one.function),
    node("small", {}, authorization(one)),
  );
  button.dataset.key = one.key;
  button.addEventListener("click", () => choose(one));
  return button;
}

const authorization = ({ auth }) => {
  if (auth.kind === "none") return "open to everyone";
  return [auth.name, ...auth.scopes].join(" · ");
};

const buttons = () => [...$("routes").querySelectorAll("button")];

function mark() {
  for (const button of buttons()) button.setAttribute("aria-pressed", String(button.dataset.key === route?.key));
  for (const button of $("consumers").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.function === consumer?.function));
  }
}

// ---- The call ----

let token = null;
// What was entered for each route, to restore it when the user returns.
const drafts = new Map();
const written = () => [...$("form").querySelectorAll("input:not([type=checkbox]), textarea, select")];

function choose(one) {
  leaveConsumer();
  if (route) drafts.set(route.key, new Map(written().map(({ id, value }) => [id, value])));
  route = one;
  mark();
  $("form").hidden = !one;
  $("nothing").hidden = Boolean(one);
  $("outcome").textContent = "";
  $("response").hidden = true;
  if (!one) return;
  $("about").textContent = `${one.key} calls the function ${one.function}`;
  $("method-field").hidden = one.method !== "ANY";
  operation = operationOf(one);
  $("parameters").replaceChildren(...one.parameters.map(parameterField), ...describedFields());
  if (one.path === "$default") $("parameters").replaceChildren(field("path", "Path", "/any/path"));
  for (const input of written()) {
    const unwritten = { path: "/", method: "GET", body: exampleBody() }[input.id] ?? "";
    input.value = drafts.get(one.key)?.get(input.id) ?? unwritten;
  }
  showAuthorization();
  showBody();
}

// The document has a path's parameters in the same order, but possibly with other names.
const parameterField = ({ name, greedy }, at) => {
  const known = (operation?.parameters ?? []).filter((parameter) => parameter.in === "path")[at];
  const label = greedy ? `${name}, one segment or more` : name;
  return field(`parameter-${at}`, label, greedy ? "a/b/c" : "", known && { ...known, required: true });
};

function field(id, label, placeholder, known = { required: true }) {
  const schema = resolved(known.schema ?? {});
  const input = control(schema, known.required);
  Object.assign(input, { id, required: Boolean(known.required) });
  if (input.tagName === "INPUT") {
    const shown = schema.default ?? schema.examples?.[0];
    Object.assign(input, { placeholder: shown === undefined ? placeholder : String(shown), autocomplete: "off" });
    Object.assign(input, { autocapitalize: "off", spellcheck: false });
  }
  const made = node("div", {}, node("label", { htmlFor: id }, label), input);
  const note = [kindOf(schema), known.description].filter(Boolean).join(": ");
  if (note) {
    const small = node("small", { id: `${id}-note`, className: "note" }, note);
    input.setAttribute("aria-describedby", small.id);
    made.append(small);
  }
  return made;
}

// Numbers are entered as text, so that people can try values that the route refuses.
function control(schema, required) {
  const words = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
  if (!words) return node("input", /^(integer|number)$/.test(typeOf(schema)) ? { inputMode: "decimal" } : {});
  const options = words.filter((word) => word !== null).map((word) => node("option", {}, String(word)));
  return node("select", {}, ...(required ? [] : [node("option", { value: "" }, "")]), ...options);
}

// ---- The document's description of a call ----

let operation = null;

function operationOf(one) {
  if (!described) return null;
  if (one.path === "$default") return described["x-routegen-default"] ?? null;
  const name = (one.method === "ANY" ? "GET" : one.method).toLowerCase();
  const all = Object.values(described.paths ?? {}).map((path) => path[name]);
  return all.find((known) => known?.["x-routegen"]?.path === one.path) ?? null;
}

const describedParameters = () =>
  (operation?.parameters ?? []).filter(({ in: place, schema }) => place !== "path" && typeOf(schema ?? {}) !== "object");
const describedFields = () =>
  describedParameters().map((known) => field(`${known.in}-${known.name}`, `${known.name} (${known.in})`, "", known));
const sent = (place) =>
  describedParameters()
    .filter((known) => known.in === place)
    .map(({ name }) => [name, $(`${place}-${name}`)?.value ?? ""])
    .filter(([, value]) => value);

function resolved(schema, depth = 0) {
  const [, place, word] = schema?.$ref?.match(/^#\/(components\/schemas|\$defs)\/(.+)$/) ?? [];
  const name = word && decodeURIComponent(word).replaceAll("~1", "/").replaceAll("~0", "~");
  // A consumer's schema contains the definitions that it refers to.
  const target = name && (place === "$defs" ? consumer?.schema?.$defs : described?.components?.schemas)?.[name];
  return target && depth < 9 ? resolved(target, depth + 1) : schema;
}

const typeOf = ({ type }) => (Array.isArray(type) ? type.find((one) => one !== "null") : type);

function kindOf(schema) {
  if (schema.enum || !typeOf(schema)) return "";
  const bounds = [schema.minimum, schema.maximum].some((bound) => bound !== undefined);
  const range = bounds ? ` ${schema.minimum ?? ""}…${schema.maximum ?? ""}` : "";
  return `${schema.format ?? typeOf(schema)}${range}`;
}

const content = () => {
  const all = operation?.requestBody?.content ?? {};
  const type = all["application/json"] ? "application/json" : Object.keys(all)[0];
  return type ? { type, schema: all[type].schema ?? {} } : null;
};

function exampleBody() {
  const body = content();
  if (body?.type === "application/json") return JSON.stringify(example(body.schema), null, 2) ?? "";
  if (body?.type !== "application/x-www-form-urlencoded") return "";
  const fields = Object.entries(example(body.schema) ?? {}).map(([name, value]) => [name, String(value ?? "")]);
  return new URLSearchParams(fields).toString();
}

const TEXTS = {
  date: "2026-01-31", "date-time": "2026-01-31T12:00:00Z", time: "12:00:00Z", uuid: "00000000-0000-4000-8000-000000000000",
  email: "someone@example.com", uri: "https://example.com/", ipv4: "192.0.2.1",
};

// An example that the schema allows, in simple cases.
function example(unresolved, depth = 0) {
  const schema = resolved(unresolved ?? {});
  if (typeof schema !== "object" || depth > 6) return null;
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.enum?.length) return schema.enum[0];
  const several = schema.oneOf ?? schema.anyOf;
  const own = several && example(several.find((one) => resolved(one).type !== "null") ?? {}, depth + 1);
  if (several && !schema.properties) return own;
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => example(part, depth + 1)), objectOf(schema, depth));
  const type = typeOf(schema) ?? (schema.properties ? "object" : "");
  if (type === "object") return { ...own, ...objectOf(schema, depth) };
  if (type === "array" && schema.prefixItems) return schema.prefixItems.map((item) => example(item, depth + 1));
  // Recursive schemas end here.
  if (type === "array") return depth < 3 && schema.items ? [example(schema.items, depth + 1)] : [];
  if (type === "boolean") return true;
  if (/^(integer|number)$/.test(type)) return Math.min(Math.max(1, schema.minimum ?? 1), schema.maximum ?? Infinity);
  return type === "string" ? (TEXTS[schema.format] ?? "text".padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength)) : null;
}

const objectOf = ({ properties = {}, required = [] }, depth) => {
  const shown = Object.entries(properties).filter(([name]) => depth < 3 || required.includes(name));
  return Object.fromEntries(shown.map(([name, property]) => [name, example(property, depth + 1)]));
};

// ---- Sending the call ----

function showAuthorization() {
  const { kind, scopes, token_header } = route.auth;
  $("authorization").hidden = !token_header;
  const notes = {
    iam: "The call is signed (Signature Version 4) with the gateway's first key, unless you set the header authorization.",
    lambda: "A function decides. Add the headers that it reads.",
    jwt: "This authorizer does not read tokens of the local issuer from a header. Add a token yourself.",
  };
  $("authorization-note").hidden = kind === "none" || Boolean(token_header);
  $("authorization-note").textContent = notes[kind] ?? "";
  $("scopes").replaceChildren(
    ...api.scopes.map((scope) => {
      const box = node("input", { type: "checkbox", value: scope, checked: scopes.includes(scope) });
      return node("label", {}, box, scope);
    }),
  );
  showToken();
}

function showToken() {
  $("forget").hidden = !token;
  $("token").textContent = token
    ? `${token.text.slice(0, 8)}…${token.text.slice(-4)} with ${token.scopes.join(" ") || "no scopes"}, until ${clock(token.until)}`
    : "The call has no token.";
}

$("mint").addEventListener("click", async () => {
  const scopes = [...$("scopes").querySelectorAll(":checked")].map(({ value }) => value);
  try {
    const minted = await change("token", "POST", { scopes });
    token = { text: minted.token, scopes, until: Date.now() + minted.expires_in * 1000 };
    showToken();
  } catch (error) {
    $("token").textContent = `No token: ${error.message}`;
  }
});

$("forget").addEventListener("click", () => {
  token = null;
  showToken();
  $("mint").focus();
});

const method = () => (route.method === "ANY" ? $("method").value : route.method);
const showBody = () => ($("body-field").hidden = ["GET", "HEAD"].includes(method()));
$("method").addEventListener("change", showBody);

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("send").disabled = true;
  $("response").hidden = true;
  $("outcome").className = "";
  $("outcome").textContent = "Waiting for the response";
  try {
    await send();
  } catch (error) {
    $("outcome").className = "bad";
    $("outcome").textContent = `No response: ${error.message}`;
  }
  $("send").disabled = false;
});

async function send() {
  const headers = requestHeaders();
  const body = ["GET", "HEAD"].includes(method()) || !$("body").value ? undefined : $("body").value;
  if (body && !headers.has("content-type")) headers.set("content-type", content()?.type ?? "application/json");
  const target = api.stage + requestPath() + requestQuery();
  if (route.auth.kind === "iam" && !headers.has("authorization")) {
    // The URL as it is sent, which can differ from what was entered.
    const { pathname, search } = new URL(location.origin + target);
    const wish = { method: method(), target: pathname + search, body: body ?? "" };
    const signed = await change("signature", "POST", wish);
    for (const [name, value] of Object.entries(signed.headers)) headers.set(name, value);
  }
  const request = new Request(location.origin + target, {
    method: method(),
    headers,
    body,
    cache: "no-store",
    credentials: "omit",
    redirect: "manual",
  });
  for (const [name] of headers) {
    if (!request.headers.has(name)) throw new Error(`browsers do not let a page send the header ${name}`);
  }
  const started = performance.now();
  const response = await fetch(request);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const took = performance.now() - started;
  if (response.type === "opaqueredirect") {
    $("outcome").textContent = "The response is a redirect, which browsers hide from pages. It is in the list of requests.";
    return;
  }
  $("outcome").className = tone(response.status);
  $("outcome").textContent = `${response.status} ${response.statusText} in ${milliseconds(took)}`;
  const lines = [...response.headers].map(([name, value]) => visible(`${name}: ${value}`));
  $("response-headers").textContent = lines.join("\n");
  $("response-body").textContent = readable(bytes);
  $("response").hidden = false;
}

function requestPath() {
  if (route.path === "$default") {
    const path = $("path").value;
    if (!path.startsWith("/") || /[?#]/.test(path)) throw new Error("a path begins with / and has no ? and #");
    if (/^\/_routegen(\/|$)/.test(path)) throw new Error("paths below /_routegen belong to the gateway");
    return path;
  }
  return route.parameters.reduce((path, { name, greedy }, at) => {
    const value = $(`parameter-${at}`).value;
    const segments = greedy ? value.split("/") : [value];
    // Browsers resolve them in any encoding, and would call another route.
    if (segments.some((segment) => /^\.{1,2}$/.test(segment))) throw new Error(`browsers resolve . and .. in ${name}`);
    return path.replace(`{${name}${greedy ? "+" : ""}}`, () => segments.map(encodeURIComponent).join("/"));
  }, route.path);
}

function requestQuery() {
  const fields = sent("query").map((pair) => pair.map(encodeURIComponent).join("="));
  const query = [...fields, $("query").value.trim().replace(/^\?/, "").replaceAll("#", "%23")].filter(Boolean).join("&");
  return query && `?${query}`;
}

function requestHeaders() {
  const headers = new Headers();
  for (const line of $("headers").value.split("\n").filter((text) => text.trim())) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`“${line}” is not “name: value”`);
    headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  for (const [name, value] of sent("header")) if (!headers.has(name)) headers.set(name, value);
  const { token_header: name } = route.auth;
  if (name && token && !headers.has(name)) headers.set(name, `Bearer ${token.text}`);
  return headers;
}

function readable(bytes) {
  if (!bytes.length) return "(empty)";
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return `(${bytes.length} bytes, not text)`;
  }
  if (bytes.length > SHOWN_BYTES) return `${visible(text.slice(0, SHOWN_BYTES))}\n(the first part of ${bytes.length} bytes)`;
  try {
    return pretty(JSON.parse(text));
  } catch {
    return visible(text);
  }
}

// ---- Consumers ----

let consumer = null;
// How much is waiting for which consumer, and what was given up.
let events = { queues: [], dead_letters: [] };
let counting = null;

// By kind: the label of the payload, and the text of the button.
const KINDS = {
  queue: { label: "Message", verb: "Send", draft: (one) => exampleOf(one) },
  event: {
    label: "Event",
    verb: "Put",
    draft: (one) => ({ source: one.source ?? "local", "detail-type": one.detail_type ?? "Local", detail: exampleOf(one) }),
  },
  stream: { label: "Change: new, old or both, and keys", verb: "Send", draft: (one) => ({ new: exampleOf(one) }) },
  schedule: { label: "", verb: "Fire", draft: () => null },
};
const exampleOf = ({ schema }) => (schema ? example(schema) : {});

function showConsumers() {
  const focused = document.activeElement?.dataset?.function;
  $("consumers-part").hidden = !api.consumers.length;
  $("log-title").textContent = api.consumers.length ? "Requests and events" : "Requests";
  $("nothing").textContent = api.consumers.length ? "Choose a route or a consumer." : "Choose a route.";
  $("consumers").replaceChildren(node("ul", {}, ...api.consumers.map((one) => node("li", {}, consumerButton(one)))));
  mark();
  if (api.consumers.length) count();
  const buttons = [...$("consumers").querySelectorAll("button")];
  if (focused) buttons.find((button) => button.dataset.function === focused)?.focus();
}

function consumerButton(one) {
  const button = node(
    "button",
    { type: "button", className: "route consumer" },
    node("span", { className: "method" }, one.kind),
    node("span", { className: "function" }, one.function),
    node("small", {}, one.event_source),
    node("small", { className: "counts" }),
  );
  button.dataset.function = one.function;
  button.addEventListener("click", () => chooseConsumer(one));
  return button;
}

function leaveConsumer() {
  if (consumer) drafts.set(`consumer ${consumer.function}`, $("event-body").value);
  consumer = null;
  $("event-form").hidden = $("dead").hidden = true;
}

function chooseConsumer(one) {
  choose(null);
  consumer = one;
  mark();
  $("nothing").hidden = Boolean(one);
  $("event-form").hidden = !one;
  if (!one) return;
  const kind = KINDS[one.kind];
  $("event-about").textContent = `Function ${one.function}, called by ${one.event_source}`;
  $("group-field").hidden = !one.fifo;
  $("group").required = one.fifo;
  $("event-body-field").hidden = !kind.label;
  $("event-body-label").textContent = kind.label;
  $("event-send").textContent = kind.verb;
  $("event-body").value = drafts.get(`consumer ${one.function}`) ?? JSON.stringify(kind.draft(one), null, 2);
  showCounts();
}

async function post(path, body) {
  const response = await fetch(`/_routegen/events/${path}`, {
    method: "POST", body, cache: "no-store", headers: { "content-type": "application/json" },
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? `the gateway answered with ${response.status}`);
  return answer;
}

function said(text, tone = "good") {
  $("outcome").className = tone;
  $("outcome").textContent = text;
}

$("event-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("event-send").disabled = true;
  const { kind, path, fifo, resource } = consumer;
  try {
    const query = fifo ? `?group=${encodeURIComponent($("group").value)}` : "";
    const answer = await post(path + query, kind === "schedule" ? undefined : $("event-body").value);
    const reached = answer.functions?.length ? `It reaches ${answer.functions.join(", ")}.` : "It reaches no consumer.";
    const sent = answer.duplicate ? "The queue has already received this message: nothing was sent." : `Sent to ${resource} as ${answer.id}.`;
    said(kind === "queue" ? sent : reached, answer.functions?.length === 0 || answer.duplicate ? "warn" : "good");
  } catch (error) {
    said(`Not sent: ${error.message}`, "bad");
  }
  $("event-send").disabled = false;
});

// The log reports changes, after which the counts are fetched again.
function count() {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    try {
      events = await own("events");
    } catch {
      return;
    }
    showCounts();
  }, 100);
}

const lettersOf = ({ kind, function: name, resource }) =>
  events.dead_letters.filter(({ of }) => of === (kind === "queue" ? resource : name));

function showCounts() {
  for (const button of $("consumers").querySelectorAll("button")) {
    const one = api.consumers.find((known) => known.function === button.dataset.function);
    const letters = one ? lettersOf(one).length : 0;
    const text = letters ? `${letters} dead letter${letters === 1 ? "" : "s"}` : "";
    Object.assign(button.lastElementChild, { textContent: text, className: `counts ${text && "bad"}` });
  }
  if (!consumer) return;
  const queue = consumer.kind === "queue" && events.queues.find(({ name }) => name === consumer.resource);
  $("event-counts").hidden = !queue;
  if (queue) $("event-counts").textContent = `${queue.waiting} waiting, ${queue.in_flight} in flight, ${queue.delayed} delayed`;
  const letters = lettersOf(consumer);
  $("dead").hidden = !letters.length;
  $("dead-letters").replaceChildren(...letters.slice(-KEPT).reverse().map(letterItem));
}

function letterItem({ of, id, why, time, content }) {
  const again = node("button", { type: "button" }, "Send again");
  again.addEventListener("click", () => revive(of, id));
  const title = node("div", { className: "buttons" }, node("small", {}, `${clock(time)} ${visible(why)}`), again);
  return node("li", {}, title, node("pre", { tabIndex: 0, ariaLabel: "Dead letter" }, pretty(content)));
}

async function revive(of, id) {
  try {
    const query = id ? `?id=${encodeURIComponent(id)}` : "";
    const { sent_again: sent } = await post(`dead-letters/${encodeURIComponent(of)}${query}`);
    said(`${sent === 1 ? "1 dead letter was" : `${sent} dead letters were`} sent again.`);
  } catch (error) {
    said(`Not sent: ${error.message}`, "bad");
  }
  count();
}

$("revive-all").addEventListener("click", () => revive(consumer.kind === "queue" ? consumer.resource : consumer.function));

// ---- The log ----

let following = null;
let last = "";
let paused = false;
let reload = null;
const invocations = new Map();

// An EventSource cannot send the key.
async function listen() {
  if (following || paused || document.hidden || !key) return;
  const call = (following = new AbortController());
  try {
    const response = await ask(`log?after=${encodeURIComponent(last)}`, { signal: call.signal });
    let rest = "";
    for await (const text of texts(response.body)) {
      const events = (rest + text).split("\n\n");
      rest = events.pop();
      for (const event of events) heard(event);
    }
    connection("lost", "not connected");
  } catch (error) {
    if (!call.signal.aborted) connection("lost", "not connected", error.message);
  }
  if (following !== call) return;
  following = null;
  setTimeout(listen, 2000);
}

async function* texts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

// A server-sent event has a line for each field; in this log, each field occurs once.
function heard(text) {
  const fields = new Map(text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
  if (fields.get("event") === "hello") {
    const { log } = JSON.parse(fields.get("data"));
    // Load what changed while the page was not listening. After a restart of the gateway, the shown entries
    // are obsolete.
    if (last) load();
    if (!last.startsWith(`${log}.`)) {
      empty();
      last = `${log}.0`;
    }
    connection("live", "live");
  }
  if (fields.get("event") === "entry") {
    last = fields.get("id");
    show(JSON.parse(fields.get("data")));
  }
}

function hangUp() {
  following?.abort();
  following = null;
}

function connection(state, text, why = "") {
  $("connection").title = why;
  if ($("connection").textContent === text) return;
  $("connection").className = state;
  $("connection").textContent = text;
}

// Browsers allow six connections for all tabs of an origin: a hidden tab gives up its own.
document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : listen()));

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  if (!paused) return listen();
  hangUp();
  connection("", "paused");
});

$("clear").addEventListener("click", () => {
  change("log", "DELETE").catch((error) => connection("lost", error.message));
  if (paused) empty();
});

function empty() {
  invocations.clear();
  $("log").replaceChildren();
  $("empty").hidden = false;
}

function show(entry) {
  if (entry.kind === "request") return showRequest(entry);
  if (entry.kind === "line") return showLine(entry);
  if (entry.kind === "delivery") {
    count();
    return showDelivery(entry);
  }
  if (entry.kind === "event") {
    count();
    return showEvent(entry);
  }
  if (entry.kind === "cleared") return empty();
  if (entry.kind === "replaced") {
    clearTimeout(reload);
    reload = setTimeout(load, 50);
  }
  const texts = {
    started: () => `process ${entry.process} of ${entry.function} started`,
    ended: () => `process ${entry.process} of ${entry.function} ended: ${entry.reason}`,
    replaced: () => "the API was replaced",
  };
  add(node("li", { className: "aside" }, `${clock(entry.time)} ${texts[entry.kind]?.() ?? entry.kind}`));
}

function add(item) {
  $("empty").hidden = true;
  $("log").prepend(item);
  while ($("log").children.length > KEPT) {
    for (const id of $("log").lastElementChild.dataset.invocations?.split(" ") ?? []) invocations.delete(id);
    $("log").lastElementChild.remove();
  }
}

function showLine({ function: name, invocation, line, time }) {
  const known = invocations.get(invocation);
  if (known) return addLine(known, line);
  if (!invocation) {
    if (!line.trim()) return;
    add(node("li", { className: "aside" }, `${clock(time)} ${name}: `, node("code", {}, line)));
    return;
  }
  // The request is reported when it is answered, after its lines.
  const pre = logPre();
  const summary = node("summary", {}, node("span", { className: "target" }, `log of ${name}`));
  const group = { item: node("li"), pre, lines: 0 };
  group.item.dataset.invocations = invocation;
  group.item.append(node("details", {}, summary, node("div", { className: "detail" }, pre)));
  addLine(group, line);
  invocations.set(invocation, group);
  add(group.item);
}

const logPre = () => node("pre", { tabIndex: 0, ariaLabel: "Log of the function" });

function addLine(group, line) {
  group.lines += 1;
  if (group.lines > KEPT) group.pre.firstChild.remove();
  group.pre.append(`${line}\n`);
  const title = group.pre.previousElementSibling;
  if (title) group.pre.hidden = title.hidden = false;
}

function showRequest(entry) {
  // Show the output of its authorizer above that of its function.
  const ids = [entry.authorizer_invocation, entry.invocation].filter(Boolean);
  showCall(entry, ids, requestSummary(entry), facts(entry));
}

function showDelivery(entry) {
  const { records, failed, error } = entry;
  const [word, tone] = !failed.length ? ["done", "good"]
    : failed.length < records.length && !error ? [`${failed.length} failed`, "warn"] : ["failed", "bad"];
  const badges = [entry.attempt > 1 && `attempt ${entry.attempt}`, entry.cold_start && "cold start"].filter(Boolean);
  const summary = node(
    "summary",
    {},
    node("span", { className: "time" }, clock(entry.time)),
    node("span", { className: "method" }, entry.function),
    node("span", { className: "target" }, entry.event_source),
    result(badges, word, tone, entry),
  );
  const again = entry.again_in === null ? (failed.length ? "no" : "") : `in ${entry.again_in} s`;
  const rows = [
    ["time", new Date(entry.time).toLocaleString()],
    ["function", entry.function],
    ["records", String(records.length)],
    ["failed", failed.length < records.length ? failed.join(" ") : ""],
    ["retry", again],
    ["invocation", entry.invocation],
    ["error", error],
  ];
  showCall(entry, [entry.invocation], summary, list(rows));
}

function showEvent({ time, at, id, fate }) {
  const reached = (functions) => (functions.length ? `reaches ${functions.join(", ")}` : "reaches no consumer");
  const [name, value] = typeof fate === "string" ? [fate] : Object.entries(fate)[0];
  const text = {
    sent: () => `sent to queue ${at}: `,
    filtered: () => `no filter matches ${id} of queue ${at}: it was deleted`,
    dead_letter: () => `dead letter of queue ${at}: ${id}, received ${value === 1 ? "once" : `${value} times`}`,
    put: () => `event on bus ${at} ${reached(value)}`,
    due: () => `${at} is due`,
    changed: () => `change in table ${at} ${reached(value)}`,
    given_up: () => `${at} has given up ${id} after ${value} attempts`,
  }[name]?.() ?? name;
  const bad = ["dead_letter", "given_up"].includes(name) ? "aside bad" : "aside";
  const body = name === "sent" ? [node("code", {}, visible(value.length > 300 ? `${value.slice(0, 300)}…` : value))] : [];
  add(node("li", { className: bad }, `${clock(time)} ${text}`, ...body));
}

// An invocation's cause, with its log, event and answer.
function showCall(entry, ids, summary, about) {
  const [known, other] = ids.map((id) => invocations.get(id)).filter(Boolean);
  if (other) {
    known.pre.append(...other.pre.childNodes);
    known.lines += other.lines;
    other.item.remove();
  }
  const group = known ?? { item: node("li"), pre: logPre(), lines: 0 };
  const details = node("details", {}, summary);
  const detail = node("div", { className: "detail" }, about);
  const none = !group.lines;
  group.pre.hidden = none;
  detail.append(node("h3", { hidden: none }, "Log"), group.pre);
  // JSON is formatted when it is first shown.
  details.addEventListener("toggle", () => {
    detail.append(...payload("Event", entry.event), ...payload("Response", entry.answer));
  }, { once: true });
  details.append(detail);
  details.open = Boolean(known?.item.firstElementChild?.open);
  group.item.replaceChildren(details);
  if (ids.length) group.item.dataset.invocations = ids.join(" ");
  for (const id of ids) invocations.set(id, group);
  if (!known) add(group.item);
}

const requestSummary = (entry) =>
  node(
    "summary",
    {},
    node("span", { className: "time" }, clock(entry.time)),
    node("span", { className: "method" }, entry.method),
    node("span", { className: "target" }, entry.path),
    result(entry.cold_start ? ["cold start"] : [], String(entry.status), tone(entry.status), entry),
  );

// The end of a row, in one piece: on a narrow screen it moves below the rest.
const result = (badges, status, tone, entry) =>
  node(
    "span",
    { className: "result" },
    ...badges.map((badge) => node("span", { className: "badge" }, badge)),
    node("span", { className: `status ${tone}` }, status),
    node("span", { className: "duration" }, milliseconds(entry.milliseconds)),
  );

function facts(entry) {
  const rows = [
    ["time", new Date(entry.time).toLocaleString()],
    ["route", entry.route_key ?? "none"],
    ["function", entry.function],
    ["request", entry.request_id],
    ["invocation", entry.invocation],
    ["error", entry.error],
  ];
  return list(rows);
}

function list(rows) {
  const shown = rows.filter(([, value]) => value);
  return node("dl", { className: "facts" }, ...shown.flatMap(([name, value]) => [
    node("dt", {}, name),
    node("dd", { className: name === "error" ? "bad" : "" }, value),
  ]));
}

function payload(title, value) {
  if (!value) return [];
  const text = value.bytes === undefined ? pretty(value.json) : `(${value.bytes} bytes, too large to be kept)`;
  return [node("h3", {}, title), node("pre", { tabIndex: 0, ariaLabel: title }, text)];
}

// ---- Texts ----

// Show bidirectional controls, line separators and control characters in JSON's escapes.
const visible = (text) =>
  text.replace(
    /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
const pretty = (value) => visible(typeof value === "string" ? value : JSON.stringify(value, null, 2));
const clock = (time) => new Date(time).toLocaleTimeString([], { hour12: false });
const milliseconds = (number) => `${number.toFixed(number < 1 ? 2 : number < 10 ? 1 : 0)} ms`;
const tone = (status) => (status < 400 ? "good" : status < 500 ? "warn" : "bad");

listen();
load();
