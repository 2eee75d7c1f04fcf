//! A LinkML schema as a JSON Schema, as far as model cards need it.
//!
//! After the LinkML specification: a class has the slots that it names, each as the class refines it, and no others; a
//! slot without a range has the schema's own.

use serde_json::{Map, Value as Json, json};

/// The JSON Schema of the class that is the root of documents.
pub(super) fn schema(linkml: &Json) -> Json {
    let classes = linkml["classes"].as_object().unwrap();
    let root = classes.iter().find(|(_, class)| class["tree_root"] == true).unwrap().0;
    let definitions: Map<String, Json> = classes
        .iter()
        .map(|(name, class)| (name.clone(), object(class, linkml)))
        .collect();
    json!({"$ref": format!("#/definitions/{root}"), "definitions": definitions})
}

fn object(class: &Json, linkml: &Json) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in class["slots"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        let told = |key: &str| match &class["slot_usage"][name][key] {
            Json::Null => linkml["slots"][name][key].clone(),
            refined => refined.clone(),
        };
        let one = value(told("range").as_str(), linkml);
        let many = told("multivalued") == true;
        properties.insert(
            name.into(),
            if many {
                json!({"type": "array", "items": one})
            } else {
                one
            },
        );
        if told("required") == true {
            required.push(name);
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn value(range: Option<&str>, linkml: &Json) -> Json {
    let range = range.or(linkml["default_range"].as_str()).unwrap();
    if linkml["classes"].get(range).is_some() {
        return json!({"$ref": format!("#/definitions/{range}")});
    }
    if let Some(words) = linkml["enums"].get(range) {
        let words: Vec<_> = words["permissible_values"].as_object().unwrap().keys().collect();
        return json!({"enum": words});
    }
    match range {
        "string" => json!({"type": "string"}),
        "float" => json!({"type": "number"}),
        "integer" | "boolean" => json!({"type": range}),
        // LinkML's own validator looks at no address.
        "uri" => json!({"type": "string"}),
        "date" => json!({"type": "string", "format": "date"}),
        "datetime" => json!({"type": "string", "format": "date-time"}),
        other => panic!("{other} is no type of LinkML that is known here"),
    }
}
