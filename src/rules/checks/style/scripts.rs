//! Scripts, which may ask for any name.

use std::collections::HashMap;

use crate::catalogue::DirectiveId;
use crate::config::{Node, NodeId, View};
use crate::syntax::StatementKind;

/// What has been seen of scripts.
#[derive(Default)]
pub(super) struct Scripts {
    /// Whether there are some that were not read: files, and pages with `<!--# echo var="name" -->`.
    pub(super) are_elsewhere: bool,
    /// By directive, so that each name is looked at once.
    kinds: HashMap<DirectiveId, Kind>,
}

/// What a directive has to do with scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    /// Its words are a script.
    Inline,
    /// It names one.
    Elsewhere,
    /// It turns those in pages on.
    Pages,
}

/// Parts of the names of directives that bring scripts from files.
const ELSEWHERE: [&[u8]; 5] = [b"_by_lua_file", b"lua_package_", b"lua_load_", b"js_", b"perl"];

/// What brings other scripts into one.
const LOADS: [&[u8]; 3] = [b"require", b"dofile", b"loadfile"];

impl Scripts {
    /// Hands what a directive holds of scripts to `words`.
    pub(super) fn read(&mut self, view: View<'_>, id: NodeId, node: Node, mut words: impl FnMut(&[u8])) {
        match self.kind(view, id, node) {
            Kind::Nothing => {}
            Kind::Elsewhere => self.are_elsewhere = true,
            Kind::Pages => {
                self.are_elsewhere |= view.arg(id, 0).is_some_and(|word| word.eq_ignore_ascii_case(b"on"));
            }
            Kind::Inline => {
                for text in view.args(id) {
                    self.script(&text, &mut words);
                }
                let statement = view.texts.statement(node.doc, node.statement);
                if statement.kind == StatementKind::Raw {
                    let document = view.texts.sources.get(node.doc);
                    self.script(document.slice(statement.terminator, statement.close), &mut words);
                }
            }
        }
    }

    fn script(&mut self, text: &[u8], words: &mut impl FnMut(&[u8])) {
        self.are_elsewhere |= LOADS.iter().any(|word| memchr::memmem::find(text, word).is_some());
        words(text);
    }

    fn kind(&mut self, view: View<'_>, id: NodeId, node: Node) -> Kind {
        if node.name == DirectiveId::UNKNOWN {
            return kind(&view.name(id));
        }
        *self.kinds.entry(node.name).or_insert_with(|| kind(node.name.name().as_bytes()))
    }
}

fn kind(name: &[u8]) -> Kind {
    let holds = |part: &[u8]| memchr::memmem::find(name, part).is_some();
    match name {
        b"ssi" => Kind::Pages,
        _ if ELSEWHERE.iter().any(|part| holds(part)) => Kind::Elsewhere,
        _ if holds(b"_by_lua") => Kind::Inline,
        _ => Kind::Nothing,
    }
}
