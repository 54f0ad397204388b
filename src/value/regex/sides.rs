//! What the texts of a piece begin and end with, and what stands before a group.

use super::set::Set;
use super::shape::{Piece, Shape};

impl Piece {
    /// Whether it matches the empty text.
    pub(super) fn is_nullable(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Sequence(pieces) => pieces.iter().all(Self::is_nullable),
            Self::Choice(pieces) => pieces.iter().any(Self::is_nullable),
            Self::Repeat { piece, least, .. } => *least == 0 || piece.is_nullable(),
            Self::Group(_, piece) | Self::Atomic(piece) => piece.is_nullable(),
            Self::Nothing | Self::Look(_) | Self::Start | Self::End | Self::Reference => true,
        }
    }

    /// The bytes that it can begin with.
    pub(super) fn first(&self) -> Set {
        self.side(|pieces| Box::new(pieces.iter()))
    }

    /// The bytes that it can end with.
    pub(super) fn last(&self) -> Set {
        self.side(|pieces| Box::new(pieces.iter().rev()))
    }

    fn side(&self, order: for<'p> fn(&'p [Piece]) -> Box<dyn Iterator<Item = &'p Piece> + 'p>) -> Set {
        match self {
            Self::One(set) => set.clone(),
            Self::Sequence(pieces) => {
                let mut found = Set::default();
                for piece in order(pieces) {
                    found = found.or(&piece.side(order));
                    if !piece.is_nullable() {
                        break;
                    }
                }
                found
            }
            Self::Choice(pieces) => {
                pieces.iter().fold(Set::default(), |all, piece| all.or(&piece.side(order)))
            }
            Self::Group(_, piece) | Self::Atomic(piece) | Self::Repeat { piece, .. } => piece.side(order),
            Self::Nothing | Self::Look(_) | Self::Start | Self::End | Self::Reference => Set::default(),
        }
    }
}

impl Shape {
    /// The bytes that can stand right before a group: none where it begins the text.
    pub fn before(&self, group: usize) -> Option<Set> {
        let mut search = Search { group, found: None };
        search.walk(&self.piece, Set::all());
        search.found
    }
}

struct Search {
    group: usize,
    found: Option<Set>,
}

impl Search {
    /// Goes through a piece behind which one of `before` stands, and says what stands behind it.
    fn walk(&mut self, piece: &Piece, before: Set) -> Set {
        match piece {
            Piece::Start => Set::default(),
            Piece::One(set) => set.clone(),
            Piece::Sequence(pieces) => pieces.iter().fold(before, |before, piece| self.walk(piece, before)),
            Piece::Choice(pieces) => {
                pieces.iter().fold(Set::default(), |after, piece| after.or(&self.walk(piece, before.clone())))
            }
            Piece::Group(number, inner) => {
                if *number == self.group {
                    self.found = Some(self.found.take().unwrap_or_default().or(&before));
                }
                self.walk(inner, before)
            }
            Piece::Atomic(inner) => self.walk(inner, before),
            Piece::Repeat { piece, least, most } => {
                let again = if *most == Some(1) { before.clone() } else { before.or(&piece.last()) };
                let after = self.walk(piece, again);
                if *least == 0 { after.or(&before) } else { after }
            }
            Piece::Look(inner) => {
                self.walk(inner, before.clone());
                before
            }
            Piece::Nothing | Piece::End | Piece::Reference => before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(pattern: &str) -> Shape {
        Shape::of(pattern.as_bytes(), false).unwrap()
    }

    #[test]
    fn groups_hold_what_their_pieces_match() {
        let group = |pattern: &str, number| shape(pattern).group(number).unwrap();
        assert!(group("^/(.*)$", 1).bytes.has(b'\r'));
        assert!(!group("^/(.*)$", 1).bytes.has(b'\n'));
        assert!(group("^/([^/]*)$", 1).bytes.has(b'\n'));
        assert!(group("(?s)^/(.*)$", 1).bytes.has(b'\n'));
        assert!(group("(\\W)(\\s)", 2).bytes.has(b'\n'));
        assert!(!group("^/([a-z0-9_-]+)/", 1).bytes.has(b'\r'));
        assert!(!group("^/(jpe?g|PNG)$", 1).is_free);
        assert!(group("^/([a-z]+\\.example\\.com)$", 1).ends_fixed);
        assert!(!group("^/([a-z]+)$", 1).ends_fixed);
        assert!(group("^(.)([.]x|y)", 2).first.has(b'.'));
    }

    #[test]
    fn what_stands_before_a_group() {
        let before = |pattern: &str| shape(pattern).before(1).unwrap();
        assert_eq!(before("^/img/(.*)$"), Set::of(b"/"));
        assert_eq!(before("^/img(.*)$"), Set::of(b"g"));
        assert_eq!(before("^/img/?(.*)$"), Set::of(b"g/"));
        assert_eq!(before("^(.*)$"), Set::default());
        assert_eq!(before("(.*)$"), Set::all());
        assert_eq!(before("^/(?:a|b/)(.*)$"), Set::of(b"a/"));
    }

    #[test]
    fn names_nesting_and_ends() {
        let nested = shape("^/((?<Inner>a+)-b)/(c)$");
        assert_eq!((nested.groups(), nested.named(b"inner")), (3, Some(2)));
        assert!(nested.holds(1, 2) && !nested.holds(2, 1) && !nested.holds(1, 3));
        assert!(shape("^/[a-z]+$").whole().is_some_and(|bytes| !bytes.has(b'\n')));
        assert!(shape("^/[a-z]+").whole().is_none());
        assert!(Shape::of(b"(?R)", false).is_none());
    }
}
