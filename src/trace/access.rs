//! The access phase: allow and deny, `auth_basic`, `auth_request`, joined by `satisfy`.

use base64::Engine as _;

use super::Step;
use super::ending::split_args;
use super::phases::{End, Next, Run};
use super::state::State;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::handshake::access::{self, Access};
use crate::handshake::{Answer, Reason, Verdict};
use crate::scope::single;
use crate::value::Value;

impl Run<'_, '_> {
    /// Subrequests pass unchecked.
    pub(super) fn access(&mut self) -> Next {
        if self.subrequest {
            return Next::Content;
        }
        self.find_real_ip();
        if let Some(node) = access::program(self.tracer.view, self.block) {
            let name = String::from_utf8_lossy(&self.tracer.view.name(node)).into_owned();
            return self.leave_open(Some(node), Reason::Auth, &format!("what `{name}` decides is not known"));
        }
        let any = access::one_is_enough(self.tracer.view, self.block);
        let mut refused = None;
        let mut asked = false;
        for check in [Self::by_address, Self::by_password, Self::by_subrequest] {
            match check(self) {
                Err(end) => return Next::Done(end),
                Ok(Access::Granted) if any => return Next::Content,
                Ok(Access::Refused(code @ (401 | 403))) if any => {
                    refused = Some(if refused == Some(401) { 401 } else { code });
                }
                Ok(Access::Refused(code)) if !asked => return Next::Finalize(code),
                Ok(Access::Refused(_)) if any => {
                    return Next::Done(End::Verdict(Answer::depends(Reason::Auth)));
                }
                Ok(Access::Refused(_)) => return Next::Done(End::Verdict(Answer::fails(Reason::Auth))),
                Ok(Access::Asked) => asked = true,
                Ok(Access::Granted | Access::Silent) => {}
            }
        }
        match (asked, refused) {
            (true, _) => Next::Done(End::Verdict(Answer::depends(Reason::Auth))),
            (false, Some(code)) => Next::Finalize(code),
            (false, None) => Next::Content,
        }
    }

    /// Notes the directive that refuses, or that asks for what is not known.
    fn noted(&mut self, node: NodeId, access: Access) -> Access {
        let word = |node| {
            let words = self.tracer.view.args(node).map(|word| String::from_utf8_lossy(&word).into_owned());
            let name = String::from_utf8_lossy(&self.tracer.view.name(node)).into_owned();
            std::iter::once(name).chain(words).collect::<Vec<_>>().join(" ")
        };
        let text = match access {
            Access::Refused(code) => format!("`{}` refuses: {code}", word(node)),
            Access::Asked => format!("`{}` decides, and what it asks for is not known", word(node)),
            Access::Granted | Access::Silent => return access,
        };
        self.step(Some(node), &text);
        access
    }

    #[expect(clippy::unnecessary_wraps, reason = "one of three checks of one type")]
    fn by_address(&mut self) -> Result<Access, End> {
        let (view, address) = (self.tracer.view, &self.request.client.remote_addr);
        let access = access::by_address(view, self.block, address);
        Ok(match access::entry_for(view, self.block, address) {
            Some(node) => self.noted(node, access),
            None => access,
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "one of three checks of one type")]
    fn by_password(&mut self) -> Result<Access, End> {
        let view = self.tracer.view;
        let Some(node) = single(view.config, self.block, directive::AUTH_BASIC) else {
            return Ok(Access::Silent);
        };
        match view.arg(node, 0).map(|realm| self.evaluate(&realm)) {
            _ if access::user_file(view, self.block).is_none() => Ok(Access::Silent),
            Some(Value::Known(realm)) if realm != b"off" => Ok(self.noted(node, self.password())),
            Some(Value::Unknown(_)) => Ok(self.noted(node, Access::Asked)),
            _ => Ok(Access::Silent),
        }
    }

    /// The client's credentials against the user file; a hashed password is not judged.
    fn password(&self) -> Access {
        let credentials = self.request.client.header("Authorization").unwrap_or_default();
        let Some((user, password)) = basic(&credentials) else { return Access::Refused(401) };
        let view = self.tracer.view;
        let file = access::user_file(view, self.block).and_then(|node| view.arg(node, 0));
        let Some(Value::Known(file)) = file.map(|file| self.evaluate(&file)) else { return Access::Asked };
        let Ok(users) = self.tracer.files.read(&self.on_disk(&file)) else { return Access::Asked };
        let line = users.split(|&byte| byte == b'\n').find_map(|line| {
            line.strip_prefix(user.as_slice())?
                .strip_prefix(b":")
                .map(|rest| rest.split(|&it| it == b':').next().unwrap_or_default())
        });
        match line.map(<[u8]>::trim_ascii_end) {
            None => Access::Refused(401),
            Some(stored) => match stored.strip_prefix(b"{PLAIN}") {
                Some(plain) if plain == password => Access::Granted,
                Some(_) => Access::Refused(401),
                None => Access::Asked,
            },
        }
    }

    fn by_subrequest(&mut self) -> Result<Access, End> {
        let view = self.tracer.view;
        let Some(node) = single(view.config, self.block, directive::AUTH_REQUEST) else {
            return Ok(Access::Silent);
        };
        let Some(path) = view.arg(node, 0).filter(|path| &**path != b"off") else {
            return Ok(Access::Silent);
        };
        let Value::Known(path) = self.evaluate(&path) else { return Ok(self.noted(node, Access::Asked)) };
        self.step(
            Some(node),
            &format!("asks {} first, with a subrequest of nginx's own", String::from_utf8_lossy(&path)),
        );
        match self.subrequest(&path, true) {
            End::Answered(200..=299) => Ok(Access::Granted),
            End::Answered(code @ (401 | 403)) => Ok(self.noted(node, Access::Refused(code))),
            End::Answered(_) | End::Closed => Ok(self.noted(node, Access::Refused(500))),
            End::Proxied(upstream, answer) if answer.verdict == Verdict::Works => {
                self.step(
                    Some(upstream.pass),
                    "the subrequest itself would be upgraded: the client gets no answer",
                );
                Err(End::Proxied(upstream, Answer::fails(Reason::SubrequestUpgrade)))
            }
            End::Proxied(..) | End::Verdict(_) => Ok(self.noted(node, Access::Asked)),
        }
    }

    /// Runs a subrequest with the client's headers from the server's rewrites on. One that the request waits for leaves
    /// its variables behind: both use the same ones (`ngx_http_subrequest`).
    pub(super) fn subrequest(&mut self, target: &[u8], is_waited_for: bool) -> End {
        let (uri, args) = split_args(target);
        let state = State {
            uri,
            args,
            request_uri: self.state.request_uri.clone(),
            host: self.state.host.clone(),
            server_name: self.state.server_name.clone(),
            method: "GET".into(),
            client: self.state.client.clone(),
            groups: self.state.groups.clone(),
            assigned: self.state.assigned.clone(),
            kept: self.state.kept.clone(),
            ..State::default()
        };
        let mut run = self.fork(state);
        let end = run.follow(Next::ServerRewrite);
        if is_waited_for {
            self.state.assigned.swap(&run.state.assigned);
            self.state.kept.swap(&run.state.kept);
        }
        let steps = std::mem::take(&mut run.steps).into_iter();
        self.steps.extend(steps.map(|step| Step { depth: step.depth + 1, ..step }));
        end
    }
}

/// User and password of a Basic `Authorization` header (RFC 7617 section 2).
fn basic(credentials: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (scheme, encoded) = credentials.split_once(' ')?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let colon = memchr::memchr(b':', &decoded).filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (user, password) = decoded.split_at(colon);
    Some((user.to_vec(), password.get(1..).unwrap_or_default().to_vec()))
}
