//! The variables of one request at one block.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::map::{MapInfo, maps_of};
use super::set::{Assigned, assignments, before, on_entering};
use super::{Part, Value, parts};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::value::regex::Captures;

/// Maps may be keyed on maps; a circle of them is given up at this depth.
const MOST_NESTED_VARIABLES: u8 = 32;

/// Values that are made of values grow without end; what is longer than any header line that nginx could send is not
/// worked out.
const LONGEST_VALUE: usize = 64 * 1024;

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

    /// The same client asking for a page.
    pub fn plain() -> Self {
        Self { headers: Vec::new(), ..Self::handshake() }
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
    /// Set by something whose value is not in the configuration: geo, `split_clients`, Lua, a named capture, ...
    Other,
}

/// The variables that a tree defines. Names are without case (`ngx_http_add_variable` lowers them).
#[derive(Debug, Default)]
pub struct Definitions {
    by_name: HashMap<Vec<u8>, Definition>,
    /// The variables of `set`: where no `set` has run, a map of the same name counts, else they are empty.
    set: HashSet<Vec<u8>>,
    entered: RefCell<Vec<(Client, Entered)>>,
}

/// What the rewrite directives of each server assign to the requests of one client.
type Entered = HashMap<ScopeId, Rc<Assigned>>;

impl Definitions {
    /// Collects the definitions of a tree; of two maps for one variable the last counts.
    pub fn of(view: View<'_>) -> Self {
        let mut definitions = Self::default();
        let is_data = |id: &ScopeId| view.config.scope(*id).kind == ScopeKind::Data;
        for scope in view.config.scope_ids().filter(is_data).filter(|&id| is_for_http(view, id)) {
            definitions.add_data_block(view, scope);
        }
        for scope in view.config.scope_ids() {
            for node in view.config.own(scope, directive::AUTH_REQUEST_SET) {
                definitions.add(view, node, 0, Definition::Other);
            }
            for node in view.config.own(scope, directive::SET) {
                definitions.set.extend(variable_name(view, node, 0));
            }
        }
        definitions
    }

    /// What the rewrite directives of a server assign for a client; `run` is asked once.
    pub(super) fn entered(
        &self,
        server: ScopeId,
        client: &Client,
        run: impl FnOnce() -> Assigned,
    ) -> Rc<Assigned> {
        let known = |all: &Vec<(Client, Entered)>| {
            all.iter()
                .find(|(other, _)| other == client)
                .and_then(|(_, servers)| servers.get(&server).cloned())
        };
        if let Some(assigned) = known(&self.entered.borrow()) {
            return assigned;
        }
        let assigned = Rc::new(run());
        let mut all = self.entered.borrow_mut();
        match all.iter_mut().find(|(other, _)| other == client) {
            Some((_, servers)) => drop(servers.insert(server, Rc::clone(&assigned))),
            None => all.push((client.clone(), HashMap::from([(server, Rc::clone(&assigned))]))),
        }
        assigned
    }

    fn add_data_block(&mut self, view: View<'_>, scope: ScopeId) {
        let Some(node) = view.config.scope(scope).node else { return };
        match maps_of(view, scope) {
            Some(map) => self.add(view, node, 1, Definition::Map(map)),
            None => self.add(view, node, view.arg_count(node).saturating_sub(1), Definition::Other),
        }
    }

    fn add(&mut self, view: View<'_>, node: NodeId, argument: usize, definition: Definition) {
        if let Some(name) = variable_name(view, node, argument) {
            self.by_name.insert(name, definition);
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
            Definition::Other => None,
        })
    }

    /// Whether the tree defines a variable.
    pub fn has(&self, name: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        self.by_name.contains_key(&name) || self.set.contains(&name)
    }
}

/// A stream's maps have variables of their own.
fn is_for_http(view: View<'_>, scope: ScopeId) -> bool {
    let kinds = |kind: ScopeKind| view.config.enclosing(scope, kind).is_some();
    !kinds(ScopeKind::Stream) && !kinds(ScopeKind::Mail)
}

/// The variable that an argument names, in lower case.
fn variable_name(view: View<'_>, node: NodeId, argument: usize) -> Option<Vec<u8>> {
    let word = view.arg(node, argument)?;
    word.strip_prefix(b"$").map(<[u8]>::to_ascii_lowercase)
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
    assigned: OnceCell<Assigned>,
    /// The results of maps: nginx, too, keeps them for the request. Maps that use others twice would cost twice as much
    /// at each step.
    mapped: RefCell<HashMap<Vec<u8>, Value>>,
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
            mapped: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// The same request at another block.
    pub(super) fn at(&self, block: ScopeId) -> Self {
        let (assigned, mapped) = (OnceCell::new(), RefCell::default());
        Self { block, assigned, mapped, depth: self.depth.clone(), ..*self }
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
        let mut out = Vec::new();
        for part in parts(value) {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Variable(name) => match self.variable(name) {
                    Value::Known(bytes) if out.len() + bytes.len() <= LONGEST_VALUE => out.extend(bytes),
                    Value::Known(_) => return Value::Unknown(String::from_utf8_lossy(name).into_owned()),
                    unknown @ Value::Unknown(_) => return unknown,
                },
                Part::Capture(number) => match self.capture(number) {
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
        value
    }

    /// The request on its way, if it is one.
    pub(super) fn in_flight(&self) -> Option<&'a dyn InFlight> {
        self.in_flight
    }

    fn capture(&self, number: u8) -> Value {
        let known = match self.in_flight {
            Some(request) => Some(request.capture(number)),
            None => self.assigned().capture(number).map(Value::Known),
        };
        known.unwrap_or_else(|| Value::Unknown(number.to_string()))
    }

    fn look_up(&self, name: &[u8]) -> Option<Value> {
        if let Some(request) = self.in_flight {
            return self.look_up_in_flight(request, name);
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

    fn mapped(&self, name: &[u8], map: &MapInfo) -> Value {
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
        assigned.or_else(|| request.kept(name)).or_else(|| {
            let value = map.evaluate(self);
            request.keep(name, &value);
            Some(value)
        })
    }

    /// The variables that `set` has assigned on the way to the block. Assigning may itself ask for variables, then for
    /// those assigned so far.
    fn assigned(&self) -> &Assigned {
        self.assigned.get_or_init(|| assignments(self))
    }
}
