//! Names that speak of WebSockets: of the upstream, the host, a variable in the pass, a segment of the path.

use super::paths::Url;
use crate::config::NodeId;
use crate::route::pattern;
use crate::scope::location_of;
use crate::value::Environment;

/// Words that stand for WebSockets, alone or as a part between separators.
const WORDS: [&str; 13] = [
    "ws",
    "wss",
    "websocket",
    "websockets",
    "websock",
    "socket",
    "sockets",
    "socketio",
    "sockjs",
    "cable",
    "actioncable",
    "signalr",
    "wsproxy",
];

/// The name that speaks for WebSockets, in a few words.
pub fn evidence(environment: &Environment<'_>, pass: NodeId) -> Option<String> {
    let url = Url::of(environment.view, pass);
    if let Some(word) = word(&url.host) {
        let host = String::from_utf8_lossy(&url.host);
        return Some(format!("the name `{host}` says {word}"));
    }
    let location = location_of(environment.view.config, environment.block);
    let node = environment.view.config.scope(location).node?;
    let path =
        pattern(environment.view, location).map(|_| environment.view.args(node).last().unwrap_or_default());
    let path = path.filter(|path| word(path).is_some())?;
    Some(format!("the path `{}` looks like one", String::from_utf8_lossy(&path)))
}

/// The word for WebSockets that a name holds as a whole part.
fn word(name: &[u8]) -> Option<&'static str> {
    // A socket on disk is no WebSocket.
    if name.starts_with(b"unix:") {
        return None;
    }
    let parts = name.split(|byte| !byte.is_ascii_alphanumeric());
    let mut words =
        parts.filter_map(|part| WORDS.into_iter().find(|word| part.eq_ignore_ascii_case(word.as_bytes())));
    words.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_as_a_whole_part() {
        assert_eq!(word(b"chat-ws"), Some("ws"));
        assert_eq!(word(b"/socket.io/"), Some("socket"));
        assert_eq!(word(b"news"), None);
        assert_eq!(word(b"unix:/run/app.socket"), None);
    }
}
