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

/// Edits between two words, without case.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (to, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let next = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            (diagonal, left, *cell) = (above, next, next);
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
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
    }

    #[test]
    fn only_what_is_close_is_guessed() {
        assert_eq!(closest("slect", ["ignore", "select"]), Some("select"));
        assert_eq!(closest("completely-else", ["ignore", "select"]), None);
        assert_eq!(closest("q", ["on"]), None);
        assert_eq!(hint("ignroe", ["ignore"]), "; did you mean `ignore`?");
    }
}
