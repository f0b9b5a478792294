//! Parses the attribute's tokens into a [`RouteAttr`].
//!
//! In: the tokens between the parentheses of `#[route(…)]`. Out: the value of every argument with its tokens,
//! so that a later error can point at it. It refuses arguments that are wrong by themselves: an unknown,
//! duplicate or misspelt key, a value of the wrong form or out of range. It never stops at the first mistake.
//! Rules about two arguments, or about the function, are in `validate.rs`.

use proc_macro2::{TokenStream, TokenTree};
use routegen_spec::{Auth, Date, EnvName, Method, Name, PathPattern, Scope, Throttle, attributes::Key};
use syn::LitStr;

use super::{
    responses::{self, Response},
    siblings::Attribute,
};
use crate::{
    arguments::{is_assignment, split},
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// A complete attribute, for messages about an incomplete one.
const EXAMPLE: &str = "#[route(GET, \"/items\", auth = \"cognito\")]";

/// The attribute as written, with each argument valid by itself.
#[derive(Default)]
pub(crate) struct RouteAttr {
    pub(crate) method: Slot<Method>,
    pub(crate) path: Slot<PathPattern>,
    pub(crate) auth: Slot<Auth>,
    pub(crate) scopes: Slot<Vec<Scope>>,
    pub(crate) memory: Slot<u32>,
    pub(crate) timeout: Slot<u32>,
    pub(crate) multi_thread: Slot<bool>,
    pub(crate) env: Slot<Vec<EnvName>>,
    pub(crate) throttle: Slot<Throttle>,
    pub(crate) guards: Slot<Vec<syn::Type>>,
    pub(crate) middleware: Slot<Vec<values::Around>>,
    pub(crate) name: Slot<Name>,
    pub(crate) lambda: Slot<Name>,
    pub(crate) description: Slot<String>,
    pub(crate) tags: Slot<Vec<String>>,
    pub(crate) deprecated: Slot<bool>,
    pub(crate) responses: Slot<Vec<Response>>,
    pub(crate) sunset: Slot<Date>,
    pub(crate) krate: Slot<syn::Path>,
    /// The whole attribute, for errors; empty for the one that is being expanded, which the compiler knows.
    pub(crate) place: TokenStream,
}

pub(crate) fn parse(attribute: Attribute, errors: &mut Errors) -> RouteAttr {
    let mut route = RouteAttr { place: attribute.place, ..RouteAttr::default() };
    let mut arguments = split(attribute.arguments, errors).into_iter().peekable();
    let has_key = |argument: &TokenStream| {
        is_assignment(argument) || first_word(argument).is_some_and(|word| word == Key::RESPONSES.name)
    };
    if let Some(argument) = arguments.next_if(|argument| !has_key(argument)) {
        route.read_method(argument, errors);
    }
    // If the path was in the method's place, it has been read already.
    if route.path.is_absent()
        && let Some(argument) = arguments.next_if(|argument| !has_key(argument))
    {
        route.path.fill(values::path(&argument, errors), argument);
    }
    for argument in arguments {
        route.read_key(argument, errors);
    }
    route.report_what_is_absent(errors);
    route
}

/// The word at the beginning of an argument.
fn first_word(argument: &TokenStream) -> Option<String> {
    match argument.clone().into_iter().next() {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

impl RouteAttr {
    fn read_method(&mut self, argument: TokenStream, errors: &mut Errors) {
        if let Ok(text) = syn::parse2::<LitStr>(argument.clone())
            && text.value().starts_with('/')
        {
            self.path.fill(values::path(&argument, errors), argument);
            return;
        }
        let method = values::method(&argument, errors);
        self.method.fill(method, argument);
    }

    fn read_key(&mut self, argument: TokenStream, errors: &mut Errors) {
        match first_word(&argument).as_deref() {
            Some(word @ ("method" | "path")) => {
                errors.push(
                    &argument,
                    format!("the {word} must not have a key"),
                    format!("write the method and the path first: `{EXAMPLE}`"),
                );
                self.method.excuse();
                self.path.excuse();
            }
            _ => self.table().read(argument, errors),
        }
    }

    /// The keys. `auth` comes first, because it is the only required one.
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::AUTH, &mut self.auth, values::auth),
            Row::new(Key::SCOPES, &mut self.scopes, values::scopes),
            Row::new(Key::MEMORY, &mut self.memory, values::memory),
            Row::new(Key::TIMEOUT, &mut self.timeout, values::timeout),
            Row::new(Key::MULTI_THREAD, &mut self.multi_thread, values::flag),
            Row::new(Key::ENV, &mut self.env, values::env),
            Row::new(Key::THROTTLE, &mut self.throttle, values::throttle),
            Row::new(Key::GUARDS, &mut self.guards, values::guards),
            Row::new(Key::MIDDLEWARE, &mut self.middleware, values::middleware),
            Row::new(Key::NAME, &mut self.name, values::id),
            Row::new(Key::LAMBDA, &mut self.lambda, values::id),
            Row::new(Key::DESCRIPTION, &mut self.description, values::text),
            Row::new(Key::TAGS, &mut self.tags, values::tags),
            Row::new(Key::DEPRECATED, &mut self.deprecated, values::flag),
            Row::new(Key::RESPONSES, &mut self.responses, responses::read),
            Row::new(Key::SUNSET, &mut self.sunset, values::date),
            Row::new(Key::CRATE, &mut self.krate, values::krate),
        ])
    }

    fn report_what_is_absent(&mut self, errors: &mut Errors) {
        let absent = match (self.method.is_absent(), self.path.is_absent()) {
            (true, true) => {
                // The example in the help contains `auth` too.
                self.auth.excuse();
                "the method and the path are missing"
            }
            (true, false) => "the method is missing",
            (false, true) => "the path is missing",
            (false, false) => "",
        };
        if !absent.is_empty() {
            errors.push(&self.place, absent, format!("write the method and the path first: `{EXAMPLE}`"));
        }
        if self.auth.is_absent() {
            errors.push(
                &self.place,
                "missing `auth`, which defines who may call this route",
                "write `auth = \"cognito\"`, or `auth = \"none\"` for an open route",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;
    use routegen_spec::attributes;

    use super::*;

    /// The attribute and its errors, one per line.
    fn read(attribute: &str) -> (RouteAttr, Vec<String>) {
        let mut errors = Errors::default();
        let route = parse(Attribute::expanded(attribute.parse().unwrap()), &mut errors);
        (route, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
    }

    #[test]
    fn the_keys_are_those_of_the_table_that_the_documentation_is_made_of() {
        let known: Vec<Key> = attributes::ROUTE.iter().map(|argument| argument.key).collect();
        assert_eq!(RouteAttr::default().table().keys(), known);
    }

    #[test]
    fn every_key_is_read() {
        let (route, errors) = read(
            r#"POST, "/items/{id}", auth = "cognito", scopes = ["items/read", "items/write",], memory = 10_240,
               timeout = 0x1e, multi_thread = true, env = ["TABLE", "LOG_LEVEL"], throttle = (50, 2_0,), guards = [Admin, Of<A, B>,],
               middleware = [audit, layer(timeout(2, || "x")), a::b], name = "create", lambda = "order-items",
               description = r"Creates", tags = ["items", "Write access"], deprecated = true, sunset = "2027-01-31",
               responses(201 = Page<Item, Tag>, 303 = Redirect: "elsewhere", 404, 409 = "taken",), crate = a::b,"#,
        );
        assert_eq!(errors, [""; 0]);
        assert_eq!(route.method.value(), Some(Method::Post));
        assert_eq!(route.path.value().unwrap().as_str(), "/items/{id}");
        assert_eq!(route.auth.value(), Some(Auth::Authorizer("cognito".to_owned())));
        let scopes = route.scopes.value().unwrap();
        assert_eq!(scopes.iter().map(Scope::as_str).collect::<Vec<_>>(), ["items/read", "items/write"]);
        assert_eq!((route.memory.value(), route.timeout.value()), (Some(10_240), Some(30)));
        assert_eq!(route.multi_thread.value(), Some(true));
        let env = route.env.value().unwrap();
        assert_eq!(env.iter().map(EnvName::as_str).collect::<Vec<_>>(), ["TABLE", "LOG_LEVEL"]);
        assert_eq!(route.throttle.value(), Some(Throttle::new(50, 20)));
        assert_eq!(route.name.value().unwrap().as_str(), "create");
        assert_eq!(route.lambda.value().unwrap().as_str(), "order_items");
        let guards = route.guards.value().unwrap();
        assert_eq!(guards.iter().map(values::written).collect::<Vec<_>>(), ["Admin", "Of<A, B>"]);
        let middleware = route.middleware.value().unwrap();
        let middleware: Vec<String> = middleware.iter().map(values::written).collect();
        assert_eq!(middleware, ["audit", "layer(timeout(2, ||\"x\"))", "a::b"]);
        assert_eq!(route.description.value().unwrap(), "Creates");
        assert_eq!(route.tags.value().unwrap(), ["items", "Write access"]);
        assert_eq!(route.deprecated.value(), Some(true));
        let responses = route.responses.value().unwrap();
        let responses: Vec<_> = responses
            .iter()
            .map(|it| {
                (it.status.base10_digits(), it.ty.as_ref().map(values::written), it.description.as_str())
            })
            .collect();
        let expected = [
            ("201", Some("Page<Item, Tag>".to_owned()), ""),
            ("303", Some("Redirect".to_owned()), "elsewhere"),
            ("404", None, ""),
            ("409", None, "taken"),
        ];
        assert_eq!(responses, expected);
        assert_eq!(route.sunset.value().unwrap().to_string(), "2027-01-31");
        assert_eq!(route.krate.value().to_token_stream().to_string(), "a :: b");
    }

    #[test]
    fn what_is_not_written_is_absent() {
        let (route, errors) = read(r#"GET, "/", auth = "none""#);
        assert_eq!(errors, [""; 0]);
        assert!(route.scopes.is_absent() && route.memory.is_absent() && route.timeout.is_absent());
        assert!(
            route.multi_thread.is_absent()
                && route.env.is_absent()
                && route.throttle.is_absent()
                && route.guards.is_absent()
                && route.middleware.is_absent()
                && route.name.is_absent()
                && route.lambda.is_absent()
                && route.description.is_absent()
                && route.tags.is_absent()
                && route.deprecated.is_absent()
                && route.responses.is_absent()
                && route.sunset.is_absent()
                && route.krate.is_absent()
        );
    }

    #[test]
    fn every_mistake_has_one_error_and_its_fix() {
        let written = [
            r"",
            r#"auth = "none""#,
            r#"GET, auth = "none""#,
            r#""/items", auth = "none""#,
            r#"get, "/items", auth = "none""#,
            r#"FETCH, "/items", auth = "none""#,
            r#""GET", "/items", auth = "none""#,
            r#"Method::GET, "/items", auth = "none""#,
            r#"GET "/items", auth = "none""#,
            r#"GET, items, auth = "none""#,
            r#"GET, b"/items", auth = "none""#,
            r#"GET, "/items/", auth = "none""#,
            r#"GET, "/items" auth = "none""#,
            r#"GET, "/items""#,
            r#"GET, "/items", "cognito""#,
            r#"GET, "/items", auth"#,
            r#"GET, "/items", auth("none")"#,
            r#"GET, "/items", auth: "none""#,
            r#"GET, "/items", auth ="#,
            r#"GET, "/items", auth == "none""#,
            r#"GET, "/items", auth = none"#,
            r#"GET, "/items", auth = """#,
            r#"GET, "/items", auth = "my pool""#,
            r#"GET, "/items", auth = "none" memory = 256"#,
            r#"GET, "/items", auth = "none",, memory = 256"#,
            r#"GET, "/items", auth = "none", auth = "iam""#,
            r#"GET, "/items", aut = "none""#,
            r#"GET, "/items", auth = "none", colour = "red""#,
            r#"GET, auth = "none", path = "/items""#,
            r#"GET, "/items", auth = "none", memory = "256""#,
            r#"GET, "/items", auth = "none", memory = 256.0"#,
            r#"GET, "/items", auth = "none", memory = -1"#,
            r#"GET, "/items", auth = "none", memory = 256MB"#,
            r#"GET, "/items", auth = "none", memory = 256 MB"#,
            r#"GET, "/items", auth = "none", memory = 127"#,
            r#"GET, "/items", auth = "none", memory = 99999999999999999999"#,
            r#"GET, "/items", auth = "none", timeout = 31"#,
            r#"GET, "/items", auth = "none", env = "TABLE""#,
            r#"GET, "/items", auth = "none", env = [TABLE]"#,
            r#"GET, "/items", auth = "none", env = ["1BAD"]"#,
            r#"GET, "/items", auth = "none", env = ["AWS_REGION"]"#,
            r#"GET, "/items", auth = "none", env = ["TABLE", "TABLE"]"#,
            r#"GET, "/items", auth = "none", throttle = 50"#,
            r#"GET, "/items", auth = "none", throttle = [50, 20]"#,
            r#"GET, "/items", auth = "none", throttle = (50)"#,
            r#"GET, "/items", auth = "none", throttle = (50, 20, 10)"#,
            r#"GET, "/items", auth = "none", throttle = (0, 20)"#,
            r#"GET, "/items", auth = "none", throttle = (50, "20")"#,
            r#"GET, "/items", auth = "none", guards = Admin"#,
            r#"GET, "/items", auth = "none", guards = ["Admin"]"#,
            r#"GET, "/items", auth = "none", middleware = audit"#,
            r#"GET, "/items", auth = "none", middleware = ["audit"]"#,
            r#"GET, "/items", auth = "none", middleware = [timeout(5)]"#,
            r#"GET, "/items", auth = "none", middleware = [layer()]"#,
            r#"GET, "/:id", auth = "none""#,
            r#"GET, "/files/*path", auth = "none""#,
            r#"GET, "/items", auth = "none", name = "getItems""#,
            r#"GET, "/items", auth = "none", name = get_items"#,
            r#"GET, "/items", auth = "none", lambda = "pet shop""#,
            r#"GET, "/items", auth = "none", lambda = ["pets"]"#,
            r#"GET, "/items", auth = "none", description = 1"#,
            r#"GET, "/items", auth = "none", tags = "items""#,
            r#"GET, "/items", auth = "none", tags = [items]"#,
            r#"GET, "/items", auth = "none", tags = [" "]"#,
            r#"GET, "/items", auth = "none", tags = ["items", "items"]"#,
            r#"GET, "/items", auth = "none", deprecated = "yes""#,
            r#"GET, "/items", auth = "none", deprecated"#,
            r#"GET, "/items", auth = "none", responses"#,
            r#"GET, "/items", auth = "none", responses()"#,
            r#"GET, "/items", auth = "none", responses = [404]"#,
            r#"GET, "/items", auth = "none", responses[404]"#,
            r#"GET, "/items", auth = "none", responses(404) timeout = 3"#,
            r#"GET, "/items", auth = "none", responses(99)"#,
            r#"GET, "/items", auth = "none", responses(600 = Item)"#,
            r#"GET, "/items", auth = "none", responses(404u16)"#,
            r#"GET, "/items", auth = "none", responses("404")"#,
            r#"GET, "/items", auth = "none", responses(Item)"#,
            r#"GET, "/items", auth = "none", responses(StatusCode::NOT_FOUND)"#,
            r#"GET, "/items", auth = "none", responses(404 =)"#,
            r#"GET, "/items", auth = "none", responses(404 = 7)"#,
            r#"GET, "/items", auth = "none", responses(404 = " ")"#,
            r#"GET, "/items", auth = "none", responses(404 = "no item": Item)"#,
            r#"GET, "/items", auth = "none", responses(404 = Item: 7)"#,
            r#"GET, "/items", auth = "none", responses(404 = Item:)"#,
            r#"GET, "/items", auth = "none", responses(404 = Item:, 409)"#,
            r#"GET, "/items", auth = "none", responses(404 Item)"#,
            r#"GET, "/items", auth = "none", responses(404, 404 = Item)"#,
            r#"GET, "/items", auth = "none", responses(204 = Item)"#,
            r#"GET, "/items", auth = "none", response(404)"#,
            r#"GET, responses(404), auth = "none""#,
            r#"GET, "/items", auth = "none", sunset = "2027-02-29""#,
            r#"GET, "/items", auth = "none", sunset = 2027"#,
            r#"GET, "/items", auth = "none", crate = "a::b""#,
            r#"GET, "/items", auth = "none", crate = a::b<c>"#,
            r#"GET, "/items", auth = "cognito", scopes = "items/read""#,
            r#"GET, "/items", auth = "cognito", scopes = [items]"#,
            r#"GET, "/items", auth = "cognito", scopes = ["items/read" "items/write"]"#,
            r#"GET, "/items", auth = "cognito", scopes = ["items/"]"#,
            r#"GET, "/items", auth = "cognito", scopes = ["a/b", "a/c", "a/b"]"#,
            r#"GET, "/items", auth = "cognito", scopes = ["0","1","2","3","4","5","6","7","8","9","a","b"]"#,
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|attribute| {
                let (_, errors) = read(attribute);
                assert_eq!(errors.len(), 1, "{attribute}: {errors:?}");
                format!("{attribute}\n    {}", errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn several_mistakes_are_all_reported() {
        let (_, errors) = read(r#"get, "/items/", memory = 1, scope = [], timeout = "1""#);
        assert_eq!(errors.len(), 6, "{errors:?}");
    }
}
