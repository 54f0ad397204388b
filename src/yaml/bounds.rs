//! Bounds of a YAML text, checked before anything is made of it: a few lines of aliases can stand for millions of
//! values, and serde reports a key that stands twice in structs only.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The most values, those that aliases repeat included.
const MOST_VALUES: usize = 50_000;

/// The most brackets and braces: the scanner takes time for every open one at every word.
const MOST_BRACKETS: usize = 4_000;

/// Refuses what multiplies, and keys that stand twice.
pub(super) fn check(text: &str) -> Result<(), serde_yaml::Error> {
    if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > MOST_BRACKETS {
        return Err(serde_yaml::Error::custom("too many brackets"));
    }
    let left = Cell::new(MOST_VALUES);
    match (Values { left: &left }).deserialize(serde_yaml::Deserializer::from_str(text)) {
        // A text without a value.
        Err(_) if left.get() == MOST_VALUES && is_blank(text) => Ok(()),
        done => done,
    }
}

fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim_start).all(|line| line.is_empty() || line.starts_with('#'))
}

/// Counts values.
#[derive(Clone, Copy)]
struct Values<'c> {
    left: &'c Cell<usize>,
}

impl Values<'_> {
    fn one<E: Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        self.left.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value without a tag")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.one()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.one()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.one()
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<(), E> {
        self.one()
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<(), E> {
        self.one()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.one()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.one()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.one()
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.one()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        self.one()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while entries.next_key_seed(Name { of: self, seen: &mut seen })?.is_some() {
            entries.next_value_seed(self)?;
        }
        self.one()
    }
}

/// A key of a map.
struct Name<'c, 's> {
    of: Values<'c>,
    seen: &'s mut HashSet<String>,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a word as the key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        self.of.one()?;
        if self.seen.insert(key.to_owned()) {
            Ok(())
        } else {
            Err(E::custom(format!("the key `{key}` stands twice")))
        }
    }
}
