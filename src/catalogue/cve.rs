//! Vulnerabilities of nginx: which releases have them, and what of a configuration they need (`cves.yaml`).

use super::{Version, VersionRange};

include!(concat!(env!("OUT_DIR"), "/cves.rs"));

/// A vulnerability.
#[derive(Debug)]
pub struct Cve {
    /// `CVE-2026-42945`
    pub id: &'static str,
    /// What goes wrong.
    pub title: &'static str,
    /// As nginx's advisory says.
    pub severity: Option<&'static str>,
    /// Inclusive ranges of releases; `None` without end.
    pub affected: &'static [(Version, Option<Version>)],
    /// The first good release of each branch.
    pub fixed: &'static [Version],
    /// The platform it needs.
    pub platform: Option<&'static str>,
    /// What has to be configured, in words.
    pub needs: &'static str,
    /// Whether the rule reports it.
    pub report: bool,
    /// Whether nearly every configuration has what it needs, so that one place is enough.
    pub once: bool,
    /// What has to be configured.
    pub when: When,
    /// How well the facts are founded.
    pub confidence: &'static str,
    /// Where they stand.
    pub sources: &'static [&'static str],
    /// What else there is to say.
    pub note: Option<&'static str>,
}

/// What of a configuration a vulnerability needs: all that is given.
#[derive(Debug)]
pub struct When {
    /// Nothing.
    pub always: bool,
    /// One of these directives.
    pub any: &'static [Use],
    /// Of each list one, anywhere.
    pub all: &'static [&'static [Use]],
    /// One of these sets at one block.
    pub together: &'static [Together],
    /// Not where this is in force.
    pub unless: Option<Use>,
    /// A mail server that speaks SMTP.
    pub smtp: bool,
    /// The name of an algorithm.
    pub check: Option<&'static str>,
}

/// Directives that are in force at one block.
#[derive(Debug)]
pub struct Together {
    /// `location`, `server`, `tls-server`, or a pass that the block has.
    pub within: &'static str,
    /// The directives.
    pub uses: &'static [Use],
}

/// A directive in use.
#[derive(Debug)]
pub struct Use {
    /// Its name.
    pub directive: &'static str,
    /// `stream` or `mail`; without it, `http`.
    pub context: Option<&'static str>,
    /// An argument is one of these.
    pub words: &'static [&'static str],
    /// The first argument is none of these.
    pub except: &'static [&'static str],
    /// An argument holds this.
    pub has: Option<&'static str>,
    /// The first argument begins with one of these.
    pub starts: &'static [&'static str],
    /// The last argument is a size of at least so many bytes.
    pub at_least: u64,
    /// It is not set.
    pub absent: bool,
    /// Its default counts, too.
    pub or_unset: bool,
}

/// Every vulnerability that is known, newest first.
pub fn cves() -> &'static [Cve] {
    &CVES
}

impl Cve {
    /// Whether a release has it.
    pub fn affects(&self, version: Version) -> bool {
        let is_in =
            |&(from, to): &(Version, Option<Version>)| from <= version && to.is_none_or(|to| version <= to);
        let is_fixed = self.fixed.iter().any(|&fixed| fixed.same_branch(version) && fixed <= version);
        let highest = self.fixed.iter().max();
        let is_later = highest.is_some_and(|&fixed| version > fixed);
        self.affected.iter().any(is_in) && !is_fixed && !is_later
    }

    /// Whether every release of a range has it: of one version, or of one between two bounds.
    pub fn affects_all(&self, range: VersionRange) -> bool {
        if let Some(version) = range.exact() {
            return self.affects(version);
        }
        let covers = |&(from, to): &(Version, Option<Version>)| {
            from <= range.lowest() && to.is_some_and(|to| !range.contains_from(next(to)))
        };
        let is_fixed_in = self.fixed.iter().any(|&fixed| range.contains(fixed));
        self.affected.iter().any(covers) && self.affects(range.lowest()) && !is_fixed_in
    }
}

fn next(version: Version) -> Version {
    Version { patch: version.patch.saturating_add(1), ..version }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cve(id: &str) -> &'static Cve {
        cves().iter().find(|cve| cve.id == id).unwrap()
    }

    fn has(id: &str, range: &str) -> bool {
        cve(id).affects_all(range.parse().unwrap())
    }

    #[test]
    fn a_fix_covers_its_branch_and_what_came_after() {
        // 1.15.8 to 1.31.2, fixed in 1.30.4 and 1.31.3.
        for (version, affected) in [
            ("1.15.7", false),
            ("1.15.8", true),
            ("1.30.3", true),
            ("1.30.4", false),
            ("1.30.9", false),
            ("1.31.0", true),
            ("1.31.3", false),
            ("1.33.0", false),
        ] {
            assert_eq!(has("CVE-2026-60005", version), affected, "{version}");
        }
        assert!(!has("CVE-2009-4487", "0.0.1") && has("CVE-2013-2028", "1.3.9"));
    }

    #[test]
    fn a_range_counts_where_all_of_it_is_affected() {
        assert!(has("CVE-2026-60005", ">=1.18,<1.30.4"));
        assert!(!has("CVE-2026-60005", ">=1.18,<1.30.5"));
        assert!(!has("CVE-2026-60005", ">=1.14,<1.20"));
        assert!(!has("CVE-2026-60005", ">=1.18"));
    }

    #[test]
    fn every_directive_of_the_table_is_known() {
        let uses = cves().iter().flat_map(|cve| {
            let when = &cve.when;
            let nested = when.all.iter().copied().chain(when.together.iter().map(|it| it.uses));
            nested.flatten().chain(when.any).chain(&when.unless)
        });
        for it in uses {
            let id = super::super::lookup(it.directive.as_bytes());
            assert_ne!(id, super::super::DirectiveId::UNKNOWN, "{}", it.directive);
        }
        let within = cves().iter().flat_map(|cve| cve.when.together).map(|it| it.within);
        for within in within.filter(|it| !["location", "server", "tls-server"].contains(it)) {
            assert!(within.ends_with("_pass"), "{within}");
        }
    }
}
