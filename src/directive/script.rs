//! Variables in values (`ngx_http_script_compile`): their syntax, and which names are used and defined.

use std::collections::{HashMap, HashSet};

use super::{Checked, Fault, Refusal, quoted, says};
use crate::catalogue::{Family, Variable, Version, VersionRange, variable};

/// Variables that modules add while they read their configuration, so that no table of theirs holds them.
const ADDED: [&str; 8] = [
    "gzip_ratio",
    "invalid_referer",
    "secure_link",
    "secure_link_expires",
    "slice_range",
    "uid_got",
    "uid_reset",
    "uid_set",
];

/// Variables that a configuration may define although a module has them, besides `ssl_*` and `geoip_*`.
const CHANGEABLE: [&str; 9] = [
    "ancient_browser",
    "args",
    "invalid_referer",
    "limit_rate",
    "modern_browser",
    "msie",
    "proxy_host",
    "proxy_port",
    "uid_reset",
];

/// What a module's variable is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Predefined {
    /// One name.
    Single,
    /// All names that begin alike (`arg_`).
    Family,
}

/// The variables that one `http` or `stream` block uses and defines, in lower case. `P` is a place in the configuration.
#[derive(Debug)]
pub(super) struct Names<P> {
    /// Whose block it is; `http` if nothing in it has told yet.
    pub(super) family: Option<Family>,
    /// The versions in question.
    pub(super) range: VersionRange,
    /// The directive that is being read.
    pub(super) here: Option<P>,
    numbers: HashMap<Vec<u8>, usize>,
    known: Vec<Vec<u8>>,
    /// Names by number, in order of use.
    used: Vec<(usize, Option<P>)>,
    defined: HashSet<Vec<u8>>,
}

impl<P: Copy> Names<P> {
    pub(super) fn new(range: VersionRange) -> Self {
        Self {
            family: None,
            range,
            here: None,
            numbers: HashMap::new(),
            known: Vec::new(),
            used: Vec::new(),
            defined: HashSet::new(),
        }
    }

    pub(super) fn uses(&mut self, name: &[u8]) {
        let name = name.to_ascii_lowercase();
        let number = self.numbers.get(&name).copied().unwrap_or_else(|| {
            self.known.push(name.clone());
            self.numbers.insert(name, self.known.len() - 1);
            self.known.len() - 1
        });
        self.used.push((number, self.here));
    }

    pub(super) fn defines(&mut self, name: &[u8]) {
        self.defined.insert(name.to_ascii_lowercase());
    }

    /// The uses of names that nobody defines, in nginx's order (`ngx_http_variables_init_vars`).
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&[u8], Option<P>)> {
        let known = |name: &[u8]| self.defined.contains(name) || self.predefined(name).is_some();
        let unknown: Vec<bool> = self.known.iter().map(|name| !known(name)).collect();
        let mut used: Vec<(usize, Option<P>)> = self.used.clone();
        used.retain(|&(number, _)| unknown.get(number) == Some(&true));
        used.sort_by_key(|&(number, _)| number);
        used.into_iter().map(|(number, place)| (self.known.get(number).map_or(&[][..], Vec::as_slice), place))
    }

    /// The names that the configuration defines.
    pub(super) fn defined(&self) -> impl Iterator<Item = &[u8]> {
        self.defined.iter().map(Vec::as_slice)
    }

    /// The variable of a module that `name` stands for.
    fn predefined(&self, name: &[u8]) -> Option<Predefined> {
        let name = std::str::from_utf8(name).ok()?;
        let family = self.family.unwrap_or(Family::Http);
        let bare = || variable(family, &format!("{name}x")).filter(|variable| variable.prefix);
        let found = variable(family, name).or_else(bare);
        let exists = |since: Option<Version>, removed: Option<Version>| {
            since.is_none_or(|since| self.range.contains_from(since))
                && removed.is_none_or(|removed| self.range.contains_below(removed))
        };
        let ported = |it: &Variable| it.backported.iter().any(|&port| self.range.contains(port));
        if let Some(variable) = found.filter(|it| exists(it.since, it.removed) || ported(it)) {
            return Some(if variable.prefix { Predefined::Family } else { Predefined::Single });
        }
        ADDED.contains(&name.to_ascii_lowercase().as_str()).then_some(Predefined::Single)
    }

    /// Whether a configuration may not define the name (without `NGX_HTTP_VAR_CHANGEABLE`).
    fn is_taken(&self, name: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        let changeable = CHANGEABLE.iter().any(|other| other.as_bytes() == name)
            || name.starts_with(b"ssl_")
            || name.starts_with(b"geoip_");
        !changeable && self.predefined(&name) == Some(Predefined::Single)
    }

    /// The named groups of a regular expression are variables.
    pub(super) fn defines_groups(&mut self, regex: &[u8]) {
        for name in groups(regex) {
            self.defines(name);
        }
    }

    /// Reads a value that nginx compiles.
    pub(super) fn compile(&mut self, value: &[u8]) -> Checked {
        let mut rest = value;
        while let Some(at) = memchr::memchr(b'$', rest) {
            rest = self.reference(rest.get(at + 1..).unwrap_or_default())?;
        }
        Ok(())
    }

    /// The same where digits are part of a name like letters.
    pub(super) fn log_reference<'v>(&mut self, text: &'v [u8]) -> Result<&'v [u8], Refusal> {
        if !text.first().is_some_and(u8::is_ascii_digit) {
            return self.reference(text);
        }
        let (name, rest) = split_name(text);
        self.reference_to(name).map(|()| rest)
    }

    /// Reads what stands behind a `$` and returns what follows it.
    fn reference<'v>(&mut self, text: &'v [u8]) -> Result<&'v [u8], Refusal> {
        let invalid = || says("invalid variable name");
        match text.first() {
            None => Err(invalid()),
            Some(b'1'..=b'9') => Ok(text.get(1..).unwrap_or_default()),
            Some(b'{') => {
                let text = text.get(1..).filter(|text| !text.is_empty()).ok_or_else(invalid)?;
                let (name, rest) = split_name(text);
                let Some((b'}', rest)) = rest.split_first() else {
                    return Err(quoted("the closing bracket in \"", name, "\" variable is missing"));
                };
                self.reference_to(name).map(|()| rest)
            }
            Some(_) => {
                let (name, rest) = split_name(text);
                self.reference_to(name).map(|()| rest)
            }
        }
    }

    fn reference_to(&mut self, name: &[u8]) -> Checked {
        if name.is_empty() {
            return Err(says("invalid variable name"));
        }
        self.uses(name);
        Ok(())
    }

    /// A word that must be the name of a variable to define.
    pub(super) fn definition(&mut self, word: &[u8]) -> Checked {
        match word.strip_prefix(b"$") {
            Some(b"") => Err(says(r#"invalid variable name "$""#)),
            Some(name) if self.is_taken(name) => {
                Err(quoted("the duplicate \"", name, "\" variable").of(Fault::Duplicate))
            }
            Some(name) => {
                self.defines(name);
                Ok(())
            }
            None => Err(quoted("invalid variable name \"", word, "\"")),
        }
    }
}

/// Whether the variables of a value are written as nginx reads them.
pub(super) fn syntax(value: &[u8]) -> Checked {
    Names::<()>::new(VersionRange::ALL).compile(value)
}

fn split_name(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    text.split_at_checked(length).unwrap_or((text, &[]))
}

/// The names of the groups `(?<name>`, `(?P<name>` and `(?'name'` of a regular expression.
fn groups(regex: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memmem::find_iter(regex, b"(?").filter_map(|at| {
        let rest = regex.get(at + 2..)?;
        let rest = rest.strip_prefix(b"P").unwrap_or(rest);
        let (quote, rest) = rest.split_first()?;
        let (name, after) = split_name(rest);
        let closes = matches!((quote, after.first()), (b'<', Some(b'>')) | (b'\'', Some(b'\'')));
        (closes && !name.is_empty()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(value: &str) -> Result<Vec<String>, String> {
        let mut names: Names<()> = Names::new(VersionRange::ALL);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        names.compile(value.as_bytes()).map_err(|refusal| text(&refusal.message))?;
        Ok(names.known.iter().map(|name| text(name)).collect())
    }

    #[test]
    fn names_are_read_as_nginx_reads_them() {
        assert_eq!(compiled("$a-${B}c$1$10"), Ok(vec!["a".into(), "b".into()]));
        assert_eq!(compiled("$0"), Ok(vec!["0".into()]));
        for lone in ["a$", "$ b", "$$a", "${", "${}"] {
            assert_eq!(compiled(lone), Err("invalid variable name".into()), "{lone}");
        }
        assert_eq!(compiled("${uri"), Err("the closing bracket in \"uri\" variable is missing".into()));
    }

    #[test]
    fn groups_of_a_regex_are_names() {
        let found: Vec<&[u8]> = groups(b"^(?<a>x)(?P<b_1>y)(?'c'z)(?:q)(?<=w)(?<!v)").collect();
        assert_eq!(found, [b"a".as_slice(), b"b_1", b"c"]);
    }
}
