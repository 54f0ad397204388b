use super::*;

fn texts<'t>(name: &str, text: &'t str) -> Vec<(&'t str, Option<&'static str>)> {
    let (parts, _) = read(name, text.as_bytes());
    parts
        .iter()
        .map(|part| (&text[part.range.start as usize..part.range.end as usize], part.context))
        .collect()
}

#[test]
fn fences_of_nginx_are_found() {
    let text = "# x\n```nginx\na;\n```\n````sh\n```nginx\nno;\n```\n````\n1. y\n   ~~~ {.nginx}\n   b;\n   ~~~~\n> ```nginx\n> c;\n> ```\n`` ```nginx ``\n```NGINX title=\"x\"\nd;\n";
    let found: Vec<_> = texts("README.md", text).into_iter().map(|(text, _)| text).collect();
    assert_eq!(found, ["a;\n", "   b;\n", "d;\n"]);
    assert_eq!(texts("README.md", "```nginxconf\na;\n```\n``` conf\nb;\n```\n"), []);
}

#[test]
fn scalars_of_kubernetes_are_found() {
    let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  nginx.conf: |-\n    events {}\n\n    http {}\n  run.sh: |\n    set -e\n  other: plain\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/configuration-snippet: |\n      a;\n    \"nginx.org/server-snippets\": >2- # why\n      b;\n---\nspec:\n  - server-snippets: |\n      c;\n    x: 1\n  - script: |\n      d;\n";
    assert_eq!(
        texts("deploy.yaml", text),
        [
            ("    events {}\n\n    http {}\n", None),
            ("      a;\n", Some("location")),
            ("      b;\n", Some("server")),
            ("      c;\n", Some("server")),
        ]
    );
}

#[test]
fn templates_of_helm_keep_their_places() {
    let text = "{{- if .Values.x }}\ndata:\n  nginx.conf: |\n    {{ include \"a\" . }}\n    b {{ .c }};\n{{- end }}\n";
    let (parts, readings) = read("x.yaml", text.as_bytes());
    assert_eq!(parts.len(), 1);
    let reading = readings[0].as_ref().unwrap();
    assert_eq!(reading.text.len(), text.len());
    assert!(text[reading.tags[1].0 as usize..].starts_with("{{ .c }}"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), markdown in proptest::bool::ANY) {
        let (parts, readings) = read(if markdown { "a.md" } else { "a.yml" }, &bytes);
        assert_eq!(parts.len(), readings.len());
        assert!(parts.iter().all(|part| part.range.start <= part.range.end && part.range.end as usize <= bytes.len()));
    }
}
