//! The location search of a request on its way (`ngx_http_core_find_config_phase`).

use super::phases::{Next, Run};
use crate::config::ScopeId;
use crate::handshake::Reason;
use crate::route::{self, Choice, Found, Pattern, pattern};
use crate::value::InFlight as _;

impl Run<'_, '_> {
    pub(super) fn find_location(&mut self) -> Next {
        (self.content_handler, self.uri_changed) = (None, false);
        let uri = self.state.uri.clone();
        let shown = String::from_utf8_lossy(&uri).into_owned();
        let choice = self.tracer.locations.find(self.server, &uri);
        if let Some(captures) = &choice.captures {
            self.state.matched(captures.clone());
        }
        match choice.found {
            Found::Location(location) => {
                let why = self.why(location, &choice);
                let text = format!("{} serves {shown}: {why}", self.tracer.view.label(location));
                self.step(self.config().scope(location).node, &text);
                if !self.internal && route::is_internal(self.tracer.view, location) {
                    self.enter(location);
                    self.step(self.config().scope(location).node, "the location is internal: 404");
                    return Next::Finalize(404);
                }
                self.update_location(location);
                Next::Rewrite
            }
            Found::SlashRedirect(location) => {
                self.enter(location);
                if !self.internal && route::is_internal(self.tracer.view, location) {
                    self.step(None, "the location is internal: 404");
                    return Next::Finalize(404);
                }
                self.update_location(location);
                let text = format!(
                    "{shown} lacks the slash of this location: 301, which WebSocket clients do not follow"
                );
                self.step(self.config().scope(location).node, &text);
                Next::Finalize(301)
            }
            Found::Nothing => {
                self.update_location(self.server);
                self.step(self.config().scope(self.server).node, &format!("no location matches {shown}"));
                Next::Rewrite
            }
            Found::Unknown(location) => {
                let why = self.tracer.locations.error(location, &uri);
                let why = why.map_or_else(String::new, |error| format!(": {error}"));
                let text = format!("whether this expression matches {shown} is not known{why}");
                self.leave_open(self.config().scope(location).node, Reason::UnknownValue, &text)
            }
        }
    }

    /// Why a location was chosen.
    fn why(&self, location: ScopeId, choice: &Choice) -> String {
        match pattern(self.tracer.view, location) {
            Some(Pattern::Exact(_)) => "an exact match ends the search".into(),
            Some(Pattern::Regex(..)) => choice.over.map_or_else(
                || "the first regular expression that matches".into(),
                |over| format!("the regular expression wins over {}", self.tracer.view.label(over)),
            ),
            Some(Pattern::Prefix(_, true)) => {
                "the longest prefix, and `^~` keeps regular expressions out".into()
            }
            _ => "the longest prefix".into(),
        }
    }
}
