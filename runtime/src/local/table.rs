//! Which registered route takes a request.
//!
//! In: registered routes, the method and the path of a request. Out: the route that API Gateway would select, by
//! [`routegen_apigw::routing`], and the parameters in the path. It refuses routes that API Gateway could not tell apart.

use routegen_apigw::routing::{NotAPath, RequestPath, Trie};
use routegen_spec::{Method, PathPattern, RouteKey};

use crate::registry::Registration;

/// Routes, in the order of their paths and methods: the registry's is the linker's.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
    trie: Trie,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) registration: &'static Registration,
    method: Method,
    path: PathPattern,
}

/// Two routes that differ in nothing but the names of their parameters, each by its key and the place of its attribute.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) first: String,
    pub(crate) second: String,
}

/// A route that takes a request.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) row: &'a Row,
    /// The parameters in the path, percent-decoded.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Table {
    /// A route that no attribute could have registered is left out.
    pub(crate) fn new(registrations: impl Iterator<Item = &'static Registration>) -> Result<Self, Conflict> {
        let mut rows: Vec<Row> = registrations.filter_map(Row::new).collect();
        rows.sort_by(|one, other| (&one.path, one.method).cmp(&(&other.path, other.method)));
        let mut trie = Trie::default();
        for (index, row) in rows.iter().enumerate() {
            let added = trie.insert(row.method, &row.path, index);
            added.map_err(|conflict| {
                let [first, second] =
                    [&rows[conflict.first], row].map(|row| format!("{} ({})", row.key(), row.place()));
                Conflict { first, second }
            })?;
        }
        Ok(Self { rows, trie })
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The route that takes a request with this path, which is percent-encoded, if one does.
    pub(crate) fn find(&self, method: &str, path: &str) -> Result<Option<Found<'_>>, NotAPath> {
        let path = RequestPath::parse(path)?;
        let row = self.trie.select(method, &path).map(|index| &self.rows[index]);
        Ok(row.map(|row| Found { row, parameters: path.parameters_of(&row.path) }))
    }
}

impl Row {
    fn new(registration: &'static Registration) -> Option<Self> {
        Some(Self {
            registration,
            method: registration.method.parse().ok()?,
            path: registration.path.parse().ok()?,
        })
    }

    /// API Gateway's name of the route.
    pub(crate) fn key(&self) -> String {
        RouteKey::new(self.method, &self.path).to_string()
    }

    /// The file and the line of its attribute.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.registration.file, self.registration.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A registration of a method and a path.
    fn registration(route: &'static str) -> &'static Registration {
        let (method, path) = route.split_once(' ').unwrap_or(("ANY", route));
        let any = inventory::iter::<Registration>().next().expect("the test has a route of its own");
        Box::leak(Box::new(Registration { method, path, ..*any }))
    }

    fn table(routes: &[&'static str]) -> Result<Table, Conflict> {
        Table::new(routes.iter().copied().map(registration))
    }

    /// The route whose registration the tests change.
    #[crate::route(GET, "/", auth = "none", crate = crate)]
    async fn own() {}

    #[test]
    fn the_route_is_the_one_that_api_gateway_selects_with_its_parameters() {
        let routes = ["$default", "POST /{any+}", "GET /a/{b}/{c+}", "ANY /a/{b}/c", "GET /a/{d}/c"];
        let table = table(&routes).unwrap();
        for (method, path, expected) in [
            ("GET", "/a/x%20y/c", "GET /a/{d}/c d=x y"),
            ("PUT", "/a/x/c", "ANY /a/{b}/c b=x"),
            ("GET", "/a/x%2Fw/y/z", "GET /a/{b}/{c+} b=x/w c=y/z"),
            ("POST", "/a/x/y", "POST /{any+} any=a/x/y"),
            ("GET", "/a", "$default"),
        ] {
            let found = table.find(method, path).unwrap().unwrap();
            let parameters = found.parameters.iter().map(|(name, value)| format!(" {name}={value}"));
            assert_eq!(found.row.key() + &parameters.collect::<String>(), expected, "{method} {path}");
        }
        assert!(table.find("GET", "/%ff").is_err());
    }

    #[test]
    fn routes_that_cannot_be_told_apart_are_refused() {
        let Conflict { first, second } = table(&["GET /a/{c}", "GET /a/{b}", "POST /a/{c}"]).unwrap_err();
        assert!(first.starts_with("GET /a/{b} (") && first.contains(".rs:"), "{first}");
        assert!(second.starts_with("GET /a/{c} ("), "{second}");
    }
}
