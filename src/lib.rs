//! ngxlint reads nginx configuration as nginx does and reports what would not work, above all WebSocket locations whose
//! handshake cannot succeed.
//!
//! # The way of the data
//!
//! ```text
//! bytes -> tokens -> syntax tree -> config tree -> effective scopes -> facts -> rules -> findings -> { formats | fixes }
//! files    syntax    syntax         config         scope, value        handshake, intent  rules          output    fix
//! ```
//!
//! Each arrow is one module, and arrows never point back. [`syntax`] turns one text into a lossless tree; [`config`]
//! resolves includes into one tree per main file (or fragment) and keeps where everything came from; [`directive`] is
//! nginx's judgement of each directive, for `parse --strict` and for the rules alike; [`scope`] answers
//! what is in force at a block; [`value`] evaluates variables, with an UNKNOWN that is never guessed; [`handshake`]
//! works out the request nginx would send upstream; [`intent`] says whether a block is meant for WebSockets; [`rules`]
//! holds the policy as YAML compiled in at build time, and reads a user's own; [`fix`] edits; [`output`] prints. Between
//! rules and findings [`suppress`] leaves out what [`comments`] ask to ignore, and after them [`baseline`] what is
//! accepted, known by its [`fingerprint`]. [`times`] says where the time goes. [`show`] is a look at what is in force, without any rule. [`settings`] says what the user wants of all that;
//! [`yaml`] reads whatever a user writes in YAML. Before the parser [`template`] makes a reading of what an engine fills in,
//! and [`embedded`] finds nginx in Markdown and in Kubernetes YAML.
//!
//! # Invariants
//!
//! 1. Parsing never fails and never loses a byte: the tokens printed again are the file.
//! 2. Only [`files`] touches the file system; everything else works on standard input and on an editor's buffers alike.
//! 3. A rule sees scopes and facts, never text or tokens; a format sees findings, never the tree.
//! 4. A span is (document, u32, u32) in bytes; lines and columns are computed at the edge.
//! 5. Findings are ordered before anyone prints; any number of threads gives the same bytes.
//! 6. No rule text in Rust, no logic in YAML beyond the vocabulary.
//! 7. A fix is idempotent, keeps every comment and line ending, parses, and changes no effective value but the one it is
//!    about; what `nginx -t` accepted it still accepts.
//! 8. One finding per cause and place: a snippet included by five servers is one finding with related places.
//! 9. Results go to standard output, everything else to standard error.
//! 10. No panic, no unbounded recursion, no quadratic path, on any input. `unsafe` is forbidden.

pub mod baseline;
pub mod catalogue;
pub mod cli;
pub mod comments;
pub mod config;
pub mod directive;
pub mod embedded;
pub mod files;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod guess;
pub mod handshake;
pub mod intent;
pub mod lint;
pub mod output;
pub mod parse;
pub mod route;
pub mod rules;
pub mod run;
pub mod scope;
pub mod settings;
pub mod show;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod template;
pub mod times;
pub mod trace;
pub mod value;
pub mod yaml;
