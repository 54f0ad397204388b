//! "Did you mean": the known word that is closest to an unknown one.

/// The hint behind a message about `word`; empty where no candidate is close.
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, candidates).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The candidate with the fewest edits, where these are few for its length.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // No candidate is this long, and the edits of a long word take long to count.
    let word = Some(word).filter(|word| word.len() <= 100)?;
    let close =
        candidates.into_iter().map(|name| (distance(word, name), name)).min_by_key(|&(edits, _)| edits);
    close.filter(|&(edits, name)| edits <= name.len() / 3 + 1 && edits < name.len()).map(|(_, name)| name)
}

/// Edits between two words, without case; two neighbours that have changed places are one edit.
pub fn distance(a: &str, b: &str) -> usize {
    let letters = |word: &str| word.to_ascii_lowercase().chars().collect::<Vec<char>>();
    let (a, b) = (letters(a), letters(b));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, from) in a.iter().enumerate() {
        let earlier = line.checked_sub(1).and_then(|at| a.get(at));
        let mut next = vec![line + 1];
        for (at, to) in b.iter().enumerate() {
            let cost = |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX - 1);
            let changed = cost(&row, at) + usize::from(from != to);
            let mut best = changed.min(cost(&row, at + 1) + 1).min(cost(&next, at) + 1);
            let left = at.checked_sub(1).and_then(|at| b.get(at));
            if earlier == Some(to) && left == Some(from) {
                best = best.min(cost(&before, at - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(distance("WS11", "ws101"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("select", "slect"), 1);
        assert_eq!(distance("xselect", "select"), 1);
        assert_eq!(distance("hots", "host"), 1);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", ""), 0);
    }

    #[test]
    fn only_what_is_close_is_guessed() {
        assert_eq!(closest("slect", ["ignore", "select"]), Some("select"));
        assert_eq!(closest("completely-else", ["ignore", "select"]), None);
        assert_eq!(closest("q", ["on"]), None);
        assert_eq!(hint("ignroe", ["ignore"]), "; did you mean `ignore`?");
    }
}
