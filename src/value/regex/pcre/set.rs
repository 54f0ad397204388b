//! Sets of bytes, as the classes of an expression name them.

pub(super) fn hex(byte: u8) -> String {
    format!("{byte:02x}")
}

/// Bytes.
#[derive(Debug, Clone)]
pub(super) struct Set(Vec<bool>);

impl Default for Set {
    fn default() -> Self {
        Self(vec![false; 256])
    }
}

impl Set {
    pub(super) fn matching(is: impl Fn(u8) -> bool) -> Self {
        Self((0..=u8::MAX).map(is).collect())
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::matching(|byte| bytes.contains(&byte))
    }

    /// A class by its name, in the C locale.
    pub(super) fn posix(name: &[u8]) -> Option<Self> {
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

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }

    pub(super) fn negated(&self) -> Self {
        Self::matching(|byte| !self.has(byte))
    }

    pub(super) fn caseless(&self) -> Self {
        Self::matching(|byte| self.has(byte.to_ascii_lowercase()) || self.has(byte.to_ascii_uppercase()))
    }

    pub(super) fn add(&mut self, other: &Self) {
        *self = Self::matching(|byte| self.has(byte) || other.has(byte));
    }

    pub(super) fn add_range(&mut self, low: u8, high: u8) {
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
