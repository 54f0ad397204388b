//! The differential test: random configurations and requests, once through real nginx, once through
//! `ngxlint handshake`.
//!
//! [`generate`] makes cases from a seed, [`tree`] and [`expand`] hold and write configurations, [`site`] runs nginx on
//! one, [`oracle`] tells what it did, [`subject`] what we say, [`compare`] judges, [`shrink`] makes a disagreement
//! small, [`trial`], [`tally`] and [`campaign`] put it together. [`agreement`] lays `ngxlint check` beside it,
//! [`repair`] lets `--fix` change it.

pub(crate) mod agreement;
pub(crate) mod backend;
pub(crate) mod campaign;
pub(crate) mod compare;
pub(crate) mod expand;
pub(crate) mod generate;
pub(crate) mod oracle;
pub(crate) mod repair;
pub(crate) mod request;
pub(crate) mod rng;
pub(crate) mod shrink;
pub(crate) mod site;
pub(crate) mod subject;
pub(crate) mod tally;
pub(crate) mod tree;
pub(crate) mod trial;
