//! Where in a YAML text a value stands.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// One step down to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To a key itself.
    Name(String),
    /// To an item of a list, counted from 0.
    Item(usize),
}

impl Step {
    /// To the value of a key.
    pub fn key(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

/// The 1-based line and column of the value that `path` leads to, or of the last one on the way that is there: reading is
/// stopped by an error at it, which knows its place.
pub(super) fn place(text: &str, path: &[Step]) -> Option<(usize, usize)> {
    let lengths = (0..=path.len()).rev();
    lengths.filter_map(|length| path.get(..length)).find_map(|path| stop_at(text, path))
}

fn stop_at(text: &str, path: &[Step]) -> Option<(usize, usize)> {
    let stopped = Way(path).deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    let place = stopped.location()?;
    Some((place.line(), place.column()))
}

/// The way that is left. Its end visits nothing, so that every value is an error there.
struct Way<'p>(&'p [Step]);

impl<'de> DeserializeSeed<'de> for Way<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        match self.0 {
            [] => from.deserialize_any(End),
            [Step::Item(index), rest @ ..] => from.deserialize_seq(Items(*index, rest)),
            [Step::Key(name), rest @ ..] => from.deserialize_map(Entries { name, value: Some(rest) }),
            [Step::Name(name), ..] => from.deserialize_map(Entries { name, value: None }),
        }
    }
}

struct End;

impl Visitor<'_> for End {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("nothing")
    }
}

struct Items<'p>(usize, &'p [Step]);

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for _ in 0..self.0 {
            items.next_element::<IgnoredAny>()?;
        }
        items.next_element_seed(Way(self.1))?;
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct Entries<'p> {
    name: &'p str,
    /// The way below the key's value; nothing where the key itself is meant.
    value: Option<&'p [Step]>,
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(found) =
            entries.next_key_seed(Key { wanted: self.name, stops: self.value.is_none() })?
        {
            match self.value.filter(|_| found) {
                Some(rest) => entries.next_value_seed(Way(rest))?,
                None => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Says whether a key is the wanted one, or stops there.
struct Key<'p> {
    wanted: &'p str,
    stops: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("another key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<bool, E> {
        let found = key == self.wanted;
        if found && self.stops { Err(E::custom("here")) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# first\nselect: [a, bc,\n  d]\nmap:\n  one: {x: 1}\n  two:\n    - y: é\n";

    fn at(path: &[Step]) -> Option<(usize, usize)> {
        place(TEXT, path)
    }

    #[test]
    fn values_keys_and_items_are_found() {
        let (key, item) = (Step::key, Step::Item);
        assert_eq!(at(&[key("select"), item(1)]), Some((2, 13)));
        assert_eq!(at(&[key("select"), item(2)]), Some((3, 3)));
        assert_eq!(at(&[key("map"), key("one"), key("x")]), Some((5, 12)));
        assert_eq!(at(&[key("map"), Step::Name("two".into())]), Some((6, 3)));
        assert_eq!(at(&[key("map"), key("two"), item(0), key("y")]), Some((7, 10)));
    }

    #[test]
    fn what_is_missing_is_shown_at_the_last_value_on_the_way() {
        assert_eq!(
            at(&[Step::key("map"), Step::key("one"), Step::key("none")]),
            at(&[Step::key("map"), Step::key("one")])
        );
        assert_eq!(at(&[Step::key("none"), Step::Item(1)]), Some((2, 1)));
    }
}
