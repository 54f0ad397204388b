//! What a regular expression is made of, for questions about all texts that it matches: which bytes a group can hold, what
//! stands before it, which group holds which.
//!
//! An expression that the engine does not take, or that is made of something else, has no shape: whoever asks must take it
//! for harmless.

use fancy_regex::{Assertion, Expr, LookAround};

use super::pcre;
use super::set::Set;

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// Matches the empty text.
    Nothing,
    /// One of these bytes.
    One(Set),
    /// All of these, one after the other.
    Sequence(Vec<Piece>),
    /// One of these.
    Choice(Vec<Piece>),
    /// A capturing group by its number.
    Group(usize, Box<Piece>),
    /// Again and again; `None` without end.
    Repeat {
        /// What.
        piece: Box<Piece>,
        /// At least so often.
        least: usize,
        /// At most so often.
        most: Option<usize>,
    },
    /// Never entered again once it is left: `(?>...)`, `a++`.
    Atomic(Box<Piece>),
    /// A look-around; the groups inside capture, too.
    Look(Box<Piece>),
    /// `^`
    Start,
    /// `$`, before a last line feed, too.
    End,
    /// `\1`
    Reference,
}

/// An expression taken apart.
#[derive(Debug, Clone)]
pub struct Shape {
    pub(super) piece: Piece,
    names: Vec<(String, usize)>,
    count: usize,
}

/// What a capturing group can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The bytes.
    pub bytes: Set,
    /// The bytes it can begin with.
    pub first: Set,
    /// Whether it can hold more than a few fixed texts.
    pub is_free: bool,
    /// Whether it can hold more than one byte.
    pub is_long: bool,
    /// Whether it always ends with the same letter or digit.
    pub ends_fixed: bool,
}

impl Shape {
    /// Takes an expression apart; `caseless` for `~*`.
    pub fn of(pattern: &[u8], caseless: bool) -> Option<Self> {
        let text = pcre::translated(pattern, caseless).ok()?;
        let tree = Expr::parse_tree(&text).ok()?;
        let mut count = 0;
        let piece = piece(&tree.expr, &mut count)?;
        let groups = tree.named_groups.iter();
        let mut names: Vec<(String, usize)> =
            groups.flat_map(|(name, numbers)| numbers.iter().map(|&number| (name.clone(), number))).collect();
        names.sort();
        Some(Self { piece, names, count })
    }

    /// How many groups capture.
    pub fn groups(&self) -> usize {
        self.count
    }

    /// The names of its groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }

    /// The number of the group called `name`, without case as nginx's variables.
    pub fn named(&self, name: &[u8]) -> Option<usize> {
        let same = |it: &&(String, usize)| it.0.as_bytes().eq_ignore_ascii_case(name);
        self.names.iter().find(same).map(|&(_, number)| number)
    }

    /// What a group can hold.
    pub fn group(&self, number: usize) -> Option<Group> {
        let piece = find(&self.piece, number)?;
        let last = piece.last();
        let is_letter = |byte: u8| last.has(byte) && byte.is_ascii_alphanumeric();
        Some(Group {
            bytes: piece.bytes(),
            first: piece.first(),
            is_free: piece.is_free(),
            is_long: piece.is_long(),
            ends_fixed: !piece.is_nullable() && last.is_one_letter() && (0..=u8::MAX).any(is_letter),
        })
    }

    /// Whether the group `outer` holds the group `inner`.
    pub fn holds(&self, outer: usize, inner: usize) -> bool {
        outer != inner && find(&self.piece, outer).is_some_and(|piece| find(piece, inner).is_some())
    }

    /// The bytes of any text that it matches as a whole; `None` where it is not bound to both ends.
    pub fn whole(&self) -> Option<Set> {
        let Piece::Sequence(pieces) = &self.piece else { return None };
        let bound = matches!(pieces.as_slice(), [Piece::Start, .., Piece::End]);
        bound.then(|| self.piece.bytes())
    }
}

impl Set {
    /// Whether all that is in it is one letter, in either case.
    fn is_one_letter(&self) -> bool {
        let mut bytes = (0..=u8::MAX).filter(|&byte| self.has(byte)).map(|byte| byte.to_ascii_lowercase());
        let first = bytes.next();
        first.is_some() && bytes.all(|byte| Some(byte) == first)
    }
}

impl Piece {
    /// The bytes of the texts that it matches.
    pub(super) fn bytes(&self) -> Set {
        match self {
            Self::One(set) => set.clone(),
            Self::Sequence(pieces) | Self::Choice(pieces) => {
                pieces.iter().fold(Set::default(), |all, piece| all.or(&piece.bytes()))
            }
            Self::Group(_, piece) | Self::Atomic(piece) | Self::Repeat { piece, .. } => piece.bytes(),
            Self::Nothing | Self::Look(_) | Self::Start | Self::End | Self::Reference => Set::default(),
        }
    }

    /// Whether it can match more than one byte.
    fn is_long(&self) -> bool {
        let can_match = |piece: &&Self| !piece.bytes().is_empty();
        match self {
            Self::Sequence(pieces) => {
                pieces.iter().filter(can_match).count() > 1 || pieces.iter().any(Self::is_long)
            }
            Self::Choice(pieces) => pieces.iter().any(Self::is_long),
            Self::Repeat { most: None, .. } => true,
            Self::Repeat { most: Some(most), piece, .. } => *most > 1 || piece.is_long(),
            Self::Group(_, piece) | Self::Atomic(piece) => piece.is_long(),
            Self::One(_) | Self::Nothing | Self::Look(_) | Self::Start | Self::End | Self::Reference => false,
        }
    }

    /// Whether a client has a choice: some byte of it is one of several.
    fn is_free(&self) -> bool {
        match self {
            Self::One(set) => !set.is_one_letter(),
            Self::Sequence(pieces) | Self::Choice(pieces) => pieces.iter().any(Self::is_free),
            Self::Group(_, piece) | Self::Atomic(piece) | Self::Repeat { piece, .. } => piece.is_free(),
            Self::Nothing | Self::Look(_) | Self::Start | Self::End | Self::Reference => false,
        }
    }
}

/// The piece inside a group.
fn find(piece: &Piece, number: usize) -> Option<&Piece> {
    match piece {
        Piece::Group(own, inner) if *own == number => Some(inner),
        Piece::Sequence(pieces) | Piece::Choice(pieces) => {
            pieces.iter().find_map(|piece| find(piece, number))
        }
        Piece::Group(_, inner)
        | Piece::Atomic(inner)
        | Piece::Look(inner)
        | Piece::Repeat { piece: inner, .. } => find(inner, number),
        Piece::Nothing | Piece::One(_) | Piece::Start | Piece::End | Piece::Reference => None,
    }
}

/// Groups are numbered by their opening parentheses.
fn piece(expr: &Expr, count: &mut usize) -> Option<Piece> {
    Some(match expr {
        Expr::Empty => Piece::Nothing,
        Expr::Literal { val, casei: false } => literal(val)?,
        Expr::Delegate { inner, casei: false } => Piece::One(class(inner)?),
        Expr::Concat(parts) => Piece::Sequence(pieces(parts, count)?),
        Expr::Alt(parts) => Piece::Choice(pieces(parts, count)?),
        Expr::Group(inner) => {
            *count += 1;
            let number = *count;
            Piece::Group(number, Box::new(piece(inner, count)?))
        }
        Expr::Repeat { child, lo, hi, .. } => {
            let piece = Box::new(piece(child, count)?);
            match *hi {
                0 => Piece::Nothing,
                hi => Piece::Repeat { piece, least: *lo, most: (hi != usize::MAX).then_some(hi) },
            }
        }
        Expr::AtomicGroup(inner) => Piece::Atomic(Box::new(piece(inner, count)?)),
        Expr::LookAround(inner, LookAround::LookAhead) if is_end(inner) => Piece::End,
        Expr::LookAround(inner, _) => Piece::Look(Box::new(piece(inner, count)?)),
        Expr::Assertion(Assertion::StartText) => Piece::Start,
        Expr::Assertion(Assertion::EndText) => Piece::End,
        Expr::Backref { .. } => Piece::Reference,
        _ => return None,
    })
}

fn pieces(parts: &[Expr], count: &mut usize) -> Option<Vec<Piece>> {
    parts.iter().map(|part| piece(part, count)).collect()
}

/// What `$` is translated to: the end, or a line feed before it.
fn is_end(inner: &Expr) -> bool {
    let Expr::Concat(parts) = inner else { return false };
    matches!(parts.as_slice(), [Expr::Repeat { lo: 0, hi: 1, .. }, Expr::Assertion(Assertion::EndText)])
}

fn literal(text: &str) -> Option<Piece> {
    let bytes: Option<Vec<Piece>> =
        text.chars().map(|it| Some(Piece::One(Set::of(&[u8::try_from(it).ok()?])))).collect();
    bytes.map(|mut pieces| if pieces.len() == 1 { pieces.remove(0) } else { Piece::Sequence(pieces) })
}

/// A class as the translation writes it: single bytes and ranges, `^` for all others.
fn class(text: &str) -> Option<Set> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let (inner, negated) = inner.strip_prefix('^').map_or((inner, false), |inner| (inner, true));
    let (mut set, mut rest) = (Set::default(), inner.chars().peekable());
    while let Some(low) = member(&mut rest) {
        let high = if rest.next_if_eq(&'-').is_some() { member(&mut rest)? } else { low };
        set.add_range(low, high);
    }
    rest.next().is_none().then(|| if negated { set.negated() } else { set })
}

fn member(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<u8> {
    let byte = u8::try_from(rest.next()?).ok()?;
    if byte != b'\\' {
        return Some(byte);
    }
    let escaped = u8::try_from(rest.next()?).ok()?;
    Some(match escaped {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    })
}
