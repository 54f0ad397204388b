//! A configuration in memory; its blocks are known by the line they start on.

use ngxlint::config::{Base, Config, Context, Library, Paths, ScopeId, Texts, View, assemble};
use ngxlint::files::Disk;
use ngxlint::source::Origin;
use std::path::PathBuf;

pub(crate) struct Site {
    texts: Texts,
    config: Config,
}

impl Site {
    /// A whole configuration.
    pub(crate) fn new(text: &str) -> Self {
        let mut library = Library::new(&Disk, PathBuf::from("/"));
        let root = library.insert("nginx.conf".into(), Origin::Buffer, text.into()).unwrap();
        let base = Base::Known(PathBuf::from("/"));
        let config = assemble(&mut library, root, &Context::main(), &base, &Paths::default());
        Self { texts: library.texts, config }
    }

    /// What stands in `http`, from line 2 on.
    pub(crate) fn http(body: &str) -> Self {
        Self::new(&format!("http {{\n{body}\n}}\n"))
    }

    /// Servers of one line each: the first is on line 2.
    pub(crate) fn servers(bodies: &[&str]) -> Self {
        let servers: Vec<_> = bodies.iter().map(|body| format!("server {{ {body} }}")).collect();
        Self::http(&servers.join("\n"))
    }

    /// Locations of one line each in the only server, which is on line 2; the first is on line 3.
    pub(crate) fn locations(lines: &[&str]) -> Self {
        Self::http(&format!("server {{\n{}\n}}", lines.join("\n")))
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { texts: &self.texts, config: &self.config }
    }

    pub(crate) fn line(&self, scope: ScopeId) -> u32 {
        self.config.scope(scope).node.map_or(0, |node| self.view().line(node))
    }

    /// The scope that starts on a line.
    pub(crate) fn at(&self, line: u32) -> ScopeId {
        self.config.scope_ids().find(|&id| self.line(id) == line).unwrap()
    }
}
