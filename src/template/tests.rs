use proptest::prelude::*;

use super::*;

/// The reading with one underscore for each name of a placeholder.
fn reading(name: &str, text: &str) -> String {
    let reading = read(name, text.as_bytes()).unwrap_or_else(|| panic!("no template: {text}"));
    assert_eq!(reading.text.len(), text.len());
    let mut shown = String::from_utf8(reading.text.to_vec()).unwrap();
    while shown.contains("__") {
        shown = shown.replace("__", "_");
    }
    shown
}

/// Without the blanks that stand for tags.
fn words(name: &str, text: &str) -> String {
    reading(name, text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_printed_is_a_value_of_the_same_length() {
    assert_eq!(reading("a.conf", "listen {{ port }};"), "listen ${_};");
    assert_eq!(reading("a.conf", "root /a/__APP__/b;"), "root /a/${_}/b;");
    assert_eq!(reading("a.erb", "root <%= @x -%>/b;"), "root ${_}/b;");
    assert_eq!(reading("a.conf", "listen ${PORT};"), "listen ${_};");
    assert_eq!(
        reading("a.template", "listen $PORT; root $document_root;"),
        "listen ${_}; root $document_root;"
    );
    assert_eq!(reading("a.conf", "{{ name }}_pass x;"), "${_}_pass x;");
    assert_eq!(reading("a.ejs", "root <%- x %>;"), "root ${_};");
}

#[test]
fn what_stands_alone_may_be_any_directive() {
    assert_eq!(reading("a.j2", "{{ extra }}\na b;\n"), "${_};\na b;\n");
    assert_eq!(reading("a.j2", "  {% include 'x' %}\n}"), "  ${_};\n}");
    assert_eq!(reading("a.j2", "{{ k }} {{ v }}\n"), "${_};\n");
    assert_eq!(reading("a.j2", "{{ k }} {{ v }};\n"), "${_} ${_};\n");
    assert_eq!(reading("a.j2", "{{ a }} {{ b }}\n{\n}\n"), "${_} ${_}\n{\n}\n");
}

#[test]
fn of_an_alternative_the_first_branch_is_read() {
    let text = "{% if a %}\nlisten 80;\n{% elif b %}\nlisten 81;\n{% if c %}x;{% endif %}\n{% else %}\nserver {\n{% endif %}\nroot /;\n";
    assert_eq!(words("a.j2", text), "listen 80; ${_}; root /;");
    let go = "{{- if .A }}\na {\n{{- else }}\nb {\n{{- end }}\n}\n";
    assert_eq!(words("a.tmpl", go), "a { ${_}; }");
    let braces = "<%\nif (a) {\n%>\nx 1;\n<%\n}\nif (b) {\n%>\ny 2;\n<%\n} else {\n%>z;<%\n}\n%>\n";
    assert_eq!(words("a.ejs", braces), "x 1; y 2; ${_};");
    let ruby =
        "<% if @a -%>\na 1;\n<% else -%>\nb;\n<% end -%>\n<%- @x.each do |y| -%>\nc <%= y %>;\n<%- end -%>\n";
    assert_eq!(words("a.erb", ruby), "a 1; ${_}; c ${_};");
}

#[test]
fn an_alternative_inside_a_statement_is_one_value() {
    assert_eq!(words("a.j2", "listen {% if a %}80{% else %}81{% endif %};"), "listen ${_};");
    assert_eq!(words("a.tmpl", "listen 80{{if .D}} default_server{{end}};"), "listen 80 ${_};");
    assert_eq!(words("a.j2", "location {% if a %}/x {{% else %}/y {{% endif %} }"), "location /x {${_}; }");
}

#[test]
fn what_follows_a_closing_quote_is_a_word_of_its_own() {
    assert_eq!(reading("a.tmpl", "a \"b\"{{ if .D }}c{{ end }};"), "a \"b\" ${_};");
}

#[test]
fn comments_and_assignments_are_blank() {
    assert_eq!(words("a.tmpl", "{{- /* a; {\n b */ -}}\n{{ $x := .Y }}\na b;"), "a b;");
    assert_eq!(words("a.j2", "{# a {\n #}{% set x = 1 %}a b;"), "a b;");
    assert_eq!(words("a.tmpl", "{{ define \"x\" }}\nserver { {{ end }}a b;"), "a b;");
}

#[test]
fn nginx_is_left_alone() {
    for text in [
        "location / {{ return 204; }}",
        "a {\n{{\n}}\n}",
        "log_format x '{%'; b;",
        "a {{}}",
        "content_by_lua_block { local x = {{1, 2}, {3}} y = {{1}} }",
        "# {{ x }} __NAME__\na;",
        "add_header Set-Cookie __Host-a; set $__X__ 1;",
        "set $FOO 1; return 200 ${FOO};",
        "location / {# a\n#}\n}",
        "proxy_set_header Host ${host};",
    ] {
        assert_eq!(read("a.conf", text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_tag_in_quotes_or_a_comment_ends_neither() {
    assert_eq!(reading("a.j2", "a \"x {{ y }} z\"; b;"), "a \"x ${_} z\"; b;");
    assert_eq!(words("a.j2", "# {% if a %}\n{{ b }}\n# {% endif %}\n"), "# {% if a %} ${_}; # {% endif %}");
}

#[test]
fn partners_that_are_missing_are_known() {
    assert!(!read("a.j2", b"{% if a %} b;").unwrap().balanced);
    assert!(!read("a.j2", b"{% endif %} b {{ c }};").unwrap().balanced);
    assert!(read("a.j2", b"{% if a %} b;{% endif %}").unwrap().balanced);
}

#[test]
fn edits_beside_a_tag_do_not_touch_it() {
    let reading = read("a.j2", b"a {{ b }};").unwrap();
    assert!(reading.touches(2, 9) && reading.touches(4, 4) && reading.touches(0, 3));
    assert!(!reading.touches(2, 2) && !reading.touches(9, 9) && !reading.touches(0, 2));
}

#[test]
fn placeholders_are_recognised() {
    assert!(
        holds_placeholder(b"http://${____}/x")
            && holds_placeholder(b"$__")
            && holds_placeholder(b"a${b}${_}")
    );
    assert!(!holds_placeholder(b"$_a") && !holds_placeholder(b"${_") && !holds_placeholder(b"$host"));
    assert!(ends_with_placeholder(b"a ${__}", 7) && !ends_with_placeholder(b"a ${__}", 6 - 4));
}

proptest! {
    #[test]
    fn a_reading_keeps_length_and_line_breaks(text in "([{}%<>_$;#\"'\n\r\\\\ ]|if|else|end|\\{\\{|\\}\\}|\\{%|%\\}|<%|%>|__A__|\\$\\{AB\\}|a ){0,60}", named in any::<bool>()) {
        let name = if named { "a.j2" } else { "a.conf" };
        if let Some(reading) = read(name, text.as_bytes()) {
            prop_assert_eq!(reading.text.len(), text.len());
            let breaks = |text: &[u8]| text.iter().map(|&it| it == b'\n').collect::<Vec<_>>();
            prop_assert_eq!(breaks(&reading.text), breaks(text.as_bytes()));
            for pair in reading.tags.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].0);
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read("a.erb.conf", &bytes);
    }
}
