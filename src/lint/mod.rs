//! From paths to findings: which texts are linted, as what, and what several trees say together.

mod base;
mod discover;
mod exclude;
mod homes;
mod merge;
mod partly;
mod parts;
mod unwritable;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use exclude::Exclude;
pub use homes::Home;
use rayon::prelude::*;
pub(crate) use unwritable::is_kept;

use crate::baseline::Baseline;
use crate::catalogue::VersionRange;
use crate::config::{
    Base, Config, Context, IncludeProblem, Library, Paths, Texts, View, assemble, is_dump, split_dump,
};
use crate::embedded::Part;
use crate::files::Files;
use crate::finding::{Finding, ReadError};
use crate::fingerprint::number_twins;
use crate::rules::{Facts, Preferences, Rule, findings, run};
use crate::source::DocId;
use crate::suppress::{Ran, Suppressions};
use crate::times::Times;
use crate::value::{Client, Definitions};
use homes::Guests;

/// What to lint, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The nginx versions that the configuration is for.
    pub target: VersionRange,
    /// The context of every text that is no main file; else it is worked out for each.
    pub context: Option<Context>,
    /// How the server's paths are found here.
    pub paths: Paths,
    /// The rules.
    pub rules: Vec<&'static Rule>,
    /// What is left out of folders.
    pub exclude: Exclude,
    /// Whether Markdown and YAML files are looked at in folders, too.
    pub embedded: bool,
    /// Whether named files are left out, too, as if they had been found in a folder.
    pub force_exclude: bool,
    /// Where the main files of fragments are looked for.
    pub home: Home,
    /// What the user has said about judging and repairing.
    pub preferences: Preferences,
    /// Whether a folder without nginx configuration is fine.
    pub allow_empty: bool,
    /// Where the time goes.
    pub times: Arc<Times>,
}

/// The name of standard input where the user gives none.
pub const STANDARD_INPUT: &str = "<stdin>";

/// Something to lint.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// A text that is no file, with the name it is to have.
    Text(String, Vec<u8>),
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The texts.
    pub texts: Texts,
    /// The findings in the order in which they are printed.
    pub findings: Vec<Finding>,
    /// How many more comments have suppressed.
    pub suppressed: usize,
    /// What a baseline has taken out.
    pub accepted: Baseline,
    /// What could not be read.
    pub errors: Vec<ReadError>,
    /// Whether an `nginx -T` dump was read: it cannot be fixed.
    pub has_dump: bool,
    /// The texts that were linted, in order of first opening.
    pub linted: Vec<DocId>,
    /// Those of them that stand in several places.
    pub shared: HashSet<DocId>,
}

/// Lints `inputs`. `tick` is called for each tree that is done, with the count of trees.
pub fn lint(
    files: &dyn Files,
    working_directory: &Path,
    inputs: Vec<Input>,
    options: &Options,
    tick: &(dyn Fn(usize) + Sync),
) -> Outcome {
    let mut library = Library::new(files, working_directory.to_path_buf());
    let mut trees = Trees::default();
    let times = &options.times;
    let inputs = discover::kept(&mut library, inputs, options);
    let found = times
        .phase("finding and reading", || discover::inputs(&mut library, inputs, options, &mut trees.errors));
    let mut dumps = Vec::new();
    let mut roots = Vec::new();
    for root in found {
        if is_dump(library.texts.sources.get(root.doc).bytes()) {
            dumps.push(root.doc);
        } else {
            roots.push(root);
        }
    }
    let texts = times.phase("following includes", || {
        trees.assemble_all(&mut library, roots, options);
        dumps.into_iter().fold(library.texts, |texts, dump| trees.read_dump(texts, dump, options))
    });
    let read = documents(&trees.configs);
    let suppressions = Suppressions::of(&texts, &read);
    let mut findings = times.phase("judging", || judge(&texts, &trees.configs, &suppressions, options, tick));
    let ran = ran(&trees.configs, options);
    findings.push(suppressions.unreasoned(&ran));
    findings.push(suppressions.unused(&texts, &ran));
    let errors = trees.with_unreadable_includes(&texts);
    let linted = trees.guests.linted(read, &trees.configs);
    let wanted = trees.guests.wanted(&trees.configs, &linted, &findings);
    let mut findings = times.phase("merging", || merge::merge(&texts, &trees.configs, findings));
    for finding in &mut findings {
        unwritable::show_only(finding, &texts.sources);
    }
    number_twins(&mut findings, &texts.sources);
    findings.retain(|finding| wanted.hold(finding));
    let suppressed = suppressions.count_in(&linted);
    let (accepted, shared) = (Baseline::default(), merge::shared(&trees.configs));
    Outcome { findings, suppressed, accepted, errors, has_dump: trees.has_dump, linted, shared, texts }
}

/// The documents of all trees, each once.
fn documents<'c>(configs: impl IntoIterator<Item = &'c Config>) -> Vec<DocId> {
    let mut documents: Vec<DocId> = configs.into_iter().flat_map(|it| it.documents.iter().copied()).collect();
    documents.sort_unstable();
    documents.dedup();
    documents
}

/// What was looked for, and where in full.
fn ran<'o>(configs: &[Config], options: &'o Options) -> Ran<'o> {
    let partial = configs.iter().filter(|config| !config.is_whole());
    let partial = partial.flat_map(|config| config.documents.iter().copied()).collect();
    Ran { rules: &options.rules, target: options.target, partial }
}

/// A text that a tree starts from.
#[derive(Debug, Clone)]
struct Root {
    doc: DocId,
    /// The file, for what its includes are relative to.
    path: Option<PathBuf>,
    /// The folder that was walked to find it.
    top: Option<PathBuf>,
    /// What it is, for a part of a Markdown or YAML file.
    part: Option<Part>,
}

#[derive(Default)]
struct Trees {
    configs: Vec<Config>,
    errors: Vec<ReadError>,
    has_dump: bool,
    guests: Guests,
}

impl Trees {
    /// Builds the trees: main files first, then fragments in the trees that they belong to, where these can be found.
    fn assemble_all(&mut self, library: &mut Library<'_>, roots: Vec<Root>, options: &Options) {
        let asked: HashSet<DocId> = roots.iter().map(|root| root.doc).collect();
        let (mains, fragments): (Vec<_>, Vec<_>) = roots
            .into_iter()
            .partition(|root| root.part.is_some() || homes::is_main(library.texts.tree(root.doc)));
        let mut covered = HashSet::new();
        self.assemble_each(library, mains, options, &mut covered);
        let mut lost: Vec<Root> = without(fragments, &covered);
        // Whoever says what the context is does not want another one to be found.
        if options.context.is_none() && !lost.is_empty() {
            self.guests = Guests::of(&lost);
            let named = homes::named(library, options, &mut self.errors);
            self.assemble_each(library, named, options, &mut covered);
            let homeless = without(lost.clone(), &covered);
            lost.extend(if homeless.is_empty() {
                Vec::new()
            } else {
                homes::around(library, &homeless, options)
            });
        }
        self.assemble_each(library, lost, options, &mut covered);
        self.drop_included_roots();
        self.guests.keep_hosts(&mut self.configs, &asked);
    }

    /// Builds the trees that start from `roots`, outer contexts before inner ones; a text that is part of a tree already
    /// is not taken as the start of another.
    fn assemble_each(
        &mut self,
        library: &mut Library<'_>,
        roots: Vec<Root>,
        options: &Options,
        covered: &mut HashSet<DocId>,
    ) {
        let mut roots: Vec<(Context, Root)> =
            roots.into_iter().map(|root| (context(library, &root, options), root)).collect();
        roots.sort_by_key(|(context, _)| context.levels().len());
        for (context, root) in roots {
            if covered.contains(&root.doc) {
                continue;
            }
            let base = base::of(library, &root, &context, &options.paths);
            let mut config = assemble(library, root.doc, &context, &base, &options.paths);
            base::settle(library, &root, &mut config, options);
            covered.extend(config.documents.iter().copied());
            self.configs.push(config);
        }
    }

    /// A fragment that a later fragment included is part of that one's tree.
    fn drop_included_roots(&mut self) {
        let mut included_later = HashSet::new();
        for index in (0..self.configs.len()).rev() {
            let Some(config) = self.configs.get(index) else { continue };
            if included_later.contains(&config.root) {
                self.configs.remove(index);
            } else {
                included_later.extend(config.documents.iter().skip(1).copied());
            }
        }
    }

    /// Reads the tree of a dump, whose files stand in for the file system.
    fn read_dump(&mut self, texts: Texts, dump: DocId, options: &Options) -> Texts {
        self.has_dump = true;
        let (files, main) = split_dump(texts.sources.get(dump).bytes());
        let mut library = Library::over_dump(&files, texts);
        if let Ok(root) = library.open(&main) {
            let base = Base::Known(main.parent().unwrap_or(Path::new("/")).to_path_buf());
            let paths =
                Paths { root: Some("/".into()), prefix: options.paths.prefix.clone(), map: Vec::new() };
            self.configs.push(assemble(&mut library, root, &Context::main(), &base, &paths));
        }
        library.texts
    }

    /// An include that exists and cannot be read is a finding, and the run has not seen everything.
    fn with_unreadable_includes(&mut self, texts: &Texts) -> Vec<ReadError> {
        let mut errors = std::mem::take(&mut self.errors);
        for unresolved in self.configs.iter().flat_map(|config| &config.unresolved) {
            if let IncludeProblem::Unreadable(problem) = &unresolved.problem {
                let document = texts.sources.get(unresolved.span.doc);
                let position = document.position(unresolved.span.start);
                errors.push(ReadError {
                    file: document.name.clone(),
                    line: position.line,
                    column: position.column,
                    message: format!("{}: {problem}", unresolved.path),
                });
            }
        }
        errors
    }
}

/// The roots that no tree covers yet.
fn without(roots: Vec<Root>, covered: &HashSet<DocId>) -> Vec<Root> {
    roots.into_iter().filter(|root| !covered.contains(&root.doc)).collect()
}

fn context(library: &Library<'_>, root: &Root, options: &Options) -> Context {
    let document = library.texts.sources.get(root.doc);
    if let Some(said) = root.part.as_ref().and_then(|part| Context::from_name(part.context?)) {
        return said;
    }
    let found = Context::of(document, library.texts.tree(root.doc));
    match &options.context {
        Some(context) if !found.is_main() => context.clone(),
        _ => found,
    }
}

/// Runs the rules over every tree, in parallel; the order of the answers is that of the trees.
fn judge(
    texts: &Texts,
    configs: &[Config],
    suppressions: &Suppressions,
    options: &Options,
    tick: &(dyn Fn(usize) + Sync),
) -> Vec<Vec<Finding>> {
    let client = Client::handshake();
    let one = |config: &Config| {
        let view = View { texts, config };
        let definitions = Definitions::of(view);
        let facts = Facts::of(view, &definitions, &client, options.target, &options.preferences);
        let mut hits = run(&facts, &options.rules, &options.times);
        hits.retain(|hit| !suppressions.silence(hit.rule, hit.at));
        let found = findings(&facts, hits);
        tick(configs.len());
        found
    };
    // One tree needs no threads, and starting them takes as long as linting a small file.
    if configs.len() > 1 { configs.par_iter().map(one).collect() } else { configs.iter().map(one).collect() }
}
