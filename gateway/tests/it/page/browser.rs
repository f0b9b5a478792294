//! Tests the page in a browser: as a person uses it, and as other pages try to.

use std::time::Duration;

use routegen_gateway::{Api, Consumer, Function, FunctionError, Reference};
use routegen_spec::{EventRule, EventSource, QueueSource, Schedule, StreamSource};
use serde_json::{Value, json};

use super::{api, builder, builder_of, start, webdriver::Browser};
use crate::requirement::or_skip;

/// The newest request in the log.
const NEWEST: &str = "//ol[@id='log']/li[1]";

/// Screens, from a small telephone to a desktop.
const WIDTHS: [u32; 4] = [320, 480, 800, 1_600];

#[tokio::test]
async fn a_person_calls_routes_with_a_token_and_sees_what_happened() {
    let browser = Browser::start().await;
    if or_skip(&browser).is_none() {
        return;
    }
    let browser = browser.unwrap();
    let gateway = start().await;
    browser.open(&gateway.page_url().unwrap()).await;
    browser.find("//p[@id='connection'][.='live']").await;

    // With the keyboard: the route, the parameter, and Enter.
    browser.click("//nav//button[contains(., 'get-item') and contains(., 'items/read')]").await;
    browser.write("id", "a/b ü").await;
    browser.write("Query", "page=2\u{e007}").await;
    browser.find("//p[@id='outcome'][starts-with(., '401 ')]").await;
    browser
        .find(&format!("{NEWEST}[contains(., '/items/a%2Fb%20%C3%BC?page=2') and contains(., '401')]"))
        .await;
    browser.click(&format!("{NEWEST}//summary")).await;
    browser.find(&format!("{NEWEST}//dd[.='there is no token']")).await;

    // The route's scopes are already selected.
    browser.click("//button[.='Get a token']").await;
    browser.find("//p[@id='token'][contains(., 'with items/read, until')]").await;
    browser.click("//button[.='Send']").await;
    browser.find("//p[@id='outcome'][starts-with(., '200 ')]").await;
    let body = browser.text("//pre[@id='response-body']").await;
    assert!(body.contains(r#""id": "a/b ü""#) && body.contains(r#""query": "page=2""#), "{body}");

    // The request's event, with a shortened token, and its response, whose markup is shown as text.
    browser.click(&format!("{NEWEST}[contains(., '200')]//summary")).await;
    let event = browser.text(&format!("{NEWEST}//pre[@aria-label='Event']")).await;
    assert!(
        event.contains("\"routeKey\": \"GET /items/{id}\"") && event.contains("Bearer eyJhbGci…"),
        "{event}"
    );
    let answer = browser.text(&format!("{NEWEST}//pre[@aria-label='Response']")).await;
    assert!(answer.contains("<img src=x onerror="), "{answer}");
    let markup = browser.run("return [document.querySelectorAll('img').length, document.title]", json!([]));
    assert_eq!(markup.await, json!([0, "routegen"]));

    // Without the scope, and without a token again.
    browser.click("//label[.='items/read']").await;
    browser.click("//label[.='items/write']").await;
    browser.click("//button[.='Get a token']").await;
    browser.find("//p[@id='token'][contains(., 'with items/write, until')]").await;
    browser.click("//button[.='Send']").await;
    browser.find("//p[@id='outcome'][starts-with(., '403 ')]").await;
    browser.click("//button[.='Remove it']").await;
    browser.click("//button[.='Send']").await;
    browser.find("//p[@id='outcome'][starts-with(., '401 ')]").await;

    // A program's cold start, and its lines below its request.
    browser.click("//nav//button[contains(., 'POST') and contains(., 'worker')]").await;
    browser.write("Headers, one per line", "Content-Type: text/plain").await;
    browser.write("Body", "tell").await;
    browser.click("//button[.='Send']").await;
    let told = "//li[contains(., '/work') and contains(., 'cold start')]";
    browser.click(&format!("{told}//summary")).await;
    browser.find(&format!("{told}//pre[contains(., 'told ')]")).await;
    browser.write("Headers, one per line", "Cookie: a=b").await;
    browser.click("//button[.='Send']").await;
    browser
        .find("//p[@id='outcome'][.='No response: browsers do not let a page send the header cookie']")
        .await;

    // The output of an authorizer appears with the request that it decided about.
    browser.click("//nav//button[contains(., 'own')]").await;
    browser.click("//button[.='Send']").await;
    let asked = "//li[contains(., '/own') and contains(., '200')]";
    browser.click(&format!("{asked}//summary")).await;
    browser.find(&format!("{asked}//pre[contains(., 'asked about \"GET /own\"')]")).await;

    // The page has no AWS key, and still signs. A header written by hand replaces the signature.
    browser.click("//nav//button[contains(., 'iam')]").await;
    browser.write("Query", "b=ü&a=1 2").await;
    browser.click("//button[.='Send']").await;
    browser.find("//p[@id='outcome'][starts-with(., '200 ')]").await;
    browser.write("Headers, one per line", "Authorization: AWS4-HMAC-SHA256").await;
    browser.click("//button[.='Send']").await;
    browser.find("//p[@id='outcome'][starts-with(., '403 ')]").await;

    // What was entered is kept for each route.
    browser.click("//nav//button[contains(., 'open to everyone') and contains(., 'ANY')]").await;
    browser.write("Path", "/anything").await;
    browser.click("//button[.='Send']").await;
    browser.find(&format!("{NEWEST}[contains(., 'GET/anything')]")).await;
    browser.click("//nav//button[contains(., 'get-item') and contains(., 'items/read')]").await;
    let kept = "return ['parameter-0', 'query', 'headers'].map((id) => document.getElementById(id).value)";
    assert_eq!(browser.run(kept, json!([])).await, json!(["a/b ü", "page=2", ""]));

    // A replaced API is shown immediately.
    gateway.replace(&routegen_gateway::Api::new()).unwrap();
    browser.find("//nav//p[.='The API has no routes.']").await;
    browser.find("//ol[@id='log']/li[contains(., 'the API was replaced')]").await;
    browser.click("//button[.='Clear']").await;
    browser.find("//ol[@id='log'][not(*)]").await;
    for width in WIDTHS {
        assert!(!browser.overflows(width).await, "{width}");
    }
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// A function name of 64 characters.
const LONGEST: &str = "deletes-every-old-thing-that-nobody-has-wanted-for-a-whole-week-";

/// A consumer of each kind; the queue's consumer fails on messages that contain `poison`.
fn consumers() -> Api {
    let function = Function::in_process(async |invocation| {
        let event = invocation.event()?;
        let is_bad = event["Records"][0]["body"].as_str().is_some_and(|body| body.contains("poison"));
        if is_bad { Err(FunctionError::new("Error", "on purpose")) } else { Ok(Value::Null) }
    });
    let mut orders = QueueSource::new("orders".parse().unwrap());
    orders.receives = 1;
    let mut ordered = QueueSource::new("in_order".parse().unwrap());
    ordered.fifo = true;
    let mut rule = EventRule::new();
    (rule.source, rule.detail_type) = (vec!["shop".to_owned()], vec!["Paid".to_owned()]);
    let schema = json!({ "type": "object", "properties": { "item": { "$ref": "#/$defs/An%20item" } },
        "$defs": { "An item": { "type": "string" } } });
    let sources = [
        ("on-order", EventSource::Queue(orders)),
        ("on-ordered", EventSource::Queue(ordered)),
        ("paid", EventSource::Event(rule)),
        ("expire", EventSource::Schedule(Schedule::new("cron(0 8 ? * MON-FRI *)".parse().unwrap()))),
        ("changed", EventSource::Stream(StreamSource::new("items_table".parse().unwrap()))),
        (LONGEST, EventSource::Schedule(Schedule::new("rate(1 hour)".parse().unwrap()))),
    ];
    sources.into_iter().fold(api(), |api, (name, source)| {
        let consumer = Consumer::new(name, source).schema(schema.clone());
        api.function(name, function.clone()).consumer(consumer)
    })
}

#[tokio::test]
async fn a_person_calls_consumers_and_sends_dead_letters_again() {
    let browser = Browser::start().await;
    if or_skip(&browser).is_none() {
        return;
    }
    let browser = browser.unwrap();
    let gateway = builder_of(consumers()).retry_after(Duration::ZERO).start().await.unwrap();
    browser.open(&gateway.page_url().unwrap()).await;
    browser.find("//p[@id='connection'][.='live']").await;

    // The payload is an example from the schema, until something else is entered.
    browser.click("//button[contains(., 'on-order') and contains(., 'queue orders')]").await;
    let drafted = browser.run("return document.getElementById('event-body').value", json!([])).await;
    assert_eq!(drafted, "{\n  \"item\": \"text\"\n}");
    browser.click("//button[.='Send'][@id='event-send']").await;
    browser.find("//p[@id='outcome'][starts-with(., 'Sent to orders as ')]").await;
    browser.find("//ol[@id='log']/li[contains(., 'queue orders') and contains(., 'on-order') and contains(., 'done')]").await;
    browser.find("//ol[@id='log']/li[contains(., 'sent to queue orders') and contains(., 'item')]").await;
    browser.write("Message", &format!("poison {}", super::HOSTILE)).await;
    browser.click("//button[@id='event-send']").await;
    browser.find("//ol[@id='log']/li[contains(., 'dead letter of queue orders')]").await;
    browser.find("//button[contains(., 'on-order') and contains(., '1 dead letter')]").await;
    let letter = browser.text("//ul[@id='dead-letters']/li/pre").await;
    assert_eq!(letter, format!("poison {}", super::HOSTILE), "markup is text");
    browser.click("//ul[@id='dead-letters']//button[.='Send again']").await;
    browser.find("//p[@id='outcome'][.='1 dead letter was sent again.']").await;
    browser.find("//ol[@id='log'][count(li[contains(., 'dead letter of queue orders')])=2]").await;
    let markup = browser.run("return document.querySelectorAll('img').length", json!([])).await;
    assert_eq!(markup, 0);

    browser.click("//button[contains(., 'on-ordered')]").await;
    browser.write("Group", "a").await;
    browser.click("//button[@id='event-send']").await;
    browser.find("//p[@id='outcome'][starts-with(., 'Sent to in_order as ')]").await;
    browser.click("//button[@id='event-send']").await;
    browser.find("//p[@id='outcome'][starts-with(., 'The queue has already received this message')]").await;
    for (name, sent, outcome) in [
        ("paid", "Put", "It reaches paid."),
        ("expire", "Fire", "It reaches expire."),
        ("changed", "Send", "It reaches changed."),
        (LONGEST, "Fire", &format!("It reaches {LONGEST}.")),
    ] {
        browser.click(&format!("//div[@id='consumers']//button[contains(., '{name}')]")).await;
        browser.click(&format!("//button[@id='event-send'][.='{sent}']")).await;
        browser.find(&format!("//p[@id='outcome'][.='{outcome}']")).await;
    }
    browser.click("//div[@id='consumers']//button[contains(., 'paid')]").await;
    browser.write("Event", "{}").await;
    browser.click("//button[@id='event-send']").await;
    browser.find("//p[@id='outcome'][.='Not sent: an event has a text `source`']").await;

    // Another route, and back to what was entered.
    browser.click("//nav//button[contains(., 'get-item') and contains(., 'items/read')]").await;
    browser.find("//form[@id='event-form'][@hidden]").await;
    browser.click("//div[@id='consumers']//button[contains(., 'paid')]").await;
    browser.find("//form[@id='form'][@hidden]").await;
    assert_eq!(browser.run("return document.getElementById('event-body').value", json!([])).await, "{}");
    browser.click("//button[contains(., 'queue orders')]").await;
    browser.find("//div[@id='dead'][not(@hidden)]").await;
    for width in WIDTHS {
        assert!(!browser.overflows(width).await, "{width}");
    }
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// A document that describes two of the routes.
fn document() -> Value {
    let item = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": { "type": "integer", "minimum": 3 },
            "name": { "type": "string" },
            "state": { "anyOf": [{ "$ref": "#/components/schemas/State" }, { "type": "null" }] },
            "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Item" } },
            "born": { "type": ["string", "null"], "format": "date" },
        },
    });
    let parameter = |name: &str, place: &str, schema: Value| json!({ "name": name, "in": place, "description": "<b>It</b>", "schema": schema });
    json!({
        "openapi": "3.1.1",
        "info": { "title": "<i>Shop</i>", "version": "1" },
        "paths": {
            "/work": { "post": {
                "x-routegen": { "path": "/work" },
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
            } },
            "/items/{number}": { "get": {
                "x-routegen": { "path": "/items/{id}" },
                "parameters": [
                    { "name": "number", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 0 } },
                    parameter("limit", "query", json!({ "type": "integer", "default": 20 })),
                    parameter("order", "query", json!({ "$ref": "#/components/schemas/State" })),
                    parameter("x-trace", "header", json!({ "type": "string" })),
                ],
            } },
        },
        "components": { "schemas": { "Item": item, "State": { "enum": ["new", "old"] } } },
    })
}

/// A stand-in for the viewer, which shows the title as text.
const VIEWER: &str =
    "const SwaggerUIBundle = ({ domNode, spec }) => domNode.append(`shown: ${spec.info.title}`);";

#[tokio::test]
async fn a_document_fills_in_the_form_and_can_be_read() {
    let browser = Browser::start().await;
    if or_skip(&browser).is_none() {
        return;
    }
    let browser = browser.unwrap();
    let gateway = start().await;
    browser.open(&gateway.page_url().unwrap()).await;
    // The list is rebuilt with each API, at any moment, so the button is found and clicked in one step.
    let choose = "[...document.querySelectorAll('nav button')].find((one) => one.textContent.includes(arguments[0])).click()";
    browser.find("//nav//button[contains(., 'worker')]").await;
    browser.run(choose, json!(["POSTworker"])).await;
    let body = "return document.getElementById('body').value";
    assert_eq!(browser.run(body, json!([])).await, "", "nothing is known of it");
    browser.find("//p[@id='reference'][@hidden]").await;

    // An API with a document is shown immediately.
    let style = "#reference { color: green }".to_owned();
    let reference = Reference::new(document().to_string(), VIEWER.to_owned(), style);
    gateway.replace(&api().reference(reference)).unwrap();
    browser.find("//p[@id='reference'][not(@hidden)]").await;
    browser.run(choose, json!(["items/read"])).await;
    browser.find("//small[@id='parameter-0-note'][.='integer 0…']").await;
    browser.find("//small[@id='query-limit-note'][.='integer: <b>It</b>']").await;
    browser.find("//input[@id='query-limit'][@placeholder='20']").await;
    browser.write("id", "7").await;
    browser.write("limit (query)", "1 & 2").await;
    browser.click("//select[@id='query-order']/option[.='old']").await;
    browser.write("x-trace (header)", "t").await;
    browser.write("Query", "more=1").await;
    browser.click("//button[.='Send']").await;
    let target = "/items/7?limit=1%20%26%202&order=old&more=1";
    browser.find(&format!("{NEWEST}[contains(., '{target}')]")).await;

    // What was entered is kept for its route, and a route that was not visited yet has an example.
    browser.run("location.reload()", json!([])).await;
    browser.find("//p[@id='reference'][not(@hidden)]").await;
    browser.run(choose, json!(["POSTworker"])).await;
    // A recursive schema ends.
    let part = json!({ "id": 3, "name": "text", "state": "new", "parts": [], "born": "2026-01-31" });
    let example = json!({ "id": 3, "name": "text", "state": "new", "parts": [part], "born": "2026-01-31" });
    let filled = browser.run(body, json!([])).await;
    assert_eq!(serde_json::from_str::<Value>(filled.as_str().unwrap()).unwrap(), example);

    // The reference, through the link, which passes the key on.
    browser.click("//p[@id='reference']/a").await;
    assert_eq!(browser.text("//main[contains(., 'shown')]").await, "shown: <i>Shop</i>");
    let colour = "return getComputedStyle(document.getElementById('reference')).color";
    assert_eq!(browser.run(colour, json!([])).await, "rgb(0, 128, 0)");
    browser.open(&format!("http://{}/_routegen/reference", gateway.address())).await;
    browser.find("//main[contains(., 'This address has no key')]").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

#[tokio::test]
async fn other_pages_neither_read_nor_change_anything() {
    let browser = Browser::start().await;
    if or_skip(&browser).is_none() {
        return;
    }
    let browser = browser.unwrap();
    let (gateway, other) = (start().await, builder().start().await.unwrap());
    let page = format!("http://{}/_routegen", gateway.address());
    let port = gateway.address().port();

    // A host name that leads here but is not loopback's.
    browser.open(&format!("http://evil.test:{port}/_routegen")).await;
    assert_eq!(browser.text("//body").await, r#"{"message":"Forbidden"}"#);

    // A page of another origin on this machine, without a policy.
    browser.open(&format!("http://{}/items", other.address())).await;
    let reach = r#"
        const [page] = arguments;
        const reached = [];
        const attempt = async (name, options) => {
            try {
                const response = await fetch(`${page}/page/${name}`, options);
                if (response.type !== "opaque") reached.push(name);
            } catch {}
        };
        return (async () => {
            await attempt("api");
            await attempt("api", { mode: "no-cors" });
            await attempt("token", { method: "POST", mode: "no-cors", body: '{"scopes":[]}' });
            await attempt("token", { method: "POST", headers: { "x-routegen-key": "guess" }, body: '{"scopes":[]}' });
            await attempt("log", { method: "DELETE" });
            const source = new EventSource(`${page}/page/log`);
            await new Promise((resolve) => {
                source.onopen = () => resolve(reached.push("stream"));
                source.onerror = resolve;
            });
            const frame = document.createElement("iframe");
            frame.src = page;
            const loaded = new Promise((resolve) => (frame.onload = resolve));
            document.body.append(frame);
            await loaded;
            try {
                if (frame.contentDocument) reached.push("frame");
            } catch {}
            return reached;
        })();
    "#;
    assert_eq!(browser.run(reach, json!([page])).await, json!([]));

    // A page of the same origin, which a handler serves, in the tab that showed the gateway's page: it
    // finds no key.
    browser.open(&gateway.page_url().unwrap()).await;
    browser.find("//p[@id='connection'][.='live']").await;
    browser.open(&format!("http://{}/anything", gateway.address())).await;
    let reach = r#"
        const key = arguments[0];
        const status = async (name, options) => (await fetch(`/_routegen/page/${name}`, options)).status;
        return (async () => {
            const entries = JSON.stringify([performance.getEntries(), { ...localStorage }, { ...sessionStorage }]);
            return [
                await status("api"),
                await status("log"),
                await status("token", { method: "POST", body: '{"scopes":[]}' }),
                await status("log", { method: "DELETE" }),
                (entries + document.cookie + document.referrer + document.body.textContent).includes(key),
            ];
        })();
    "#;
    let key = gateway.page_url().unwrap().split_once("#key=").unwrap().1.to_owned();
    assert_eq!(browser.run(reach, json!([key])).await, json!([403, 403, 403, 403, false]));

    // Without its key, the page shows what is missing; with the key, it returns as it was.
    browser.open(&page).await;
    browser.find("//p[@id='address'][starts-with(., 'This address has no key: open the printed one')]").await;
    browser.open(&gateway.page_url().unwrap()).await;
    browser.find("//p[@id='connection'][.='live']").await;
    browser.close().await;
}
