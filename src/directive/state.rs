//! Where nginx stands: the open blocks, what stands in them, and what the directives read so far have said.

use std::borrow::Cow;
use std::collections::HashMap;

use super::call::Call;
use super::data::{Data, Taken};
use super::ends::Shared;
use super::http::Http;
use super::refusal::says;
use super::shape::{self, Accepted, Shape, accept_all};
use super::versions::stretches;
use super::{Fault, Refusal, values};
use crate::catalogue::{
    Context, Contexts, DirectiveId, Origin, Repeat, Version, VersionRange, directive, lookup,
};
use crate::syntax::StatementKind;

/// What a block holds.
#[derive(Debug)]
pub enum Inside {
    /// Directives, in one of these contexts: it is not always known in which.
    Directives(Contexts),
    /// Words that the block reads itself.
    Data(Data),
    /// Directives of a module about whose blocks nothing is known.
    Anything,
}

/// A directive at its place.
#[derive(Debug)]
pub struct Stated<'a, P> {
    /// What it is called.
    pub id: DirectiveId,
    /// What ends it.
    pub kind: StatementKind,
    /// The decoded words, the name first.
    pub words: &'a [Cow<'a, [u8]>],
    /// Where it stands.
    pub place: P,
}

/// What a directive leads to.
#[derive(Debug)]
pub enum Next {
    /// The next one.
    Statement,
    /// The files that the include names.
    Include,
    /// Its block.
    Block(Inside),
}

/// A refusal at its place.
#[derive(Debug)]
pub struct Problem<P> {
    /// What nginx says.
    pub refusal: Refusal,
    /// The place that nginx names, if it names one.
    pub at: Option<P>,
    /// The directive that is to blame.
    pub cause: Option<P>,
    /// Of a duplicate the first.
    pub first: Option<P>,
}

/// An open block.
struct Block<P> {
    inside: Inside,
    /// The directives that stand in it, by the first.
    seen: HashMap<DirectiveId, P>,
    /// The location that it is.
    location: Option<usize>,
    /// The directive that opens it.
    opening: Option<P>,
}

/// nginx on its way through a configuration. `P` is a place in it.
pub struct State<P> {
    /// A directive is refused if no version of the range takes it.
    range: VersionRange,
    plus: bool,
    blocks: Vec<Block<P>>,
    pub(super) http: Http<P>,
    pub(super) shared: Shared<P>,
    /// The variables of the `http` and `stream` blocks that have ended.
    defined: Vec<Vec<u8>>,
}

impl<P: Copy> State<P> {
    /// nginx in the innermost of `levels`, outermost first.
    pub fn new(levels: impl IntoIterator<Item = Contexts>, range: VersionRange) -> Self {
        let block = |contexts| Block::new(Inside::Directives(contexts), None);
        Self {
            range,
            plus: false,
            blocks: levels.into_iter().map(block).collect(),
            http: Http::new(range),
            shared: Shared::default(),
            defined: Vec::new(),
        }
    }

    /// The same for NGINX Plus, too: what either takes is taken.
    #[must_use]
    pub fn or_plus(self) -> Self {
        Self { plus: true, ..self }
    }

    /// Whether the outermost block holds a directive.
    pub fn has_seen(&self, id: DirectiveId) -> bool {
        self.blocks.first().is_none_or(|main| main.seen.contains_key(&id))
    }

    /// Whether words are data here.
    pub fn is_in_data(&self) -> bool {
        matches!(self.inside(), Some(Inside::Data(_)))
    }

    /// What the innermost block holds.
    pub fn inside(&self) -> Option<&Inside> {
        self.blocks.last().map(|block| &block.inside)
    }

    /// Reads a directive up to its `;` or `{`.
    ///
    /// # Errors
    /// If nginx refuses it.
    pub fn read(&mut self, stated: &Stated<'_, P>) -> Result<Next, Problem<P>> {
        let here =
            |(refusal, first)| Problem { refusal, at: Some(stated.place), cause: Some(stated.place), first };
        self.http.names.here = Some(stated.place);
        match self.blocks.last_mut() {
            Some(Block { inside: Inside::Directives(contexts), .. }) => {
                let contexts = *contexts;
                self.directive(stated, contexts).map_err(here)
            }
            Some(Block { inside: Inside::Data(data), .. }) if stated.kind == StatementKind::Simple => {
                let taken = data.entry(stated.words, &mut self.http.names);
                taken.map(Taken::next).map_err(|refusal| here((refusal, None)))
            }
            Some(Block { inside: Inside::Data(_), .. }) => Err(here((says(r#"unexpected "{""#).at(0), None))),
            Some(Block { inside: Inside::Anything, .. }) | None => Ok(unchecked(stated)),
        }
    }

    fn directive(
        &mut self,
        stated: &Stated<'_, P>,
        contexts: Contexts,
    ) -> Result<Next, (Refusal, Option<P>)> {
        let plain = |refusal| (refusal, None);
        let taken = self.accepted(stated, contexts).map_err(plain)?;
        let Some(newest) = taken.last() else { return Ok(Next::Statement) };
        let call = |it: &Accepted| call(stated, *it);
        self.once(&call(newest), &taken, stated.place)?;
        let valued: Vec<Result<&Accepted, Refusal>> =
            taken.iter().map(|it| values::check(&call(it)).map(|()| it)).collect();
        let good = valued.iter().rposition(Result::is_ok).unwrap_or(valued.len().saturating_sub(1));
        let Some(chosen) = valued.into_iter().nth(good) else { return Ok(Next::Statement) };
        let call = call(chosen.map_err(plain)?);
        self.set(&call, stated.place).map_err(plain)?;
        Ok(Self::next(&call, stated.kind, contexts))
    }

    /// The definitions that take the directive in its form, of each stretch of versions, oldest first.
    fn accepted(&self, stated: &Stated<'_, P>, contexts: Contexts) -> Result<Vec<Accepted>, Refusal> {
        let name = stated.words.first().map_or(&[][..], |name| until_nul(name));
        let shape = Shape { plus: self.plus, ..shape_of(stated, contexts) };
        let (mut taken, mut refused): (Vec<Accepted>, Option<Refusal>) = (Vec::new(), None);
        for version in stretches(stated.id, self.range) {
            match accept_all(name, shape, version) {
                Ok(accepted) => taken.extend(accepted),
                Err(refusal) if refused.as_ref().is_none_or(|it| it.fault <= refusal.fault) => {
                    refused = Some(refusal);
                }
                Err(_) => {}
            }
        }
        if taken.is_empty() { Err(refused.unwrap_or_else(|| shape::unknown(name))) } else { Ok(taken) }
    }

    /// A directive that may stand only once in its block, itself or one that fills the same value.
    /// Where several blocks are possible, all must refuse it.
    fn once(&mut self, call: &Call<'_>, taken: &[Accepted], place: P) -> Result<(), (Refusal, Option<P>)> {
        let Some(block) = self.blocks.last_mut() else { return Ok(()) };
        let first = block.seen.get(&call.id).copied();
        block.seen.entry(call.id).or_insert(place);
        let refuses = |it: &Accepted| it.variant.repeat_in(it.version) == Some(Repeat::Refused);
        if !taken.iter().all(refuses) {
            return Ok(());
        }
        let twice = |message: Refusal, first| Err((message.of(Fault::Duplicate).at(0), Some(first)));
        if let Some(first) = first {
            return twice(call.directive_says("is duplicate"), first);
        }
        let Some(other) = call.variant.shares else { return Ok(()) };
        match block.seen.get(&lookup(other.as_bytes())) {
            Some(&first) => {
                let reason = format!("is duplicate, \"{other}\" directive was specified earlier");
                twice(call.directive_says(&reason), first)
            }
            None => Ok(()),
        }
    }

    fn next(call: &Call<'_>, kind: StatementKind, contexts: Contexts) -> Next {
        match kind {
            StatementKind::Simple if call.id == directive::INCLUDE => Next::Include,
            StatementKind::Simple | StatementKind::Raw => Next::Statement,
            StatementKind::Block if call.id.is_data_block() => Next::Block(Inside::Data(Data::new(call))),
            StatementKind::Block => Next::Block(opens(call.id, contexts)),
        }
    }

    /// What the block of a refused directive holds, as far as its name tells.
    pub fn opened_anyway(&self, stated: &Stated<'_, P>) -> Inside {
        if stated.id.is_data_block() {
            return Inside::Data(Data::of(stated.id, stated.words));
        }
        let here = match self.inside() {
            Some(Inside::Directives(contexts)) => opens(stated.id, *contexts),
            _ => Inside::Anything,
        };
        match here {
            Inside::Anything => opens(stated.id, stated.id.contexts()),
            known => known,
        }
    }

    /// Opens the block of the directive that was read last.
    pub fn open(&mut self, inside: Inside, opening: P) {
        let is_location =
            matches!(&inside, Inside::Directives(contexts) if contexts.contains(Context::Location));
        let location = if is_location { self.http.last_location() } else { None };
        self.blocks.push(Block { location, ..Block::new(inside, Some(opening)) });
    }

    /// Closes the innermost block at `place`: what nginx refuses of it as a whole, in its order.
    pub fn close(&mut self, place: Option<P>) -> Vec<Problem<P>> {
        let Some(block) = self.blocks.pop() else { return Vec::new() };
        let whole = |refusal: Refusal| {
            vec![Problem { refusal: refusal.at(0), at: place, cause: block.opening, first: None }]
        };
        match &block.inside {
            Inside::Data(data) => data.end().map_or_else(whole, |()| Vec::new()),
            Inside::Directives(contexts)
                if contexts.contains(Context::Http) || contexts.contains(Context::Stream) =>
            {
                self.defined.extend(self.http.names.defined().map(<[u8]>::to_vec));
                self.http.end(place)
            }
            Inside::Directives(contexts)
                if contexts.contains(Context::Upstream) || contexts.contains(Context::StreamUpstream) =>
            {
                // NGINX Plus keeps the servers of `state` in a file.
                let brings = [directive::SERVER, directive::STATE];
                let empty = !brings.iter().any(|id| block.seen.contains_key(id));
                if empty { whole(says("no servers are inside upstream")) } else { Vec::new() }
            }
            Inside::Directives(contexts) if *contexts == Contexts::of(&[Context::StreamServer]) => {
                let handlers = [directive::PROXY_PASS, directive::RETURN, directive::PASS];
                let handled = handlers.iter().any(|id| block.seen.contains_key(id));
                let listens = block.seen.contains_key(&directive::LISTEN);
                self.http.named.server_ends(listens, handled, block.opening, self.range);
                Vec::new()
            }
            Inside::Directives(_) | Inside::Anything => Vec::new(),
        }
    }

    /// The variables that ended blocks have defined, in lower case.
    pub fn defined(&self) -> &[Vec<u8>] {
        &self.defined
    }

    /// What the end of everything shows: shared memory without a size and, of a text whose `http` block is not there,
    /// what that block's end would show.
    pub fn finish(&mut self) -> Vec<Problem<P>> {
        let mut problems = self.http.end(None);
        problems.extend(self.shared.missing());
        problems
    }

    /// The versions that refuse a directive, each standing for those up to the next stretch; `of_nginx`: others' modules
    /// of that name do not count.
    pub fn refused_by(
        &self,
        stated: &Stated<'_, P>,
        contexts: Contexts,
        of_nginx: bool,
    ) -> Vec<(Version, bool)> {
        let shape = Shape { plus: self.plus, ..shape_of(stated, contexts) };
        let name = stated.words.first().map_or(&[][..], |name| until_nul(name));
        let counts = |it: &Accepted| !of_nginx || it.variant.origin == Origin::Nginx;
        let takes = |version| {
            let accepted = accept_all(name, shape, version).unwrap_or_default();
            accepted.into_iter().any(|it| counts(&it) && values::check(&call(stated, it)).is_ok())
        };
        stretches(stated.id, self.range).into_iter().map(|version| (version, !takes(version))).collect()
    }

    /// The innermost location around the directive at hand.
    pub(super) fn location_around(&self) -> Option<usize> {
        self.blocks.iter().rev().find_map(|block| block.location)
    }
}

impl<P> Block<P> {
    fn new(inside: Inside, opening: Option<P>) -> Self {
        Self { inside, seen: HashMap::new(), location: None, opening }
    }
}

fn shape_of<P>(stated: &Stated<'_, P>, contexts: Contexts) -> Shape {
    Shape {
        id: stated.id,
        contexts,
        count: stated.words.len().saturating_sub(1),
        kind: stated.kind,
        plus: false,
    }
}

fn call<'a, P>(stated: &Stated<'a, P>, accepted: Accepted) -> Call<'a> {
    let Accepted { variant, context, version } = accepted;
    Call { id: stated.id, variant, context, version, words: stated.words }
}

/// What the braces of `id` hold in one of these contexts.
fn opens(id: DirectiveId, contexts: Contexts) -> Inside {
    let opened: Vec<Context> =
        contexts.intersection(id.contexts()).iter().filter_map(|context| id.opens(context)).collect();
    if opened.is_empty() { Inside::Anything } else { Inside::Directives(Contexts::of(&opened)) }
}

/// A statement in a block about which nothing is known: only includes and blocks are followed.
fn unchecked<P>(stated: &Stated<'_, P>) -> Next {
    match stated.kind {
        StatementKind::Simple if stated.id == directive::INCLUDE && stated.words.len() == 2 => Next::Include,
        StatementKind::Simple | StatementKind::Raw => Next::Statement,
        StatementKind::Block => Next::Block(Inside::Anything),
    }
}

/// What a C function prints of `bytes`.
fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}
