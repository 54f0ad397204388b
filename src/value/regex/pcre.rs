//! PCRE2's grammar as nginx compiles it (`ngx_regex_compile`: neither UTF nor UCP, the tables of the C locale), put in
//! words that the engine takes the same way. What is not known to mean the same in every PCRE2 is refused.

mod set;
#[cfg(test)]
mod tests;

use set::{Set, hex};

/// The byte that ends an unfinished pattern.
const UNFINISHED: &str = "it ends too early";

/// The options that a pattern may change on its way.
#[derive(Debug, Clone, Copy)]
struct Options {
    caseless: bool,
    multiline: bool,
    dotall: bool,
}

/// The pattern in the engine's words.
pub(super) fn translated(pattern: &[u8], caseless: bool) -> Result<String, String> {
    let options = Options { caseless, multiline: false, dotall: false };
    let mut reader = Reader { rest: pattern, out: String::new(), options, outer: Vec::new() };
    while let Some(byte) = reader.next() {
        reader.item(byte)?;
    }
    Ok(reader.out)
}

struct Reader<'p> {
    rest: &'p [u8],
    out: String,
    options: Options,
    /// The options outside of each group that is open.
    outer: Vec<Options>,
}

/// What one item of a class, or one escape, stands for.
enum Item {
    Byte(u8),
    Set(Set),
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The bytes at the start for which `is` holds, at most `most`.
    fn take(&mut self, most: usize, is: impl Fn(u8) -> bool) -> &[u8] {
        let length = self.rest.iter().take(most).take_while(|&&byte| is(byte)).count();
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn item(&mut self, byte: u8) -> Result<(), String> {
        match byte {
            b'\\' => return self.escape(),
            b'[' => {
                let set = self.class()?;
                self.set(&set);
            }
            b'(' => return self.group(),
            b')' => {
                self.options = self.outer.pop().ok_or("a parenthesis is not opened")?;
                self.out.push(')');
            }
            b'{' => return self.brace(),
            b'*' | b'+' | b'?' | b'|' => self.out.push(char::from(byte)),
            b'^' => self.out.push_str(if self.options.multiline { "(?:\\A|(?<=\\n)(?!\\z))" } else { "\\A" }),
            b'$' => self.out.push_str(if self.options.multiline { "(?=\\n|\\z)" } else { "(?=\\n?\\z)" }),
            b'.' if self.options.dotall => self.set(&Set::default().negated()),
            b'.' => self.set(&Set::of(b"\n").negated()),
            byte => self.literal(byte),
        }
        Ok(())
    }

    /// A byte that stands for itself. Letters alone have cases.
    fn literal(&mut self, byte: u8) {
        if self.options.caseless && byte.is_ascii_alphabetic() {
            self.set(&Set::of(&[byte]).caseless());
        } else if byte.is_ascii_alphanumeric() {
            self.out.push(char::from(byte));
        } else {
            self.out.extend(["\\x{", &hex(byte), "}"]);
        }
    }

    fn set(&mut self, set: &Set) {
        self.out.push_str(&set.text());
    }

    fn escape(&mut self) -> Result<(), String> {
        const WORD: &str = "[0-9A-Za-z_]";
        let escaped = *self.rest.first().ok_or(UNFINISHED)?;
        let found = match escaped {
            b'b' | b'B' if self.rest.get(1) == Some(&b'{') => return Err("\\b{ is read differently".into()),
            b'b' => format!("(?:(?<!{WORD})(?={WORD})|(?<={WORD})(?!{WORD}))"),
            b'B' => format!("(?:(?<!{WORD})(?!{WORD})|(?<={WORD})(?={WORD}))"),
            b'A' => "\\A".into(),
            b'z' => "\\z".into(),
            b'Z' => "(?=\\n?\\z)".into(),
            b'K' => "\\K".into(),
            b'R' => "(?>\\r\\n|[\\n\\x0b\\x0c\\r\\x{85}])".into(),
            b'N' if self.rest.get(1) != Some(&b'{') => Set::of(b"\n").negated().text(),
            b'E' => String::new(),
            b'Q' => {
                self.quoted();
                return Ok(());
            }
            b'1'..=b'9' => return self.reference(),
            b'k' => return self.named_reference(),
            _ => {
                match self.escaped_item()? {
                    Item::Byte(byte) => self.literal(byte),
                    Item::Set(set) => self.set(&set),
                }
                return Ok(());
            }
        };
        self.next();
        self.out.push_str(&found);
        Ok(())
    }

    /// `\Q...\E`
    fn quoted(&mut self) {
        self.next();
        while !self.eat(b"\\E") {
            let Some(byte) = self.next() else { return };
            self.literal(byte);
        }
    }

    /// `\1` to `\9`; longer numbers may be octal.
    fn reference(&mut self) -> Result<(), String> {
        let digits = self.take(usize::MAX, |byte| byte.is_ascii_digit()).to_vec();
        match digits.as_slice() {
            [digit] if !self.options.caseless => self.out.extend(['\\', char::from(*digit)]),
            _ => return Err("a reference that may be read differently".into()),
        }
        Ok(())
    }

    fn named_reference(&mut self) -> Result<(), String> {
        if self.options.caseless || !self.eat(b"k<") {
            return Err("a reference that may be read differently".into());
        }
        let name = self.name(b'>')?;
        self.out.extend(["\\k<", &name, ">"]);
        Ok(())
    }

    /// A name and what ends it.
    fn name(&mut self, end: u8) -> Result<String, String> {
        let name = self.take(usize::MAX, |byte| byte.is_ascii_alphanumeric() || byte == b'_').to_vec();
        let is_name = name.first().is_some_and(|first| !first.is_ascii_digit());
        if !is_name || !self.eat(&[end]) {
            return Err("not a name".into());
        }
        Ok(name.into_iter().map(char::from).collect())
    }

    /// An escape that means the same inside a class and outside.
    fn escaped_item(&mut self) -> Result<Item, String> {
        let escaped = self.next().ok_or(UNFINISHED)?;
        let set = match escaped.to_ascii_lowercase() {
            b'w' => Set::posix(b"word"),
            b'd' => Set::posix(b"digit"),
            b's' => Set::posix(b"space"),
            b'h' => Some(Set::of(b"\t \xa0")),
            b'v' => Some(Set::of(b"\n\x0b\x0c\r\x85")),
            _ => None,
        };
        if let Some(set) = set {
            return Ok(Item::Set(if escaped.is_ascii_uppercase() { set.negated() } else { set }));
        }
        Ok(Item::Byte(match escaped {
            b't' => b'\t',
            b'n' => b'\n',
            b'r' => b'\r',
            b'f' => 0x0c,
            b'a' => 0x07,
            b'e' => 0x1b,
            b'x' => return self.hexadecimal().map(Item::Byte),
            b'0' => {
                let digits = self.take(2, |byte| matches!(byte, b'0'..=b'7')).to_vec();
                number(&digits, 8)?
            }
            byte if byte.is_ascii_alphanumeric() => {
                return Err(format!("\\{} is read differently", char::from(byte)));
            }
            byte => byte,
        }))
    }

    fn hexadecimal(&mut self) -> Result<u8, String> {
        let braced = self.eat(b"{");
        let most = if braced { usize::MAX } else { 2 };
        let digits = self.take(most, |byte| byte.is_ascii_hexdigit()).to_vec();
        if digits.is_empty() || (braced && !self.eat(b"}")) {
            return Err("\\x without digits is read differently".into());
        }
        number(&digits, 16)
    }

    /// What follows a `(`.
    fn group(&mut self) -> Result<(), String> {
        if self.rest.first() == Some(&b'*') {
            return Err("a verb changes how it is read".into());
        }
        let outer = self.options;
        if !self.eat(b"?") {
            self.out.push('(');
        } else if let Some(start) =
            [&b":"[..], b"=", b"!", b"<=", b"<!", b">"].into_iter().find(|it| self.eat(it))
        {
            self.out.push_str("(?");
            self.out.extend(start.iter().map(|&byte| char::from(byte)));
        } else if self.eat(b"#") {
            self.take(usize::MAX, |byte| byte != b')');
            return self.next().map(drop).ok_or_else(|| UNFINISHED.into());
        } else if self.eat(b"<") || self.eat(b"P<") {
            let name = self.name(b'>')?;
            self.out.extend(["(?<", &name, ">"]);
        } else if self.eat(b"'") {
            let name = self.name(b'\'')?;
            self.out.extend(["(?<", &name, ">"]);
        } else {
            return self.options();
        }
        self.outer.push(outer);
        Ok(())
    }

    /// `(?i)` and `(?i:`.
    fn options(&mut self) -> Result<(), String> {
        let (outer, mut on) = (self.options, true);
        loop {
            match self.next().ok_or(UNFINISHED)? {
                b'i' => self.options.caseless = on,
                b'm' => self.options.multiline = on,
                b's' => self.options.dotall = on,
                b'-' if on => on = false,
                b')' => return Ok(()),
                b':' => {
                    self.outer.push(outer);
                    self.out.push_str("(?:");
                    return Ok(());
                }
                _ => return Err("a group of another kind".into()),
            }
        }
    }

    /// `{2}`, `{2,}`, `{2,3}`; from PCRE2 10.43 on also `{,3}` and blanks between.
    fn brace(&mut self) -> Result<(), String> {
        let end = memchr::memchr(b'}', self.rest);
        let inner = end.and_then(|end| self.rest.get(..end)).unwrap_or_default();
        let is_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        let comma = memchr::memchr(b',', inner).unwrap_or(inner.len());
        let (least, most) = inner.split_at(comma);
        if is_digits(least) && (most.len() < 2 || is_digits(most.get(1..).unwrap_or_default())) {
            self.out.push('{');
            self.out.extend(inner.iter().map(|&byte| char::from(byte)));
            self.out.push('}');
            self.rest = self.rest.get(inner.len() + 1..).unwrap_or_default();
            return Ok(());
        }
        let may_be = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b',' | b' ' | b'\t');
        if !inner.is_empty() && inner.iter().all(may_be) {
            return Err("releases of PCRE2 read this repetition differently".into());
        }
        self.literal(b'{');
        Ok(())
    }

    /// What follows a `[`.
    fn class(&mut self) -> Result<Set, String> {
        let negated = self.eat(b"^");
        let mut set = Set::default();
        let mut is_first = true;
        loop {
            let byte = self.next().ok_or(UNFINISHED)?;
            if byte == b']' && !is_first {
                break;
            }
            is_first = false;
            let is_range = |reader: &Self| {
                reader.rest.first() == Some(&b'-') && reader.rest.get(1).is_some_and(|&next| next != b']')
            };
            match self.member(byte)? {
                Item::Set(_) if is_range(self) => return Err("a range that starts with a class".into()),
                Item::Set(other) => set.add(&other),
                Item::Byte(low) if is_range(self) => {
                    self.next();
                    let end = self.next().ok_or(UNFINISHED)?;
                    match self.member(end)? {
                        Item::Byte(high) if low <= high => set.add_range(low, high),
                        _ => return Err("a range without order".into()),
                    }
                }
                Item::Byte(byte) => set.add_range(byte, byte),
            }
        }
        let set = if self.options.caseless { set.caseless() } else { set };
        Ok(if negated { set.negated() } else { set })
    }

    fn member(&mut self, byte: u8) -> Result<Item, String> {
        match (byte, self.rest.first()) {
            (b'\\', Some(b'b')) => {
                self.next();
                Ok(Item::Byte(0x08))
            }
            (b'\\', Some(b'1'..=b'7')) => {
                let digits = self.take(3, |byte| matches!(byte, b'0'..=b'7')).to_vec();
                number(&digits, 8).map(Item::Byte)
            }
            (b'\\', _) => self.escaped_item(),
            (b'[', Some(b'.' | b'=')) => Err("a collating element".into()),
            (b'[', Some(b':')) => self.posix(),
            _ => Ok(Item::Byte(byte)),
        }
    }

    /// `[:alpha:]`, or a bracket that stands for itself.
    fn posix(&mut self) -> Result<Item, String> {
        let inner = self.rest.get(1..).unwrap_or_default();
        let end = memchr::memmem::find(inner, b":]");
        let name = end.and_then(|end| inner.get(..end)).filter(|name| memchr::memchr(b']', name).is_none());
        let Some(name) = name else { return Ok(Item::Byte(b'[')) };
        self.rest = inner.get(name.len() + 2..).unwrap_or_default();
        let plain = name.strip_prefix(b"^");
        let set = Set::posix(plain.unwrap_or(name)).ok_or("a class without a name")?;
        Ok(Item::Set(if plain.is_some() { set.negated() } else { set }))
    }
}

fn number(digits: &[u8], radix: u32) -> Result<u8, String> {
    let digits = std::str::from_utf8(digits).unwrap_or_default();
    let digits = if digits.is_empty() { "0" } else { digits };
    u8::from_str_radix(digits, radix).map_err(|_| "a character that is no byte".into())
}
