//! Conditions of two `if` that cannot both hold.

use crate::config::{NodeId, View};
use crate::value::{Regex, Test, condition_words, test};

/// What an `if` asks, in a form that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at: `$host`, or `-f` and a path.
    subject: Vec<u8>,
    kind: Kind,
    negated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Neither empty nor `0`, or a test of a file.
    True,
    Same(Vec<u8>),
    Match(Vec<u8>, bool),
}

impl Condition {
    /// The condition of the `if` at `node`; `None` for one that nginx refuses.
    pub fn of(view: View<'_>, node: NodeId) -> Option<Self> {
        let words = condition_words(view, node);
        let (test, negated) = test(&words);
        Some(match test {
            Test::Variable(variable) => Self { subject: lower(variable), kind: Kind::True, negated },
            Test::Same(variable, value) => {
                Self { subject: lower(variable), kind: Kind::Same(value.to_vec()), negated }
            }
            Test::Match { subject, pattern, caseless } => {
                Self { subject: lower(subject), kind: Kind::Match(pattern.to_vec(), caseless), negated }
            }
            Test::File(sign, path) => {
                let (sign, negated) = sign.strip_prefix(b"!").map_or((sign, false), |sign| (sign, true));
                Self { subject: [sign, b" ", path].concat(), kind: Kind::True, negated }
            }
            Test::Invalid => return None,
        })
    }

    /// Whether certainly not both hold.
    pub fn excludes(&self, other: &Self) -> bool {
        if self.subject != other.subject {
            return false;
        }
        let is_opposite = self.kind == other.kind && self.negated != other.negated;
        let refuses = |one: &Self, other: &Self| {
            let values = one.values();
            values.is_some_and(|values| values.iter().all(|value| other.holds(value) == Some(false)))
        };
        is_opposite || refuses(self, other) || refuses(other, self) || self.starts_apart(other)
    }

    /// The only values for which it holds, where they can be listed.
    fn values(&self) -> Option<Vec<Vec<u8>>> {
        match &self.kind {
            Kind::Same(value) if !self.negated && !value.contains(&b'$') => Some(vec![value.clone()]),
            Kind::True if self.negated => Some(vec![Vec::new(), b"0".to_vec()]),
            Kind::Match(regex, false) if !self.negated => alternatives(regex),
            _ => None,
        }
    }

    /// Whether it holds for a value; `None` where that is not known.
    fn holds(&self, value: &[u8]) -> Option<bool> {
        let holds = match &self.kind {
            Kind::True => !matches!(value, b"" | b"0"),
            Kind::Same(same) if same.contains(&b'$') => return None,
            Kind::Same(same) => same == value,
            Kind::Match(regex, caseless) => Regex::new(regex, *caseless).ok()?.is_match(value).ok()?,
        };
        Some(holds != self.negated)
    }

    /// Whether both are expressions that begin with another fixed text.
    fn starts_apart(&self, other: &Self) -> bool {
        let (Some(one), Some(other)) = (self.start(), other.start()) else { return false };
        let length = one.len().min(other.len());
        one.get(..length) != other.get(..length)
    }

    fn start(&self) -> Option<Vec<u8>> {
        match &self.kind {
            Kind::Match(regex, _) if !self.negated => fixed_start(regex).map(<[u8]>::to_ascii_lowercase),
            _ => None,
        }
    }
}

fn lower(subject: &[u8]) -> Vec<u8> {
    subject.to_ascii_lowercase()
}

/// The texts of `^(a|b)$` or `^a$`.
fn alternatives(regex: &[u8]) -> Option<Vec<Vec<u8>>> {
    let inner = regex.strip_prefix(b"^")?.strip_suffix(b"$")?;
    let group = inner.strip_prefix(b"(").and_then(|inner| inner.strip_suffix(b")"));
    let texts = group.map_or(vec![inner], |group| {
        let group = group.strip_prefix(b"?:").unwrap_or(group);
        group.split(|&byte| byte == b'|').collect()
    });
    let is_plain =
        |text: &&[u8]| text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(byte));
    texts.iter().all(is_plain).then(|| texts.iter().map(|text| text.to_vec()).collect())
}

/// The letters that whatever matches begins with.
fn fixed_start(regex: &[u8]) -> Option<&[u8]> {
    let inner = regex.strip_prefix(b"^")?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_/".contains(byte);
    let length = inner.iter().take_while(|byte| is_plain(byte)).count();
    // A letter may be optional; with a bar outside of groups nothing is fixed.
    let is_counted = inner.get(length).is_some_and(|byte| b"?*{".contains(byte));
    let length = if is_counted { length.checked_sub(1)? } else { length };
    (!inner.contains(&b'|') && length > 0).then(|| inner.get(..length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(line: &str) -> Condition {
        let words: Vec<std::borrow::Cow<'_, [u8]>> =
            line.split(' ').map(|word| word.as_bytes().into()).collect();
        let (test, negated) = test(&words);
        let kind = match test {
            Test::Variable(_) => Kind::True,
            Test::Same(_, value) => Kind::Same(value.to_vec()),
            Test::Match { pattern, caseless, .. } => Kind::Match(pattern.to_vec(), caseless),
            Test::File(..) | Test::Invalid => panic!("{line}"),
        };
        Condition { subject: lower(&words[0]), kind, negated }
    }

    #[test]
    fn conditions_that_exclude_each_other() {
        for (one, other) in [
            ("$a = 1", "$A = 2"),
            ("$a = 1", "$a != 1"),
            ("$a", "$a = 0"),
            ("$m ~ ^(GET|HEAD)$", "$m = POST"),
            ("$m ~ ^(GET|HEAD)$", "$m !~ ^(GET|HEAD|OPTIONS)$"),
            ("$u ~ ^/api/x", "$u ~* ^/App"),
        ] {
            assert!(condition(one).excludes(&condition(other)), "{one}, {other}");
        }
    }

    #[test]
    fn conditions_that_may_both_hold() {
        for (one, other) in [
            ("$a = 1", "$b = 2"),
            ("$a != 1", "$a != 2"),
            ("$a", "$a = 1"),
            ("$m ~ GET", "$m ~ POST"),
            ("$u ~ ^/api", "$u ~ ^/a"),
            ("$u ~ ^/ab?", "$u ~ ^/ac"),
            ("$u ~ ^/a|b", "$u ~ ^/c"),
            ("$a = $b", "$a = 1"),
        ] {
            assert!(!condition(one).excludes(&condition(other)), "{one}, {other}");
        }
    }
}
