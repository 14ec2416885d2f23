//! Reads a stranger's JSON object field by field, so that an error can name the field.
//!
//! Derived deserialisers were refused: their errors quote the value, which may be a person's name, and do not say where it stood.

use super::DialectError;
use chrono::DateTime;
use kabinet_domain::sensitive::clean_name;
use kabinet_domain::{Address, RoomName, Sensitive, Timestamp};
use serde_json::{Map, Value};

/// Three parts of 1023 bytes and two separators (RFC 7622, section 3.1).
const MAX_ADDRESS_BYTES: usize = 3 * 1023 + 2;
/// Longer than any id that a reporter makes, short enough for an index.
const MAX_ID_BYTES: usize = 200;
/// Two hundred characters of any script, as the module lets through.
const MAX_FOREIGN_ID_BYTES: usize = 800;

pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>, DialectError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(DialectError::NotAnObject),
        Err(error) => Err(DialectError::NotJson { line: error.line(), column: error.column() }),
    }
}

/// An object's fields. A field may have several spellings; errors name the first. `null` is the same as absent.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

type Found<'a, T> = Result<Option<T>, DialectError>;

impl<'a> Fields<'a> {
    fn value(self, names: &[&str]) -> Option<&'a Value> {
        names.iter().find_map(|name| self.0.get(*name)).filter(|value| !value.is_null())
    }

    pub(super) fn maybe_text(self, names: &[&str]) -> Found<'a, &'a str> {
        match self.value(names) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(DialectError::wrong(names[0], "a text")),
        }
    }

    pub(super) fn maybe_flag(self, names: &[&str]) -> Found<'a, bool> {
        match self.value(names) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(DialectError::wrong(names[0], "true or false")),
        }
    }

    /// A whole number; Lua may write one with a fraction of zero or an exponent.
    pub(super) fn maybe_number(self, names: &[&str]) -> Found<'a, i64> {
        let Some(value) = self.value(names) else { return Ok(None) };
        let whole = value.as_i64().or_else(|| {
            // Beyond 2^53 a float is no longer exact, and nothing here counts that far.
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15).map(|number| number as i64)
        });
        whole.map(Some).ok_or_else(|| DialectError::wrong(names[0], "a whole number"))
    }

    pub(super) fn maybe_count(self, name: &str) -> Found<'a, u64> {
        let number = self.maybe_number(&[name])?;
        number.map(|number| u64::try_from(number).map_err(|_| DialectError::wrong(name, "a number from 0"))).transpose()
    }

    pub(super) fn maybe_object(self, name: &str) -> Found<'a, Fields<'a>> {
        match self.value(&[name]) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Fields(map))),
            Some(_) => Err(DialectError::wrong(name, "an object")),
        }
    }

    /// A list; an empty object is one too, since Lua's JSON library does not tell the two apart.
    pub(super) fn maybe_list(self, name: &str) -> Found<'a, &'a [Value]> {
        match self.value(&[name]) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(Value::Object(map)) if map.is_empty() => Ok(Some(&[])),
            Some(_) => Err(DialectError::wrong(name, "a list")),
        }
    }

    pub(super) fn object(self, name: &str) -> Result<Fields<'a>, DialectError> {
        self.maybe_object(name)?.ok_or_else(|| DialectError::missing(name))
    }

    pub(super) fn text(self, names: &[&str]) -> Result<&'a str, DialectError> {
        self.maybe_text(names)?.ok_or_else(|| DialectError::missing(names[0]))
    }

    /// A short word without control characters.
    pub(super) fn id(self, name: &str) -> Result<&'a str, DialectError> {
        let id = self.text(&[name])?;
        if is_id(id) { Ok(id) } else { Err(DialectError::wrong(name, "an id")) }
    }

    pub(super) fn maybe_id(self, name: &str) -> Found<'a, &'a str> {
        if self.value(&[name]).is_none() { Ok(None) } else { self.id(name).map(Some) }
    }

    /// An id that a token's maker chose: people use numbers too. An empty one names nobody.
    pub(super) fn maybe_foreign_id(self, name: &str) -> Found<'a, String> {
        match self.value(&[name]) {
            None => Ok(None),
            Some(Value::String(id)) if id.is_empty() => Ok(None),
            Some(Value::String(id)) if is_word(id, MAX_FOREIGN_ID_BYTES) => Ok(Some(id.clone())),
            Some(Value::Number(id)) => Ok(Some(id.to_string())),
            Some(_) => Err(DialectError::wrong(name, "an id")),
        }
    }

    pub(super) fn maybe_address(self, names: &[&str]) -> Found<'a, Address> {
        let Some(text) = self.maybe_text(names)? else { return Ok(None) };
        let sound = text.contains('@') && text.len() <= MAX_ADDRESS_BYTES && !text.chars().any(char::is_control);
        if sound { Ok(Some(Address(text.to_owned()))) } else { Err(DialectError::wrong(names[0], "an address")) }
    }

    pub(super) fn address(self, name: &str) -> Result<Address, DialectError> {
        self.maybe_address(&[name])?.ok_or_else(|| DialectError::missing(name))
    }

    /// A display name, cleaned; one with nothing readable in it is none.
    pub(super) fn maybe_name(self, name: &str) -> Found<'a, Sensitive<String>> {
        Ok(self.maybe_text(&[name])?.map(clean_name).filter(|clean| !clean.is_empty()).map(Sensitive::new))
    }

    pub(super) fn room(self, names: &[&str]) -> Result<RoomName, DialectError> {
        RoomName::parse(self.text(names)?).map_err(|_| DialectError::wrong(names[0], "a room's name"))
    }

    /// Unix seconds.
    pub(super) fn maybe_seconds(self, name: &str) -> Found<'a, Timestamp> {
        self.maybe_moment(name, |seconds| DateTime::from_timestamp(seconds, 0))
    }

    /// Unix milliseconds.
    pub(super) fn maybe_millis(self, name: &str) -> Found<'a, Timestamp> {
        self.maybe_moment(name, DateTime::from_timestamp_millis)
    }

    fn maybe_moment(self, name: &str, read: fn(i64) -> Option<Timestamp>) -> Found<'a, Timestamp> {
        let Some(number) = self.maybe_number(&[name])? else { return Ok(None) };
        // A moment before 1970 or after the year 9999 is a broken number, and arithmetic with it could overflow.
        let sound = |moment: &Timestamp| (0..=253_402_300_799).contains(&moment.timestamp());
        read(number).filter(sound).map(Some).ok_or_else(|| DialectError::wrong(name, "a time"))
    }
}

fn is_id(text: &str) -> bool {
    is_word(text, MAX_ID_BYTES)
}

fn is_word(text: &str, most_bytes: usize) -> bool {
    !text.is_empty() && text.len() <= most_bytes && !text.chars().any(char::is_control)
}
