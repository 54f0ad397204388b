use super::*;
use crate::config::{Base, Config, Context, Library, Paths, Texts, assemble};
use crate::files::Memory;
use crate::source::Origin;

struct Tree {
    texts: Texts,
    config: Config,
}

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method of a type with a lifetime is none for every lifetime"
)]
impl Tree {
    fn of(http: &str) -> Self {
        let files = Memory::default();
        let mut library = Library::new(&files, "/".into());
        let text = format!("events {{}} http {{\n{http}\n}}");
        let doc = library.insert("nginx.conf".into(), Origin::Buffer, text.into_bytes()).unwrap();
        let config =
            assemble(&mut library, doc, &Context::main(), &Base::Known("/".into()), &Paths::default());
        Self { texts: library.texts, config }
    }

    /// What the last word of the last `add_header` holds.
    fn held(&self) -> Vec<Held> {
        self.asked(|classes, site, value| classes.held(site, value))
    }

    fn literals(&self) -> Option<Vec<String>> {
        let values = self.asked(|classes, site, value| classes.literals(site, value))?;
        Some(values.into_iter().map(|value| String::from_utf8(value).unwrap()).collect())
    }

    fn asked<T>(&self, ask: impl Fn(&Classes<'_>, Site, &[u8]) -> T) -> T {
        let view = View { texts: &self.texts, config: &self.config };
        let scopes = self.config.scope_ids();
        let node =
            scopes.filter_map(|scope| self.config.own_last(scope, directive::ADD_HEADER)).max().unwrap();
        let definitions = Definitions::of(view);
        ask(&Classes::of(view, &definitions), Site::of(view, node), &view.arg(node, 1).unwrap())
    }
}

fn held(http: &str) -> Vec<Held> {
    Tree::of(http).held()
}

/// The classes of what is held, and whether a line feed and a carriage return are in it.
fn classes(http: &str) -> Vec<(Class, bool, bool)> {
    held(http).into_iter().map(|held| (held.class, held.bytes.has(b'\n'), held.bytes.has(b'\r'))).collect()
}

fn server(text: &str) -> String {
    format!("server {{ {text} }}")
}

const DECODED: (Class, bool, bool) = (Class::Decoded, true, true);

#[test]
fn variables_have_the_classes_of_their_text() {
    let of = |name: &str| classes(&server(&format!("location / {{ add_header A a{name}; }}")));
    assert_eq!(of("$uri"), [DECODED]);
    assert_eq!(of("${Document_URI}"), [DECODED]);
    assert_eq!(of("$request_uri"), [(Class::Raw, false, false)]);
    assert_eq!(of("$http_x"), [(Class::Raw, false, false)]);
    assert_eq!(of("$host"), [(Class::Host, false, false)]);
    assert_eq!(of("$request_body"), [(Class::Any, true, true)]);
    assert_eq!(of("$scheme$remote_addr$lost"), []);
}

#[test]
fn a_location_narrows_its_path() {
    let of = |location: &str| classes(&server(&format!("location {location} {{ add_header A $uri; }}")));
    assert_eq!(of("= /a"), []);
    assert_eq!(of("~ ^/[a-z]+$"), [(Class::Decoded, false, false)]);
    assert_eq!(of("~ ^/[a-z]+"), [DECODED]);
    assert_eq!(of("^~ /a"), [DECODED]);
}

#[test]
fn captures_are_narrowed_by_their_group() {
    let of = |pattern: &str| classes(&server(&format!("location ~ {pattern} {{ add_header A $1; }}")));
    assert_eq!(of("^/(.*)$"), [(Class::Decoded, false, true)]);
    assert_eq!(of("^/([^/]+)"), [DECODED]);
    assert_eq!(of("^/([a-z0-9_-]+)/"), [(Class::Decoded, false, false)]);
    assert_eq!(of("^/(js|css)/"), []);
    assert_eq!(of("^/([^.])$"), [(Class::Decoded, false, false)]);
    assert_eq!(of("^/(?R)(.)"), []);
}

#[test]
fn the_last_expression_has_the_captures() {
    let of = |text: &str| classes(&server(text));
    let (raw, decoded) = ((Class::Raw, false, false), (Class::Decoded, false, true));
    assert_eq!(of("location ~ ^/(.*)$ { if ($args ~ (.+)) { add_header A $1; } }"), [raw]);
    assert_eq!(of("location ~ ^/(.*)$ { if ($args ~ (.+)) { set $a 1; } add_header A $1; }"), [raw]);
    assert_eq!(of("rewrite ^/(.*)$ /x; location / { add_header A $1; }"), [decoded]);
    assert_eq!(of("rewrite ^/(.*)$ /x; location ~ ^/([a-z]) { set $b $1; add_header A $1; }").len(), 1);
    assert_eq!(of("rewrite ^/(.*)$ /x permanent; location / { add_header A $1; }"), []);
    assert_eq!(of("if ($args ~ (.+)) { return 403; } location / { add_header A $1; }"), []);
    assert_eq!(of("if ($args !~ (.+)) { return 403; } location / { add_header A $1; }"), []);
    assert_eq!(of("server_name ~^(.+)$; location / { add_header A $1; }"), [(Class::Host, false, false)]);
}

#[test]
fn set_maps_and_names_carry_the_class_on() {
    let of = |http: &str| classes(http);
    assert_eq!(of(&server("location / { set $a $uri; set $b x$a; add_header A $B; }")), [DECODED]);
    assert_eq!(of(&server("set $a $uri; location / { set $a 1; add_header A $a; }")), []);
    assert_eq!(of(&server("set $a $uri; if ($args) { set $a 1; } add_header A $a;")), [DECODED]);
    assert_eq!(of(&server("location ~ ^/(?<name>[^/]*)$ { add_header A $name; }")), [DECODED]);
    let map = |entries: &str| format!("map $uri $m {{ {entries} }} {}", server("add_header A $m;"));
    assert_eq!(of(&map("/a 1; default 2;")), []);
    assert_eq!(of(&map("~^/(?<rest>[^/]+) /b/$rest;")), [DECODED]);
    assert_eq!(
        of(&map("~^/([a-z]+) /b/$1; default $args;")),
        [(Class::Decoded, false, false), (Class::Raw, false, false)]
    );
}

#[test]
fn a_circle_of_variables_ends() {
    assert_eq!(
        held("map $b $a { default $b$b; } map $a $b { default $a$a; } server { add_header A $a; }"),
        []
    );
}

#[test]
fn values_that_stand_in_the_configuration() {
    let of = |http: &str| Tree::of(http).literals();
    let texts = |values: &[&str]| Some(values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>());
    assert_eq!(of(&server("set $a x; location / { add_header A $a:80; }")), texts(&["x:80"]));
    assert_eq!(of(&server("set $a x; if ($args) { set $a y; } add_header A $a;")), texts(&["y", "x"]));
    assert_eq!(of(&server("if ($args) { set $a y; } add_header A $a;")), None);
    assert_eq!(of(&server("set $a $host; add_header A $a;")), None);
    let map = "map $uri $m { /a b; default c; }";
    assert_eq!(of(&format!("{map} {}", server("add_header A $m;"))), texts(&["b", "c"]));
    assert_eq!(of(&format!("map $uri $m {{ /a b; }} {}", server("add_header A $m;"))), texts(&["b", ""]));
}
