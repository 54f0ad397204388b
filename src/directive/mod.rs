//! nginx's judgement of a directive (`ngx_conf_handler` and the setters it calls): its name, its context, what ends it,
//! the number of its words, then the words themselves.
//!
//! One implementation serves both readers: `parse --strict` ends at the first refusal as nginx does, `check` goes on and
//! reports all of them. This module sees directives in nginx's order, includes already in place; it knows neither files
//! nor spans. What nginx learns only from the machine it runs on is left out: certificates, host names, log files, ports.

mod call;
mod condition;
mod data;
mod ends;
mod http;
mod refusal;
mod scalar;
mod script;
mod setters;
mod shape;
mod state;
mod values;
mod versions;

pub use refusal::{Fault, Refusal};
pub use state::{Inside, Next, Problem, State, Stated};

use refusal::{Checked, quoted, says};
