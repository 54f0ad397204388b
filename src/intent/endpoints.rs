//! The paths on which well-known applications take WebSocket handshakes.
//!
//! The facts stand in `endpoints.yaml`. Its patterns are globs over path segments: no regular expression is needed,
//! and a path is only held against patterns that share a segment with it. What follows from an endpoint (that a weak
//! one takes the port or the name as well) is decided elsewhere.

/// Where an application takes WebSocket handshakes.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The application.
    pub app: &'static str,
    /// Patterns of the request path; none where the path tells nothing.
    pub paths: &'static [&'static str],
    /// A path for each pattern, with `x` for what it leaves open. A location that is a regular expression is for this
    /// endpoint if it matches one of them.
    pub examples: &'static [&'static str],
    /// What runs on the path.
    pub kind: Kind,
    /// How much the path alone tells.
    pub strength: Strength,
    /// Ports the application listens on, never 80 or 443.
    pub ports: &'static [u16],
    /// What upstreams, containers and images of the application are called.
    pub names: &'static [&'static str],
    /// Where it was seen; `None`: not looked up.
    pub source: Option<&'static str>,
    /// What else one should know.
    pub note: Option<&'static str>,
}

/// What runs on an endpoint's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// WebSocket handshakes and nothing else.
    WebsocketOnly,
    /// WebSocket handshakes and plain HTTP.
    Mixed,
    /// Server-sent events or long polling: no upgrade, so evidence against WebSockets.
    HttpStream,
    /// An upgrade to something other than websocket.
    OtherUpgrade,
}

/// How much an endpoint's path alone tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Nothing.
    None,
    /// Plain HTTP uses such paths too: it takes the port or the name as well.
    Weak,
    /// Enough.
    Strong,
}

/// A pattern, and the endpoint it belongs to.
struct Candidate {
    endpoint: usize,
    pattern: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

/// Every endpoint, in the order of `endpoints.yaml`.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter()
}

/// The endpoints on `path`: the prefix of a location or the URI part of a `proxy_pass`. A query and a trailing slash do
/// not count; letters of the other case do.
pub fn by_path(path: &[u8]) -> impl Iterator<Item = &'static Endpoint> {
    let mut found = matching(&segments(path));
    found.sort_unstable();
    found.dedup();
    found.into_iter().filter_map(|at| ENDPOINTS.get(at))
}

impl Endpoint {
    /// Whether the application usually listens on `port`.
    pub fn has_port(&self, port: u16) -> bool {
        self.ports.contains(&port)
    }

    /// Whether `path` is the whole of one of its paths, and not one below which anything may stand.
    pub fn ends_with(&self, path: &[u8]) -> bool {
        let path = segments(path);
        let whole = self.paths.iter().filter(|pattern| !pattern.ends_with("**"));
        whole
            .map(|pattern| pattern.split('/').filter(|it| !it.is_empty()).collect::<Vec<_>>())
            .any(|pattern| path_matches(&pattern, &path))
    }

    /// Whether `host`, the name of an upstream group or of a server, holds one of the application's names as a whole
    /// word: `app_anycable-1` holds `anycable`. Case does not count.
    pub fn has_name(&self, host: &[u8]) -> bool {
        self.names.iter().any(|name| holds_word(host, name.as_bytes()))
    }
}

/// The segments of `path` up to its query, empty ones left out.
fn segments(path: &[u8]) -> Vec<&[u8]> {
    let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
    path.split(|&byte| byte == b'/').filter(|segment| !segment.is_empty()).collect()
}

/// Numbers of the endpoints with a pattern that matches. Each segment is looked up once, so that a path which repeats
/// one is not held against the same patterns again and again.
fn matching(path: &[&[u8]]) -> Vec<usize> {
    let mut keys: Vec<&[u8]> = path.iter().copied().chain([b"*".as_slice()]).collect();
    keys.sort_unstable();
    keys.dedup();
    let candidates = keys.into_iter().flat_map(candidates);
    candidates.filter(|found| path_matches(found.pattern, path)).map(|found| found.endpoint).collect()
}

/// The patterns that hold the segment `key`.
fn candidates(key: &[u8]) -> &'static [Candidate] {
    let at = INDEX.binary_search_by(|(held, _)| held.as_bytes().cmp(key));
    at.ok().and_then(|at| INDEX.get(at)).map_or(&[], |(_, candidates)| *candidates)
}

/// `**` stands for any number of segments. Only the last `**` passed is ever reconsidered, so that a hostile path costs
/// its length times the pattern's.
fn path_matches(pattern: &[&str], path: &[&[u8]]) -> bool {
    let (mut pattern, mut path) = (pattern, path);
    let mut retry = None;
    loop {
        match (pattern, path) {
            ([], []) => return true,
            (["**", rest @ ..], _) => {
                retry = Some((rest, path));
                pattern = rest;
                continue;
            }
            ([first, rest @ ..], [segment, following @ ..]) if segment_matches(first, segment) => {
                (pattern, path) = (rest, following);
                continue;
            }
            _ => {}
        }
        let Some((rest, [_, following @ ..])) = retry else { return false };
        retry = Some((rest, following));
        (pattern, path) = (rest, following);
    }
}

/// `*` stands for any run of bytes; a pattern has at most one in a segment.
fn segment_matches(pattern: &str, segment: &[u8]) -> bool {
    match pattern.split_once('*') {
        None => pattern.as_bytes() == segment,
        Some((head, tail)) => {
            segment.strip_prefix(head.as_bytes()).is_some_and(|rest| rest.ends_with(tail.as_bytes()))
        }
    }
}

fn holds_word(text: &[u8], word: &[u8]) -> bool {
    let is_edge =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let mut windows = text.windows(word.len()).enumerate();
    windows.any(|(at, window)| {
        window.eq_ignore_ascii_case(word) && is_edge(at.checked_sub(1)) && is_edge(Some(at + word.len()))
    })
}
