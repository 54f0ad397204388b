//! What a rule's YAML says about real servers.

use super::nginx::version;

/// What `nginx -t` says to the bad fixtures of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It accepts them.
    Accepts,
    /// It refuses them.
    Refuses,
    /// They need a module that is not there, or are not checked: nothing is tried with them.
    Unknown,
}

/// The two lines of a rule's YAML that matter here.
#[derive(Debug)]
pub(crate) struct Rule {
    /// What its bad fixtures come to.
    pub(crate) verdict: Verdict,
    range: String,
}

impl Rule {
    /// Reads `nginx-t` and `nginx` from a rule's text.
    pub(crate) fn parse(text: &str) -> Self {
        let verdict = match key(text, "nginx-t") {
            "refuses" => Verdict::Refuses,
            "needs-module" | "not-checked" => Verdict::Unknown,
            _ => Verdict::Accepts,
        };
        Self { verdict, range: key(text, "nginx").to_owned() }
    }

    /// What is wrong with an answer of `nginx -t` to one of the rule's fixtures; `None` is acceptance.
    pub(crate) fn complaint(&self, bad: bool, refusal: Option<String>) -> Option<String> {
        match (self.verdict, refusal) {
            (Verdict::Refuses, None) if bad => {
                Some("nginx -t accepts it, though the rule says refuses".into())
            }
            (Verdict::Accepts, Some(refusal)) => Some(format!("nginx -t refuses: {refusal}")),
            (_, Some(refusal)) if !bad => Some(format!("nginx -t refuses: {refusal}")),
            _ => None,
        }
    }

    /// Whether the rule is about a release.
    pub(crate) fn concerns(&self, release: [u32; 3]) -> bool {
        self.range.split([' ', ',']).filter(|bound| !bound.is_empty()).all(|bound| within(bound, release))
    }
}

fn key<'a>(text: &'a str, name: &str) -> &'a str {
    let mut values = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    values.next().unwrap_or_default().split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

fn within(bound: &str, release: [u32; 3]) -> bool {
    let number = bound.trim_start_matches(['<', '>', '=']);
    let limit = version(number).unwrap_or_else(|| panic!("nginx range {bound}"));
    match bound.trim_end_matches(number) {
        ">=" => release >= limit,
        ">" => release > limit,
        "<=" => release <= limit,
        "<" => release < limit,
        _ => release == limit,
    }
}

#[test]
fn a_rule_says_what_it_is_about() {
    let rule = Rule::parse("code: X\nnginx: \">=1.3.13 <1.29.7\"\nnginx-t: refuses # always\n");
    assert_eq!(rule.verdict, Verdict::Refuses);
    assert!(rule.concerns([1, 22, 1]) && !rule.concerns([1, 29, 7]));
    assert!(Rule::parse("").concerns([1, 30, 0]));
}
