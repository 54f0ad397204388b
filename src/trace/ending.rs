//! `error_page` (`ngx_http_send_error_page`).

use super::phases::{End, Next, Run};
use crate::handshake::Reason;
use crate::route::{ErrorPage, error_page, is_redirect};
use crate::value::Value;

impl Run<'_, '_> {
    /// Goes where the first page for a code leads.
    pub(super) fn page(&mut self, code: u16) -> Next {
        let Some(ErrorPage { node, target, status }) = error_page(self.tracer.view, self.block, code) else {
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
            _ => Next::Done(End::Answered(status.filter(|&code| is_redirect(code)).unwrap_or(302))),
        }
    }
}

/// Path and query of an internal redirect (`ngx_http_split_args`).
pub(super) fn split_args(target: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let at = memchr::memchr(b'?', target).unwrap_or(target.len());
    let (path, query) = target.split_at(at);
    (path.to_vec(), query.get(1..).unwrap_or_default().to_vec())
}
