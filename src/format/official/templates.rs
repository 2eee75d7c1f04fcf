//! New documents against templates and forms, where the owners have these in place of a schema.

use super::*;

/// Each member of the template of AllenNLP is there, with a value of the same kind, or null.
#[test]
fn a_new_allennlp_card_has_every_member_of_the_template() {
    let Some(template) = schema("allennlp/modelcard-template.json") else {
        eprintln!("NOT RUN: the template of AllenNLP is not there");
        return;
    };
    for (name, card) in real_cards().into_iter().chain([("nothing".into(), Card::default())]) {
        let written = write(Format::ALLENNLP, None, &card).unwrap();
        let document = document(&written).unwrap();
        for (section, wanted) in template.as_object().unwrap() {
            let Some(members) = wanted.as_object() else {
                assert!(document.get(section).is_some_and(is_line), "{section} of {name}");
                continue;
            };
            for member in members.keys() {
                let value = document[section].get(member);
                assert!(
                    value.is_some_and(is_answer),
                    "{section} › {member} of {name}: {value:?}"
                );
            }
        }
    }
}

fn is_line(value: &Json) -> bool {
    value.is_null() || value.is_string()
}

/// A text, or an object such as a dataset with its name and address.
fn is_answer(value: &Json) -> bool {
    is_line(value) || value.is_object()
}

/// Each member of the form of RT-AI is there; where the form gives words to choose from, it is one of these or open.
#[test]
fn a_new_radiotherapy_card_has_every_member_of_the_form() {
    let Some(form) = schema("rt-ai/model_card_schema.json") else {
        eprintln!("NOT RUN: the form of RT-AI is not there");
        return;
    };
    for (name, card) in real_cards().into_iter().chain([("nothing".into(), Card::default())]) {
        let document = document(&write(Format::RT_AI, None, &card).unwrap()).unwrap();
        for (section, pointer) in [
            ("card_metadata", "/card_metadata"),
            ("model_basic_information", "/model_basic_information"),
            ("technical_specifications", "/technical_specifications"),
            ("hw_and_sw", "/technical_specifications/hw_and_sw"),
            ("training_data", "/training_data"),
            ("other_considerations", "/other_considerations"),
        ] {
            let members = document.pointer(pointer).unwrap();
            for (member, wanted) in form[section].as_object().unwrap() {
                let value = members.get(member);
                let value = value.unwrap_or_else(|| panic!("{section} › {member} is missing of {name}"));
                if let (Some(words), Some(word)) = (wanted["options"].as_array(), value.as_str()) {
                    let is_one = word.is_empty() || words.iter().any(|one| one == word);
                    assert!(is_one, "{section} › {member} of {name}: {word}");
                }
            }
        }
    }
}
