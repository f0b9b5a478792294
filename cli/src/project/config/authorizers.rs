//! `[authorizers.NAME]`: authorizers that are not written in Rust. Routes refer to them by name.
//!
//! In: the table. Out: the part that belongs to the code. The issuer and the audience differ between
//! environments, and are variables of the Terraform module.

use routegen_spec::{Auth, AuthorizerKind, IdentitySource, Name};
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Spanned;

use super::mistake::{Mistake, spanned};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct OneAuthorizer {
    /// `jwt`, the only kind: tokens of any issuer with OIDC discovery.
    #[expect(dead_code, reason = "it is read to be refused where it is another one")]
    #[serde(deserialize_with = "jwt")]
    #[cfg_attr(test, schemars(with = "String", extend("const" = AuthorizerKind::JWT)))]
    kind: (),
    /// Where a request contains the token: `$request.header.NAME` (by default of `Authorization`) or `$request.querystring.NAME`.
    #[cfg_attr(test, schemars(with = "Option<String>", extend("pattern" = r"^\$request\.(header|querystring)\..+$")))]
    identity_source: Option<Spanned<String>>,
}

/// The only kind that the file can declare: tokens of any issuer that publishes its keys by OIDC discovery.
fn jwt<'de, D: Deserializer<'de>>(kind: D) -> Result<(), D::Error> {
    match String::deserialize(kind)? {
        word if word == AuthorizerKind::JWT => Ok(()),
        other => Err(D::Error::unknown_variant(&other, &[AuthorizerKind::JWT])),
    }
}

impl OneAuthorizer {
    /// A header or a query parameter: API Gateway finds a token nowhere else ([CreateAuthorizer]).
    ///
    /// [CreateAuthorizer]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
    pub(super) fn identity_source(&self) -> Result<IdentitySource, Mistake> {
        const DEFAULT: &str = "$request.header.Authorization";
        let text = self.identity_source.as_ref().map_or(DEFAULT, |source| source.as_ref());
        match (text.parse(), &self.identity_source) {
            (Ok(source @ (IdentitySource::Header(_) | IdentitySource::Query(_))), _) => Ok(source),
            (_, written) => Err(Mistake {
                help: Some("write `$request.header.NAME` or `$request.querystring.NAME`".to_owned()),
                span: written.as_ref().map(Spanned::span),
                ..Mistake::new(format!("a token cannot come from `{text}`"))
            }),
        }
    }
}

/// Checks that an authorizer may have this name.
pub(super) fn validate_name(name: &Spanned<String>) -> Result<(), Mistake> {
    let word = name.as_ref().as_str();
    if [Auth::COGNITO, Auth::Iam.as_str(), Auth::None.as_str()].contains(&word) {
        return Err(spanned(&format!("`auth = \"{word}\"` is reserved"), name));
    }
    if word.parse::<Name>().is_err() {
        let help = "write lower-case letters, digits and single underscores, beginning with a letter";
        let mistake = spanned(&format!("`{word}` cannot be the name of an authorizer"), name);
        return Err(Mistake { help: Some(help.to_owned()), ..mistake });
    }
    Ok(())
}
