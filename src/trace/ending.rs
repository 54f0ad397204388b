//! `error_page` (`ngx_http_send_error_page`).

use super::phases::{End, Next, Run};
use crate::config::NodeId;
use crate::handshake::Reason;
use crate::value::Value;

impl Run<'_, '_> {
    /// Goes where the first page for a code leads. Without `=` the client sees the code whatever the target answers,
    /// with `=` what it answers, with `=N` always N.
    pub(super) fn page(&mut self, pages: &[NodeId], code: u16) -> Next {
        let Some((node, target, status)) = pages.iter().find_map(|&node| self.entry(node, code)) else {
            return Next::Done(End::Answered(code));
        };
        self.step(Some(node), &format!("{code} is handed to {}", String::from_utf8_lossy(&target)));
        if let Some(status) = status {
            self.error_status = if status == 0 { None } else { Some(status) };
        }
        let Value::Known(target) = self.evaluate(&target) else {
            return self.leave_open(Some(node), Reason::UnknownValue, "where this leads hangs on a variable");
        };
        match target.first() {
            Some(b'/') => {
                if self.state.method != "HEAD" {
                    self.state.method = "GET".into();
                    self.request.client.method = "GET".into();
                }
                let (uri, args) = split_args(&target);
                self.internal_redirect(uri, args)
            }
            Some(b'@') => self.jump(&target),
            _ => {
                let redirects = |code: &u16| matches!(code, 301 | 302 | 303 | 307 | 308);
                Next::Done(End::Answered(status.filter(redirects).unwrap_or(302)))
            }
        }
    }

    /// The entry of an `error_page` for a code: target, and the status behind `=` (0 for `=` alone).
    fn entry(&self, node: NodeId, code: u16) -> Option<(NodeId, Vec<u8>, Option<u16>)> {
        let mut words: Vec<_> = self.tracer.view.args(node).collect();
        let target = words.pop()?.into_owned();
        let status = words.pop_if(|word| word.first() == Some(&b'=')).map(|word| {
            std::str::from_utf8(word.get(1..).unwrap_or_default())
                .ok()
                .and_then(|text| text.parse().ok())
                .unwrap_or(0)
        });
        let code = code.to_string();
        words.iter().any(|word| **word == *code.as_bytes()).then_some((node, target, status))
    }
}

/// Path and query of an internal redirect (`ngx_http_split_args`).
pub(super) fn split_args(target: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let at = memchr::memchr(b'?', target).unwrap_or(target.len());
    let (path, query) = target.split_at(at);
    (path.to_vec(), query.get(1..).unwrap_or_default().to_vec())
}
