//! The tables that `build/catalogue.rs` writes.

use super::hash;
use super::model::{Before, Body, Directive, Family, Handler, Inherit, Origin, Repeat, ValueKind, Variant};
use super::variables::Variable;
use super::{Arity, Context, Contexts, DirectiveId, Version};

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
