//! nginx's own behaviour.
use super::reading::{self, Main, Reading};
use super::Options;
use crate::config::Library;
pub(super) fn read<'f>(library: Library<'f>, main: Main, options: &Options) -> Reading<'f> {
    reading::read(library, main, options)
}
