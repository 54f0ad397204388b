//! What the shape of a rule file does not say: that its words mean something to the engine. A rule that could never
//! report anything is refused, not silent.

use crate::catalogue::{self, DirectiveId, VersionRange, lookup};
use crate::fix::placement::is_settable;
use crate::guess::hint;
use crate::rules::checks;
use crate::rules::hit::PLACEHOLDERS;
use crate::rules::model::{Condition, FixSpec, RequestPart, Rule, Visit};
use crate::yaml::Step;

/// Something that is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in its file.
    pub path: Vec<Step>,
    /// What.
    pub message: String,
}

/// What is wrong with a rule, in the order of its keys.
pub fn faults(rule: &Rule) -> Vec<Fault> {
    let mut found = Faults::default();
    found.names(rule);
    found.versions(&["nginx"], rule.nginx.as_deref());
    found.policy(rule);
    found.texts(rule);
    if let Some(fix) = &rule.fix {
        found.fix(rule, fix);
    }
    found.0
}

/// The way to a value.
type Way<'w> = &'w [Step];

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, way: Way<'_>, message: impl Into<String>) {
        self.0.push(Fault { path: way.to_vec(), message: message.into() });
    }

    fn names(&mut self, rule: &Rule) {
        let letters = rule.code.chars().take_while(char::is_ascii_uppercase).count();
        let digits = rule.code.chars().skip(letters);
        if letters < 2 || digits.clone().count() == 0 || !digits.clone().all(|it| it.is_ascii_digit()) {
            self.add(
                &[Step::key("code")],
                format!("`{}`: a code is two capital letters or more, and a number: ACME001", rule.code),
            );
        }
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'.')
        };
        if !rule.name.split('-').all(part) {
            self.add(
                &[Step::key("name")],
                format!("`{}`: a name is small letters with `-` between words", rule.name),
            );
        }
    }

    fn versions(&mut self, keys: &[&str], range: Option<&str>) {
        let way: Vec<Step> = keys.iter().copied().map(Step::key).collect();
        self.range(&way, range);
    }

    fn range(&mut self, way: Way<'_>, range: Option<&str>) {
        if let Some(Err(error)) = range.map(str::parse::<VersionRange>) {
            self.add(way, error.to_string());
        }
    }

    /// What the rule looks for.
    fn policy(&mut self, rule: &Rule) {
        match rule.check.as_deref() {
            Some(check) => self.check(check),
            None => self.conditions_say_something(rule),
        }
        if rule.intent.is_some() && !sees_requests(rule) {
            self.add(&[Step::key("intent")], "only `visit: proxied-block` knows what a block is meant for");
        }
        for (way, condition) in conditions(rule) {
            self.condition(rule, &way, condition);
        }
    }

    fn check(&mut self, check: &str) {
        if !checks::names().any(|name| name == check) {
            let hint = hint(check, checks::names());
            self.add(&[Step::key("check")], format!("no check is called `{check}`{hint}"));
        }
    }

    fn conditions_say_something(&mut self, rule: &Rule) {
        if rule.require.is_empty() && rule.forbid.is_empty() {
            self.add(&[], "the rule can never report anything: it needs `require`, `forbid` or `check`");
        } else if rule.visit == Visit::Text {
            self.add(&[Step::key("visit")], "only a `check` can look at texts");
        } else if rule.visit == Visit::Directive && named_directive(rule).is_none() {
            self.add(&[Step::key("visit")], "`visit: directive` needs a condition with the directive's name");
        }
    }

    fn condition(&mut self, rule: &Rule, way: Way<'_>, condition: &Condition) {
        if *condition == Condition::default() {
            self.add(way, "an empty condition");
        }
        let directive = condition.directive.as_deref();
        if let Some(name) = directive.filter(|name| lookup(name.as_bytes()) == DirectiveId::UNKNOWN) {
            let hint = hint(name, catalogue::all().map(|(id, _)| id.name()));
            self.add(&below(way, &["directive"]), format!("no directive is called `{name}`{hint}"));
        }
        let details = [
            ("key", condition.key.is_some()),
            ("value", condition.value.is_some()),
            ("mentions", condition.mentions.is_some()),
            ("set-here", condition.set_here.is_some()),
        ];
        for (key, _) in details.into_iter().filter(|&(_, given)| given && directive.is_none()) {
            self.add(
                &below(way, &[key]),
                format!("`{key}` says something about a `directive`, which is missing"),
            );
        }
        self.range(&below(way, &["target"]), condition.target.as_deref());
        for key in [condition.request.as_ref().map(|_| "request"), condition.fact.map(|_| "fact")]
            .into_iter()
            .flatten()
        {
            // With a check, cases may ask about facts of the block that it reports.
            if !sees_requests(rule) && rule.check.is_none() {
                self.add(&below(way, &[key]), format!("only `visit: proxied-block` has a `{key}`"));
            }
        }
        if let Some(part) = &condition.request {
            self.request(&below(way, &["request"]), part);
        }
        for (key, parts) in [("all", &condition.all), ("any", &condition.any), ("none", &condition.none)] {
            for (index, part) in parts.iter().enumerate() {
                self.condition(rule, &item(&below(way, &[key]), index), part);
            }
        }
    }

    fn request(&mut self, way: Way<'_>, part: &RequestPart) {
        if part.header.is_none() && part.version.is_none() && part.method.is_none() {
            self.add(way, "`request` needs a `header`, a `version` or a `method`");
        }
        let details = [
            ("token", part.token.is_some()),
            ("is", part.is.is_some()),
            ("blank", part.blank.is_some()),
            ("from-client", part.from_client.is_some()),
            ("lines", part.lines.is_some()),
        ];
        let given = details.iter().any(|&(_, given)| given);
        for (key, _) in details.into_iter().filter(|&(_, given)| given && part.header.is_none()) {
            self.add(
                &below(way, &[key]),
                format!("`{key}` says something about a `header`, which is missing"),
            );
        }
        if part.header.is_some() && !given {
            self.add(
                &below(way, &["header"]),
                "say what the header must be: `token`, `is`, `blank`, `from-client` or `lines`",
            );
        }
    }

    fn texts(&mut self, rule: &Rule) {
        self.text(&below(&[], &["report", "message"]), &rule.report.message);
        self.text(&below(&[], &["help"]), &rule.help);
        for (index, related) in rule.report.related.iter().enumerate() {
            let way = item(&below(&[], &["report", "related"]), index);
            self.text(&below(&way, &["message"]), &related.message);
        }
        for (index, case) in rule.cases.iter().enumerate() {
            let way = item(&below(&[], &["cases"]), index);
            self.text(&below(&way, &["message"]), case.message.as_deref().unwrap_or_default());
            self.text(&below(&way, &["help"]), case.help.as_deref().unwrap_or_default());
        }
    }

    /// Refuses a word in braces that stands for nothing.
    fn text(&mut self, way: Way<'_>, text: &str) {
        let inside = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let word = |inside: &&str| {
            !inside.is_empty() && inside.bytes().all(|it| it.is_ascii_lowercase() || it == b'-')
        };
        for name in inside.filter(word).filter(|name| !PLACEHOLDERS.contains(name)) {
            let known = PLACEHOLDERS.join(", ");
            let hint = Some(hint(name, PLACEHOLDERS)).filter(|hint| !hint.is_empty());
            let hint = hint.unwrap_or_else(|| format!(": one of {known}"));
            self.add(way, format!("unknown placeholder `{{{name}}}`{hint}"));
        }
    }

    fn fix(&mut self, rule: &Rule, fix: &FixSpec) {
        let way = below(&[], &["fix", "set"]);
        if !fix.set.is_empty() && !sees_requests(rule) && rule.check.is_none() {
            self.add(&way, "only rules with `visit: proxied-block` can set something");
        }
        for (index, text) in fix.set.iter().enumerate().filter(|(_, text)| !is_settable(text)) {
            let message = format!(
                "`{text}`: a fix can set `proxy_set_header NAME VALUE` or a directive with one value, without `;`"
            );
            self.add(&item(&way, index), message);
        }
    }
}

fn sees_requests(rule: &Rule) -> bool {
    matches!(rule.visit, Visit::ProxiedBlock | Visit::Pass)
}

fn named_directive(rule: &Rule) -> Option<&str> {
    let named = rule.when.iter().chain(rule.forbid.iter()).chain(rule.require.iter());
    { named }.find_map(|condition| condition.directive.as_deref())
}

/// A rule's conditions with their places.
fn conditions(rule: &Rule) -> impl Iterator<Item = (Vec<Step>, &Condition)> {
    let list = |key: &'static str, list: &'_ [Condition]| {
        (0..list.len()).map(move |index| item(&below(&[], &[key]), index)).collect::<Vec<_>>()
    };
    let required = list("require", &rule.require).into_iter().zip(rule.require.iter());
    let forbidden = list("forbid", &rule.forbid).into_iter().zip(rule.forbid.iter());
    let cases = rule.cases.iter().enumerate().filter_map(|(index, case)| {
        let way = below(&item(&below(&[], &["cases"]), index), &["when"]);
        Some((way, case.when.as_ref()?))
    });
    let when = rule.when.iter().map(|condition| (below(&[], &["when"]), condition));
    when.chain(required).chain(forbidden).chain(cases)
}

fn below(way: Way<'_>, keys: &[&str]) -> Vec<Step> {
    way.iter().cloned().chain(keys.iter().copied().map(Step::key)).collect()
}

fn item(way: Way<'_>, index: usize) -> Vec<Step> {
    way.iter().cloned().chain([Step::Item(index)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_have_no_fault() {
        for rule in &crate::rules::RULES {
            assert_eq!(faults(rule), [], "{}", rule.code);
        }
    }
}
