//! Line starts and columns.

use super::Position;

/// The byte offsets at which lines start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds every line start of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', bytes).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        Self { starts }
    }

    /// The 1-based line of byte `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX).max(1)
    }

    /// The offset at which 1-based `line` starts; the last line's where there are fewer.
    pub fn start(&self, line: u32) -> u32 {
        let index = (line.max(1) - 1) as usize;
        self.starts.get(index).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// How many lines there are; a final newline opens one more, empty line.
    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Line and column of `offset` in `bytes`.
    pub fn position(&self, bytes: &[u8], offset: u32) -> Position {
        let line = self.line(offset);
        let before = bytes.get(self.start(line) as usize..offset as usize).unwrap_or_default();
        Position { line, column: u32::try_from(characters(before)).unwrap_or(u32::MAX).saturating_add(1) }
    }
}

/// How many Unicode characters `bytes` hold; an invalid byte counts as one.
pub fn characters(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_invalid_bytes() {
        let bytes = "a\né\u{1F600}x\n".as_bytes();
        let index = LineIndex::new(bytes);
        assert_eq!(index.position(bytes, 0), Position { line: 1, column: 1 });
        assert_eq!(index.position(bytes, 8), Position { line: 2, column: 3 });
        let latin = b"\xe9\xe8x";
        assert_eq!(LineIndex::new(latin).position(latin, 2), Position { line: 1, column: 3 });
    }

    #[test]
    fn only_line_feed_ends_a_line() {
        let index = LineIndex::new(b"a\rb\rc");
        assert_eq!(index.count(), 1);
        assert_eq!(index.line(4), 1);
    }
}
