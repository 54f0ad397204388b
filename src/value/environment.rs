//! The variables of one request at one block.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use super::course::Reads;
use super::definitions::Definition;
use super::map::MapInfo;
use super::set::{Assigned, assignments, before, on_entering};
use super::{Client, Definitions, Part, PassUrl, Value, parts};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::value::regex::Captures;

/// Maps may be keyed on maps; a circle of them is given up at this depth.
const MOST_NESTED_VARIABLES: u8 = 32;

/// Values that are made of values grow without end; what is longer than any header line that nginx could send is not
/// worked out.
const LONGEST_VALUE: usize = 64 * 1024;

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
    assigned: OnceCell<Assigned>,
    /// The results of maps: nginx, too, keeps them for the request. Maps that use others twice would cost twice as much
    /// at each step.
    mapped: RefCell<HashMap<Vec<u8>, Value>>,
    /// The results of volatile maps, while one variable is looked up.
    momentary: RefCell<HashMap<Vec<u8>, Value>>,
    depth: Cell<u8>,
    /// What is looked at, where somebody wants to know.
    reads: RefCell<Option<Reads>>,
    /// The `proxy_pass` whose request is being made.
    pass: Cell<Option<NodeId>>,
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
            mapped: RefCell::default(),
            momentary: RefCell::default(),
            depth: Cell::new(0),
            reads: RefCell::default(),
            pass: Cell::new(None),
        }
    }

    /// The same request at another block.
    pub(super) fn at(&self, block: ScopeId) -> Self {
        let (assigned, mapped) = (OnceCell::new(), RefCell::default());
        let (momentary, reads, pass) = (RefCell::default(), RefCell::default(), Cell::new(None));
        Self { block, assigned, mapped, momentary, reads, pass, depth: self.depth.clone(), ..*self }
    }

    /// The same request and block with some variables assigned already: the state in the middle of a rewrite phase.
    pub(super) fn with(mut self, assigned: Assigned) -> Self {
        self.assigned = OnceCell::from(assigned);
        self
    }

    /// The request when the server's rewrite directives have run, and none of a location.
    pub(super) fn entering(&self) -> Self {
        self.at(self.block).with(on_entering(self))
    }

    /// The request when the block's own rewrite directives begin to run.
    #[must_use]
    pub fn before(&self) -> Self {
        self.at(self.block).with(before(self))
    }

    /// From here on notes what is looked at.
    pub(super) fn record(&mut self) {
        self.reads = RefCell::new(Some(Reads::default()));
    }

    /// What has been looked at.
    pub(super) fn recorded(&self) -> Reads {
        self.reads.take().unwrap_or_default()
    }

    /// Takes the assigned variables back out.
    pub(super) fn into_assigned(self) -> Assigned {
        self.assigned.into_inner().unwrap_or_default()
    }

    /// Changes what has been assigned so far.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Assigned)) {
        let mut assigned = self.assigned.take().unwrap_or_default();
        change(&mut assigned);
        self.assigned = OnceCell::from(assigned);
    }

    /// What a decoded value is for this request.
    pub fn evaluate(&self, value: &[u8]) -> Value {
        self.fill(value, None)
    }

    /// The same right after an expression has matched: its captures come before those of the request.
    pub(super) fn fill(&self, value: &[u8], matched: Option<&Captures>) -> Value {
        let captured = |number: u8| {
            let group = matched?.numbered.get(usize::from(number)).cloned();
            Some(Value::Known(group.unwrap_or_default()))
        };
        let named = |name: &[u8]| {
            let is_it = |(group, _): &&(String, Vec<u8>)| group.as_bytes().eq_ignore_ascii_case(name);
            Some(Value::Known(matched?.named.iter().find(is_it)?.1.clone()))
        };
        let mut out = Vec::new();
        for part in parts(value) {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Variable(name) => match named(name).unwrap_or_else(|| self.variable(name)) {
                    Value::Known(bytes) if out.len() + bytes.len() <= LONGEST_VALUE => out.extend(bytes),
                    Value::Known(_) => return Value::Unknown(String::from_utf8_lossy(name).into_owned()),
                    unknown @ Value::Unknown(_) => return unknown,
                },
                Part::Capture(number) => match captured(number).unwrap_or_else(|| self.capture(number)) {
                    Value::Known(bytes) => out.extend(bytes),
                    unknown @ Value::Unknown(_) => return unknown,
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
        if self.depth.get() == 0 {
            self.momentary.borrow_mut().clear();
        }
        value
    }

    /// The request on its way, if it is one.
    pub(super) fn in_flight(&self) -> Option<&'a dyn InFlight> {
        self.in_flight
    }

    fn capture(&self, number: u8) -> Value {
        if let Some(reads) = self.reads.borrow_mut().as_mut() {
            reads.captures = true;
        }
        let known = match self.in_flight {
            Some(request) => Some(request.capture(number)),
            None => self.assigned().capture(number).map(Value::Known),
        };
        known.unwrap_or_else(|| Value::Unknown(number.to_string()))
    }

    /// From here on the request of a `proxy_pass` is being made: `$proxy_host` and `$proxy_port` have their values
    /// (`ngx_http_proxy_eval`). Before, they are empty.
    pub(crate) fn makes_request_of(&self, pass: NodeId) {
        self.pass.set(Some(pass));
    }

    /// The address of a `proxy_pass` with its variables filled in; where only those behind the authority are not known,
    /// the authority alone.
    pub(crate) fn pass_url(&self, pass: NodeId) -> Value {
        let written = self.view.arg(pass, 0).unwrap_or_default();
        match (self.evaluate(&written), PassUrl::of(&written)) {
            (Value::Unknown(variable), Some(url)) if !url.is_unix() => {
                let end = written.len() - url.uri.len();
                match self.evaluate(written.get(..end).unwrap_or_default()) {
                    Value::Unknown(_) => Value::Unknown(variable),
                    known @ Value::Known(_) => known,
                }
            }
            (value, _) => value,
        }
    }

    /// `$proxy_host` and `$proxy_port`.
    fn proxied(&self, name: &[u8]) -> Value {
        let Some(pass) = self.pass.get() else { return Value::EMPTY };
        let url = match self.pass_url(pass) {
            Value::Known(url) => url,
            unknown @ Value::Unknown(_) => return unknown,
        };
        match PassUrl::of(&url) {
            Some(url) if name == b"proxy_host" => Value::known(url.host_header()),
            Some(url) => Value::known(url.port()),
            None => Value::Unknown(String::from_utf8_lossy(name).into_owned()),
        }
    }

    fn look_up(&self, name: &[u8]) -> Option<Value> {
        if matches!(name, b"proxy_host" | b"proxy_port") {
            return Some(self.proxied(name));
        }
        if let Some(request) = self.in_flight {
            return self.look_up_in_flight(request, name);
        }
        if let Some(reads) = self.reads.borrow_mut().as_mut() {
            reads.variables.insert(name.to_vec());
        }
        if let Some(assigned) = self.assigned().get(name) {
            return Some(assigned.clone());
        }
        match self.definitions.by_name.get(name) {
            Some(Definition::Map(map)) => return Some(self.mapped(name, map)),
            Some(Definition::Other) => return None,
            None if self.definitions.set.contains(name) => return Some(Value::EMPTY),
            None => {}
        }
        let name = std::str::from_utf8(name).ok()?;
        match name {
            "request_method" => Some(Value::known(self.client.method.as_str())),
            "remote_addr" => Some(Value::known(self.client.remote_addr.as_str())),
            "server_protocol" => Some(Value::known("HTTP/1.1")),
            "host" => self.client.host.as_deref().map(Value::known),
            "server_name" => self.server_name(),
            "content_length" | "content_type" | "http2" | "http3" => Some(Value::EMPTY),
            _ => self.client.http_variable(name.strip_prefix("http_")?),
        }
    }

    /// nginx looks the value of a volatile map up each time (`NGX_HTTP_VAR_NOCACHEABLE`).
    fn volatile(&self, name: &[u8], map: &MapInfo) -> Value {
        let known = self.momentary.borrow().get(name).cloned();
        known.unwrap_or_else(|| {
            let value = map.evaluate(self);
            self.momentary.borrow_mut().insert(name.to_vec(), value.clone());
            value
        })
    }

    fn mapped(&self, name: &[u8], map: &MapInfo) -> Value {
        if map.volatile {
            return self.volatile(name, map);
        }
        let known = self.mapped.borrow().get(name).cloned();
        known.unwrap_or_else(|| {
            let value = map.evaluate(self);
            self.mapped.borrow_mut().insert(name.to_vec(), value.clone());
            value
        })
    }

    /// The server's first name without the dot that `.example.org` begins with; empty where it has none.
    fn server_name(&self) -> Option<Value> {
        let config = self.view.config;
        let server = config.enclosing(self.block, ScopeKind::Server)?;
        let Some(node) = config.own(server, directive::SERVER_NAME).next() else {
            return config.scope(server).in_sight.then_some(Value::EMPTY);
        };
        let name = self.view.arg(node, 0)?;
        Some(Value::known(name.strip_prefix(b".").unwrap_or(&name)))
    }

    fn look_up_in_flight(&self, request: &dyn InFlight, name: &[u8]) -> Option<Value> {
        let map = match self.definitions.by_name.get(name) {
            Some(Definition::Map(map)) => Some(map),
            _ => None,
        };
        let is_set = self.definitions.set.contains(name);
        let assigned = || request.variable(std::str::from_utf8(name).ok()?);
        let Some(map) = map else { return assigned().or(is_set.then_some(Value::EMPTY)) };
        let assigned = if is_set { assigned() } else { None };
        if map.volatile {
            return assigned.or_else(|| Some(self.volatile(name, map)));
        }
        assigned.or_else(|| request.kept(name)).or_else(|| {
            let value = map.evaluate(self);
            request.keep(name, &value);
            Some(value)
        })
    }

    /// The variables that `set` has assigned on the way to the block. Assigning may itself ask for variables, then for
    /// those assigned so far.
    pub(super) fn assigned(&self) -> &Assigned {
        self.assigned.get_or_init(|| assignments(self))
    }
}
