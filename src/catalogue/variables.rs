//! The variables that nginx's modules define.

use super::tables::VARIABLES;
use super::{Family, Version};

/// A variable, or a family of variables that share a prefix.
#[derive(Debug)]
pub struct Variable {
    /// The name without `$`, in lower case; of a prefix up to and including its last `_`.
    pub name: &'static str,
    /// Whether any name that starts with it is meant (`http_`, `arg_`).
    pub prefix: bool,
    /// [`Family::Http`] or [`Family::Stream`].
    pub family: Family,
    /// The first version that has it, where that is known.
    pub since: Option<Version>,
    /// The first version that no longer has it.
    pub removed: Option<Version>,
    /// Stable versions below `since` that got it, too.
    pub backported: &'static [Version],
}

/// The variable called `name` in `family`, without `$`. Names are case-insensitive (`ngx_http_get_variable_index`
/// lowers them); an exact name wins over a prefix, the longest prefix over a shorter one.
pub fn variable(family: Family, name: &str) -> Option<&'static Variable> {
    let of_family = || VARIABLES.iter().filter(|variable| variable.family == family);
    of_family()
        .find(|variable| !variable.prefix && variable.name.eq_ignore_ascii_case(name))
        .or_else(|| of_family().filter(|variable| variable.starts(name)).max_by_key(|found| found.name.len()))
}

/// The names of a family's variables, those that share a prefix left out.
pub fn variable_names(family: Family) -> impl Iterator<Item = &'static str> {
    let single = VARIABLES.iter().filter(move |variable| variable.family == family && !variable.prefix);
    single.map(|variable| variable.name)
}

impl Variable {
    fn starts(&self, name: &str) -> bool {
        let head = name.get(..self.name.len()).unwrap_or_default();
        self.prefix && name.len() > self.name.len() && head.eq_ignore_ascii_case(self.name)
    }
}
