//! The whole of `#[derive(Resource)]`.
//!
//! In: the tokens of a struct. Out: the code that creates it from other resources, with what it may do in
//! AWS, and every error. It refuses a grant without actions, but does not check whether the actions exist.

mod expand;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use self::{expand::expand, validate::validate};
use crate::errors::Errors;

pub(crate) fn resource(item: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let item = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return (TokenStream::new(), vec![error]),
    };
    let resource = validate(&item, &mut errors);
    let errors = errors.into_vec();
    match resource {
        Some(resource) if errors.is_empty() => (expand(&item, &resource), errors),
        _ => (TokenStream::new(), errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expansion as rustfmt would format it, after the errors if there are any.
    fn expansion(item: &str) -> String {
        let (tokens, errors) = resource(item.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn of_its_fields() {
        insta::assert_snapshot!(expansion(
            r#"#[grant(items_table, actions = ["dynamodb:GetItem", "dynamodb:Query"], on = ["", "/index/*"])]
            #[grant(actions = ["dynamodb:ListTables"], on = "*")]
            struct ReadItems { store: Res<Store>, keys: Res<Keys> }"#
        ));
    }

    #[test]
    fn of_what_a_function_makes() {
        insta::assert_snapshot!(expansion(
            r#"#[grant(news_topic, actions = ["sns:Publish*"], value = "arn", reason = "all of them")]
            #[resource(env = ["LEVEL"], init = Self::connect, needs = [Config, Keys<T>], crate = api::routegen)]
            enum News<T: Send> where T: Sync { A(T) }"#
        ));
    }

    #[test]
    fn every_mistake_has_one_error_and_what_to_write() {
        let written = [
            "enum E { A }",
            "#[resource(needs = [Config])] struct S;",
            "#[resource(int = Self::connect)] struct S;",
            "#[resource(init = \"connect\")] struct S;",
            "#[resource(init = Self::connect, init = Self::new)] struct S;",
            "#[resource(env = [\"AWS_REGION\"])] struct S;",
            "#[resource(init = f, needs = Config)] struct S;",
            "#[resource] struct S;",
            "#[resource = \"LEVEL\"] struct S;",
            "#[grant] struct S;",
            "#[grant = \"items_table\"] struct S;",
            "#[grant(items_table)] struct S;",
            "#[grant(\"items_table\", actions = [\"s3:GetObject\"])] struct S;",
            "#[grant(ItemsTable, actions = [\"s3:GetObject\"])] struct S;",
            "#[grant(aws_region, actions = [\"s3:GetObject\"])] struct S;",
            "#[grant(actions = [\"s3:GetObject\"])] struct S;",
            "#[grant(actions = [\"s3:ListAllMyBuckets\"], on = \"*\", value = \"arn\")] struct S;",
            "#[grant(items, action = [\"s3:GetObject\"])] struct S;",
            "#[grant(items, actions = [])] struct S;",
            "#[grant(items, actions = \"s3:GetObject\")] struct S;",
            "#[grant(items, actions = [\"GetObject\"])] struct S;",
            "#[grant(items, actions = [\"*\"])] struct S;",
            "#[grant(items, actions = [\"s3:GetObject\", \"s3:GetObject\"])] struct S;",
            "#[grant(items, actions = [\"s3:GetObject\"], on = [])] struct S;",
            "#[grant(items, actions = [\"s3:GetObject\"], on = \"objects\")] struct S;",
            "#[grant(items, actions = [\"s3:GetObject\"], on = [\"/*\", \"*\"])] struct S;",
            "#[grant(items, actions = [\"s3:GetObject\"], value = \"id\")] struct S;",
            "#[grant(items, actions = [\"s3:GetObject\"], reason = \"\")] struct S;",
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|item| {
                let errors = resource(item.parse().unwrap()).1;
                assert_eq!(errors.len(), 1, "{item}: {errors:?}");
                format!("{item}\n    {}", errors[0].to_string().replace('\n', "; "))
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
