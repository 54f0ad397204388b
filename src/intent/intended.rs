//! What the settings declare for WebSockets.

use super::paths::{Url, is_written_for};
use crate::config::NodeId;
use crate::route::{Pattern, pattern};
use crate::scope::location_of;
use crate::value::Environment;

/// Paths and upstreams that are meant for WebSockets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intended {
    /// Paths: locations at them and below them are meant. `/` stands for the location `/` alone.
    pub paths: Vec<Vec<u8>>,
    /// Names of upstreams, or hosts with or without their port, in lower case.
    pub upstreams: Vec<Vec<u8>>,
}

impl Intended {
    /// What declares the environment's block, whose handler is `pass`, in a few words.
    pub(super) fn declares(&self, environment: &Environment<'_>, pass: NodeId) -> Option<String> {
        let (what, name) = match (self.path(environment), || self.upstream(environment, pass)) {
            (Some(path), _) => ("path", path),
            (None, upstream) => ("upstream", upstream()?),
        };
        Some(format!("the settings declare the {what} `{}` for WebSockets", String::from_utf8_lossy(name)))
    }

    fn path(&self, environment: &Environment<'_>) -> Option<&[u8]> {
        if self.paths.is_empty() {
            return None;
        }
        let location = location_of(environment.view.config, environment.block);
        let pattern = pattern(environment.view, location)?;
        let meant = |path: &[u8]| match &pattern {
            Pattern::Exact(own) | Pattern::Prefix(own, _) => is_below(own, path),
            Pattern::Regex(regex, caseless) => is_written_for(regex, *caseless, path),
            Pattern::Named(_) => false,
        };
        self.paths.iter().map(Vec::as_slice).find(|path| meant(path))
    }

    fn upstream(&self, environment: &Environment<'_>, pass: NodeId) -> Option<&[u8]> {
        if self.upstreams.is_empty() {
            return None;
        }
        let url = Url::of(environment.view, pass);
        let (host, authority) = (url.host.to_ascii_lowercase(), url.authority());
        self.upstreams.iter().map(Vec::as_slice).find(|name| **name == *host || **name == *authority)
    }
}

/// Whether a location's path is `path` or below it; `/live` and `/live/` are the same.
fn is_below(own: &[u8], path: &[u8]) -> bool {
    let folder = path.strip_suffix(b"/").unwrap_or(path);
    match own.strip_prefix(folder) {
        Some(b"" | b"/") => true,
        Some(rest) => !folder.is_empty() && rest.starts_with(b"/"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_segments_count() {
        for (own, path) in [("/live", "/live/"), ("/live/", "/live"), ("/live/a", "/live/"), ("/", "/")] {
            assert!(is_below(own.as_bytes(), path.as_bytes()), "{own} {path}");
        }
        for (own, path) in [("/livestream", "/live"), ("/", "/live"), ("/live", "/"), ("/a/live", "/live")] {
            assert!(!is_below(own.as_bytes(), path.as_bytes()), "{own} {path}");
        }
    }
}
