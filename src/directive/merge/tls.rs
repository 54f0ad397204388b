//! TLS to other servers: what must be there to check their certificates or to show one's own.

use super::super::levels::{Setting, View};
use super::super::{Fault, quoted, says};
use super::{Blamed, Turn};
use crate::catalogue::{Family, directive};

/// The modules that speak TLS to other servers, each with the scheme of its pass.
const MODULES: [(&str, &[u8], u8); 3] =
    [("proxy", b"https://", 1), ("uwsgi", b"suwsgi://", 3), ("grpc", b"grpcs://", 5)];

/// `ngx_http_proxy_set_ssl` and those of the other modules, where a location passes requests on over TLS.
pub(super) fn unverifiable<P: Copy>(view: &View<'_, P>, family: Family) -> Vec<Blamed<P>> {
    if family == Family::Stream {
        let uses =
            view.setting(directive::PROXY_SSL).is_some_and(|it| it.word(1).eq_ignore_ascii_case(b"on"));
        return uses.then(|| of_module(view, "proxy", 1)).flatten().into_iter().collect();
    }
    let used = MODULES.iter().filter(|(module, scheme, _)| {
        view.own(crate::catalogue::lookup(format!("{module}_pass").as_bytes()))
            .iter()
            .any(|pass| starts(pass, scheme))
    });
    used.filter_map(|(module, _, turn)| of_module(view, module, *turn)).collect()
}

fn starts<P>(pass: &Setting<P>, scheme: &[u8]) -> bool {
    pass.word(1).get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn of_module<P: Copy>(view: &View<'_, P>, module: &str, turn: u8) -> Option<Blamed<P>> {
    let named = |ending: &str| view.named(&format!("{module}_ssl_{ending}"));
    let keyless =
        named("certificate").filter(|it| !it.word(1).is_empty() && named("certificate_key").is_none());
    if let Some(certificate) = keyless {
        let start = format!("no \"{module}_ssl_certificate_key\" is defined for certificate \"");
        let refusal = quoted(&start, certificate.word(1), "\"");
        return Some(Blamed::nowhere(Turn::Modules(turn), refusal.of(Fault::Together), certificate.place));
    }
    let verify = named("verify").filter(|it| it.word(1).eq_ignore_ascii_case(b"on"))?;
    if named("trusted_certificate").is_some_and(|it| !it.word(1).is_empty()) {
        return None;
    }
    let message = format!("no {module}_ssl_trusted_certificate for {module}_ssl_verify");
    Some(Blamed::nowhere(Turn::Modules(turn), says(message).of(Fault::Together), verify.place))
}
