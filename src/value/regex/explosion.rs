//! Expressions whose work doubles with every byte of a text that does not match: inside a repetition without end the same
//! text can be matched in two ways, and something behind it can fail.
//!
//! Each byte of the repeated piece is a position; an edge leads from a position to one that may come next, and counts how
//! many ways of the engine lead there. Two ways for one edge of a circle, or two different circles over the same bytes, are
//! what makes it exponential.

use std::collections::HashSet;

use super::set::Set;
use super::shape::{Piece, Shape};

/// What is made of more positions is not looked at.
const MOST_POSITIONS: usize = 48;

impl Shape {
    /// Whether matching takes exponential time on some text.
    pub fn explodes(&self) -> bool {
        explodes(&self.piece, false)
    }
}

/// `can_fail`: whether something behind the piece can fail once it has matched.
fn explodes(piece: &Piece, can_fail: bool) -> bool {
    match piece {
        Piece::Sequence(pieces) => {
            let mut can_fail = can_fail;
            pieces.iter().rev().any(|piece| {
                let found = explodes(piece, can_fail);
                can_fail |= may_fail(piece);
                found
            })
        }
        Piece::Choice(pieces) => pieces.iter().any(|piece| explodes(piece, can_fail)),
        Piece::Repeat { piece: inner, most: None, .. } => {
            (can_fail && Graph::of(inner).is_some_and(|graph| graph.is_ambiguous()))
                || explodes(inner, can_fail)
        }
        Piece::Group(_, inner) | Piece::Repeat { piece: inner, .. } => explodes(inner, can_fail),
        Piece::Atomic(inner) | Piece::Look(inner) => explodes(inner, false),
        Piece::Nothing | Piece::One(_) | Piece::Start | Piece::End | Piece::Reference => false,
    }
}

fn may_fail(piece: &Piece) -> bool {
    matches!(piece, Piece::End | Piece::Start | Piece::Look(_) | Piece::Reference) || !piece.is_nullable()
}

/// The positions of a piece that is repeated without end.
#[derive(Default)]
struct Graph {
    sets: Vec<Set>,
    /// Edges with the number of ways, in no order.
    edges: Vec<(usize, usize)>,
}

/// Where a piece begins and ends.
struct Ends {
    first: Vec<usize>,
    last: Vec<usize>,
    is_nullable: bool,
}

impl Graph {
    fn of(piece: &Piece) -> Option<Self> {
        let mut graph = Self::default();
        let ends = graph.add(piece)?;
        graph.join(&ends.last, &ends.first);
        Some(graph)
    }

    fn join(&mut self, from: &[usize], to: &[usize]) {
        self.edges.extend(from.iter().flat_map(|&from| to.iter().map(move |&to| (from, to))));
    }

    fn add(&mut self, piece: &Piece) -> Option<Ends> {
        Some(match piece {
            Piece::One(set) => {
                self.sets.push(set.clone());
                let position = self.sets.len() - 1;
                if self.sets.len() > MOST_POSITIONS {
                    return None;
                }
                Ends { first: vec![position], last: vec![position], is_nullable: false }
            }
            Piece::Sequence(pieces) => {
                let mut all = Ends { first: Vec::new(), last: Vec::new(), is_nullable: true };
                for piece in pieces {
                    let next = self.add(piece)?;
                    self.join(&all.last, &next.first);
                    if all.is_nullable {
                        all.first.extend(&next.first);
                    }
                    if !next.is_nullable {
                        all.last.clear();
                    }
                    all.last.extend(next.last);
                    all.is_nullable &= next.is_nullable;
                }
                all
            }
            Piece::Choice(pieces) => {
                let mut all = Ends { first: Vec::new(), last: Vec::new(), is_nullable: false };
                for piece in pieces {
                    let next = self.add(piece)?;
                    all.first.extend(next.first);
                    all.last.extend(next.last);
                    all.is_nullable |= next.is_nullable;
                }
                all
            }
            // Positions do not count how often they were passed.
            Piece::Repeat { least, most: Some(most), .. } if least == most && *most > 1 => return None,
            Piece::Repeat { piece, least, most } => {
                let mut ends = self.add(piece)?;
                if *most != Some(1) {
                    self.join(&ends.last, &ends.first);
                }
                ends.is_nullable |= *least == 0;
                ends
            }
            Piece::Group(_, inner) => self.add(inner)?,
            Piece::Atomic(_) | Piece::Reference => return None,
            Piece::Nothing | Piece::Look(_) | Piece::Start | Piece::End => {
                Ends { first: Vec::new(), last: Vec::new(), is_nullable: true }
            }
        })
    }

    /// All positions lie on one circle, since the whole piece is repeated.
    fn is_ambiguous(&self) -> bool {
        let distinct: HashSet<&(usize, usize)> = self.edges.iter().collect();
        distinct.len() < self.edges.len() || (0..self.sets.len()).any(|start| self.splits(start))
    }

    /// Whether two different ways over the same bytes lead from `start` back to it.
    fn splits(&self, start: usize) -> bool {
        let (forward, back) = (self.pairs(start, false), self.pairs(start, true));
        forward.iter().any(|pair| pair.0 != pair.1 && back.contains(pair))
    }

    /// The pairs of positions that can be reached together from `start`, or from which it can be reached.
    fn pairs(&self, start: usize, back: bool) -> HashSet<(usize, usize)> {
        let mut seen = HashSet::from([(start, start)]);
        let mut open = vec![(start, start)];
        while let Some((one, other)) = open.pop() {
            for one in self.next(one, back) {
                for other in self.next(other, back) {
                    let meet = self.sets.get(one).zip(self.sets.get(other)).is_some_and(|(a, b)| a.meets(b));
                    if meet && seen.insert((one, other)) {
                        open.push((one, other));
                    }
                }
            }
        }
        seen
    }

    fn next(&self, of: usize, back: bool) -> impl Iterator<Item = usize> + '_ {
        let ends = self.edges.iter().map(move |&(from, to)| if back { (to, from) } else { (from, to) });
        ends.filter(move |&(from, _)| from == of).map(|(_, to)| to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_repetition_explodes_where_something_can_fail() {
        let explodes = |pattern: &str| Shape::of(pattern.as_bytes(), false).unwrap().explodes();
        for bad in
            ["^(a+)+$", "^(a|a)*$", "^([a-z]+)*x", "^(\\w|\\d)+/", "^(a?b?)*$", "(x+x+)+y", "^((ab)*|a|b)*$"]
        {
            assert!(explodes(bad), "{bad}");
        }
        for good in [
            "^(a+)+",
            "^(a|b)*$",
            "^(/[a-z]+)+$",
            "^([a-z]+/)*x",
            "^(?>a+)+$",
            "^.*x.*y.*$",
            "^([a-z0-9]+-)*[a-z0-9]+$",
            "\\.(jpe?g|png)$",
        ] {
            assert!(!explodes(good), "{good}");
        }
    }
}
