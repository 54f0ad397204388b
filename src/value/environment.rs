//! The variables of one request at one block.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use super::map::{MapInfo, maps_of};
use super::set::assignments;
use super::{Part, Value, parts};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::value::regex::Captures;

/// Maps may be keyed on maps; a circle of them is given up at this depth.
const MOST_NESTED_VARIABLES: u8 = 32;

/// The request that a client sends. What is `None` is not known, so neither are the variables made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `GET`.
    pub method: String,
    /// Header lines in the order they are sent. A header that is not here is absent.
    pub headers: Vec<(String, String)>,
    /// The address of the client.
    pub remote_addr: String,
    /// `$host`: known in a trace only.
    pub host: Option<String>,
}

impl Client {
    /// The handshake of RFC 6455 section 4.1 as a browser sends it, from this machine, to a host that is not known.
    pub fn handshake() -> Self {
        let headers = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Version", "13"),
        ];
        Self {
            method: "GET".into(),
            headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
            remote_addr: "127.0.0.1".into(),
            host: None,
        }
    }

    /// The same with `name` replaced by `value`, or removed where `value` is empty.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    /// The lines of a header, joined as nginx joins them.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).peekable();
        lines.peek()?;
        Some(lines.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", "))
    }

    /// `$http_name`: dashes are underscores, an absent header is empty. `Host` and what a browser adds of its own (its
    /// origin, cookies, agent) are not known.
    fn http_variable(&self, name: &str) -> Option<Value> {
        let line =
            self.headers.iter().find(|(header, _)| header.replace('-', "_").eq_ignore_ascii_case(name));
        match line {
            Some((header, _)) => self.header(header).map(Value::known),
            None if matches!(name, "host" | "origin" | "cookie" | "user_agent") => None,
            None => Some(Value::EMPTY),
        }
    }
}

/// What defines a variable besides nginx itself.
#[derive(Debug, Clone)]
enum Definition {
    Map(MapInfo),
    Set,
    /// Set by something whose value is not in the configuration: geo, `split_clients`, Lua, a named capture, ...
    Other,
}

/// The variables that a tree defines. Names are without case (`ngx_http_add_variable` lowers them).
#[derive(Debug, Default)]
pub struct Definitions {
    by_name: HashMap<Vec<u8>, Definition>,
}

impl Definitions {
    /// Collects the definitions of a tree; of two maps for one variable the last counts.
    pub fn of(view: View<'_>) -> Self {
        let mut definitions = Self::default();
        for scope in view.config.scope_ids().filter(|&id| view.config.scope(id).kind == ScopeKind::Data) {
            definitions.add_data_block(view, scope);
        }
        for scope in view.config.scope_ids() {
            for name in [directive::SET, directive::AUTH_REQUEST_SET] {
                for node in view.config.own(scope, name) {
                    let definition = if name == directive::SET { Definition::Set } else { Definition::Other };
                    definitions.add(view, node, 0, definition);
                }
            }
        }
        definitions
    }

    fn add_data_block(&mut self, view: View<'_>, scope: ScopeId) {
        let Some(node) = view.config.scope(scope).node else { return };
        match maps_of(view, scope) {
            Some(map) => self.add(view, node, 1, Definition::Map(map)),
            None => self.add(view, node, view.arg_count(node).saturating_sub(1), Definition::Other),
        }
    }

    fn add(&mut self, view: View<'_>, node: NodeId, argument: usize, definition: Definition) {
        let Some(word) = view.arg(node, argument) else { return };
        if let Some(name) = word.strip_prefix(b"$") {
            self.by_name.insert(name.to_ascii_lowercase(), definition);
        }
    }

    /// The map that defines a variable.
    pub fn map(&self, name: &[u8]) -> Option<&MapInfo> {
        match self.by_name.get(&name.to_ascii_lowercase()) {
            Some(Definition::Map(map)) => Some(map),
            _ => None,
        }
    }

    /// Every map, in no particular order.
    pub fn maps(&self) -> impl Iterator<Item = &MapInfo> {
        self.by_name.values().filter_map(|definition| match definition {
            Definition::Map(map) => Some(map),
            _ => None,
        })
    }

    /// Whether the tree defines a variable.
    pub fn has(&self, name: &[u8]) -> bool {
        self.by_name.contains_key(&name.to_ascii_lowercase())
    }
}

/// The variables of one request that has reached `block`.
pub struct Environment<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The variables it defines.
    pub definitions: &'a Definitions,
    /// The request.
    pub client: &'a Client,
    /// The block that serves it.
    pub block: ScopeId,
    in_flight: Option<&'a dyn InFlight>,
    assigned: OnceCell<HashMap<Vec<u8>, Value>>,
    depth: Cell<u8>,
}

/// What a trace knows of a request on its way, and a block's verdict does not.
pub trait InFlight {
    /// A variable that `set` or a named group has assigned, or one of nginx's own; its name is in lower case.
    fn variable(&self, name: &str) -> Option<Value>;

    /// `$1` to `$9`: what the last expression that was tried has captured.
    fn capture(&self, number: u8) -> Value;

    /// An expression has matched: its captures replace the last ones.
    fn matched(&self, captures: Captures);

    /// A map's result is kept for the whole request (`ngx_http_get_indexed_variable`).
    fn kept(&self, name: &[u8]) -> Option<Value>;

    /// Keeps a map's result.
    fn keep(&self, name: &[u8], value: &Value);
}

impl<'a> Environment<'a> {
    /// The variables of a request on its way, in force at `block`.
    pub fn on_its_way(
        view: View<'a>,
        definitions: &'a Definitions,
        client: &'a Client,
        block: ScopeId,
        in_flight: &'a dyn InFlight,
    ) -> Self {
        Self { in_flight: Some(in_flight), ..Self::new(view, definitions, client, block) }
    }

    /// The variables of `client`'s request at `block`.
    pub fn new(view: View<'a>, definitions: &'a Definitions, client: &'a Client, block: ScopeId) -> Self {
        Self {
            view,
            definitions,
            client,
            block,
            in_flight: None,
            assigned: OnceCell::new(),
            depth: Cell::new(0),
        }
    }

    /// The same request and block with some variables assigned already: the state in the middle of a rewrite phase.
    pub(super) fn during(&self, assigned: HashMap<Vec<u8>, Value>) -> Self {
        let depth = self.depth.clone();
        Self { assigned: OnceCell::from(assigned), depth, ..*self }
    }

    /// Takes the assigned variables back out.
    pub(super) fn into_assigned(self) -> HashMap<Vec<u8>, Value> {
        self.assigned.into_inner().unwrap_or_default()
    }

    /// What a decoded value is for this request.
    pub fn evaluate(&self, value: &[u8]) -> Value {
        let mut out = Vec::new();
        for part in parts(value) {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Variable(name) => match self.variable(name) {
                    Value::Known(bytes) => out.extend(bytes),
                    unknown @ Value::Unknown(_) => return unknown,
                },
                Part::Capture(number) => match self.in_flight.map(|it| it.capture(number)) {
                    Some(Value::Known(bytes)) => out.extend(bytes),
                    _ => return Value::Unknown(number.to_string()),
                },
                Part::Invalid(text) => return Value::Unknown(String::from_utf8_lossy(text).into_owned()),
            }
        }
        Value::Known(out)
    }

    /// What a variable is for this request.
    pub fn variable(&self, name: &[u8]) -> Value {
        let unknown = || Value::Unknown(String::from_utf8_lossy(name).into_owned());
        if self.depth.get() >= MOST_NESTED_VARIABLES {
            return unknown();
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.look_up(&name.to_ascii_lowercase()).unwrap_or_else(unknown);
        self.depth.set(self.depth.get() - 1);
        value
    }

    /// The request on its way, if it is one.
    pub(super) fn in_flight(&self) -> Option<&'a dyn InFlight> {
        self.in_flight
    }

    fn look_up(&self, name: &[u8]) -> Option<Value> {
        if let Some(request) = self.in_flight {
            return self.look_up_in_flight(request, name);
        }
        match self.definitions.by_name.get(name) {
            Some(Definition::Map(map)) => return Some(map.evaluate(self)),
            Some(Definition::Set) => return self.assigned().get(name).cloned().or(Some(Value::EMPTY)),
            Some(Definition::Other) => return None,
            None => {}
        }
        let name = std::str::from_utf8(name).ok()?;
        match name {
            "request_method" => Some(Value::known(self.client.method.as_str())),
            "remote_addr" => Some(Value::known(self.client.remote_addr.as_str())),
            "server_protocol" => Some(Value::known("HTTP/1.1")),
            "host" => self.client.host.as_deref().map(Value::known),
            _ => self.client.http_variable(name.strip_prefix("http_")?),
        }
    }

    fn look_up_in_flight(&self, request: &dyn InFlight, name: &[u8]) -> Option<Value> {
        let Some(Definition::Map(map)) = self.definitions.by_name.get(name) else {
            let assigned = request.variable(std::str::from_utf8(name).ok()?);
            let is_set = matches!(self.definitions.by_name.get(name), Some(Definition::Set));
            return assigned.or(is_set.then_some(Value::EMPTY));
        };
        request.kept(name).or_else(|| {
            let value = map.evaluate(self);
            request.keep(name, &value);
            Some(value)
        })
    }

    /// The variables that `set` has assigned on the way to the block. Assigning may itself ask for variables, then for
    /// those assigned so far.
    fn assigned(&self) -> &HashMap<Vec<u8>, Value> {
        self.assigned.get_or_init(|| assignments(self))
    }
}
