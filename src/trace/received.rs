//! The request as nginx reads it (`ngx_http_process_request_headers`).

use super::ClientRequest;
use super::start::Start;
use crate::catalogue::{Version, directive};
use crate::config::ScopeId;
use crate::scope::is_set_to;

/// The first release that refuses a header name with a blank or a control character with 400.
const REFUSES_BLANK_IN_NAME: Version = Version::new(1, 21, 1);

/// The first release that refuses a second Host line with 400; before, the first one counts.
const REFUSES_SECOND_HOST: Version = Version::new(1, 17, 9);

/// Headers whose second line nginx refuses with 400 (`ngx_http_process_unique_header_line`).
const UNIQUE: [&str; 11] = [
    "Host",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Match",
    "If-None-Match",
    "Content-Length",
    "Content-Range",
    "If-Range",
    "Transfer-Encoding",
    "Expect",
    "Authorization",
];

impl Start<'_, '_> {
    /// The request without the lines whose names nginx drops, values without blanks around them. Lines behind Host are
    /// read with the settings of the server that it names. What makes nginx answer 400 is the error.
    pub(super) fn received(&mut self, default: ScopeId, server: ScopeId) -> Result<ClientRequest, String> {
        let version = self.tracer.version;
        let mut received = self.request.clone();
        let headers = &mut received.client.headers;
        if version >= REFUSES_BLANK_IN_NAME && headers.iter().any(|(name, _)| has_blank(name)) {
            return Err("a header name holds a blank or a control character: 400".into());
        }
        let mut reader = default;
        let mut dropped = Vec::new();
        headers.retain(|(name, _)| {
            let keeps = self.keeps(reader, name);
            if !keeps {
                dropped.push((reader, name.clone()));
            }
            if name.eq_ignore_ascii_case("host") {
                reader = server;
            }
            keeps
        });
        for (_, value) in headers.iter_mut() {
            *value = value.trim_matches(' ').to_owned();
        }
        for (reader, name) in dropped {
            let text = format!("the client's {name} is dropped: nginx takes no such header names here");
            self.step(self.tracer.view.config.scope(reader).node, &text);
        }
        received.client.unknown.retain(|(name, _)| self.keeps(default, name) || self.keeps(server, name));
        let is_twice = |unique: &str| {
            let lines = received.client.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(unique));
            lines.count() > 1 && (unique != "Host" || version >= REFUSES_SECOND_HOST)
        };
        match UNIQUE.iter().copied().find(|unique| is_twice(unique)) {
            Some(name) => Err(format!("{name} is sent twice: 400")),
            None => Ok(received),
        }
    }

    /// Whether a server takes a header of this name (`ngx_http_parse_header_line`).
    fn keeps(&self, server: ScopeId, name: &str) -> bool {
        let is = |directive, word: &[u8]| is_set_to(self.tracer.view, server, directive, word);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let underscores = || is(directive::UNDERSCORES_IN_HEADERS, b"on");
        name.bytes().all(is_plain)
            || (name.bytes().all(|byte| is_plain(byte) || byte == b'_') && underscores())
            || is(directive::IGNORE_INVALID_HEADERS, b"off")
    }
}

fn has_blank(name: &str) -> bool {
    name.bytes().any(|byte| byte <= b' ' || byte == 0x7f)
}
