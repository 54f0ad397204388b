//! Which directive a name stands for at its place, and whether it may stand there in this form (`ngx_conf_handler`).

use super::{Fault, Refusal, quoted};
use crate::catalogue::{Context, Contexts, DirectiveId, Origin, Variant, Version};
use crate::syntax::StatementKind;

/// The form of a directive at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) id: DirectiveId,
    /// The blocks it may be in, of which one is the real one.
    pub(super) contexts: Contexts,
    /// The number of words behind the name.
    pub(super) count: usize,
    pub(super) kind: StatementKind,
    /// Whether forms that only NGINX Plus takes count.
    pub(super) plus: bool,
}

/// A definition that takes the directive in this form, and where it takes it to stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accepted {
    pub(super) variant: &'static Variant,
    pub(super) context: Context,
    pub(super) version: Version,
}

/// The definition that `version` carries out, or its message. nginx tests in this order: the name, the context, the
/// terminator, the number of words.
fn accept(name: &[u8], shape: Shape, version: Version) -> Result<Vec<Accepted>, Refusal> {
    let variants = shape.id.entry().map_or(&[][..], |entry| entry.variants);
    let of = |origin: Origin| variants.iter().any(|variant| variant.origin == origin);
    let is_left_out = |variant: &Variant| !shape.plus && variant.origin == Origin::Plus && of(Origin::Nginx);
    let existing = || variants.iter().filter(|it| it.exists_in(version) && !is_left_out(it));
    let (mut accepted, mut first) = (Vec::new(), None);
    for variant in existing() {
        let Some(context) = variant.contexts_in(version).intersection(shape.contexts).iter().next() else {
            continue;
        };
        match form(name, variant, shape, version) {
            Ok(()) => accepted.push(Accepted { variant, context, version }),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    if !accepted.is_empty() {
        // The first module that takes it carries it out; Plus has one module for both forms.
        accepted.truncate(if shape.plus { accepted.len() } else { 1 });
        return Ok(accepted);
    }
    // Of a name that nginx itself has in other versions only, others' modules count where they fit.
    let is_nginx = |variant: &Variant| variant.origin == Origin::Nginx;
    let known = existing().any(is_nginx) || existing().next().is_some() && !variants.iter().any(is_nginx);
    Err(match first {
        _ if !known => unknown(name),
        Some(refusal) => refusal,
        None => quoted("\"", name, "\" directive is not allowed here").of(Fault::Context),
    })
}

/// The same for a directive of which it is not known in which of several contexts it stands: what any of them accepts.
pub(super) fn accept_all(name: &[u8], shape: Shape, version: Version) -> Result<Vec<Accepted>, Refusal> {
    if shape.contexts.len() == 1 {
        return accept(name, shape, version);
    }
    let one = |context| Shape { contexts: Contexts::of(&[context]), ..shape };
    let each = shape.contexts.iter().filter_map(|context| accept(name, one(context), version).ok());
    let accepted: Vec<Accepted> = each.flatten().collect();
    if accepted.is_empty() { accept(name, shape, version) } else { Ok(accepted) }
}

pub(super) fn unknown(name: &[u8]) -> Refusal {
    quoted("unknown directive \"", name, "\"").of(Fault::Unknown)
}

fn form(name: &[u8], variant: &Variant, shape: Shape, version: Version) -> Result<(), Refusal> {
    match (variant.block, shape.kind) {
        (false, StatementKind::Block | StatementKind::Raw) => {
            Err(quoted("directive \"", name, "\" is not terminated by \";\"").of(Fault::Ending))
        }
        (true, StatementKind::Simple) => {
            Err(quoted("directive \"", name, "\" has no opening \"{\"").of(Fault::Ending))
        }
        _ if variant.args_in(version).accepts(shape.count) => Ok(()),
        _ => Err(quoted("invalid number of arguments in \"", name, "\" directive").of(Fault::Count)),
    }
}
