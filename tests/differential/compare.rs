//! Compares what nginx did with what `ngxlint handshake` says, in the shape of `handshake --format json`.

use super::expand::Logged;
use super::oracle::{Seen, Sent};
use super::request::Request;
use super::tree::{Kind, Place};
use serde_json::Value;

/// What a trace is about, where it is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// There is no trace.
    Output,
    /// The server block.
    Server,
    /// The block in force.
    Block,
    /// The location that it is in.
    Location,
    /// Whether something is sent upstream at all.
    Proxied,
    /// The HTTP version sent.
    Version,
    /// The Upgrade header sent.
    Upgrade,
    /// The Connection header sent.
    Connection,
    /// The Host header sent.
    Host,
    /// The status where nginx itself answers.
    Status,
    /// Whether the handshake works.
    Verdict,
    /// The first reason.
    Reason,
    /// The last further hop.
    Hops,
}

/// A trace's answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// It says what nginx did.
    Agrees,
    /// It does not know, for this reason.
    Depends(String),
    /// It says something else: what it is about, and both sides.
    Differs(Vec<(Aspect, String)>),
}

/// The reasons of `depends` that concern the verdict alone; the rest of such a trace is certain.
const CERTAIN_BUT_FOR_THE_VERDICT: [&str; 4] =
    ["duplicate-header", "subrequest-upgrade", "cache", "subprotocol"];

/// Judges one trace.
pub(crate) fn compare(request: &Request, seen: &Seen, blocks: &[Logged], trace: &Value) -> Judgement {
    let reason = trace["reason"].as_str().unwrap_or_default();
    let depends = trace["verdict"] == "depends";
    if depends && !CERTAIN_BUT_FOR_THE_VERDICT.contains(&reason) {
        return Judgement::Depends(reason.to_owned());
    }
    let mut comparison = Comparison { trace, differences: Vec::new() };
    comparison.places(&blocks[seen.block]);
    if reason == "subrequest-upgrade" && comparison.differences.is_empty() {
        // It shows the subrequest, and takes the subrequest's backend for one that agrees to an upgrade.
        return Judgement::Depends(reason.to_owned());
    }
    comparison.sent(seen.sent.as_ref());
    comparison.answer(seen);
    comparison.hops(seen, blocks);
    if !depends && request.profile.is_handshake() {
        comparison.verdict(seen);
    }
    match comparison.differences {
        differences if !differences.is_empty() => Judgement::Differs(differences),
        _ if depends => Judgement::Depends(reason.to_owned()),
        _ => Judgement::Agrees,
    }
}

/// Judges what is said about a block by what it sent for an ordinary handshake. A value that the block alone does not
/// tell is left open. There are several entries for a block in a snippet; one of them is right.
pub(crate) fn compare_block(request: &Request, seen: &Seen, entries: &Value) -> Judgement {
    let ordinary = request.profile.headers.is_empty() && request.profile.is_handshake();
    let Some(sent) = seen.sent.as_ref().filter(|_| ordinary) else { return Judgement::Agrees };
    let mut judgement = Judgement::Differs(vec![(Aspect::Block, "no such block".into())]);
    for entry in entries.as_array().into_iter().flatten() {
        let mut comparison = Comparison { trace: entry, differences: Vec::new() };
        comparison.sent(Some(sent));
        comparison.differences.retain(|(_, text)| !text.contains("{\"unknown\":"));
        match comparison.differences {
            differences if differences.is_empty() => return Judgement::Agrees,
            differences => judgement = Judgement::Differs(differences),
        }
    }
    judgement
}

struct Comparison<'a> {
    trace: &'a Value,
    differences: Vec<(Aspect, String)>,
}

impl Comparison<'_> {
    fn expect(&mut self, agrees: bool, aspect: Aspect, seen: &dyn std::fmt::Debug, said: &Value) {
        if !agrees {
            self.differences.push((aspect, format!("nginx {seen:?}, ngxlint {said}")));
        }
    }

    fn places(&mut self, logged: &Logged) {
        let trace = self.trace;
        let one_of = |said: &Value, places: &std::collections::BTreeSet<Place>| {
            places.iter().any(|known| place(said).as_ref() == Some(known))
                || (places.is_empty() && said.is_null())
        };
        let own = Some(logged.place.clone()).filter(|_| logged.kind != Kind::Server);
        self.expect(
            one_of(&trace["server"], &logged.servers),
            Aspect::Server,
            &logged.servers,
            &trace["server"],
        );
        self.expect(place(&trace["block"]) == own, Aspect::Block, &own, &trace["block"]);
        let in_location = one_of(&trace["location"], &logged.locations);
        self.expect(in_location, Aspect::Location, &logged.locations, &trace["location"]);
    }

    fn sent(&mut self, sent: Option<&Sent>) {
        let said = &self.trace["upstream"];
        let Some(sent) = sent.filter(|_| said.is_object()) else {
            return self.expect(sent.is_none() && said.is_null(), Aspect::Proxied, &sent, said);
        };
        let same = |said: &Value, value: Option<&str>| said.as_str() == value && !said.is_object();
        let values = [
            (Aspect::Version, "http_version", Some(sent.http_version.as_str())),
            (Aspect::Upgrade, "upgrade", sent.upgrade.as_deref()),
            (Aspect::Connection, "connection", sent.connection.as_deref()),
            (Aspect::Host, "host", sent.host.as_deref()),
        ];
        for (aspect, name, value) in values {
            self.expect(same(&said[name], value), aspect, &value, &said[name]);
        }
    }

    /// The status counts where nginx itself answered.
    fn answer(&mut self, seen: &Seen) {
        let said = &self.trace["status"];
        let status = Some(u64::from(seen.status)).filter(|&status| status != 0);
        if seen.sent.is_none() {
            self.expect(said.as_u64() == status, Aspect::Status, &status, said);
        }
    }

    /// The first reason that the trace may give where one hop decides.
    fn verdict(&mut self, seen: &Seen) {
        let verdict = &self.trace["verdict"];
        let word = if seen.works { "works" } else { "fails" };
        self.expect(verdict == word, Aspect::Verdict, &(word, seen.status), verdict);
        if verdict == word
            && let Some(expected) = reasons(seen)
        {
            let said = &self.trace["reason"];
            let is_meant =
                |reason: &&str| said == *reason || (seen.status != 101 && self.is_said_too(reason));
            self.expect(expected.iter().any(is_meant), Aspect::Reason, &expected, said);
        }
    }

    /// Whether the trace names a way back that fails twice: which comes first cannot be seen.
    fn is_said_too(&self, reason: &str) -> bool {
        let defects = self.trace["defects"].as_array();
        reason == "status-replaced" && defects.is_some_and(|defects| defects.iter().any(|it| it == reason))
    }

    /// The block of the last hop, where the first one was sent to this configuration.
    fn hops(&mut self, seen: &Seen, blocks: &[Logged]) {
        let inner = seen.sent.as_ref().is_some_and(|sent| sent.defects.is_none());
        let said = &self.trace["hops"];
        if !inner || seen.hops.len() != 1 {
            return;
        }
        let logged = &blocks[seen.hops[0]];
        let own = Some(logged.place.clone()).filter(|_| logged.kind != Kind::Server);
        let last = said.as_array().and_then(|hops| hops.last()).unwrap_or(&Value::Null);
        self.expect(place(&last["block"]) == own && said.is_array(), Aspect::Hops, &own, said);
    }
}

fn place(said: &Value) -> Option<Place> {
    Some((said["file"].as_str()?.to_owned(), said["line"].as_u64()?))
}

/// Why the handshake went as it did; `None` where the further hops decide. What a status other than 101, or a refusal
/// of doubled headers, hides of the way back is not seen.
fn reasons(seen: &Seen) -> Option<Vec<&'static str>> {
    let Some(sent) = &seen.sent else {
        return Some(match seen.status {
            300..=399 => vec!["redirect"],
            401 | 403 => vec!["auth"],
            _ => vec!["not-proxied"],
        });
    };
    Some(match sent.defects.as_ref()?.first() {
        Some(&"duplicate-header") => vec!["response-header-hidden", "status-replaced"],
        Some(defect) => vec![defect],
        None if seen.works => vec!["works"],
        None if seen.status == 101 => vec!["response-header-hidden"],
        None => vec!["status-replaced"],
    })
}

#[cfg(test)]
mod tests {
    use super::super::request::{Host, Profile};
    use super::*;
    use serde_json::json;
    use std::net::Ipv4Addr;

    fn request() -> Request {
        let profile = Profile { method: "GET", http: "1.1", headers: Vec::new() };
        let host = Host::Absent;
        Request { profile, port: 0, address: Ipv4Addr::LOCALHOST, host, target: "/".into() }
    }

    fn seen() -> Seen {
        let value = |text: &str| Some(text.to_owned());
        let sent = Sent {
            line: "GET /".into(),
            http_version: "1.0".into(),
            upgrade: None,
            connection: value("close"),
            host: value("app"),
            defects: Some(vec!["no-upgrade-header"]),
        };
        Seen { block: 0, sent: Some(sent), status: 400, works: false, hops: Vec::new() }
    }

    fn blocks() -> Vec<Logged> {
        let place = |line| ("nginx.conf".to_owned(), line);
        let (servers, locations) = ([place(1), place(9)].into(), [place(3)].into());
        let location = Logged { place: place(3), kind: Kind::Location, label: "prefix", servers, locations };
        let mut server = Logged { place: place(1), kind: Kind::Server, ..location.clone() };
        server.locations.clear();
        vec![location, server]
    }

    fn trace() -> Value {
        json!({"verdict": "fails", "reason": "no-upgrade-header", "server": {"file": "nginx.conf", "line": 9},
               "block": {"file": "nginx.conf", "line": 3}, "location": {"file": "nginx.conf", "line": 3},
               "upstream": {"http_version": "1.0", "upgrade": null, "connection": "close", "host": "app"},
               "status": null})
    }

    fn aspects(seen: &Seen, trace: &Value) -> Vec<Aspect> {
        match compare(&request(), seen, &blocks(), trace) {
            Judgement::Differs(differences) => differences.into_iter().map(|(aspect, _)| aspect).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_word_is_noticed() {
        assert_eq!(compare(&request(), &seen(), &blocks(), &trace()), Judgement::Agrees);
        let changes = [
            ("/server/line", json!(2), Aspect::Server),
            ("/block/line", json!(4), Aspect::Block),
            ("/block", json!(null), Aspect::Block),
            ("/location/file", json!("x"), Aspect::Location),
            ("/upstream", json!(null), Aspect::Proxied),
            ("/upstream/http_version", json!("1.1"), Aspect::Version),
            ("/upstream/upgrade", json!("websocket"), Aspect::Upgrade),
            ("/upstream/upgrade", json!({"unknown": "$x"}), Aspect::Upgrade),
            ("/upstream/connection", json!(null), Aspect::Connection),
            ("/upstream/host", json!("App"), Aspect::Host),
            ("/verdict", json!("works"), Aspect::Verdict),
            ("/reason", json!("http10"), Aspect::Reason),
        ];
        for (pointer, value, aspect) in changes {
            let mut wrong = trace();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_eq!(aspects(&seen(), &wrong), [aspect], "{pointer}");
        }
    }

    #[test]
    fn an_answer_of_nginx_itself_has_its_status_and_reason() {
        let own = |status| Seen { block: 1, sent: None, status, ..seen() };
        let mut trace = trace();
        for name in ["upstream", "block", "location"] {
            trace[name] = json!(null);
        }
        for (status, reason) in [(403, "auth"), (301, "redirect"), (404, "not-proxied")] {
            (trace["status"], trace["reason"]) = (json!(status), json!(reason));
            assert_eq!(compare(&request(), &own(status), &blocks(), &trace), Judgement::Agrees);
        }
        assert_eq!(aspects(&own(0), &trace), [Aspect::Status]);
        assert_eq!(aspects(&own(403), &trace), [Aspect::Status, Aspect::Reason]);
    }

    #[test]
    fn a_trace_may_not_know() {
        let mut unsure = trace();
        (unsure["verdict"], unsure["reason"], unsure["block"]) =
            (json!("depends"), json!("unknown-value"), json!(1));
        assert_eq!(
            compare(&request(), &seen(), &blocks(), &unsure),
            Judgement::Depends("unknown-value".into())
        );
        unsure["reason"] = json!("duplicate-header");
        assert_eq!(aspects(&seen(), &unsure), [Aspect::Block]);
    }
}
