//! The names of schemas in a document.
//!
//! In: all schemas of all routes, each with its own definitions and references to them. Out: the components,
//! and each schema with references to them. A component has the name of its Rust type. If several schemas
//! share one name, such as `Page` for `Page<Item>` and `Page<Pet>`, each is named after what it refers to,
//! `Page_Item`, or else by a hash of its contents. The input and the output schema of one type are one
//! component if they are equivalent, otherwise `ItemInput` and `Item`. Neither the order of the routes nor
//! another route changes a name, unless that route brings a schema of the same name.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::contract::Schema;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The prefix of references to components.
const PLACE: &str = "#/components/schemas/";

/// The components that every document may have.
pub(super) const MESSAGE: &str = "GatewayMessage";
pub(super) const PROBLEM: &str = "ProblemDetails";
const RESERVED: [&str; 2] = [MESSAGE, PROBLEM];

/// The prefix of a type schema's references to its own definitions.
const OWN: &str = "#/$defs/";

/// The schemas that have names.
#[derive(Debug, Default)]
pub(super) struct Components {
    /// The name of each class of definitions.
    names: BTreeMap<Class, String>,
    /// The class of each definition, by its schema and its name there.
    classes: BTreeMap<(String, String), Class>,
    schemas: BTreeMap<String, Value>,
}

/// A class of equivalent definitions: their name, and a digest of their contents with everything that they
/// refer to.
type Class = (String, String);

/// A definition that represents its class.
struct Definition {
    /// The schema that contains it.
    root: String,
    value: Value,
    /// What it refers to, in the order of its references.
    references: Vec<Class>,
}

impl Components {
    /// The components of all these schemas.
    pub(super) fn new<'a>(schemas: impl IntoIterator<Item = &'a Schema>) -> Self {
        let roots: BTreeMap<String, &Schema> =
            schemas.into_iter().map(|schema| (key(schema), schema)).collect();
        let mut components = Self { classes: classes(&roots), ..Self::default() };
        let mut uses: BTreeMap<Class, BTreeSet<bool>> = BTreeMap::new();
        let mut values: BTreeMap<Class, Definition> = BTreeMap::new();
        for ((root, name), class) in &components.classes {
            let schema = roots[root];
            uses.entry(class.clone()).or_default().insert(schema.is_input);
            values.entry(class.clone()).or_insert_with(|| {
                let mut value = schema.definitions[name].clone();
                let mut others = Vec::new();
                references(&mut value, &mut |reference| {
                    others.extend(components.classes.get(&(root.clone(), own_name(reference)?)).cloned());
                    None
                });
                Definition { root: root.clone(), value, references: others }
            });
        }
        components.names = names(&uses, &values);
        let schemas = values.into_iter().map(|(class, Definition { root, mut value, .. })| {
            components.refer(&root, &mut value);
            (components.names[&class].clone(), value)
        });
        components.schemas = schemas.collect();
        components
    }

    /// The schema with references to components; `None` if the type has no schema.
    pub(super) fn resolve(&self, schema: &Schema) -> Option<Value> {
        let mut value = schema.value.clone()?;
        self.refer(&key(schema), &mut value);
        Some(value)
    }

    /// The same for another value of this type, such as a member of a problem.
    pub(super) fn resolve_within(&self, schema: &Schema, mut value: Value) -> Value {
        self.refer(&key(schema), &mut value);
        value
    }

    /// All components, by their names.
    pub(super) fn into_schemas(self) -> BTreeMap<String, Value> {
        self.schemas
    }

    /// The schema behind a reference to a component.
    pub(super) fn get(&self, reference: &str) -> Option<&Value> {
        self.schemas.get(reference.strip_prefix(PLACE)?)
    }

    fn refer(&self, root: &str, value: &mut Value) {
        references(value, &mut |reference| {
            let name = own_name(reference)?;
            let class = self.classes.get(&(root.to_owned(), name))?;
            Some(format!("{PLACE}{}", self.names.get(class)?))
        });
    }
}

/// A key that identifies a schema.
fn key(schema: &Schema) -> String {
    let contract = if schema.is_input { "in" } else { "out" };
    let members = schema.problem.as_ref().map(|problem| serde_json::to_string(problem).unwrap_or_default());
    let definitions = serde_json::to_string(&schema.definitions).unwrap_or_default();
    format!("{contract} {} {:?} {members:?} {definitions}", schema.of, schema.value)
}

/// Calls `change` for every reference, and replaces it with the result.
fn references(value: &mut Value, change: &mut impl FnMut(&str) -> Option<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        if let Some(changed) = change(reference) {
                            *reference = changed;
                        }
                    }
                    value => references(value, change),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| references(value, change)),
        _ => {}
    }
}

/// The definition's name in such a reference.
fn own_name(reference: &str) -> Option<String> {
    let encoded = reference.strip_prefix(OWN)?;
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = (byte == b'%').then(|| after.get(..2)).flatten();
        let hex = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        (bytes, rest) = match hex {
            Some(decoded) => ([bytes, vec![decoded]].concat(), &after[2..]),
            None => ([bytes, vec![byte]].concat(), after),
        };
    }
    Some(String::from_utf8(bytes).ok()?.replace("~1", "/").replace("~0", "~"))
}

/// The classes of definitions. Two definitions are equivalent if their own contents are equal and what they
/// refer to is equivalent, at any depth and in cycles too.
fn classes(roots: &BTreeMap<String, &Schema>) -> BTreeMap<(String, String), Class> {
    let definitions: BTreeMap<(String, String), (String, &Value)> = roots
        .iter()
        .flat_map(|(root, schema)| {
            schema
                .definitions
                .iter()
                .map(move |(name, value)| ((root.clone(), name.clone()), (base(name, schema), value)))
        })
        .collect();
    // What is known of each so far. Each round separates those that differ one reference further away.
    let mut known: BTreeMap<(String, String), Class> =
        definitions.iter().map(|(place, (base, _))| (place.clone(), (base.clone(), String::new()))).collect();
    let mut count = 0;
    loop {
        let next: BTreeMap<_, _> = definitions
            .iter()
            .map(|(place, (base, value))| {
                let mut value = (*value).clone();
                references(&mut value, &mut |reference| {
                    let (base, contents) = known.get(&(place.0.clone(), own_name(reference)?))?;
                    Some(format!("{base} {contents}"))
                });
                (place.clone(), (base.clone(), digest(&value)))
            })
            .collect();
        let now = next.values().collect::<BTreeSet<_>>().len();
        known = next;
        if now <= count {
            return known;
        }
        count = now;
    }
}

/// A digest, which equal values share.
fn digest(value: &Value) -> String {
    Sha256::digest(value.to_string()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The name without the number that schemars appends to the second definition of that name in one schema.
fn base(name: &str, schema: &Schema) -> String {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = word.len() < name.len() && schema.definitions.contains_key(word);
    if numbered { word.to_owned() } else { name.to_owned() }
}

fn names(
    uses: &BTreeMap<Class, BTreeSet<bool>>,
    values: &BTreeMap<Class, Definition>,
) -> BTreeMap<Class, String> {
    let mut by_base: BTreeMap<&str, Vec<&Class>> = BTreeMap::new();
    for class in uses.keys() {
        by_base.entry(&class.0).or_default().push(class);
    }
    let mut names = BTreeMap::new();
    let mut taken = BTreeSet::from(RESERVED.map(str::to_owned));
    // Unambiguous names come first, so that no generated name takes one of them; then names that several
    // types share, each after the types that distinguish them.
    let (mut next, mut waiting): (Vec<_>, Vec<_>) =
        by_base.into_iter().partition(|(_, classes)| classes.len() == 1);
    loop {
        for (base, classes) in next {
            for (class, name) in named(base, &classes, uses, values, &names) {
                let mut unique = name.clone();
                while !taken.insert(unique.clone()) {
                    unique.push('_');
                }
                names.insert(class.clone(), unique);
            }
        }
        let is_ready = |(base, classes): &(&str, Vec<&Class>)| {
            let others = classes.iter().flat_map(|class| &values[*class].references);
            others.filter(|other| other.0 != *base).all(|other| names.contains_key(other))
        };
        let (mut ready, mut rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        if ready.is_empty() {
            // Types that refer to each other: one of them must be first.
            ready.extend((!rest.is_empty()).then(|| rest.remove(0)));
        }
        if ready.is_empty() {
            return names;
        }
        (next, waiting) = (ready, rest);
    }
}

/// The names for the classes of one base name, as far as `names` contains the classes that they refer to.
fn named<'a>(
    base: &str,
    classes: &[&'a Class],
    uses: &BTreeMap<Class, BTreeSet<bool>>,
    values: &BTreeMap<Class, Definition>,
    names: &BTreeMap<Class, String>,
) -> Vec<(&'a Class, String)> {
    let base_name = component_name(base);
    let is_read_only = |class: &Class| uses[class].iter().all(|is_input| *is_input);
    let (read, written): (Vec<&Class>, Vec<&Class>) =
        classes.iter().copied().partition(|class| is_read_only(class));
    if read.len() <= 1 && written.len() <= 1 {
        let suffix = if written.is_empty() { "" } else { "Input" };
        let written = written.into_iter().map(|class| (class, base_name.clone()));
        return written
            .chain(read.into_iter().map(|class| (class, format!("{base_name}{suffix}"))))
            .collect();
    }
    // The names of what it refers to.
    let of = |class: &Class| -> String {
        let mut own = Vec::new();
        for other in values[class].references.iter().filter(|other| other.0 != base) {
            let name = names.get(other).cloned().unwrap_or_else(|| component_name(&other.0));
            if !own.contains(&name) {
                own.push(name);
            }
        }
        own.join("_")
    };
    // A digest of its own contents, without what it refers to, so that another route does not change it.
    let contents = |class: &Class| {
        let mut value = values[class].value.clone();
        let mut others = values[class].references.iter();
        references(&mut value, &mut |reference| {
            own_name(reference).map(|_| others.next().map(|other| other.0.clone()).unwrap_or_default())
        });
        digest(&value)[..8].to_owned()
    };
    // Inputs and outputs of one instance are distinguished like those of any type.
    let name = |class: &'a Class, others: &[&Class]| {
        let own = of(class);
        let same = others.iter().filter(|other| of(other) == own).count();
        if own.is_empty() || same > 1 {
            format!("{base_name}_{}", contents(class))
        } else {
            format!("{base_name}_{own}")
        }
    };
    let outputs: Vec<_> = written.iter().map(|class| (*class, name(class, &written))).collect();
    let inputs = read.iter().map(|class| {
        let name = name(class, &read);
        let is_taken = outputs.iter().any(|(_, output)| *output == name);
        (*class, if is_taken { format!("{name}Input") } else { name })
    });
    let inputs: Vec<_> = inputs.collect();
    outputs.into_iter().chain(inputs).collect()
}

/// Replaces characters that a component's name cannot contain.
fn component_name(name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = name.chars().map(allowed).collect();
    if name.is_empty() { "Schema".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A schema that refers to the first of its definitions.
    fn schema(is_input: bool, definitions: Value) -> Schema {
        let Value::Object(definitions) = definitions else { panic!("definitions have names") };
        let first = definitions.keys().next().unwrap().clone();
        Schema::new(
            first.clone(),
            json!({ "$ref": format!("#/$defs/{first}") }),
            definitions.into_iter().collect(),
            is_input,
        )
    }

    fn names(schemas: &[Schema]) -> Vec<String> {
        Components::new(schemas).into_schemas().into_keys().collect()
    }

    fn page(of: &str) -> Value {
        json!({ "properties": { "items": { "$ref": format!("#/$defs/{of}") } } })
    }

    #[test]
    fn one_type_is_one_component_whatever_refers_to_it() {
        let item = json!({ "type": "object" });
        let schemas = [
            schema(true, json!({ "Item": item })),
            schema(false, json!({ "Item": item })),
            schema(false, json!({ "Holder": page("Item"), "Item": item })),
        ];
        assert_eq!(names(&schemas), ["Holder", "Item"]);
        let resolved = Components::new(&schemas).resolve(&schemas[0]).unwrap();
        assert_eq!(resolved, json!({ "$ref": "#/components/schemas/Item" }));
    }

    #[test]
    fn what_is_read_otherwise_than_written_has_two_names() {
        let schemas = [
            schema(true, json!({ "Item": { "required": ["name"] } })),
            schema(false, json!({ "Item": { "required": ["name", "id"] } })),
            schema(true, json!({ "Holder": page("Item"), "Item": { "required": ["name"] } })),
        ];
        assert_eq!(names(&schemas), ["Holder", "Item", "ItemInput"]);
        let components = Components::new(&schemas).into_schemas();
        assert_eq!(components["Holder"]["properties"]["items"]["$ref"], "#/components/schemas/ItemInput");
    }

    #[test]
    fn generics_are_named_by_what_they_are_of_in_any_order() {
        let (item, pet) = (json!({ "title": "item" }), json!({ "title": "pet" }));
        let mut schemas = vec![
            schema(false, json!({ "Page": page("Item"), "Item": item })),
            schema(false, json!({ "Page": page("Pet"), "Pet": pet })),
            // Within one schema, schemars numbers the second definition of a name.
            schema(
                false,
                json!({ "Both": { "a": page("Page"), "b": page("Page2") }, "Item": item, "Page": page("Pet"), "Page2": page("Item"), "Pet": pet }),
            ),
        ];
        let expected = ["Both", "Item", "Page_Item", "Page_Pet", "Pet"];
        assert_eq!(names(&schemas), expected);
        let before = Components::new(&schemas).into_schemas();
        schemas.reverse();
        assert_eq!(Components::new(&schemas).into_schemas(), before);
        assert_eq!(before["Both"]["b"]["properties"]["items"]["$ref"], "#/components/schemas/Page_Item");
    }

    #[test]
    fn what_tells_instances_apart_may_have_a_made_up_name_itself() {
        let schemas = [
            schema(false, json!({ "Page": page("Item"), "Item": page("Pet"), "Pet": {} })),
            schema(false, json!({ "Page": page("Item"), "Item": page("Dog"), "Dog": {} })),
        ];
        let expected = ["Dog", "Item_Dog", "Item_Pet", "Page_Item_Dog", "Page_Item_Pet", "Pet"];
        assert_eq!(names(&schemas), expected);
        assert_eq!(
            names(&[&schemas[..], &[schema(false, json!({ "Zoo": page("Pet"), "Pet": {} }))]].concat())[..6],
            expected
        );
    }

    #[test]
    fn types_of_one_name_that_refer_to_nothing_are_told_apart_by_their_contents() {
        let schemas = [
            schema(false, json!({ "Id": { "type": "string" } })),
            schema(false, json!({ "Id": { "type": "integer" } })),
        ];
        let names = names(&schemas);
        assert_eq!(names.len(), 2);
        assert!(names.iter().all(|name| name.starts_with("Id_") && name.len() == 11), "{names:?}");
    }

    #[test]
    fn what_refers_to_itself_is_alike_where_it_is_alike() {
        let tree = |leaf: &str| json!({ "leaf": leaf, "properties": { "next": { "$ref": "#/$defs/Tree" } } });
        let schemas = [
            schema(false, json!({ "Tree": tree("a") })),
            schema(false, json!({ "Holder": page("Tree"), "Tree": tree("a") })),
            schema(true, json!({ "Tree": tree("b") })),
        ];
        assert_eq!(names(&schemas), ["Holder", "Tree", "TreeInput"]);
    }

    #[test]
    fn a_name_that_a_component_cannot_have_is_read_and_replaced() {
        let schemas = [schema(
            false,
            json!({ "A<B>": { "items": { "$ref": "#/$defs/c~1d%20e" } }, "c/d e": { "type": "string" } }),
        )];
        let components = Components::new(&schemas).into_schemas();
        assert_eq!(components["A_B_"]["items"]["$ref"], "#/components/schemas/c_d_e");
    }
}
