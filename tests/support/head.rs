//! A request head as it arrived upstream.

/// Request line and headers, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// `GET`.
    pub(crate) method: String,
    /// As sent, query included.
    pub(crate) target: String,
    /// `HTTP/1.1`.
    pub(crate) version: String,
    /// Names as written.
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads a head whose bytes are Latin-1 characters.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lines = text.split("\r\n").take_while(|line| !line.is_empty());
        let (method, rest) = lines.next().unwrap_or_default().split_once(' ').unwrap_or_default();
        // nginx sends a space in a URI as it is.
        let (target, version) = rest.rsplit_once(' ').unwrap_or((rest, ""));
        let headers = lines.filter_map(header).collect();
        Self { method: method.into(), target: target.into(), version: version.into(), headers }
    }

    /// The names of everything in which two requests differ, apart from the names in `but`; an empty list means that
    /// a repair left the rest alone. The order of headers and the case of their names do not count.
    pub(crate) fn differences(&self, other: &Self, but: &[&str]) -> Vec<String> {
        let mut names: Vec<String> =
            self.headers.iter().chain(&other.headers).map(|(n, _)| lower(n)).collect();
        names.sort();
        names.dedup();
        names.retain(|name| {
            !but.iter().any(|b| b.eq_ignore_ascii_case(name)) && self.values(name) != other.values(name)
        });
        let line = (&self.method, &self.target) != (&other.method, &other.target);
        line.then(|| "request line".to_owned()).into_iter().chain(names).collect()
    }

    /// All values of a header, in order.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect()
    }
}

/// Splits a header line.
pub(crate) fn header(line: &str) -> Option<(String, String)> {
    line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

#[test]
fn differences_name_what_changed() {
    let one = Head::parse("GET /a HTTP/1.0\r\nHost: x\r\nConnection: close\r\nX-A: 1\r\n\r\n");
    let two = Head::parse("GET /a HTTP/1.1\r\nX-a: 1\r\nHost: y\r\nConnection: upgrade\r\n\r\n");
    assert_eq!(one.differences(&two, &["Connection"]), ["host"]);
    assert!(one.differences(&one, &[]).is_empty());
}
