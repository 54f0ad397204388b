//! Lists of names that nginx keeps in hash tables: a name may be too long for its table.

use std::collections::HashSet;

use super::super::Refusal;
use super::super::levels::{Levels, Setting, View};
use super::hash::{Table, longest};
use super::{Blamed, Turn};
use crate::catalogue::{DirectiveId, Family, directive, lookup};

/// Directives whose first words become the names of a table.
struct List {
    directive: &'static str,
    table: &'static str,
    /// Directives set the sizes of the table, which are this without them.
    sized: Option<u64>,
    turn: Turn,
}

const LISTS: [List; 10] = [
    list("proxy_hide_header", "proxy_headers_hash", Some(512), 1),
    list("proxy_set_header", "proxy_headers_hash", Some(512), 1),
    list("fastcgi_hide_header", "fastcgi_hide_headers_hash", None, 2),
    list("fastcgi_param", "fastcgi_params_hash", None, 2),
    list("uwsgi_hide_header", "uwsgi_hide_headers_hash", None, 3),
    list("uwsgi_param", "uwsgi_params_hash", None, 3),
    list("scgi_hide_header", "scgi_hide_headers_hash", None, 4),
    list("scgi_param", "scgi_params_hash", None, 4),
    list("grpc_hide_header", "grpc_headers_hash", Some(512), 5),
    list("grpc_set_header", "grpc_headers_hash", Some(512), 5),
];

/// The lists of media types, which no directive gives more room.
const TYPES: [DirectiveId; 5] = [
    directive::GZIP_TYPES,
    directive::CHARSET_TYPES,
    directive::SSI_TYPES,
    directive::SUB_FILTER_TYPES,
    directive::ADDITION_TYPES,
];

const fn list(directive: &'static str, table: &'static str, sized: Option<u64>, turn: u8) -> List {
    List { directive, table, sized, turn: Turn::Modules(turn) }
}

/// The names that do not fit into their tables.
pub(super) fn too_long<P: Copy>(levels: &Levels<P>, family: Family) -> Vec<Blamed<P>> {
    if family != Family::Http {
        return Vec::new();
    }
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for view in levels.merged() {
        found.extend(LISTS.iter().filter_map(|list| {
            let (level, settings) = view.list(lookup(list.directive.as_bytes()));
            let fresh = !settings.is_empty() && seen.insert((list.directive, level));
            fresh.then(|| list.refused(&view, settings)).flatten()
        }));
        found.extend(TYPES.iter().filter_map(|&id| {
            let (level, settings) = view.list(id);
            (!settings.is_empty() && seen.insert((id.name(), level))).then(|| types(settings)).flatten()
        }));
        found.extend(extensions(&view, &mut seen));
        found.extend(referers(&view));
    }
    found.extend(levels.servers().flat_map(|server| {
        let types = sized(&server, "types_hash", 1024, 4).map(|it| it.of(Turn::Core));
        let headers = SIZED.iter().filter_map(|&(table, _, turn)| Some(headers(&server, table)?.of(turn)));
        types.into_iter().chain(headers).collect::<Vec<_>>()
    }));
    found.extend(levels.merged().flat_map(|view| {
        let passes = SIZED.iter().filter(|(_, pass, _)| !view.own(*pass).is_empty());
        let refused = passes.filter_map(|&(table, _, turn)| Some(headers(&view, table)?.of(turn)));
        refused.collect::<Vec<_>>()
    }));
    found
}

impl List {
    fn table<P: Copy>(&self, view: &View<'_, P>) -> Table {
        match self.sized {
            Some(most) => Table::sized(self.table, most, Some(view)),
            None => Table::fixed(self.table),
        }
    }

    fn refused<P: Copy>(&self, view: &View<'_, P>, settings: &[Setting<P>]) -> Option<Blamed<P>> {
        let is_param = self.directive.ends_with("_param");
        let key = |setting: &Setting<P>| {
            let name = setting.word(1);
            let kept = if is_param { name.strip_prefix(b"HTTP_") } else { Some(name) };
            kept.map_or(0, <[u8]>::len)
        };
        let longest = settings.iter().max_by_key(|it| key(it))?;
        let refusal = self.table(view).refuses(key(longest))?;
        Some(Blamed::nowhere(self.turn, refusal.at(1), longest.place))
    }
}

/// `ngx_http_merge_types`
fn types<P: Copy>(settings: &[Setting<P>]) -> Option<Blamed<P>> {
    let words = settings.iter().flat_map(|it| it.words.iter().skip(1).map(move |word| (it, word)));
    if words.clone().any(|(_, word)| word == b"*") {
        return None;
    }
    let (setting, word) = words.max_by_key(|(_, word)| word.len())?;
    let index = setting.words.iter().position(|it| it == word).unwrap_or(0);
    let refusal = Table::fixed("test_types_hash").refuses(word.len())?;
    Some(Blamed::nowhere(Turn::Modules(7), refusal.at(index), setting.place))
}

/// The endings of files in `types` blocks, each of which is kept by its longest word.
fn extensions<P: Copy>(view: &View<'_, P>, seen: &mut HashSet<(&'static str, usize)>) -> Option<Blamed<P>> {
    let (level, settings) = view.list(directive::TYPES);
    let longest = settings.iter().max_by_key(|it| it.word(1).len())?;
    if !seen.insert(("types", level)) {
        return None;
    }
    let refusal = types_table(view).refuses(longest.word(1).len())?;
    Some(Blamed::nowhere(Turn::Core, refusal, longest.place))
}

fn types_table<P: Copy>(view: &View<'_, P>) -> Table {
    Table::sized("types_hash", 1024, Some(view))
}

/// `valid_referers` (`ngx_http_referer_merge_conf`).
fn referers<P: Copy>(view: &View<'_, P>) -> Option<Blamed<P>> {
    let settings = view.own(directive::VALID_REFERERS);
    let is_name =
        |word: &&[u8]| !matches!(*word, b"none" | b"blocked" | b"server_names") && !word.starts_with(b"~");
    let host = |word: &'_ Vec<u8>| word.split(|&byte| byte == b'/').next().map_or(0, <[u8]>::len);
    let words = settings.iter().flat_map(|it| it.words.iter().skip(1));
    let names = words.filter(|word| is_name(&word.as_slice()));
    let longest = longest(names.map(|word| word.get(..host(word)).unwrap_or_default()))?;
    let refusal = Table::sized("referer_hash", 2048, Some(view)).refuses(longest)?;
    Some(Blamed::nowhere(Turn::Modules(0), refusal.at(0), settings.first()?.place))
}

/// Tables of headers whose sizes directives set, which are built where a server begins and where this directive stands.
const SIZED: [(&str, DirectiveId, Turn); 2] = [
    ("proxy_headers_hash", directive::PROXY_PASS_HEADER, Turn::Modules(1)),
    ("grpc_headers_hash", directive::GRPC_PASS_HEADER, Turn::Modules(5)),
];

/// A table that has no room for what it holds without any directive.
struct Emptied<P> {
    refusal: Refusal,
    cause: P,
}

impl<P> Emptied<P> {
    fn of(self, turn: Turn) -> Blamed<P> {
        Blamed::nowhere(turn, self.refusal, self.cause)
    }
}

/// The headers that are never passed on.
fn headers<P: Copy>(view: &View<'_, P>, table: &'static str) -> Option<Emptied<P>> {
    sized(view, table, 512, "X-Accel-Limit-Rate".len())
}

fn sized<P: Copy>(view: &View<'_, P>, table: &'static str, most: u64, longest: usize) -> Option<Emptied<P>> {
    let refusal = Table::sized(table, most, Some(view)).refuses(longest)?;
    let sizes = ["max_size", "bucket_size"].map(|ending| view.named(&format!("{table}_{ending}")));
    let cause = sizes.into_iter().flatten().next()?.place;
    Some(Emptied { refusal, cause })
}
