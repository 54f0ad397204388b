//! The words of a directive: those of its kind of value, and its default.

use ngxlint::catalogue::ValueKind;

use crate::bench::{Case, Expected};
use crate::configuration::Configuration;
use crate::subject::Subject;

/// Good words, and bad ones with what nginx says about them.
struct Words {
    good: &'static [&'static str],
    bad: &'static [(&'static str, &'static str)],
}

const INVALID: &str = "invalid value";

/// What the setter of a kind takes and refuses; nothing about kinds that take any text.
fn words(kind: ValueKind) -> Words {
    let (good, bad): (&[_], &[_]) = match kind {
        ValueKind::Number => {
            (&["3"], &[("x", "invalid number"), ("-1", "invalid number"), ("3k", "invalid number")])
        }
        ValueKind::TimeMs => (&["5", "500ms", "'1m 30s'", "1h"], &[("5x", INVALID), ("1.5s", INVALID)]),
        ValueKind::TimeS => (&["5", "'1m 30s'", "1h"], &[("5x", INVALID), ("500ms", INVALID)]),
        ValueKind::Size => {
            (&["65536", "64k", "64K", "1m"], &[("1g", INVALID), ("x", INVALID), ("1kb", INVALID)])
        }
        ValueKind::Offset => (&["65536", "64k", "1m", "1g"], &[("1t", INVALID), ("x", INVALID)]),
        ValueKind::ComplexSize => (&["64k", "1m", "$http_x"], &[("1g", INVALID), ("x", INVALID)]),
        ValueKind::Enum | ValueKind::Bitmask => (&[], &[("nonsense", "invalid value \"nonsense\"")]),
        ValueKind::Buffers => (&["4 16k"], &[("x 8k", INVALID), ("4 x", INVALID), ("0 8k", INVALID)]),
        ValueKind::Access => (&["user:rw group:r all:r"], &[("user:x", INVALID), ("nobody:r", INVALID)]),
        _ => (&[], &[]),
    };
    Words { good, bad }
}

/// All cases about words.
pub(crate) fn of(subject: &Subject<'_>) -> Vec<Case> {
    let variant = subject.variant;
    let value = variant.value_in(subject.release.version);
    let flag = variant.flag || value == Some(ValueKind::Flag);
    let kind = value.map_or(Words { good: &[], bad: &[] }, words);
    let usual = kind.good.iter().map(|&word| word.to_owned());
    let listed = variant.values_in(subject.release.version).iter().map(|&word| word.to_owned());
    let flags = ["on", "off", "ON"].map(str::to_owned).into_iter().filter(|_| flag);
    let good: Vec<String> = match &subject.sample.good {
        Some(good) => good.clone(),
        None => usual.chain(listed).chain(flags).collect(),
    };
    let bad = kind.bad.iter().copied();
    let no_flag = [("maybe", "it must be \"on\" or \"off\""), ("1", "it must be \"on\" or \"off\"")];
    let bad = bad.chain(no_flag.into_iter().filter(|_| flag));
    let good = good.into_iter().map(|word| case(subject, &word, Expected::Accepted));
    let bad = bad.map(|(word, said)| case(subject, word, refused(said)));
    good.chain(bad).chain(default(subject)).collect()
}

fn refused(said: &'static str) -> Expected {
    match said {
        INVALID => Expected::Refused(&["invalid value"]),
        "invalid number" => Expected::Refused(&["invalid number"]),
        "invalid value \"nonsense\"" => {
            Expected::Refused(&["invalid value \"nonsense\"", "invalid parameter \"nonsense\""])
        }
        _ => Expected::Refused(&["it must be \"on\" or \"off\""]),
    }
}

fn case(subject: &Subject<'_>, word: &str, expected: Expected) -> Case {
    let text = Configuration::of(subject).with(subject.context(), &subject.with(word)).text();
    Case { about: subject.about(&format!("with `{word}`")), text, expected }
}

/// Its default, written down.
fn default(subject: &Subject<'_>) -> Option<Case> {
    let default = subject.variant.default_in(subject.release.version)?;
    let is_written = subject.sample.unwritten_default.is_none();
    let written = default.split('|').next().filter(|_| is_written)?;
    let mut case = case(subject, written, Expected::Accepted);
    case.about = subject.about(&format!("with its default `{written}`"));
    Some(case)
}
