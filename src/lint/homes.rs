//! Where a fragment belongs: the main files that may include it. A site or a snippet alone says little: what `http` and
//! `server` set around it decides whether it works.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Input, Options, Root, STANDARD_INPUT, discover};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{Config, Library};
use crate::files::normal;
use crate::finding::{Finding, ReadError};
use crate::source::{DocId, Span};
use crate::syntax::Tree;

/// Where main files are looked for.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// The main files that the settings name.
    pub roots: Vec<PathBuf>,
    /// The folder of the settings.
    pub folder: Option<PathBuf>,
}

/// The blocks that stand outside every other one: a text that holds one of them is nobody's fragment.
const OUTERMOST: [DirectiveId; 4] = [directive::EVENTS, directive::HTTP, directive::STREAM, directive::MAIL];

/// Whether a text is a main file beyond doubt.
pub(super) fn is_main(tree: &Tree) -> bool {
    tree.children(None).any(|id| OUTERMOST.contains(&tree.statement(id).name))
}

/// The files that the settings call main.
pub(super) fn named(library: &mut Library<'_>, options: &Options, errors: &mut Vec<ReadError>) -> Vec<Root> {
    let roots = options.home.roots.iter().cloned().map(Input::Path).collect();
    discover::inputs(library, roots, options, errors)
}

/// The files around `lost` fragments that may include them: whatever is found below the folder of the settings, else in
/// the repository, and each `nginx.conf` above a fragment.
pub(super) fn around(library: &mut Library<'_>, lost: &[Root], options: &Options) -> Vec<Root> {
    let here = library.working_directory().to_path_buf();
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for root in lost {
        let Some(file) = root.path.as_deref().filter(|path| *path != Path::new(STANDARD_INPUT)) else {
            continue;
        };
        let folder = normal(&here.join(file)).parent().map(Path::to_path_buf).unwrap_or_default();
        let walked = root.top.as_ref().map(|top| normal(&here.join(top)));
        for place in places(library, &folder, options) {
            // What has been walked already has nothing new to offer.
            let is_known = walked.as_ref().is_some_and(|walked| place.starts_with(walked));
            if !is_known && seen.insert(place.clone()) {
                found.push(place);
            }
        }
    }
    let inputs = found.iter().map(|place| Input::Path(as_typed(place, &here))).collect();
    let mut candidates = discover::inputs(library, inputs, options, &mut Vec::new());
    candidates.retain(|root| {
        let tree = library.texts.tree(root.doc);
        is_main(tree) || !super::context(library, root, options).is_main()
    });
    candidates
}

/// The folders to walk, and the main files above, for fragments in `folder`.
fn places(library: &Library<'_>, folder: &Path, options: &Options) -> Vec<PathBuf> {
    let stands = |path: &Path| library.files.kind(path).is_ok();
    let repository = folder.ancestors().find(|above| stands(&above.join(".git")));
    let settings = options.home.folder.as_deref().filter(|settings| folder.starts_with(settings));
    let walked = settings.or(repository);
    let above = folder.ancestors().take_while(|above| repository.is_none_or(|top| above.starts_with(top)));
    let mains = above.map(|above| above.join("nginx.conf")).filter(|main| stands(main));
    walked.map(Path::to_path_buf).into_iter().chain(mains).collect()
}

/// A path below the working directory as a user there would write it.
fn as_typed(path: &Path, here: &Path) -> PathBuf {
    match path.strip_prefix(here) {
        Ok(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Ok(below) => below.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}

/// Fragments that were asked about and whose main file was not. Of a tree that was found for their sake only what is about
/// them is reported.
#[derive(Debug, Default)]
pub(super) struct Guests {
    guests: HashSet<DocId>,
    /// The first texts of the trees that were found.
    hosts: HashSet<DocId>,
}

impl Guests {
    pub(super) fn of(lost: &[Root]) -> Self {
        Self { guests: lost.iter().map(|root| root.doc).collect(), hosts: HashSet::new() }
    }

    /// Keeps the trees of the texts that were `asked` about, and of those that were found the ones that hold a guest.
    pub(super) fn keep_hosts(&mut self, configs: &mut Vec<Config>, asked: &HashSet<DocId>) {
        let is_host = |config: &Config| config.documents.iter().any(|doc| self.guests.contains(doc));
        configs.retain(|config| asked.contains(&config.root) || is_host(config));
        self.hosts = configs.iter().map(|config| config.root).filter(|root| !asked.contains(root)).collect();
    }

    /// Those of the documents that everything was asked about.
    pub(super) fn linted(&self, mut documents: Vec<DocId>, configs: &[Config]) -> Vec<DocId> {
        if !self.hosts.is_empty() {
            let whole = configs.iter().filter(|config| !self.hosts.contains(&config.root));
            let asked: HashSet<DocId> = whole.flat_map(|config| config.documents.iter().copied()).collect();
            documents.retain(|doc| asked.contains(doc) || self.guests.contains(doc));
        }
        documents
    }

    /// What is to be reported of `findings`: a list for each of `configs`, and one about comments.
    pub(super) fn wanted(&self, configs: &[Config], linted: &[DocId], findings: &[Vec<Finding>]) -> Wanted {
        if self.hosts.is_empty() {
            return Wanted(None);
        }
        let mut wanted = HashSet::new();
        for (number, of_tree) in findings.iter().enumerate() {
            let is_asked = |finding: &&Finding| match configs.get(number) {
                Some(config) => !self.hosts.contains(&config.root) || self.concern(finding),
                None => linted.binary_search(&finding.span.doc).is_ok(),
            };
            wanted.extend(of_tree.iter().filter(is_asked).map(key));
        }
        Wanted(Some(wanted))
    }

    /// Whether a finding is about a guest: by its place, by its block, or since a guest includes the place.
    fn concern(&self, finding: &Finding) -> bool {
        let block = finding.block.as_ref().map(|block| block.span);
        let places = finding.includes.iter().copied().chain([finding.span]).chain(block);
        { places }.any(|span| self.guests.contains(&span.doc))
    }
}

/// The findings that were asked about; nothing where that is every one.
pub(super) struct Wanted(Option<HashSet<Key>>);

/// What findings that are merged have in common.
type Key = (Span, &'static str);

impl Wanted {
    pub(super) fn hold(&self, finding: &Finding) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.contains(&key(finding)))
    }
}

fn key(finding: &Finding) -> Key {
    (finding.span, &finding.rule.code)
}
