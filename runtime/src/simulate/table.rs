//! Selects the registered route for a request.
//!
//! In: registered routes, and the method and path of a request. Out: the route that API Gateway would select,
//! by [`routegen_apigw::routing`], and the parameters in the path. It refuses routes that API Gateway could
//! not distinguish.

use routegen_apigw::routing::{NotAPath, RequestPath, Trie};

use crate::registry::RegisteredRoute;

/// Routes, sorted by path and method: the registry has them in the linker's order.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
    trie: Trie,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) registered: &'static RegisteredRoute,
}

/// Two routes that differ only in the names of their parameters, each with its key and the location of its
/// attribute.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) first: String,
    pub(crate) second: String,
}

/// The route that matches a request.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) row: &'a Row,
    /// The parameters in the path, percent-decoded.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Table {
    pub(crate) fn new(routes: impl Iterator<Item = &'static RegisteredRoute>) -> Result<Self, Conflict> {
        let mut rows: Vec<Row> = routes.map(|registered| Row { registered }).collect();
        rows.sort_by_key(|row| (&row.registered.spec.path, row.registered.spec.method));
        let mut trie = Trie::default();
        for (index, row) in rows.iter().enumerate() {
            let spec = &row.registered.spec;
            let added = trie.insert(spec.method, &spec.path, index);
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

    /// The route that matches a request with this percent-encoded path, if there is one.
    pub(crate) fn find(&self, method: &str, path: &str) -> Result<Option<Found<'_>>, NotAPath> {
        let path = RequestPath::parse(path)?;
        let row = self.trie.select(method, &path).map(|index| &self.rows[index]);
        Ok(row.map(|row| Found { row, parameters: path.parameters_of(&row.registered.spec.path) }))
    }
}

impl Row {
    /// The route key.
    pub(crate) fn key(&self) -> String {
        self.registered.spec.route_key().to_string()
    }

    /// The file and the line of its attribute.
    pub(crate) fn place(&self) -> String {
        self.registered.spec.source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::{Auth, RouteSpec, SourceLocation};

    use super::*;

    /// The registered route of a method and a path.
    fn registered(route: &str) -> &'static RegisteredRoute {
        let (method, path) = route.split_once(' ').unwrap_or(("ANY", route));
        let (name, method, path) = ("own".parse().unwrap(), method.parse().unwrap(), path.parse().unwrap());
        let mut spec = RouteSpec::new(name, method, path, Auth::None);
        spec.source = SourceLocation::new("src/table.rs", 1, 1);
        Box::leak(Box::new(RegisteredRoute::of(spec)))
    }

    fn table(routes: &[&'static str]) -> Result<Table, Conflict> {
        Table::new(routes.iter().copied().map(registered))
    }

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
