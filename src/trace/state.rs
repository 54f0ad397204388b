//! What a request carries through its phases: variables, captures, kept map results, and nginx's own variables.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{ClientRequest, HttpVersion};
use crate::value::{Captures, InFlight, Value};

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
            "content_length" | "content_type" => {
                request.client.header(&name.replace('_', "-")).unwrap_or_default().into()
            }
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

    /// `$cookie_name`: the first cookie of that name.
    fn cookie(&self, name: &str) -> Vec<u8> {
        let cookies =
            self.client.as_ref().and_then(|request| request.client.header("Cookie")).unwrap_or_default();
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.into())
            .unwrap_or_default()
    }

    /// `$http_name`: the header, or nothing; several lines are joined.
    fn header(&self, name: &str) -> Vec<u8> {
        let Some(request) = &self.client else { return Vec::new() };
        let header =
            request.client.headers.iter().find(|(line, _)| line.replace('-', "_").eq_ignore_ascii_case(name));
        header.and_then(|(line, _)| request.client.header(line)).unwrap_or_default().into()
    }
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
