//! A rule and its parts.

use std::fmt;

use serde::Deserialize;

use super::{Condition, List, Text};

/// One rule. A built-in one says why, what to do about it and where it is documented; a user's may leave that out.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// `WS101`; never reused.
    pub code: Text,
    /// `upgrade-not-forwarded`.
    pub name: Text,
    /// How bad a finding is, where no case says otherwise.
    pub severity: Severity,
    /// Whether it runs without being asked for.
    #[serde(default)]
    pub default: Switch,
    /// The nginx versions it is about; it is silent where the target range holds none of them.
    #[serde(default)]
    pub nginx: Option<Text>,
    /// What `nginx -t` says of its bad fixtures.
    #[serde(default)]
    pub nginx_t: NginxTest,
    /// One line.
    pub summary: Text,
    /// What happens and why, for someone who has never heard of it.
    #[serde(default)]
    pub why: Text,
    /// What to do, in a sentence or two; stands under every finding.
    #[serde(default)]
    pub help: Text,
    /// What users or logs show.
    #[serde(default)]
    pub symptoms: List<Text>,
    /// What people try in vain.
    #[serde(default)]
    pub dead_ends: List<DeadEnd>,
    /// Documentation, RFC sections, nginx functions.
    #[serde(default)]
    pub references: List<Text>,
    /// What it looks at.
    pub visit: Visit,
    /// The evidence of WebSocket intent that is needed at least. Severity and the safety of fixes then depend on the
    /// evidence: an endpoint is reported as a warning at most, a name as a note at most.
    #[serde(default)]
    pub intent: Option<Intent>,
    /// What must hold for the rule to apply.
    #[serde(default)]
    pub when: Option<Condition>,
    /// A finding where one of these is certainly false.
    #[serde(default)]
    pub require: List<Condition>,
    /// A finding where one of these is certainly true.
    #[serde(default)]
    pub forbid: List<Condition>,
    /// An algorithm that finds what conditions cannot say.
    #[serde(default)]
    pub check: Option<Text>,
    /// What the check is to look for, in its own words.
    #[serde(default)]
    pub params: List<Text>,
    /// Other messages or severities: the first case that holds.
    #[serde(default)]
    pub cases: List<Case>,
    /// Codes that say the same less well: not reported for the block that this rule reports.
    #[serde(default)]
    pub supersedes: List<Text>,
    /// Where and in which words.
    pub report: Report,
    /// The repair.
    #[serde(default)]
    pub fix: Option<FixSpec>,
}

/// What people try in vain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadEnd {
    /// What they try.
    #[serde(rename = "try")]
    pub attempt: Text,
    /// Why it does not help.
    pub because: Text,
}

closed_set! {
    /// How bad a finding is.
    Severity {
        /// Worth knowing.
        Note,
        /// Very likely a mistake.
        Warning,
        /// Broken for users, or exploitable.
        Error,
    }
}

closed_set! {
    /// On or off.
    #[derive(Default)]
    Switch {
        /// Runs by default.
        #[default]
        On,
        /// Runs where it is selected.
        Off,
    }
}

closed_set! {
    /// What `nginx -t` says of the bad fixtures of a rule.
    #[derive(Default)]
    NginxTest {
        /// "test is successful": that is why the rule is needed.
        #[default]
        Accepts,
        /// nginx refuses to start.
        Refuses,
        /// They need a module that the test servers lack.
        NeedsModule,
        /// It depends on the machine.
        NotChecked,
    }
}

closed_set! {
    /// What a rule looks at, one at a time.
    Visit {
        /// The tree as a whole.
        Main,
        /// The `http` block.
        Http,
        /// Each server.
        Server,
        /// Each location, named ones included.
        Location,
        /// Each upstream.
        Upstream,
        /// Each location, `if` in location and `limit_except`.
        Block,
        /// Each of those that proxies over HTTP.
        ProxiedBlock,
        /// Each handler that passes requests on.
        Pass,
        /// Each directive that the condition's `directive` names.
        Directive,
        /// Each text of the tree.
        Text,
    }
}

closed_set! {
    /// Evidence that a block is meant for WebSockets, weakest first.
    Intent {
        /// A name such as `ws` or `socket`.
        Name,
        /// A well-known endpoint.
        Endpoint,
        /// The block's own directives.
        Explicit,
        /// A comment or setting says so.
        Declared,
    }
}

/// A message, and a severity, of its own for some findings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(clippy::struct_field_names, reason = "`case` is the key of the rule files")]
pub struct Case {
    /// The name a check gives the case, where the rule has one.
    #[serde(default)]
    pub case: Option<Text>,
    /// Where the rule has conditions.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Instead of the rule's.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Instead of the rule's.
    #[serde(default)]
    pub message: Option<Text>,
    /// Instead of the rule's.
    #[serde(default)]
    pub help: Option<Text>,
}

/// Where and in which words a rule reports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Report {
    /// The place.
    #[serde(default)]
    pub at: Place,
    /// The words; `{block}` and the like are filled in.
    pub message: Text,
    /// Other places and what they have to do with it.
    #[serde(default)]
    pub related: List<Related>,
}

closed_set! {
    /// A place of a finding.
    #[derive(Default)]
    Place {
        /// The directive that hands the request on.
        #[default]
        Pass,
        /// The directive that sets the value in question; the pass where none does.
        Setting,
        /// The block's opening words.
        Block,
        /// The directive that is visited.
        Directive,
        /// The level whose headers are in force.
        Deciding,
        /// Where the check says.
        Check,
    }
}

/// Another place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Related {
    /// The place.
    pub at: Place,
    /// What it has to do with the finding.
    pub message: Text,
}

/// The repair of a rule's findings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FixSpec {
    /// What it does, as an imperative.
    pub title: Text,
    /// Whether it may be written.
    pub safety: FixSafety,
    /// Findings of one block whose fixes share a group are repaired together.
    #[serde(default)]
    pub group: Option<Text>,
    /// Directives that are to be in force, without their `;`.
    #[serde(default)]
    pub set: List<Text>,
}

closed_set! {
    /// Whether a fix may be written.
    FixSafety {
        /// By `--fix`.
        Safe,
        /// By `--fix --unsafe-fixes`.
        Unsafe,
        /// Never; it is printed.
        Shown,
        /// Safe where the intent is declared, explicit or a WebSocket-only endpoint, else unsafe.
        ByIntent,
    }
}
