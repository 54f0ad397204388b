//! Parses the files it is given with the crate `nginx-lint-parser`: what `benches/peers` builds and measures.

use std::{env, fs};

fn main() {
    let mut directives = 0;
    for path in env::args_os().skip(1) {
        let text = fs::read_to_string(&path).expect("a file that was generated");
        let (config, _errors) = nginx_lint_parser::parse_string_with_errors(&text);
        directives += config.all_directives().count();
    }
    println!("{directives}");
}
