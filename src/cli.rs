//! The command line: its words and nothing else.

mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use self::words::DestinationParser;
pub use self::words::{Color, Destination, Encoding, FailOn, Http, Least, RulesFormat, Shell, TextOrJson};

/// Reads nginx configuration as nginx does and finds WebSocket locations whose handshake cannot succeed.
#[derive(Debug, Parser)]
#[command(
    name = "ngxlint",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "Exit status: 0 nothing found at or above --fail-on, 1 something found, 2 the job could not be done."
)]
pub struct Cli {
    /// What to do; without a command, `check`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of `check`.
    #[command(flatten)]
    pub check: Check,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint files or folders (the default command)
    Check(Check),
    /// Say of every proxied block whether a WebSocket handshake succeeds there
    Handshake(Handshake),
    /// Show the effective configuration of a block: every directive in force and the level it comes from
    Show(Show),
    /// Print the syntax tree as JSON, in the shape of crossplane
    Parse(Parse),
    /// Explain one rule: what, why, symptoms, dead ends, examples; without a rule, list them
    Explain(Explain),
    /// List all rules, or try your own
    Rules(Rules),
    /// Write a commented .ngxlint.yaml into the current folder
    Init,
    /// Print the JSON schema of .ngxlint.yaml
    Schema,
    /// Print what makes a shell complete the command line
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

/// `ngxlint check`
#[derive(Debug, Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Check {
    /// Files or folders to lint; `-` reads standard input [default: the main files of the settings, else the current
    /// folder]
    pub paths: Vec<PathBuf>,
    /// Write the safe fixes
    #[arg(long)]
    pub fix: bool,
    /// With --fix or --diff: take the unsafe fixes, too
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Print what --fix would change as a unified diff and write nothing
    #[arg(long)]
    pub diff: bool,
    /// The output format [default: pretty]; FORMAT=FILE writes it to a file, and may be given several times
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = DestinationParser)]
    pub format: Vec<Destination>,
    /// Write the results to a file instead of standard output; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Rules to run: codes, names, prefixes, families, `default` or `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Rules to leave out
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Rules to run besides the default ones
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub extend_select: Vec<String>,
    /// Findings that are known and accepted: they are neither reported nor counted
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Accept everything that is found: write it to the baseline
    #[arg(long, requires = "baseline", conflicts_with = "diff")]
    pub write_baseline: bool,
    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub fail_on: FailOn,
    /// The least severity that is reported
    #[arg(long, value_name = "SEVERITY", default_value = "note")]
    pub min_severity: Least,
    /// The nginx versions the configuration is for: `1.24`, `>=1.24`, `nginx/1.24.0`, `R33`, `auto` [default: >=1.18]
    #[arg(long, value_name = "VERSION")]
    pub nginx_version: Option<String>,
    /// Where fragments are included: auto, main, http, server, location, upstream or stream
    #[arg(long, value_name = "CONTEXT", default_value = "auto")]
    pub context: String,
    /// Where the server's files are found here
    #[command(flatten)]
    pub places: Places,
    /// The name of standard input in messages
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// The settings
    #[command(flatten)]
    pub settings: SettingsFile,
    /// Own rules: folders of YAML files (may be repeated)
    #[arg(long = "rules", value_name = "DIR")]
    pub own_rules: Vec<PathBuf>,
    /// Threads to use [default: one per core]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<usize>,
    /// Leave named files out, too, where the settings exclude them or they do not look like nginx configuration
    #[arg(long)]
    pub force_exclude: bool,
    /// Exit with 0 where there is nothing to lint
    #[arg(long)]
    pub allow_empty: bool,
    /// Exit with 0 in spite of findings
    #[arg(long)]
    pub exit_zero: bool,
    /// Count the findings by rule instead of showing them; json has both
    #[arg(long, conflicts_with = "diff")]
    pub statistics: bool,
    /// List the files that were linted, on standard error
    #[arg(long)]
    pub show_files: bool,
    /// Print findings only, no summary
    #[arg(long, short)]
    pub quiet: bool,
    /// Say where the time goes, phase by phase and rule by rule, on standard error
    #[arg(long, short)]
    pub verbose: bool,
    /// Do not show progress
    #[arg(long)]
    pub no_progress: bool,
    /// When to colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// Where the server's files are found on this machine.
#[derive(Debug, Args, Default, Clone)]
pub struct Places {
    /// The base of relative includes instead of the main file's folder
    #[arg(long, value_name = "DIR")]
    pub prefix: Option<PathBuf>,
    /// The folder that stands for `/`
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Look for what stands below FROM below TO (may be repeated)
    #[arg(long, value_name = "FROM=TO")]
    pub path_map: Vec<String>,
}

/// Which settings file counts.
#[derive(Debug, Args, Default, Clone)]
pub struct SettingsFile {
    /// The settings file [default: the nearest .ngxlint.yaml in the folder of the first path or above it]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Do not look for a settings file
    #[arg(long)]
    pub no_config: bool,
}

/// `ngxlint handshake`
#[derive(Debug, Args)]
pub struct Handshake {
    /// The main configuration file
    pub conf: PathBuf,
    /// URLs to follow, step by step: ws, wss, http or https; without any, every block is judged
    pub urls: Vec<String>,
    /// Replace or add a header of the client; an empty value removes it (may be repeated)
    #[arg(long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// The client's method
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    pub method: String,
    /// The client's HTTP version
    #[arg(long, value_name = "VERSION", default_value = "1.1")]
    pub http: Http,
    /// The client's Origin [default: http or https, and the host]
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// The client's address
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub remote_addr: String,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TextOrJson,
    /// The nginx version; a range is judged at its lowest
    #[arg(long, value_name = "VERSION")]
    pub nginx_version: Option<String>,
    /// The settings
    #[command(flatten)]
    pub settings: SettingsFile,
    /// Where the server's files are found here
    #[command(flatten)]
    pub places: Places,
    /// When to colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// `ngxlint show`
#[derive(Debug, Args)]
pub struct Show {
    /// The main configuration file
    pub conf: PathBuf,
    /// A line of the block: the block that opens there, else the innermost around it [default: every block that
    /// serves requests]
    #[arg(value_name = "FILE:LINE")]
    pub block: Option<String>,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TextOrJson,
    /// The nginx version whose defaults hold; of a range the lowest
    #[arg(long, value_name = "VERSION")]
    pub nginx_version: Option<String>,
    /// Where the server's files are found here
    #[command(flatten)]
    pub places: Places,
    /// The settings
    #[command(flatten)]
    pub settings: SettingsFile,
    /// When to colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// `ngxlint parse`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Parse {
    /// The main configuration files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Do not follow includes
    #[arg(long)]
    pub single_file: bool,
    /// Put what includes bring in their place: one tree
    #[arg(long)]
    pub combine: bool,
    /// Indent the JSON by N spaces
    #[arg(long, value_name = "N")]
    pub indent: Option<usize>,
    /// How bytes become characters: utf8 (invalid bytes are replaced) or latin1 (one character per byte)
    #[arg(long, value_name = "ENCODING", default_value = "utf8")]
    pub encoding: Encoding,
    /// Add the byte offsets of each directive
    #[arg(long)]
    pub spans: bool,
    /// Keep comments
    #[arg(long)]
    pub include_comments: bool,
    /// Read as nginx does: stop at the first error, with nginx's message and line
    #[arg(long)]
    pub strict: bool,
    /// Print what nginx's tokenizer makes of each file, one JSON line per file
    #[arg(long)]
    pub tokens: bool,
    /// With --strict: the nginx version whose directives count [default: any from 1.18 on]
    #[arg(long, value_name = "VERSION")]
    pub nginx_version: Option<String>,
    /// Where the server's files are found here
    #[command(flatten)]
    pub places: Places,
}

/// `ngxlint explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's code or name
    pub rule: Option<String>,
    /// Own rules: folders of YAML files (may be repeated)
    #[arg(long = "rules", value_name = "DIR")]
    pub own_rules: Vec<PathBuf>,
    /// The settings
    #[command(flatten)]
    pub settings: SettingsFile,
    /// When to colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// `ngxlint rules`
#[derive(Debug, Args)]
pub struct Rules {
    /// Try the own rules of a folder on the fixtures beside them
    #[arg(long, value_name = "DIR")]
    pub test: Option<PathBuf>,
    /// Own rules: folders of YAML files (may be repeated)
    #[arg(long = "rules", value_name = "DIR")]
    pub own_rules: Vec<PathBuf>,
    /// The settings
    #[command(flatten)]
    pub settings: SettingsFile,
    /// The output format: text, json, or markdown (a page for each rule)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: RulesFormat,
    /// With --format markdown: write one file for each rule into a folder
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// When to colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// `ngxlint completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// `ngxlint man`
#[derive(Debug, Args)]
pub struct Man {
    /// The command that the page is about [default: ngxlint as a whole]
    pub command: Option<String>,
}
