//! Who may call, as OpenAPI describes it.
//!
//! In: the authorizers and scopes of routes. Out: the document's security schemes, and the requirements of an
//! operation. A token needs one of a route's scopes, whereas all scopes within one requirement are necessary,
//! so each scope gets its own requirement. Issuers belong to an environment and not to the code: the address
//! in a scheme is a placeholder.

use routegen_spec::{AuthorizerKind, IdentitySource, Scope};
use serde_json::json;

use super::node::{Node, Object};
use crate::check::Authorizer;

/// The name of the scheme of `auth = "iam"`.
const IAM: &str = "iam";

/// The schemes of one authorizer, each with its name. If there are several, a request needs all of them.
pub(super) fn schemes(authorizer: &Authorizer, description: &str) -> Vec<(String, Node)> {
    let name = &authorizer.name;
    match &authorizer.kind {
        AuthorizerKind::Cognito => vec![(name.clone(), token(description, "the user pool"))],
        AuthorizerKind::Jwt { identity_source } if is_authorization(identity_source) => {
            vec![(name.clone(), token(description, "the issuer"))]
        }
        AuthorizerKind::Jwt { identity_source } => {
            key(identity_source, description).map(|scheme| (name.clone(), scheme)).into_iter().collect()
        }
        AuthorizerKind::Lambda { identity_sources, .. } => {
            let keys: Vec<_> = identity_sources
                .iter()
                .filter_map(|source| Some((source.to_string(), key(source, description)?)))
                .collect();
            if let [(_, only)] = keys.as_slice() {
                return vec![(name.clone(), only.clone())];
            }
            if keys.is_empty() {
                // Its identity sources are nothing that a client sends as credentials.
                let scheme = Object::default().with("type", "http").with("scheme", "custom");
                return vec![(name.clone(), scheme.with_text("description", description).into())];
            }
            let named = |source: String| format!("{name}.{}", source.rsplit('.').next().unwrap_or_default());
            keys.into_iter().map(|(source, scheme)| (named(source), scheme)).collect()
        }
        _ => vec![iam()],
    }
}

/// The scheme for requests that are signed with AWS credentials.
pub(super) fn iam() -> (String, Node) {
    let scheme = json!({
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4",
        "x-amazon-apigateway-authtype": "awsSigv4",
    });
    (IAM.to_owned(), scheme.into())
}

/// The requirements of an operation; an empty list if everyone may call it.
pub(super) fn requirements(auth: &str, kind: Option<&AuthorizerKind>, scopes: &[Scope]) -> Node {
    let Some(kind) = kind else { return Node::List(Vec::new()) };
    let authorizer = Authorizer { name: auth.to_owned(), kind: kind.clone() };
    let schemes: Vec<String> = schemes(&authorizer, "").into_iter().map(|(name, _)| name).collect();
    let requirement = |scopes: Vec<String>| -> Node {
        schemes.iter().map(|name| (name.clone(), scopes.clone().into())).collect::<Object>().into()
    };
    let takes_scopes = match kind {
        AuthorizerKind::Cognito => true,
        AuthorizerKind::Jwt { identity_source } => is_authorization(identity_source),
        _ => false,
    };
    if scopes.is_empty() || !takes_scopes {
        return Node::List(vec![requirement(Vec::new())]);
    }
    Node::List(scopes.iter().map(|scope| requirement(vec![scope.to_string()])).collect())
}

fn is_authorization(source: &IdentitySource) -> bool {
    *source == IdentitySource::authorization()
}

fn token(description: &str, whose: &str) -> Node {
    let note = format!("A bearer token. The address stands for that of {whose} of the environment");
    let text = if description.is_empty() { note } else { format!("{description}. {note}") };
    Object::default()
        .with("type", "openIdConnect")
        .with("description", text)
        .with("openIdConnectUrl", "https://issuer.example/.well-known/openid-configuration")
        .into()
}

fn key(source: &IdentitySource, description: &str) -> Option<Node> {
    let (place, name) = match source {
        IdentitySource::Header(name) => ("header", name.as_str().to_owned()),
        IdentitySource::Query(name) => ("query", name.as_str().to_owned()),
        _ => return None,
    };
    let scheme = Object::default().with("type", "apiKey").with("in", place).with("name", name);
    Some(scheme.with_text("description", description).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(kind: &AuthorizerKind, scopes: &[&str]) -> String {
        let scopes: Vec<Scope> = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
        serde_json::to_string(&requirements("key", Some(kind), &scopes)).unwrap()
    }

    fn lambda(sources: &[&str]) -> AuthorizerKind {
        let identity_sources = sources.iter().map(|source| source.parse().unwrap()).collect();
        AuthorizerKind::Lambda { function: "key".parse().unwrap(), identity_sources, ttl: 0 }
    }

    #[test]
    fn of_scopes_one_is_enough_and_of_identity_sources_none_may_be_missing() {
        assert_eq!(
            required(&AuthorizerKind::Cognito, &["a/r", "a/w"]),
            r#"[{"key":["a/r"]},{"key":["a/w"]}]"#
        );
        assert_eq!(required(&AuthorizerKind::Cognito, &[]), r#"[{"key":[]}]"#);
        let two = lambda(&["$request.header.x-api-key", "$request.querystring.tenant", "$context.routeKey"]);
        assert_eq!(required(&two, &[]), r#"[{"key.x-api-key":[],"key.tenant":[]}]"#);
        assert_eq!(required(&lambda(&["$context.routeKey"]), &[]), r#"[{"key":[]}]"#);
        assert_eq!(required(&AuthorizerKind::Iam, &[]), r#"[{"iam":[]}]"#);
        let query = AuthorizerKind::Jwt { identity_source: "$request.querystring.token".parse().unwrap() };
        assert_eq!(required(&query, &["a/r"]), r#"[{"key":[]}]"#, "a key has no scopes");
        assert_eq!(requirements("none", None, &[]), Node::List(Vec::new()));
    }
}
