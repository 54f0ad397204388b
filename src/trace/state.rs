//! What a request carries through its phases: variables, captures, kept map results, and nginx's own variables.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{ClientRequest, HttpVersion};
use crate::catalogue::Version;
use crate::value::{Captures, InFlight, Value};

/// The first release whose `$http_name` joins the lines of a header, and whose `$cookie_name` ends a cookie at `;` only
/// (`ngx_http_variable_unknown_header`, `ngx_http_parse_multi_header_lines`). Before, the first line counts.
const HEADER_LINES_ARE_JOINED: Version = Version::new(1, 23, 0);

/// The part of a request that values are made from.
#[derive(Debug, Default)]
pub(super) struct State {
    /// `$uri`
    pub(super) uri: Vec<u8>,
    /// `$args`
    pub(super) args: Vec<u8>,
    /// `$request_uri`
    pub(super) request_uri: Vec<u8>,
    /// `$host`, once the server is chosen.
    pub(super) host: Vec<u8>,
    /// `$document_root` of the block in force, where it is known.
    pub(super) document_root: Option<Vec<u8>>,
    /// `$request_filename`, where it is known.
    pub(super) filename: Option<Vec<u8>>,
    pub(super) method: String,
    pub(super) server_name: Vec<u8>,
    pub(super) client: Option<ClientRequest>,
    /// The nginx version.
    pub(super) version: Option<Version>,
    /// Variables that `set` and named groups have assigned, in lower case.
    pub(super) assigned: RefCell<HashMap<String, Value>>,
    /// Names that are groups somewhere: empty until one of them matches.
    pub(super) groups: Vec<String>,
    /// `$0`, `$1`, ... of the last match.
    pub(super) captures: RefCell<Vec<Vec<u8>>>,
    /// Results of maps.
    pub(super) kept: RefCell<HashMap<Vec<u8>, Value>>,
}

impl State {
    /// An expression has not matched: `$1` and its like are empty, named groups stay.
    pub(super) fn forget_captures(&self) {
        self.captures.borrow_mut().clear();
    }

    /// Assigns a variable.
    pub(super) fn assign(&self, name: &[u8], value: Value) {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        self.assigned.borrow_mut().insert(name, value);
    }

    /// One of nginx's own variables (`ngx_http_core_variables`).
    fn core(&self, name: &str) -> Option<Value> {
        let request = self.client.as_ref()?;
        Some(Value::known(match name {
            "uri" | "document_uri" => self.uri.clone(),
            "args" | "query_string" => self.args.clone(),
            "is_args" => {
                if self.args.is_empty() {
                    Vec::new()
                } else {
                    b"?".to_vec()
                }
            }
            "request_uri" => self.request_uri.clone(),
            "host" => self.host.clone(),
            "server_name" => self.server_name.clone(),
            "server_port" => request.port.to_string().into_bytes(),
            "scheme" => {
                if request.tls {
                    "https".into()
                } else {
                    "http".into()
                }
            }
            "https" => {
                if request.tls {
                    "on".into()
                } else {
                    Vec::new()
                }
            }
            "request_method" => self.method.clone().into_bytes(),
            "server_protocol" => protocol(request.http).into(),
            "remote_addr" | "realip_remote_addr" => request.client.remote_addr.clone().into_bytes(),
            "document_root" | "realpath_root" => self.document_root.clone()?,
            "request_filename" => self.filename.clone()?,
            "proxy_add_x_forwarded_for" => forwarded_for(request).into_bytes(),
            "content_length" | "content_type" => self.lines(name).next().unwrap_or_default().into(),
            _ => return None,
        }))
    }

    /// `$arg_name`: the first argument of that name, without case.
    fn argument(&self, name: &str) -> Vec<u8> {
        let mut pairs = self.args.split(|&byte| byte == b'&').map(|pair| {
            let at = memchr::memchr(b'=', pair).unwrap_or(pair.len());
            (pair.get(..at).unwrap_or_default(), pair.get(at + 1..))
        });
        let found = pairs.find(|(key, value)| key.eq_ignore_ascii_case(name.as_bytes()) && value.is_some());
        found.and_then(|(_, value)| value).unwrap_or_default().to_vec()
    }

    fn joins_lines(&self) -> bool {
        self.version.is_some_and(|version| version >= HEADER_LINES_ARE_JOINED)
    }

    /// The values of the header lines whose name is `name` when dashes are underscores.
    fn lines<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        let lines = self.client.iter().flat_map(|request| &request.client.headers);
        let named = lines.filter(move |(line, _)| line.replace('-', "_").eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// `$cookie_name`: the first cookie of that name (`ngx_http_parse_multi_header_lines`).
    fn cookie(&self, name: &str) -> Vec<u8> {
        let ends = |&byte: &u8| byte == b';' || (byte == b',' && !self.joins_lines());
        let found = self.lines("cookie").find_map(|line| {
            let mut rest = line.as_bytes();
            loop {
                if let Some(value) = cookie_at(rest, name.as_bytes()) {
                    return Some(value.to_vec());
                }
                let end = rest.iter().position(ends)?;
                rest = trim_spaces(rest.get(end + 1..)?);
            }
        });
        found.unwrap_or_default()
    }

    /// `$http_name`: the header, or nothing. `Cookie` and `X-Forwarded-For` are joined by every release
    /// (`ngx_http_variable_headers`).
    fn header(&self, name: &str) -> Vec<u8> {
        let separator = if name == "cookie" { "; " } else { ", " };
        let joined = self.joins_lines() || matches!(name, "cookie" | "x_forwarded_for");
        let lines = self.lines(name).take(if joined { usize::MAX } else { 1 });
        lines.collect::<Vec<_>>().join(separator).into_bytes()
    }
}

/// The value of the cookie `name`, where it stands at the start.
fn cookie_at<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (start, rest) = line.split_at_checked(name.len())?;
    let value = trim_spaces(rest).strip_prefix(b"=").filter(|_| start.eq_ignore_ascii_case(name))?;
    trim_spaces(value).split(|&byte| byte == b';').next()
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&byte| byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

/// The client's X-Forwarded-For with its address added.
fn forwarded_for(request: &ClientRequest) -> String {
    let address = request.client.remote_addr.as_str();
    let before = request.client.header("X-Forwarded-For");
    before.map_or_else(|| address.to_owned(), |before| format!("{before}, {address}"))
}

fn protocol(http: HttpVersion) -> &'static str {
    match http {
        HttpVersion::Http10 => "HTTP/1.0",
        HttpVersion::Http11 => "HTTP/1.1",
        HttpVersion::Http2 => "HTTP/2.0",
    }
}

impl InFlight for State {
    fn variable(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.assigned.borrow().get(name) {
            return Some(value.clone());
        }
        if let Some(value) = self.core(name) {
            return Some(value);
        }
        if let Some(header) = name.strip_prefix("http_") {
            let hidden = self.client.as_ref().is_some_and(|request| request.client.hides(header));
            return if hidden { None } else { Some(Value::Known(self.header(header))) };
        }
        let by_prefix = [
            name.strip_prefix("arg_").map(|name| self.argument(name)),
            name.strip_prefix("cookie_").map(|name| self.cookie(name)),
        ];
        let found = by_prefix.into_iter().flatten().next();
        let group =
            || self.groups.binary_search_by(|group| group.as_str().cmp(name)).ok().map(|_| Vec::new());
        found.or_else(group).map(Value::Known)
    }

    fn capture(&self, number: u8) -> Value {
        Value::Known(self.captures.borrow().get(usize::from(number)).cloned().unwrap_or_default())
    }

    fn matched(&self, captures: Captures) {
        for (name, value) in captures.named {
            self.assign(name.as_bytes(), Value::Known(value));
        }
        *self.captures.borrow_mut() = captures.numbered;
    }

    fn kept(&self, name: &[u8]) -> Option<Value> {
        self.kept.borrow().get(name).cloned()
    }

    fn keep(&self, name: &[u8], value: &Value) {
        self.kept.borrow_mut().insert(name.to_vec(), value.clone());
    }
}
