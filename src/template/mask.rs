//! From a template to its reading.

use std::ops::Range;

use super::Reading;
use super::pairs::Pairs;
use super::scan::Scan;
use super::tags::{Does, Tag};

/// The reading of a text with these tags; nothing where all of them stand in comments or in bodies of other languages.
pub(super) fn mask(text: &[u8], tags: &[Tag]) -> Option<Reading> {
    let mut mask = Mask {
        text,
        tags,
        pairs: Pairs::of(tags),
        scan: Scan::default(),
        done: 0,
        out: text.to_vec(),
        masked: Vec::new(),
        known_end: 0,
    };
    mask.run();
    let Mask { out, masked, pairs, .. } = mask;
    (!masked.is_empty()).then(|| Reading { text: out.into(), tags: masked, balanced: pairs.balanced })
}

struct Mask<'t> {
    text: &'t [u8],
    tags: &'t [Tag],
    pairs: Pairs,
    /// The state at `done`.
    scan: Scan,
    /// How far the text has been read.
    done: usize,
    out: Vec<u8>,
    masked: Vec<(u32, u32)>,
    /// A place at which a statement is known to end.
    known_end: usize,
}

impl Mask<'_> {
    fn run(&mut self) {
        let mut next = 0;
        while let Some(&tag) = self.tags.get(next) {
            self.scan.over(self.text, self.done, tag.start);
            self.done = tag.start;
            next = if self.scan.is_raw(tag.start) { next + 1 } else { self.tag(next, tag) };
        }
    }

    /// Deals with a tag and what belongs to it; returns the number of the tag to go on with.
    fn tag(&mut self, number: usize, tag: Tag) -> usize {
        match (tag.does, self.pairs.end_of(number)) {
            (Does::Output, _) => return self.output(number, tag),
            (Does::Define, Some(end)) => {
                self.blank(tag.start..self.end_of(end));
                return end + 1;
            }
            (Does::Else, Some(end)) => {
                self.other_branches(tag, self.start_of(end));
                return end;
            }
            (Does::Open | Does::EndOpen, Some(end)) if self.is_inside_statement(number) => {
                let is_over = self.tags.get(end).is_some_and(|tag| tag.does == Does::End);
                let stop = if is_over { self.end_of(end) } else { self.start_of(end) };
                self.value(tag.start..stop);
                return end + usize::from(is_over);
            }
            _ => self.blank(tag.start..tag.end),
        }
        number + 1
    }

    fn start_of(&self, tag: usize) -> usize {
        self.tags.get(tag).map_or(self.text.len(), |tag| tag.start)
    }

    fn end_of(&self, tag: usize) -> usize {
        self.tags.get(tag).map_or(self.text.len(), |tag| tag.end)
    }

    fn is_blank_comment(&self, range: &Range<usize>) -> bool {
        self.scan.in_comment() && !self.has_line_break(range)
    }

    fn has_line_break(&self, range: &Range<usize>) -> bool {
        memchr::memchr(b'\n', self.text.get(range.clone()).unwrap_or_default()).is_some()
    }

    /// What begins here in the middle of a statement, and whose first branch does not end it, is a part of its words.
    fn is_inside_statement(&mut self, number: usize) -> bool {
        let branch =
            self.end_of(number)..self.pairs.first_branch_end(number).map_or(0, |end| self.start_of(end));
        let inside = self.scan.in_statement() && !self.scan.in_comment();
        inside && !branch.contains(&self.known_end) && !self.ends_statement(number, &branch)
    }

    /// Whether a statement or block ends, or a block begins, between the tags of a branch.
    fn ends_statement(&mut self, opener: usize, branch: &Range<usize>) -> bool {
        let (mut scan, mut at) = (self.scan, branch.start);
        let inner = self.tags.get(opener + 1..).unwrap_or_default().iter();
        let pieces = inner.map(|tag| (tag.start, tag.end)).chain([(branch.end, branch.end)]);
        for (start, end) in pieces {
            let stop = start.min(branch.end);
            scan.over(self.text, at, stop);
            if scan.ended != self.scan.ended {
                self.known_end = stop;
                return true;
            }
            if start >= branch.end {
                return false;
            }
            scan.blank(false);
            at = end;
        }
        false
    }

    /// The branches of an alternative behind the first one.
    fn other_branches(&mut self, tag: Tag, end: usize) {
        let range = tag.start..end;
        if self.scan.in_comment() {
            self.blank(range);
        } else if self.scan.in_statement() {
            self.value(range);
        } else {
            self.opaque(range);
        }
    }

    fn output(&mut self, number: usize, tag: Tag) -> usize {
        if self.scan.in_comment() {
            self.blank(tag.start..tag.end);
        } else if self.scan.in_statement() {
            self.value(tag.start..tag.end);
        } else if let Some(last) = self.alone_on_line(number) {
            self.opaque(tag.start..self.end_of(last));
            return last + 1;
        } else {
            self.value(tag.start..tag.end);
        }
        number + 1
    }

    /// Where a tag at the begin of a statement is followed by nothing but other tags that print, up to the end of its
    /// line or of its block: the number of the last one.
    fn alone_on_line(&self, first: usize) -> Option<usize> {
        let mut last = first;
        loop {
            let end = self.end_of(last);
            let rest = self.text.get(end..)?;
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            match self.tags.get(last + 1).filter(|next| next.start == end + blanks).map(|next| next.does) {
                Some(Does::Output) => last += 1,
                Some(_) => return Some(last),
                None => {
                    let is_end = matches!(rest.get(blanks), None | Some(b'\n' | b'#' | b'}'));
                    return (is_end && !self.opens_block(last + 1, end + blanks)).then_some(last);
                }
            }
        }
    }

    /// Whether the next thing behind a line is the `{` of a block.
    fn opens_block(&self, next_tag: usize, from: usize) -> bool {
        let rest = self.text.get(from..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        rest.get(blanks) == Some(&b'{') && self.start_of(next_tag) != from + blanks
    }

    /// Nothing of a range is read.
    fn blank(&mut self, range: Range<usize>) {
        if !self.is_blank_comment(&range) {
            self.write(&range, &[], b"");
        }
        let has_line_break = self.has_line_break(&range);
        self.scan.blank(has_line_break);
        self.done = range.end;
    }

    /// A range becomes one value: a word, or a part of one. What stands right behind a closing quote, or begins with a blank
    /// of its own, is a word of its own.
    fn value(&mut self, range: Range<usize>) {
        let is_apart = self.scan.is_behind_quotes() || self.begins_with_blank(&range);
        let range = if is_apart { self.first_byte_blank(range) } else { range };
        self.write(&range, &[(4, b"${", b"}"), (2, b"$", b"")], b"");
        self.scan.value(range.start);
        self.done = range.end;
    }

    /// Whether what a block prints begins with a blank.
    fn begins_with_blank(&self, range: &Range<usize>) -> bool {
        let opener = self.tags.binary_search_by_key(&range.start, |tag| tag.start).ok();
        let opener = opener.and_then(|number| self.tags.get(number));
        opener.is_some_and(|tag| {
            tag.end < range.end && matches!(self.text.get(tag.end), Some(b' ' | b'\t' | b'\r' | b'\n'))
        })
    }

    /// The range without its first byte, which becomes a blank.
    fn first_byte_blank(&mut self, range: Range<usize>) -> Range<usize> {
        self.blank(range.start..range.start + 1);
        range.start + 1..range.end
    }

    /// A range becomes a statement of which nothing is known.
    fn opaque(&mut self, range: Range<usize>) {
        self.write(&range, &[(5, b"${", b"}"), (3, b"$", b"")], b";");
        self.scan.blank(false);
        self.done = range.end;
    }

    /// Writes a name of underscores into the first line of a range that has room for one of `forms` (how much it takes,
    /// what stands before and behind the name), and blanks into the rest. Line breaks stay.
    fn write(&mut self, range: &Range<usize>, forms: &[(usize, &[u8], &[u8])], end: &[u8]) {
        let room = forms.iter().find_map(|&(least, before, behind)| {
            let line = self.lines(range).find(|line| line.len() >= least)?;
            Some((line, before, behind))
        });
        for byte in self.out.get_mut(range.clone()).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        if let Some((line, before, behind)) = room {
            let length = line.len() - before.len() - behind.len() - end.len();
            let name = std::iter::repeat_n(b'_', length);
            let written =
                before.iter().copied().chain(name).chain(behind.iter().copied()).chain(end.iter().copied());
            let place = self.out.get_mut(line).unwrap_or_default();
            place.iter_mut().zip(written).for_each(|(byte, new)| *byte = new);
        }
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (start, end) = (offset(range.start), offset(range.end));
        match self.masked.last_mut() {
            Some(last) if last.1 == start => last.1 = end,
            _ => self.masked.push((start, end)),
        }
    }

    /// The lines of a range without what ends them.
    fn lines(&self, range: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let mut at = range.start;
        text.split_inclusive(|&byte| byte == b'\n').map(move |line| {
            let start = at;
            at += line.len();
            let end = line.strip_suffix(b"\n").unwrap_or(line);
            let end = end.strip_suffix(b"\r").unwrap_or(end);
            start..start + end.len()
        })
    }
}
