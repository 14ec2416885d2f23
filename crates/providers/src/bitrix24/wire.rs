//! The odd ways of the portal's JSON: ids as numbers or texts, an empty map as `[]`, and four ways to say "nothing".

use serde_json::{Map, Value};

/// An object's field; absent, `null`, `false`, `""`, `[]` and `{}` are all nothing.
pub(super) fn some<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    })
}

pub(super) fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    some(object, key).and_then(Value::as_str).unwrap_or_default()
}

/// An id as a text. Zero is nobody.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_u64().filter(|number| *number > 0).map(|number| number.to_string()),
        Value::String(text) => {
            let digits = !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit());
            (digits && text.bytes().any(|byte| byte != b'0')).then(|| text.clone())
        }
        _ => None,
    }
}

pub(super) fn id_of(object: &Value, key: &str) -> Option<String> {
    object.get(key).and_then(id)
}

pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// `true`, `"Y"`, `"1"` and `1` are yes.
pub(super) fn flag(object: &Value, key: &str) -> bool {
    match object.get(key) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => matches!(text.as_str(), "Y" | "y" | "1" | "true"),
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

/// A list; a map of numbered things is one too, as PHP writes a list with a gap.
pub(super) fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// A map, which is `[]` when it is empty.
pub(super) fn map(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_has_many_faces() {
        for nothing in [json!(null), json!(false), json!(""), json!([]), json!({})] {
            assert_eq!(some(&json!({"a": nothing}), "a"), None);
        }
        assert_eq!(some(&json!({}), "a"), None);
        for something in [json!(true), json!(0), json!("N"), json!([1]), json!({"b": 1})] {
            assert_eq!(some(&json!({"a": something}), "a"), Some(&something));
        }
    }

    #[test]
    fn ids_are_numbers_or_texts() {
        let check = |value: Value, expected: Option<&str>| assert_eq!(id(&value).as_deref(), expected, "{value}");
        check(json!(1246), Some("1246"));
        check(json!("1246"), Some("1246"));
        for nobody in [json!(0), json!("0"), json!(""), json!(-1), json!(1.5), json!("12; drop"), json!(null), json!(false)] {
            check(nobody, None);
        }
    }

    #[test]
    fn flags_lists_and_maps_are_read_in_every_form() {
        for yes in [json!(true), json!("Y"), json!("1"), json!(1)] {
            assert!(flag(&json!({"a": yes}), "a"));
        }
        for no in [json!(false), json!("N"), json!(""), json!(0), json!(null), json!([])] {
            assert!(!flag(&json!({"a": no}), "a"));
        }
        assert_eq!(list(Some(&json!({"0": "a", "2": "b"}))), [&json!("a"), &json!("b")]);
        assert!(list(Some(&json!(false))).is_empty());
        assert!(map(Some(&json!([]))).is_none());
    }
}
