//! The request that goes upstream, the verdict on it, and the next hop.

use super::Upstream;
use super::phases::{End, Next, Run};
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::handshake::{Answer, Reason, Request, Verdict, cache, header, judge_headers, request};
use crate::route::{Pattern, escape_uri, pattern};
use crate::scope::{handler, list};
use crate::value::{Part, PassUrl, Value, parts};

impl Run<'_, '_> {
    /// `ngx_http_proxy_handler` with the configuration of the block in force.
    pub(super) fn proxy(&mut self) -> Next {
        let pass = handler(self.config(), self.block)
            .filter(|&node| self.config().node(node).name == directive::PROXY_PASS);
        let Some(pass) = pass else {
            self.step(None, "the block in force has no upstream: 500");
            return Next::Finalize(500);
        };
        let url = self.tracer.view.arg(pass, 0).unwrap_or_default().into_owned();
        let evaluated = self.evaluate(&url);
        if matches!(&evaluated, Value::Known(url) if PassUrl::of(url).is_none_or(|url| url.authority.is_empty()))
        {
            self.step(Some(pass), "the address is empty: 500");
            return Next::Finalize(500);
        }
        let sent = request(&self.environment(), pass, self.tracer.version);
        let answer = self.judge_request(&sent);
        let target = self.target(&url, &evaluated);
        let spoilt = target.iter().any(|&byte| byte <= b' ');
        let answer = if spoilt { with_defect(answer, Reason::Method) } else { answer };
        let response = if self.subrequest { Answer::works() } else { self.judge_response(&sent) };
        let only_hidden = answer.reason == Reason::ResponseHeaderHidden;
        let passes = answer.verdict == Verdict::Works || only_hidden;
        let answer = if passes && !self.subrequest { response.clone() } else { answer };
        let url = evaluated.bytes().unwrap_or(&url).to_vec();
        let upstream = Upstream { pass, url, target, request: sent, response };
        self.tell(&upstream);
        Next::Done(End::Proxied(Box::new(upstream), answer))
    }

    /// What the backend sees. nginx makes a tunnel only where the client itself asked for an upgrade.
    fn judge_request(&self, sent: &Request) -> Answer {
        let answer = judge_headers(&self.environment(), sent).answer();
        let client = &self.request.client;
        match (client.sends("Upgrade"), answer.verdict) {
            (false, _) => with_defect(answer, Reason::NoUpgradeHeader),
            (true, Verdict::Works) if client.hides("upgrade") => Answer::depends(Reason::UnknownValue),
            (true, _) => answer,
        }
    }

    /// What becomes of a 101 on its way back.
    fn judge_response(&mut self, sent: &Request) -> Answer {
        let view = self.tracer.view;
        let mut defects = Vec::new();
        if header::hides_handshake(view, self.block) {
            defects.push(Reason::ResponseHeaderHidden);
        }
        if self.error_status.is_some_and(|status| status != 101) {
            defects.push(Reason::StatusReplaced);
        }
        if let Some(&reason) = defects.first() {
            return Answer { verdict: Verdict::Fails, reason, defects };
        }
        if self.is_mirrored_upgraded() {
            return Answer::fails(Reason::SubrequestUpgrade);
        }
        if cache::may_answer(&self.environment(), self.block) {
            return Answer::depends(Reason::Cache);
        }
        if self.request.client.sends("Sec-WebSocket-Protocol") {
            let passed = sent.sent("Sec-WebSocket-Protocol").next().is_some();
            if !passed || header::hides(view, self.block, "Sec-WebSocket-Protocol") {
                return Answer::fails(Reason::ResponseHeaderHidden);
            }
        }
        Answer::works()
    }

    /// Whether a mirrored request would become a tunnel: its 101 then tears the main one down.
    fn is_mirrored_upgraded(&mut self) -> bool {
        let view = self.tracer.view;
        let paths: Vec<(NodeId, Vec<u8>)> = (list(view.config, self.block, directive::MIRROR).into_iter())
            .filter_map(|node| Some((node, view.arg(node, 0)?)))
            .filter(|(_, path)| &**path != b"off")
            .filter_map(|(node, path)| Some((node, self.evaluate(&path).bytes()?.to_vec())))
            .collect();
        paths.iter().any(|(node, path)| self.mirrors(*node, path))
    }

    fn mirrors(&mut self, node: NodeId, path: &[u8]) -> bool {
        self.step(Some(node), &format!("sends a copy of the request to {}", String::from_utf8_lossy(path)));
        let upgraded = matches!(self.subrequest(path, false), End::Proxied(_, answer) if answer.verdict == Verdict::Works);
        if upgraded {
            self.step(Some(node), "the copy asks for a WebSocket too, and its 101 tears the client's down");
        }
        upgraded
    }

    /// Path and query as they go upstream (`ngx_http_proxy_create_request`).
    fn target(&self, url: &[u8], evaluated: &Value) -> Vec<u8> {
        let has_variables = parts(url).any(|part| !matches!(part, Part::Text(_)));
        let url = evaluated.bytes().unwrap_or(url);
        let part = PassUrl::of(url).map_or(&b""[..], |url| url.uri);
        if has_variables && !part.is_empty() {
            return if part.starts_with(b"?") { [b"/".as_slice(), part].concat() } else { part.to_vec() };
        }
        if part.is_empty() && self.valid_unparsed {
            return self.state.request_uri.clone();
        }
        let replaces = self.valid_location && !part.is_empty();
        let kept = if replaces { self.location_name_length() } else { 0 };
        let rest = self.state.uri.get(kept..).unwrap_or_default();
        let rest =
            if self.quoted || self.internal { escape_uri(rest, self.tracer.version) } else { rest.to_vec() };
        let mut target = if replaces { part.to_vec() } else { Vec::new() };
        target.extend(rest);
        if !self.state.args.is_empty() {
            target.push(b'?');
            target.extend_from_slice(&self.state.args);
        }
        target
    }

    fn location_name_length(&self) -> usize {
        match pattern(self.tracer.view, self.location()) {
            Some(Pattern::Exact(name) | Pattern::Prefix(name, _)) => name.len(),
            _ => 0,
        }
    }
}

fn with_defect(answer: Answer, reason: Reason) -> Answer {
    let mut defects = vec![reason];
    defects.extend(answer.defects.into_iter().filter(|&it| it != reason && it < Reason::Redirect));
    defects.sort_unstable();
    Answer { verdict: Verdict::Fails, reason: defects.first().copied().unwrap_or(reason), defects }
}
