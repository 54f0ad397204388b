//! Texts and lists: borrowed where compiled in, owned where a user's file was read.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer};

/// Text of a rule file.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(Cow<'static, str>);

/// A list of a rule file.
#[derive(Clone, PartialEq, Eq)]
pub struct List<T: Clone + 'static>(Cow<'static, [T]>);

/// Text that is compiled in.
pub const fn text(text: &'static str) -> Text {
    Text(Cow::Borrowed(text))
}

/// A list that is compiled in.
pub const fn list<T: Clone>(items: &'static [T]) -> List<T> {
    List(Cow::Borrowed(items))
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<T: Clone> std::ops::Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Clone> Default for List<T> {
    fn default() -> Self {
        Self(Cow::Borrowed(&[]))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self)
    }
}

/// Prints the Rust expression that makes the same text: with the derived forms around it a whole rule prints as the
/// static that the build script writes.
impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "text({:?})", &*self.0)
    }
}

/// See [`Text`]'s. The items become a static of their own, since values with drop glue are not promoted.
impl<T: Clone + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<T>();
        let name = name.rsplit("::").next().unwrap_or(name);
        write!(out, "list({{ static ITEMS: [{name}; {}] = {:?}; &ITEMS }})", self.0.len(), &*self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Cow::Owned(text.trim_end().to_owned())))
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(|items| Self(Cow::Owned(items)))
    }
}
