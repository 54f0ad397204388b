//! Turns `src/catalogue/*.yaml` into the tables that `src/catalogue/tables.rs` includes.

#[path = "../src/catalogue/hash.rs"]
mod hash;
#[path = "catalogue/sources.rs"]
mod sources;
#[path = "catalogue/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use crate::emit::{Result, option, pascal, quoted, read, slice, write};
use sources::{Args, Before, Entry, Module, Variable};
use table::Table;

const FOLDER: &str = "src/catalogue/directives";

/// One directive of one module.
struct Found<'a> {
    module: &'a Module,
    entry: &'a Entry,
}

/// Writes `catalogue.rs`.
pub(crate) fn compile() -> Result<()> {
    let modules = sources::modules(Path::new(FOLDER))?;
    let by_name = by_name(&modules);
    let names: Vec<&str> = by_name.keys().copied().collect();
    let mut out = Table::search(&names)?.write();
    write_directives(&mut out, &by_name)?;
    write_constants(&mut out, &names)?;
    let variables: BTreeMap<String, Vec<Variable>> =
        serde_yaml::from_str(&read(Path::new("src/catalogue/variables.yaml"))?)?;
    write_variables(&mut out, &variables)?;
    let foreign: BTreeMap<String, Vec<String>> =
        serde_yaml::from_str(&read(Path::new("src/catalogue/foreign.yaml"))?)?;
    writeln!(out, "pub(super) static FOREIGN: &[(&str, &[&str])] = &{:?};", Slices(&foreign))?;
    write("catalogue.rs", &out)
}

/// Names by module, as a slice of slices.
struct Slices<'a>(&'a BTreeMap<String, Vec<String>>);

impl std::fmt::Debug for Slices<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "[")?;
        self.0.iter().try_for_each(|(module, names)| write!(out, "({module:?}, &{names:?}),"))?;
        write!(out, "]")
    }
}

fn by_name(modules: &[Module]) -> BTreeMap<&str, Vec<Found<'_>>> {
    let mut by_name: BTreeMap<&str, Vec<Found<'_>>> = BTreeMap::new();
    for module in modules {
        for entry in &module.directives {
            by_name.entry(&entry.name).or_default().push(Found { module, entry });
        }
    }
    by_name
}

fn write_directives(out: &mut String, by_name: &BTreeMap<&str, Vec<Found<'_>>>) -> Result<()> {
    writeln!(out, "pub(super) static DIRECTIVES: &[Directive] = &[")?;
    for (name, found) in by_name {
        writeln!(
            out,
            "Directive {{ name: {name:?}, body: Body::{}, contexts: {}, inherited: {}, partner: {}, inherited_by: {}, variants: {} }},",
            body(name, found)?,
            contexts(&ever(found)),
            found.iter().any(|found| found.entry.inherit.as_deref() != Some("none")),
            other(name, by_name, found.iter().find_map(|found| found.entry.shares.as_deref()))?,
            other(name, by_name, found.iter().find_map(|found| found.entry.inherited_by.as_deref()))?,
            slice(found, variant),
        )?;
    }
    Ok(writeln!(out, "];")?)
}

/// The number of the directive that an entry of `name` refers to.
fn other(name: &str, by_name: &BTreeMap<&str, Vec<Found<'_>>>, other: Option<&str>) -> Result<String> {
    let Some(other) = other else { return Ok("None".into()) };
    let id = by_name.keys().position(|known| *known == other);
    let id = id.ok_or_else(|| format!("{name}: there is no directive `{other}`"))?;
    Ok(format!("Some(DirectiveId({id}))"))
}

/// All modules must agree on what a name's braces hold: the tokenizer asks before any context is known.
fn body(name: &str, found: &[Found<'_>]) -> Result<String> {
    let bodies: BTreeSet<_> = found.iter().map(|found| found.entry.body.as_deref()).collect();
    match bodies.first() {
        Some(body) if bodies.len() == 1 => Ok(pascal(body.unwrap_or("directives"))),
        _ => Err(format!("{name}: its modules disagree about `body`").into()),
    }
}

/// Every context of every variant in every version.
fn ever(found: &[Found<'_>]) -> Vec<String> {
    let all = found.iter().flat_map(|found| {
        found.entry.before.iter().filter_map(|before| before.contexts.as_ref()).chain([&found.entry.contexts])
    });
    all.flatten().collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

fn variant(found: &Found<'_>) -> String {
    let Found { module, entry } = found;
    let fields = [
        ("module", quoted(&module.name)),
        ("family", format!("Family::{}", pascal(&module.family))),
        ("origin", format!("Origin::{}", pascal(module.origin.as_deref().unwrap_or("nginx")))),
        ("contexts", contexts(&entry.contexts)),
        ("args", arity(&entry.args)),
        ("block", entry.block.to_string()),
        ("opens", variant_of("Context", entry.opens.as_ref())),
        ("value", variant_of("ValueKind", entry.value.as_ref())),
        ("flag", (entry.flag || entry.value.as_deref() == Some("flag")).to_string()),
        ("values", slice(entry.values.iter().flatten(), quoted)),
        ("default", option(entry.default.as_ref(), quoted)),
        ("inherit", variant_of("Inherit", entry.inherit.as_ref())),
        ("repeat", variant_of("Repeat", entry.repeat.as_ref())),
        ("shares", option(entry.shares.as_ref(), quoted)),
        ("handler", variant_of("Handler", entry.handler.as_ref())),
        ("since", option(entry.since.as_ref(), version)),
        ("removed", option(entry.removed.as_ref(), version)),
        ("backported", slice(&entry.backported, version)),
        ("deprecated", option(entry.deprecated.as_ref(), quoted)),
        ("before", slice(&entry.before, before)),
    ];
    format!("Variant {{ {} }}", fields.map(|(name, value)| format!("{name}: {value}")).join(", "))
}

fn before(before: &Before) -> String {
    format!(
        "Before {{ at: {}, contexts: {}, args: {}, value: {}, default: {}, values: {}, repeat: {} }}",
        version(&before.at),
        option(before.contexts.as_ref(), |names| contexts(names)),
        option(before.args.as_ref(), arity),
        variant_of("ValueKind", before.value.as_ref()),
        option(before.default.as_ref(), quoted),
        option(before.values.as_ref(), |values| slice(values, quoted)),
        variant_of("Repeat", before.repeat.as_ref()),
    )
}

fn variant_of(kind: &str, name: Option<&String>) -> String {
    option(name, |name| format!("{kind}::{}", pascal(name)))
}

fn contexts(names: &[String]) -> String {
    if names.iter().any(|name| name == "any") {
        return "Contexts::ANY".into();
    }
    format!("Contexts::of({})", slice(names, |name| format!("Context::{}", pascal(name))))
}

fn arity(args: &Args) -> String {
    match args {
        Args::Exactly(counts) => format!("Arity::exactly({})", slice(counts, u8::to_string)),
        Args::AtLeast(least) => format!("Arity::at_least({least})"),
    }
}

/// `1.3.13` as `Version::new(1, 3, 13)`.
fn version(text: impl AsRef<str>) -> String {
    format!("Version::new({})", text.as_ref().replace('.', ", "))
}

fn write_constants(out: &mut String, names: &[&str]) -> Result<()> {
    writeln!(out, "/// One constant for every directive name, in upper case.\npub mod directive {{")?;
    for (id, name) in names.iter().enumerate() {
        writeln!(out, "/// `{name}`")?;
        writeln!(
            out,
            "pub const {}: super::DirectiveId = super::DirectiveId({id});",
            name.to_ascii_uppercase()
        )?;
    }
    Ok(writeln!(out, "}}")?)
}

fn write_variables(out: &mut String, by_family: &BTreeMap<String, Vec<Variable>>) -> Result<()> {
    writeln!(out, "pub(super) static VARIABLES: &[Variable] = &[")?;
    for (family, variables) in by_family {
        for variable in variables {
            writeln!(
                out,
                "Variable {{ name: {:?}, prefix: {}, family: Family::{}, since: {}, removed: {}, backported: {} }},",
                variable.name,
                variable.prefix,
                pascal(family),
                option(variable.since.as_ref(), version),
                option(variable.removed.as_ref(), version),
                slice(&variable.backported, version),
            )?;
        }
    }
    Ok(writeln!(out, "];")?)
}
