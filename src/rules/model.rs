//! The shape of a rule file. The build script reads the built-in rules with these very types and writes them out as
//! statics; a user's own rules are read with them at run time.

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// `WS101`; never reused.
    pub code: &'static str,
}
