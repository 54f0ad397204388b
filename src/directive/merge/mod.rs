//! What nginx refuses once servers and locations have inherited from the blocks around them: values that do not go
//! together (`*_merge_srv_conf`, `*_merge_loc_conf`).

mod buffers;
pub(super) mod certificates;
pub(super) mod hash;
mod lists;
mod tls;

use super::levels::{Levels, Setting};
use super::statement::Problem;
use super::{Fault, Refusal, says};
use crate::catalogue::{Family, directive};

/// The modules that pass requests on, in nginx's order.
const PROXIES: [&str; 4] = ["proxy", "fastcgi", "uwsgi", "scgi"];

/// Where nginx comes to something: it takes one module after another, each with all servers and locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Core,
    Upstreams,
    Modules(u8),
    Locations,
    Certificates,
    Variables,
    Tables,
    Sockets,
}

impl Turn {
    /// The turn of the module whose directives begin like `name`.
    pub(super) fn of_module(name: &str) -> Self {
        let position = PROXIES.iter().zip(1..).find(|(module, _)| name.starts_with(*module));
        Self::Modules(position.map_or(0, |(_, turn)| turn))
    }
}

/// A refusal and the setting that is to blame.
struct Blamed<P> {
    turn: Turn,
    refusal: Refusal,
    cause: P,
    /// Whether nginx names the end of the block; what builds a table or a TLS context names no place.
    placed: bool,
}

impl<P> Blamed<P> {
    fn at_end(turn: Turn, refusal: Refusal, cause: P) -> Self {
        Self { turn, refusal, cause, placed: true }
    }

    fn nowhere(turn: Turn, refusal: Refusal, cause: P) -> Self {
        Self { turn, refusal, cause, placed: false }
    }
}

/// What is refused of the levels of a block that ends at `place`.
pub(super) fn refused<P: Copy>(
    levels: &Levels<P>,
    family: Family,
    place: Option<P>,
) -> Vec<(Turn, Problem<P>)> {
    let mut found: Vec<Blamed<P>> = Vec::new();
    for view in levels.merged() {
        if family == Family::Http {
            found.extend(buffers::request(&view));
            found.extend(PROXIES.iter().zip(1..).filter_map(|(module, turn)| {
                let (refusal, cause) = buffers::response(&view, module)?;
                Some(Blamed::at_end(Turn::Modules(turn), refusal, cause))
            }));
            found.extend(mixed(&view));
        }
        found.extend(tls::unverifiable(&view, family));
    }
    found.extend(lists::too_long(levels, family));
    let problem = |it: Blamed<P>| {
        let at = place.filter(|_| it.placed);
        (it.turn, Problem { refusal: it.refusal, at, cause: Some(it.cause), first: None })
    };
    found.into_iter().map(problem).collect()
}

/// `secure_link_secret` beside the directives that came after it, in one level (`ngx_http_secure_link_merge_conf`).
fn mixed<P: Copy>(view: &super::levels::View<'_, P>) -> Option<Blamed<P>> {
    let secret = view.own(directive::SECURE_LINK_SECRET).first()?;
    let newer = [directive::SECURE_LINK, directive::SECURE_LINK_MD5];
    newer.iter().find_map(|&id| view.own(id).first())?;
    let message = r#""secure_link_secret" cannot be mixed with "secure_link" and "secure_link_md5""#;
    Some(Blamed::at_end(Turn::Modules(0), says(message).at(0), secret.place))
}

/// A refusal that is certain if all values that it is about are written down, else only if nothing is unseen.
fn judged(refusal: Refusal, written: bool) -> Refusal {
    if written { refusal } else { refusal.of(Fault::Together) }
}

fn size_of<P>(setting: Option<&Setting<P>>, word: usize) -> Option<i64> {
    setting.and_then(|it| super::scalar::size(it.word(word), b"kKmM"))
}
