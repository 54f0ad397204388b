//! Rewrite directives, run in order (`ngx_http_rewrite_handler` and the script codes behind it).

use super::phases::Run;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::Reason;
use crate::route::{Returned, escape_args, redirects_with, returned};
use crate::value::{Outcome, Part, Test, Value, condition_words, holds, parts, steps, test};

/// How a script ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Script {
    /// The request goes on.
    Declined,
    /// A status, which `error_page` may still take elsewhere.
    Status(u16),
    /// A whole answer.
    Sent(u16),
    /// It hangs on something that is not known.
    Depends(Reason),
}

/// Whether the script goes on.
enum Step {
    Next,
    Exit(Script),
}

impl Run<'_, '_> {
    /// Runs the rewrite directives of a block.
    pub(super) fn script(&mut self, block: ScopeId) -> Script {
        for (node, branch) in steps(self.config(), block) {
            let step = match branch {
                Some(branch) => self.branch(node, branch),
                None => self.directive(node),
            };
            if let Step::Exit(end) = step {
                return end;
            }
        }
        Script::Declined
    }

    fn branch(&mut self, node: NodeId, branch: ScopeId) -> Step {
        match self.condition(node) {
            Outcome::False => {
                self.passed_over(node, branch);
                return Step::Next;
            }
            Outcome::Unknown => return Step::Exit(Script::Depends(Reason::UnknownValue)),
            Outcome::True => {}
        }
        if self.config().scope(branch).kind == ScopeKind::IfInLocation {
            self.step(Some(node), "the condition holds: this `if` is in force");
            self.update_location(branch);
        }
        for (node, _) in steps(self.config(), branch) {
            if let Step::Exit(end) = self.directive(node) {
                return Step::Exit(end);
            }
        }
        Step::Next
    }

    fn directive(&mut self, node: NodeId) -> Step {
        match self.config().node(node).name {
            directive::SET => self.set(node),
            directive::RETURN => self.returned(node),
            directive::REWRITE => self.rewrite(node),
            directive::BREAK => {
                if std::mem::take(&mut self.uri_changed) {
                    self.valid_location = false;
                }
                Step::Exit(Script::Declined)
            }
            _ => Step::Next,
        }
    }

    fn set(&mut self, node: NodeId) -> Step {
        let view = self.tracer.view;
        if let (Some(name), Some(value)) = (view.arg(node, 0), view.arg(node, 1)) {
            let name = name.strip_prefix(b"$").unwrap_or(&name);
            match self.evaluate(&value) {
                value if name.eq_ignore_ascii_case(b"args") => return self.set_args(node, value),
                _ if name.eq_ignore_ascii_case(b"limit_rate") => {
                    self.state.assign(name, Value::Unknown("limit_rate".into()));
                }
                value => self.state.assign(name, value),
            }
            self.find_root();
        }
        Step::Next
    }

    /// `set $args` replaces the arguments of the request itself, and the client's own spelling of the path no longer goes
    /// upstream (`ngx_http_variable_set_args`).
    fn set_args(&mut self, node: NodeId, value: Value) -> Step {
        match value {
            Value::Known(args) => {
                (self.state.args, self.valid_unparsed) = (args, false);
                self.find_root();
                Step::Next
            }
            Value::Unknown(variable) => {
                self.undecided(node, &variable);
                Step::Exit(Script::Depends(Reason::UnknownValue))
            }
        }
    }

    fn returned(&mut self, node: NodeId) -> Step {
        let Returned { code, whole } = returned(self.tracer.view, node);
        let closes = if code == 444 { ": nginx closes the connection without an answer" } else { "" };
        self.step(Some(node), &format!("returns {code}{closes}"));
        Step::Exit(if whole { Script::Sent(code) } else { Script::Status(code) })
    }

    /// Whether the condition of an `if` holds. An expression that does not match empties `$1` and its like.
    fn condition(&mut self, node: NodeId) -> Outcome {
        let words = condition_words(self.tracer.view, node);
        let (test, inverted) = test(&words);
        let outcome = match test {
            Test::Variable(variable) => match self.evaluate(variable) {
                Value::Unknown(variable) => self.undecided(node, &variable),
                value @ Value::Known(_) => holds(&value),
            },
            Test::Same(left, right) => self.same(node, left, right),
            Test::Match { subject, pattern, caseless } => self.matches(node, subject, pattern, caseless),
            Test::File(test, path) => self.tested(node, test, path),
            Test::Invalid => Outcome::Unknown,
        };
        if inverted { outcome.negated() } else { outcome }
    }

    /// Notes the variable that a condition hangs on.
    fn undecided(&mut self, node: NodeId, variable: &str) -> Outcome {
        self.step(Some(node), &format!("hangs on ${variable}: the request does not tell"));
        Outcome::Unknown
    }

    fn tested(&mut self, node: NodeId, test: &[u8], path: &[u8]) -> Outcome {
        let found = self.file_test(test, path);
        if found == Outcome::Unknown {
            let path = String::from_utf8_lossy(path).into_owned();
            self.step(Some(node), &format!("whether {path} is there is not known (see --root)"));
        }
        found
    }

    fn same(&mut self, node: NodeId, left: &[u8], right: &[u8]) -> Outcome {
        match (self.evaluate(left), self.evaluate(right)) {
            (Value::Known(left), Value::Known(right)) => (left == right).into(),
            (Value::Unknown(variable), _) | (_, Value::Unknown(variable)) => self.undecided(node, &variable),
        }
    }

    fn matches(&mut self, node: NodeId, subject: &[u8], pattern: &[u8], caseless: bool) -> Outcome {
        match self.evaluate(subject) {
            Value::Known(subject) => self.search(node, &subject, pattern, caseless),
            Value::Unknown(variable) => self.undecided(node, &variable),
        }
    }

    /// Tries an expression and keeps or empties the captures.
    fn search(&mut self, node: NodeId, subject: &[u8], pattern: &[u8], caseless: bool) -> Outcome {
        use crate::value::InFlight as _;
        match self.tracer.locations.captures(pattern, caseless, subject) {
            Ok(Some(captures)) => self.state.matched(captures),
            Ok(None) => {
                self.state.forget_captures();
                self.find_root();
                return Outcome::False;
            }
            Err(error) => {
                self.step(Some(node), &format!("whether this expression matches is not known: {error}"));
                return Outcome::Unknown;
            }
        }
        self.find_root();
        Outcome::True
    }

    fn rewrite(&mut self, node: NodeId) -> Step {
        let view = self.tracer.view;
        let (Some(pattern), Some(replacement)) = (view.arg(node, 0), view.arg(node, 1)) else {
            return Step::Next;
        };
        let uri = self.state.uri.clone();
        match self.search(node, &uri, &pattern, false) {
            Outcome::False => {
                if self.is_dispatch(self.config().node(node).scope) {
                    self.step(Some(node), "the path does not match: this `rewrite` is passed over");
                }
                return Step::Next;
            }
            Outcome::Unknown => return Step::Exit(Script::Depends(Reason::UnknownValue)),
            Outcome::True => {}
        }
        let flag = view.arg(node, 2);
        if let Some(code) = redirects_with(&replacement, flag.as_deref()) {
            return self.redirect(node, code);
        }
        self.internal = true;
        self.valid_unparsed = false;
        if flag.as_deref() == Some(b"break") {
            (self.valid_location, self.uri_changed) = (false, false);
        } else {
            self.uri_changed = true;
        }
        if let Err(end) = self.replace(&replacement) {
            self.step(Some(node), "what the path becomes hangs on a value that is not known");
            return Step::Exit(end);
        }
        self.step(Some(node), &format!("the path becomes {}", String::from_utf8_lossy(&self.state.uri)));
        match flag {
            Some(_) => Step::Exit(Script::Declined),
            None => Step::Next,
        }
    }

    fn redirect(&mut self, node: NodeId, code: u16) -> Step {
        self.step(Some(node), &format!("redirects with {code}, which WebSocket clients do not follow"));
        Step::Exit(Script::Status(code))
    }

    /// Puts the replacement in place of path and query: a query of its own comes first, a final `?` drops the old one.
    fn replace(&mut self, replacement: &[u8]) -> Result<(), Script> {
        let (replacement, keeps_args) = match replacement.strip_suffix(b"?") {
            Some(rest) => (rest, false),
            None => (replacement, true),
        };
        let at = memchr::memchr(b'?', replacement);
        let (path, query) = replacement.split_at(at.unwrap_or(replacement.len()));
        let uri = self.fill(path, false)?;
        if uri.is_empty() {
            return Err(Script::Status(500));
        }
        if at.is_some() {
            let mut args = self.fill(query.get(1..).unwrap_or_default(), true)?;
            if keeps_args && !self.state.args.is_empty() {
                args.push(b'&');
                args.extend_from_slice(&self.state.args);
            }
            self.state.args = args;
        } else if !keeps_args {
            self.state.args.clear();
        }
        self.state.uri = uri;
        self.find_root();
        Ok(())
    }

    /// A replacement with its variables filled in. Captures inside the query are escaped where the request path had
    /// `%XX` or `+` (`ngx_http_script_copy_capture_code`).
    fn fill(&self, text: &[u8], in_query: bool) -> Result<Vec<u8>, Script> {
        use crate::value::InFlight as _;
        let mut out = Vec::new();
        for part in parts(text) {
            let value = match part {
                Part::Text(text) => Value::known(text),
                Part::Capture(number) => match self.state.capture(number) {
                    Value::Known(bytes) if in_query && (self.quoted || self.plus) => {
                        Value::Known(escape_args(&bytes, self.tracer.version))
                    }
                    value => value,
                },
                Part::Variable(name) => self.environment().variable(name),
                Part::Invalid(_) => Value::Unknown(String::new()),
            };
            match value {
                Value::Known(bytes) => out.extend(bytes),
                Value::Unknown(_) => return Err(Script::Depends(Reason::UnknownValue)),
            }
        }
        Ok(out)
    }
}
