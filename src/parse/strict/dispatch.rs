//! Which directive a name stands for at its place, and whether it may stand there in this form (`ngx_conf_handler`).

use crate::catalogue::{Context, Contexts, DirectiveId, Variant, Version};
use crate::syntax::StatementKind;

/// Without a version in question, what was gone by this one does not exist.
pub(super) const OLDEST: Version = Version::new(1, 18, 0);

/// The form of a directive at its place.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) id: DirectiveId,
    pub(super) context: Context,
    /// The number of words behind the name.
    pub(super) count: usize,
    pub(super) kind: StatementKind,
}

/// The definition that nginx carries out, or its message. nginx tests in this order: the name, the context, the
/// terminator, the number of words.
pub(super) fn variant(
    name: &[u8],
    shape: Shape,
    version: Option<Version>,
) -> Result<&'static Variant, Vec<u8>> {
    let variants = shape.id.entry().map_or(&[][..], |entry| entry.variants);
    let mut existing = variants.iter().filter(|variant| exists(variant, version)).peekable();
    if existing.peek().is_none() {
        return Err(quoted("unknown directive \"", name, "\""));
    }
    let allowed = existing.filter(|variant| contexts(variant, version).contains(shape.context));
    let checked: Vec<Result<&'static Variant, Vec<u8>>> =
        allowed.map(|variant| form(name, variant, shape, version)).collect();
    let good = checked.iter().position(Result::is_ok).unwrap_or(0);
    let not_here = || Err(quoted("\"", name, "\" directive is not allowed here"));
    checked.into_iter().nth(good).unwrap_or_else(not_here)
}

fn exists(variant: &Variant, version: Option<Version>) -> bool {
    match version {
        Some(version) => variant.exists_in(version),
        None => variant.removed.is_none_or(|removed| removed > OLDEST),
    }
}

fn contexts(variant: &Variant, version: Option<Version>) -> Contexts {
    match version {
        Some(version) => variant.contexts_in(version),
        None => earlier(variant).filter_map(|before| before.contexts).fold(variant.contexts, Contexts::union),
    }
}

fn earlier(variant: &Variant) -> impl Iterator<Item = &crate::catalogue::Before> {
    variant.before.iter().filter(|before| before.at > OLDEST)
}

fn form(
    name: &[u8],
    variant: &'static Variant,
    shape: Shape,
    version: Option<Version>,
) -> Result<&'static Variant, Vec<u8>> {
    match (variant.block, shape.kind) {
        (false, StatementKind::Block | StatementKind::Raw) => {
            Err(quoted("directive \"", name, "\" is not terminated by \";\""))
        }
        (true, StatementKind::Simple) => Err(quoted("directive \"", name, "\" has no opening \"{\"")),
        _ if takes(variant, shape.count, version) => Ok(variant),
        _ => Err(quoted("invalid number of arguments in \"", name, "\" directive")),
    }
}

fn takes(variant: &Variant, count: usize, version: Option<Version>) -> bool {
    if let Some(version) = version {
        return variant.args_in(version).accepts(count);
    }
    let earlier = earlier(variant).filter_map(|before| before.args);
    std::iter::once(variant.args).chain(earlier).any(|args| args.accepts(count))
}

/// A message with words of the configuration in it.
pub(super) fn quoted(before: &str, words: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), words, after.as_bytes()].concat()
}
