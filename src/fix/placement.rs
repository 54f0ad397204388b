//! Where a directive goes so that it is in force at one block and nothing else changes.
//!
//! nginx takes a list whole from the nearest level that has an entry: the first `proxy_set_header` of a block switches
//! off all inherited ones, so these are repeated with it. Headers and version are refused in `if` and `limit_except`
//! (`nginx -t`), so the place is always the location around them.

use super::lines::{deeper, indentation, insert, insert_after, line_after, line_before};
use crate::catalogue::{DirectiveId, Repeat, directive, lookup};
use crate::config::{IncludeId, NodeId, ScopeId, View};
use crate::finding::Edit;
use crate::handshake::Request;
use crate::scope::{list, location_of};
use crate::source::Span;

/// A directive that is to be in force, without its `;`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// `proxy_set_header Upgrade $http_upgrade`
    pub text: String,
}

impl Wanted {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.text.splitn(3, ' ')
    }

    /// The directive.
    pub fn directive(&self) -> DirectiveId {
        lookup(self.words().next().unwrap_or_default().as_bytes())
    }

    /// The header it sets.
    pub fn header(&self) -> Option<&str> {
        let name = self.words().nth(1).filter(|_| self.directive() == directive::PROXY_SET_HEADER)?;
        Some(name.trim_matches(['"', '\'']))
    }

    /// Whether it adds to others of its name on a level, and not replaces them.
    pub fn is_entry(&self) -> bool {
        let mut variants = self.directive().entry().into_iter().flat_map(|entry| entry.variants);
        variants.any(|variant| variant.repeat == Some(Repeat::Adds))
    }

    /// The value, as it is written.
    pub fn value(&self) -> &str {
        self.words().last().unwrap_or_default()
    }
}

/// Whether a line is one that [`set`] can put in force: `proxy_set_header NAME VALUE`, an entry of another list, or a
/// directive with one value.
pub fn is_settable(text: &str) -> bool {
    let wanted = Wanted { text: text.to_owned() };
    let words: Vec<&str> = wanted.words().skip(1).collect();
    let quoted = |word: &str| word.len() > 1 && word.starts_with(['"', '\'']) && word.ends_with(['"', '\'']);
    let plain = |word: &&str| {
        !word.is_empty() && (quoted(word) || !word.contains([' ', ';', '{', '}', '"', '\'', '\n']))
    };
    let count = match wanted.directive() {
        DirectiveId::UNKNOWN => return false,
        directive::PROXY_SET_HEADER => words.len() == 2,
        _ => words.len() == 1 || wanted.is_entry(),
    };
    count && words.iter().all(plain)
}

/// The level on which headers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The block's own location.
    Block,
    /// The outer level whose headers are in force: every block that takes its headers from there wants the change.
    Deciding,
}

/// The edits that put `wanted` in force at `block`, which now sends `request`.
pub fn set(view: View<'_>, block: ScopeId, request: &Request, wanted: &[Wanted], level: Level) -> Vec<Edit> {
    let location = location_of(view.config, block);
    let mut plan = Plan { view, location, edits: Vec::new(), after_pass: Vec::new() };
    for wanted in wanted.iter().filter(|wanted| wanted.header().is_none()) {
        if wanted.is_entry() { plan.entry_of_list(wanted) } else { plan.single(wanted) }
    }
    plan.headers(request, wanted, level);
    plan.finish()
}

struct Plan<'a> {
    view: View<'a>,
    location: ScopeId,
    edits: Vec<Edit>,
    /// Lines that go right after the pass.
    after_pass: Vec<String>,
}

impl Plan<'_> {
    /// A second `proxy_http_version` on one level is refused, so an existing one is changed.
    fn single(&mut self, wanted: &Wanted) {
        match self.view.config.own_last(self.location, wanted.directive()) {
            Some(node) => self.replace(node, 0, wanted.value()),
            None => self.after_pass.push(wanted.text.clone()),
        }
    }

    /// The first entry of a level switches off those of the levels around it, which are repeated with it.
    fn entry_of_list(&mut self, wanted: &Wanted) {
        let name = wanted.directive();
        if let Some(last) = self.view.config.own_last(self.location, name) {
            let anchor = anchor(self.view, self.location, last);
            self.edits.push(insert_after(self.view, anchor, std::slice::from_ref(&wanted.text)));
            return;
        }
        let inherited = list(self.view.config, self.location, name);
        let lines = inherited.into_iter().map(|node| source(self.view, node)).chain([wanted.text.clone()]);
        for line in lines {
            if !self.after_pass.contains(&line) {
                self.after_pass.push(line);
            }
        }
    }

    fn headers(&mut self, request: &Request, wanted: &[Wanted], level: Level) {
        let wanted: Vec<&Wanted> = wanted.iter().filter(|wanted| wanted.header().is_some()).collect();
        if wanted.is_empty() {
            return;
        }
        match request.header_level.level {
            Some(deciding) if deciding == self.location || level == Level::Deciding => {
                self.add_to(deciding, &wanted);
            }
            Some(deciding) => self.repeat(deciding, &wanted),
            None => self.after_pass.extend(wanted.iter().map(|wanted| wanted.text.clone())),
        }
    }

    /// Changes and adds entries on a level that has some.
    fn add_to(&mut self, level: ScopeId, wanted: &[&Wanted]) {
        let mut missing = Vec::new();
        for wanted in wanted {
            match self.entry(level, wanted) {
                Some(node) if !self.is_blank_elsewhere(level, node) => self.replace(node, 1, wanted.value()),
                _ => missing.push(wanted.text.clone()),
            }
        }
        let last = self.view.config.own_last(level, directive::PROXY_SET_HEADER);
        if let Some(last) = last.filter(|_| !missing.is_empty()) {
            let anchor = anchor(self.view, level, last);
            self.edits.push(insert_after(self.view, anchor, &missing));
        }
    }

    /// The level's entry for the header that is wanted.
    fn entry(&self, level: ScopeId, wanted: &Wanted) -> Option<NodeId> {
        let name = wanted.header()?;
        let mut entries = self.view.config.own(level, directive::PROXY_SET_HEADER);
        entries.find(|&node| {
            self.view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
        })
    }

    /// A blank line in a snippet sends nothing: a line of the block's own beside it does no harm and leaves the snippet
    /// alone.
    fn is_blank_elsewhere(&self, level: ScopeId, node: NodeId) -> bool {
        let blank = self.view.arg(node, 1).is_some_and(|value| value.is_empty());
        blank && self.view.config.node(node).include != inside(self.view, level)
    }

    /// Writes all inherited entries, with the changes, into the location.
    fn repeat(&mut self, level: ScopeId, wanted: &[&Wanted]) {
        let config = self.view.config;
        let is_wanted = |node: NodeId, wanted: &Wanted| {
            let name = self.view.arg(node, 0);
            name.is_some_and(|name| {
                wanted.header().is_some_and(|header| name.eq_ignore_ascii_case(header.as_bytes()))
            })
        };
        let kept = config
            .own(level, directive::PROXY_SET_HEADER)
            .filter(|&node| !wanted.iter().any(|it| is_wanted(node, it)));
        let mut lines: Vec<String> = kept.map(|node| source(self.view, node)).collect();
        lines.extend(wanted.iter().map(|wanted| wanted.text.clone()));
        self.after_pass.extend(lines);
    }

    fn replace(&mut self, node: NodeId, argument: usize, value: &str) {
        if let Some(span) = self.view.arg_span(node, argument) {
            self.edits.push(Edit { span, text: value.to_owned() });
        }
    }

    fn finish(mut self) -> Vec<Edit> {
        if !self.after_pass.is_empty() {
            let lines = std::mem::take(&mut self.after_pass);
            let edit = match self.anchor_in_location() {
                Some(anchor) => Some(insert_after(self.view, anchor, &lines)),
                None => first_in_block(self.view, self.location, &lines),
            };
            self.edits.extend(edit);
        }
        self.edits.sort();
        self.edits.dedup();
        self.edits
    }

    /// The pass, or the last directive of the same family, as it stands in the location's own text.
    fn anchor_in_location(&self) -> Option<Span> {
        let own = |name: DirectiveId| self.view.config.own_last(self.location, name);
        let node = own(directive::PROXY_PASS)
            .or_else(|| own(directive::PROXY_SET_HEADER))
            .or_else(|| own(directive::PROXY_HTTP_VERSION))?;
        Some(anchor(self.view, self.location, node))
    }
}

/// The include that the text between a scope's braces came by.
fn inside(view: View<'_>, scope: ScopeId) -> IncludeId {
    view.config.scope(scope).node.map_or(IncludeId(0), |node| view.config.node(node).include)
}

/// The statement in a scope's own text that brings `node`: itself, or the include that it came by.
fn anchor(view: View<'_>, scope: ScopeId, node: NodeId) -> Span {
    let home = inside(view, scope);
    let mut include = view.config.node(node).include;
    let mut span = view.span(node);
    while include != home && include.0 != 0 {
        let Some(site) = view.config.include(include) else { break };
        span = site.span;
        include = site.parent;
    }
    span
}

/// Lines as the first of a block's content.
pub fn first_in_block(view: View<'_>, scope: ScopeId, lines: &[String]) -> Option<Edit> {
    let node = view.config.node(view.config.scope(scope).node?);
    let statement = view.texts.statement(node.doc, node.statement);
    let document = view.texts.sources.get(node.doc);
    let head = view.texts.head(node.doc, node.statement);
    let indent = deeper(&indentation(document, head.start));
    let after = Span::new(node.doc, head.start, statement.terminator + 1);
    Some(insert(document, after, &indent, lines))
}

/// Takes a directive out: with its line where nothing else stands on it, else with the spaces before it.
pub fn remove(view: View<'_>, node: NodeId) -> Edit {
    let span = view.span(node);
    let document = view.texts.sources.get(span.doc);
    let (before, after) = (line_before(document, span.start), line_after(document, span.end));
    let blank = |text: &[u8]| u32::try_from(text.len()).unwrap_or(0);
    let alone = before.trim_ascii().is_empty() && after.trim_ascii().is_empty();
    let (start, end) = if alone {
        let newline = document.bytes().get((span.end + blank(after)) as usize).is_some();
        (span.start - blank(before), span.end + blank(after) + u32::from(newline))
    } else {
        (span.start - blank(before) + blank(before.trim_ascii_end()), span.end)
    };
    let start = if alone || !before.trim_ascii().is_empty() { start } else { span.start };
    Edit { span: Span { start, end, ..span }, text: String::new() }
}

/// Gives an argument of a directive another value.
pub fn replace(view: View<'_>, node: NodeId, argument: usize, value: &str) -> Option<Edit> {
    view.arg_span(node, argument).map(|span| Edit { span, text: value.to_owned() })
}

/// Lines after a directive, with its indentation.
pub fn after(view: View<'_>, node: NodeId, lines: &[String]) -> Edit {
    insert_after(view, view.span(node), lines)
}

/// A directive with its words as its file has them, on one line.
pub fn source(view: View<'_>, node: NodeId) -> String {
    let arguments =
        (0..view.arg_count(node)).map(|index| String::from_utf8_lossy(view.arg_source(node, index)));
    let name = String::from_utf8_lossy(&view.name(node)).into_owned();
    arguments.fold(name, |line, word| line + " " + &word)
}
