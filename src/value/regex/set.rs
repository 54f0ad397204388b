//! Sets of bytes, as the classes of an expression name them.

pub(super) fn hex(byte: u8) -> String {
    format!("{byte:02x}")
}

/// A set of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set(Vec<bool>);

impl Default for Set {
    fn default() -> Self {
        Self(vec![false; 256])
    }
}

impl Set {
    /// The bytes for which `is` holds.
    pub fn matching(is: impl Fn(u8) -> bool) -> Self {
        Self((0..=u8::MAX).map(is).collect())
    }

    /// These bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::matching(|byte| bytes.contains(&byte))
    }

    /// A class by its name, in the C locale.
    pub fn posix(name: &[u8]) -> Option<Self> {
        let is: fn(u8) -> bool = match name {
            b"alpha" => |byte| byte.is_ascii_alphabetic(),
            b"lower" => |byte| byte.is_ascii_lowercase(),
            b"upper" => |byte| byte.is_ascii_uppercase(),
            b"alnum" => |byte| byte.is_ascii_alphanumeric(),
            b"ascii" => |byte| byte.is_ascii(),
            b"blank" => |byte| matches!(byte, b' ' | b'\t'),
            b"cntrl" => |byte| byte.is_ascii_control(),
            b"digit" => |byte| byte.is_ascii_digit(),
            b"graph" => |byte| byte.is_ascii_graphic(),
            b"print" => |byte| byte.is_ascii_graphic() || byte == b' ',
            b"punct" => |byte| byte.is_ascii_punctuation(),
            b"space" => |byte| matches!(byte, b'\t'..=b'\r' | b' '),
            b"word" => |byte| byte.is_ascii_alphanumeric() || byte == b'_',
            b"xdigit" => |byte| byte.is_ascii_hexdigit(),
            _ => return None,
        };
        Some(Self::matching(is))
    }

    /// Whether a byte is in it.
    pub fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// Every byte.
    pub fn all() -> Self {
        Self::matching(|_| true)
    }

    /// How many bytes are in it.
    pub fn len(&self) -> usize {
        self.0.iter().filter(|&&has| has).count()
    }

    /// Whether no byte is in it.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// The bytes that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::matching(|byte| self.has(byte) && other.has(byte))
    }

    /// The bytes that are in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::matching(|byte| self.has(byte) || other.has(byte))
    }

    /// Whether some byte is in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(&here, &there)| here && there)
    }

    /// All other bytes.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self::matching(|byte| !self.has(byte))
    }

    /// With both cases of its letters.
    #[must_use]
    pub fn caseless(&self) -> Self {
        Self::matching(|byte| self.has(byte.to_ascii_lowercase()) || self.has(byte.to_ascii_uppercase()))
    }

    /// Takes the bytes of another set, too.
    pub fn add(&mut self, other: &Self) {
        *self = Self::matching(|byte| self.has(byte) || other.has(byte));
    }

    /// Takes the bytes from `low` to `high`, too.
    pub fn add_range(&mut self, low: u8, high: u8) {
        *self = Self::matching(|byte| self.has(byte) || (low..=high).contains(&byte));
    }

    /// The class as the engine reads it.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("[");
        let mut bytes = (0..=u8::MAX).filter(|&byte| self.has(byte)).peekable();
        while let Some(low) = bytes.next() {
            let mut high = low;
            while let Some(byte) = bytes.next_if(|&byte| Some(byte) == high.checked_add(1)) {
                high = byte;
            }
            text.extend(["\\x{", &hex(low), "}-\\x{", &hex(high), "}"]);
        }
        if text.len() == 1 {
            text.push_str("^\\x{00}-\\x{ff}");
        }
        text + "]"
    }
}
