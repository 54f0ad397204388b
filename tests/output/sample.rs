//! A configuration of two files with the findings that the rules would have for it, made by hand so that the tests see
//! the formats alone.

use std::sync::{Arc, LazyLock};

use ngxlint::finding::{Block, Edit, Finding, Fix, Label, ReadError, Safety, Severity};
use ngxlint::output::{Format, Report, Style, Summary, write};
use ngxlint::rules::Rule;
use ngxlint::source::{DocId, Document, Origin, Sources, Span};

pub(crate) const MAIN: &str = "\
events {}

http {
    map $http_upgrade $connection_upgrade {
        default upgrade;
        ''      close;
    }

    proxy_set_header Upgrade    $http_upgrade;
    proxy_set_header Connection $connection_upgrade;

    server {
        listen      80;
        server_name chat.example.com;

        include conf.d/*.conf;
    }
}
";

pub(crate) const CHAT: &str = "\
# The chat backend
location /chat/ {
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header Host      $host;
    proxy_read_timeout 1h;

    proxy_pass http://127.0.0.1:9000;
}

location /news/ {
    proxy_pass http://127.0.0.1:9001;
    proxy_read_timeout 5s;
}
";

/// A rule from YAML, as a user's own would be.
pub(crate) fn rule(yaml: &str) -> &'static Rule {
    Box::leak(Box::new(serde_yaml::from_str(yaml).unwrap()))
}

const REST: &str = "references: []\nvisit: proxied-block\nreport: {message: x}\n";

pub(crate) static DROPPED: LazyLock<&'static Rule> = LazyLock::new(|| {
    rule(&format!(
        "code: WS104\nname: upgrade-headers-dropped\nseverity: warning\ndefault: on\n\
         summary: This level's own headers switch off those of the level above\n\
         why: |\n  nginx inherits the list of `proxy_set_header` lines only where a block has none of its own. One line of\n  \
         its own, and every line from above is gone: the backend sees an ordinary request and refuses to upgrade.\n\n  \
         More than one paragraph.\n\
         help: Repeat the lines of the outer level in this block.\n{REST}"
    ))
});

pub(crate) static VERSION: LazyLock<&'static Rule> = LazyLock::new(|| {
    rule(&format!(
        "code: WS103\nname: http-version-not-1.1\nseverity: warning\ndefault: on\nnginx: \"<1.29.7\"\n\
         summary: nginx speaks HTTP/1.0 to the backend\n\
         why: HTTP/1.0 has no Upgrade.\nhelp: Set `proxy_http_version 1.1`.\n{REST}"
    ))
});

pub(crate) static TIMEOUT: LazyLock<&'static Rule> = LazyLock::new(|| {
    rule(&format!(
        "code: WS114\nname: short-read-timeout\nseverity: note\ndefault: on\n\
         summary: An idle connection is cut\nwhy: The timer runs between two reads.\nhelp: Raise it.\n{REST}"
    ))
});

/// The documents `nginx.conf` and `conf.d/chat.conf`.
pub(crate) fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add(Document::new("nginx.conf", Origin::File("nginx.conf".into()), MAIN.as_bytes()));
    sources.add(Document::new("conf.d/chat.conf", Origin::File("conf.d/chat.conf".into()), CHAT.as_bytes()));
    sources
}

/// Where `words` first stand in the document.
pub(crate) fn span(sources: &Sources, doc: u32, words: &str) -> Span {
    let mut windows = sources.get(DocId(doc)).bytes().windows(words.len());
    let start = windows.position(|window| window == words.as_bytes());
    let start = start.unwrap_or_else(|| panic!("{words} is not in document {doc}"));
    let offset = |at: usize| u32::try_from(at).unwrap();
    Span::new(DocId(doc), offset(start), offset(start + words.len()))
}

/// A finding with nothing but a place.
pub(crate) fn bare(rule: &'static Rule, span: Span, message: &str) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        message: message.to_owned(),
        help: rule.help.to_string(),
        span,
        block: None,
        scopes: Vec::new(),
        related: Vec::new(),
        includes: Vec::new(),
        fix: None,
        twin: 0,
    }
}

/// An insertion at the begin of `span`'s document line after the one with `words`.
fn after(sources: &Sources, words: &str, text: &str) -> Edit {
    let end = span(sources, 1, words).end;
    Edit { span: Span::new(DocId(1), end, end), text: text.to_owned() }
}

/// Three findings: two of `location /chat/` that share a fix, and one of `location /news/`.
pub(crate) fn findings(sources: &Sources) -> Vec<Finding> {
    let chat = Block { span: span(sources, 1, "location /chat/"), label: "location /chat/".to_owned() };
    let news = Block { span: span(sources, 1, "location /news/"), label: "location /news/".to_owned() };
    let scopes = |last: &str| ["http", "server chat.example.com", last].map(str::to_owned).to_vec();
    let includes = vec![span(sources, 0, "include conf.d/*.conf;")];
    let fix = Arc::new(Fix {
        title: "Forward the WebSocket handshake".to_owned(),
        safety: Safety::Safe,
        group: Some(1),
        edits: vec![
            after(
                sources,
                "proxy_set_header Host      $host;",
                "\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection $connection_upgrade;",
            ),
            after(sources, "proxy_pass http://127.0.0.1:9000;", "\n    proxy_http_version 1.1;"),
        ],
        places: Vec::new(),
    });
    let timeout = Arc::new(Fix {
        title: "Raise the timeout".to_owned(),
        safety: Safety::Unsafe,
        group: None,
        edits: vec![Edit { span: span(sources, 1, "5s"), text: "1h".to_owned() }],
        places: Vec::new(),
    });
    vec![
        Finding {
            severity: Severity::Error,
            block: Some(chat.clone()),
            scopes: scopes("location /chat/"),
            related: vec![Label {
                span: span(sources, 0, "proxy_set_header Upgrade    $http_upgrade;"),
                message: "this line is not inherited by `location /chat/`".to_owned(),
            }],
            includes: includes.clone(),
            fix: Some(Arc::clone(&fix)),
            ..bare(
                &DROPPED,
                span(sources, 1, "proxy_set_header X-Real-IP $remote_addr;"),
                "`location /chat/` drops the Upgrade and Connection headers that `http` sets",
            )
        },
        Finding {
            block: Some(chat),
            scopes: scopes("location /chat/"),
            includes: includes.clone(),
            fix: Some(fix),
            ..bare(
                &VERSION,
                span(sources, 1, "proxy_pass http://127.0.0.1:9000;"),
                "`location /chat/` asks its backend over HTTP/1.0",
            )
        },
        Finding {
            block: Some(news),
            scopes: scopes("location /news/"),
            includes,
            fix: Some(timeout),
            ..bare(
                &TIMEOUT,
                span(sources, 1, "proxy_read_timeout 5s;"),
                "connections are cut after 5 s of silence",
            )
        },
    ]
}

/// The report of a run over both files.
pub(crate) fn report(sources: &Sources) -> Report<'_> {
    let findings = findings(sources);
    let summary = Summary::of(&findings, 2, 1);
    Report { findings, errors: Vec::new(), sources, summary, nginx_version: ">=1.18".to_owned(), rules: &[] }
}

/// A report of other findings.
pub(crate) fn report_of(sources: &Sources, findings: Vec<Finding>) -> Report<'_> {
    let summary = Summary::of(&findings, sources.len(), 0);
    Report { findings, errors: Vec::new(), sources, summary, nginx_version: ">=1.18".to_owned(), rules: &[] }
}

/// A name that every format has to escape something of.
pub(crate) const ODD_NAME: &str = "a%0A,b:c;\n::error::d\x1b[31m\u{202e}<&>\"'|`*_##[group].conf";

/// A text with an invalid byte, characters of several bytes and a carriage return before what is flagged.
pub(crate) fn odd_sources() -> Sources {
    let mut sources = Sources::default();
    let bytes = b"# \xe9 \xf0\x9f\x98\x80\r\n\xc3\xa9\xff \xf0\x9f\x98\x80\tproxy_pass http://a;\r\n";
    sources.add(Document::new(ODD_NAME, Origin::File(ODD_NAME.into()), *bytes));
    sources
}

/// One finding with a fix over [`odd_sources`], and a file with that name that could not be read.
pub(crate) fn odd_report(sources: &Sources) -> Report<'_> {
    let span = span(sources, 0, "proxy_pass http://a;");
    let end = Span { start: span.end, ..span };
    let text = "\r\n::add-mask::x\x1b\0".to_owned();
    let fix = Fix {
        title: "Do % this,\n::it".into(),
        safety: Safety::Safe,
        group: None,
        edits: vec![Edit { span: end, text }],
        places: Vec::new(),
    };
    let mut finding = bare(
        &DROPPED,
        span,
        "`a|b` 100%, a:b <&> \"x\" \u{9b}2J @me ##vso[x]\n::stop-commands::y\0 \u{ffff} `",
    );
    "first\r\n::warning::second".clone_into(&mut finding.help);
    finding.scopes = vec!["location /\x1b".to_owned()];
    finding.related = vec![Label { span: end, message: "here % \n::".to_owned() }];
    finding.fix = Some(fix.into());
    let mut report = report_of(sources, vec![finding]);
    report.errors.push(ReadError { file: ODD_NAME.to_owned(), ..unread() });
    report
}

/// A file that could not be read.
pub(crate) fn unread() -> ReadError {
    let message = "Permission denied (os error 13)".to_owned();
    ReadError { file: "secret.conf".to_owned(), line: 3, column: 5, message }
}

/// What `write` writes.
pub(crate) fn text(format: Format, report: &Report<'_>, style: Style) -> String {
    let mut out = Vec::new();
    write(format, report, &mut out, style).unwrap();
    String::from_utf8(out).unwrap()
}
