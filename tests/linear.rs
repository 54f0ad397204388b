//! Whether the cost of a run grows in step with what it reads: one thing is doubled twice, and of the instructions that
//! valgrind counts the second doubling may not add much more than twice what the first one added. What every run costs
//! falls out of that, and no clock is asked.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "../benches/generate/mod.rs"]
mod generate;
#[path = "cli/growth.rs"]
mod growth;
#[path = "cli/harness.rs"]
mod harness;
#[path = "cli/valgrind.rs"]
mod valgrind;

use growth::{CHECK, in_http, linear, lines, one_file};
use harness::Folder;
use valgrind::instructions;

const PASS: &str = "proxy_pass http://127.0.0.1:1; proxy_set_header Upgrade $http_upgrade;";

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn generated_shapes() {
    // The shape of the headers doubles headers and blocks: see `headers_above_blocks`.
    for (name, text) in generate::SHAPES.into_iter().filter(|(name, _)| *name != "inherited headers") {
        one_file(name, 80, text);
    }
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn size() {
    one_file("bytes of comments", 20_000, |count| {
        in_http(&lines(count, |it| format!("# a comment, the {it}th of them\n")))
    });
    one_file("statements", 5_000, |count| {
        in_http(&lines(count, |it| format!("log_format f{it} $uri{it};\n")))
    });
    one_file("words of a statement", 5_000, |count| {
        in_http(&format!("log_format f {};\n", lines(count, |it| format!("$arg_a{it} "))))
    });
    one_file("nested blocks", 500, |count| {
        in_http(&format!("server {{ {}{} }}\n", "location / { ".repeat(count), "} ".repeat(count)))
    });
    one_file("a line", 5_000, |count| in_http(&"gzip on; ".repeat(count)));
    one_file("errors", 250, |count| in_http(&"; listen 80 }\n".repeat(count)));
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn names_of_servers() {
    one_file("names", 2_000, |count| {
        let names = lines(count, |it| format!("a{it}.example.com *.b{it}.example.com "));
        in_http(&format!("server {{ listen 80; server_name {names}; location /ws {{ {PASS} }} }}\n"))
    });
    one_file("upstreams", 150, |count| {
        let upstreams = lines(count, |it| format!("upstream u{it} {{ server 127.0.0.1:{it}; }}\n"));
        let passes = lines(count, |it| {
            format!("location /{it} {{ {} }}\n", PASS.replace("127.0.0.1:1", &format!("u{it}")))
        });
        in_http(&format!("{upstreams}server {{ {passes} }}\n"))
    });
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn regexes_of_locations() {
    one_file("regex locations", 100, |count| {
        let locations = lines(count, |it| format!("location ~ ^/{it}/[a-z]+$ {{ {PASS} }}\n"));
        in_http(&format!("server {{ listen 80; {locations} }}\n"))
    });
}

/// Many headers above many blocks: neither costs more than in step for as many of the other.
#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn headers_above_blocks() {
    let tree = |headers, blocks| {
        let headers = lines(headers, |it| format!("proxy_set_header X-H{it} $http_x{it};\n"));
        let locations =
            lines(blocks, |it| format!("location /ws/{it}/ {{ proxy_pass http://127.0.0.1:1; }}\n"));
        in_http(&format!("{headers}server {{ {locations} }}\n"))
    };
    one_file("headers above 100 blocks", 60, |count| tree(count, 100));
    one_file("blocks below 100 headers", 60, |count| tree(100, count));
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn includes() {
    linear("included files", 100, CHECK, |folder, count| {
        folder.write("nginx.conf", in_http("include conf.d/*.conf;\n"));
        for number in 0..count {
            let site = format!("server {{ listen 80; server_name s{number}; location /ws {{ {PASS} }} }}\n");
            folder.write(&format!("conf.d/{number:05}.conf"), site);
        }
    });
    linear("a snippet included again", 200, CHECK, |folder, count| {
        let again = lines(count, |it| format!("location /{it} {{ include ws.inc; }}\n"));
        folder.write("ws.inc", PASS);
        folder.write("nginx.conf", in_http(&format!("server {{ {again} }}\n")));
    });
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn fragments_of_a_folder() {
    linear("files of a folder", 100, &["check", "--no-config", "--jobs", "1", "."], |folder, count| {
        for number in 0..count {
            let site = format!("server {{ listen 80; server_name s{number}; location /ws {{ {PASS} }} }}\n");
            folder.write(&format!("p{number}/conf.d/site.conf"), site);
        }
    });
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn findings_in_every_format() {
    let formats = [
        "pretty",
        "concise",
        "json",
        "jsonl",
        "sarif",
        "github",
        "gitlab",
        "checkstyle",
        "junit",
        "rdjsonl",
        "markdown",
    ];
    for format in formats {
        let arguments = [CHECK, &["--format", format]].concat();
        linear(format, 60, &arguments, |folder, count| {
            let locations = lines(count, |it| format!("location /{it} {{ {PASS} }}\n"));
            folder.write("nginx.conf", in_http(&format!("server {{\n{locations}}}\n")));
        });
    }
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn findings_on_one_line() {
    one_file("findings on one line", 150, |count| {
        in_http(&format!("server {{ {} }}\n", lines(count, |it| format!("location /{it} {{ {PASS} }} "))))
    });
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn fixes() {
    linear(
        "fixes",
        100,
        &["check", "--no-config", "--jobs", "1", "--diff", "--unsafe-fixes", "nginx.conf"],
        |folder, count| {
            let locations = lines(count, |it| format!("location /{it} {{\n{PASS}\n}}\n"));
            folder.write("nginx.conf", in_http(&format!("server {{\n{locations}}}\n")));
        },
    );
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn rules() {
    linear(
        "own rules",
        50,
        &["check", "--no-config", "--jobs", "1", "--rules", "own", "nginx.conf"],
        |folder, count| {
            for number in 0..count {
                let rule = format!(
                    "code: ACME{number:03}\nname: rule-{number}\nseverity: warning\nsummary: a\nwhy: b\nvisit: proxied-block\nrequire: [{{directive: limit_req}}]\nreport: {{at: pass, message: \"{{block}} has none\"}}\n"
                );
                folder.write(&format!("own/rule-{number}.yaml"), rule);
            }
            let locations = lines(20, |it| format!("location /{it} {{ {PASS} }}\n"));
            folder.write("nginx.conf", in_http(&format!("server {{\n{locations}}}\n")));
        },
    );
}

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn comments_that_ignore() {
    one_file("comments that ignore", 150, |count| {
        let locations = lines(count, |it| {
            format!("# ngxlint: ignore WS102 -- old clients\nlocation /{it} {{ {PASS} }}\n")
        });
        in_http(&format!("server {{\n{locations}}}\n"))
    });
}

/// The cost of a URL does not grow with the servers that it does not concern.
#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn a_url_among_many_servers() {
    let server = |it| {
        format!(
            "server {{ listen 80; server_name s{it}.example; location ~ ^/x(.*)$ {{ return 204; }} location / {{ {PASS} }} }}\n"
        )
    };
    let urls: Vec<String> = (0..400).map(|it| format!("ws://s{}.example/x{it}", it % 10)).collect();
    let [few, many] = [10, 1_000].map(|count| {
        let folder = Folder::with_main(in_http(&lines(count, server)));
        let cost = |urls: &[String]| {
            let urls = urls.iter().map(String::as_str);
            instructions(
                &folder,
                ["handshake", "nginx.conf"].into_iter().chain(urls).collect::<Vec<_>>().as_slice(),
            )
        };
        // What reading the configuration takes is taken off.
        cost(&urls) - cost(&urls[..1])
    });
    println!("400 URLs: {few:.3e} among 10 servers, {many:.3e} among 1,000");
    assert!(many < few * 2.0, "{few:.3e} among 10 servers, {many:.3e} among 1,000");
}
