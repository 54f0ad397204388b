//! Locations: prefixes, exact ones, regexes, nested and named ones.

use super::super::tree::{Item, block, simple};
use super::words::{PREFIXES, REGEXES};
use super::{Generator, Level, Scope};

/// Two snippets that any server or any location may include.
const SHARED: &str = "snippets/shared.conf";
const BRANCH: &str = "snippets/branch.conf";

impl Generator {
    /// The snippets with blocks.
    pub(super) fn shared_locations(&mut self) {
        let scope = Scope { level: Level::Server, prefix: "/".into(), hops: Vec::new(), depth: 1 };
        let inner = Scope { level: Level::Prefix, prefix: "/shared/".into(), ..scope.clone() };
        let mut locations = vec![self.regex(&scope)];
        locations.push(block("location /shared/", self.location_body(&inner)));
        self.targets.extend(["/shared".to_owned(), "/shared/x".to_owned()]);
        self.files.insert(SHARED.into(), locations);
        let branch = self.branch(&inner);
        self.files.insert(BRANCH.into(), vec![branch]);
    }

    /// The snippet with locations for servers.
    pub(super) fn include_shared(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        self.maybe(15, &mut items, &format!("include {SHARED}"));
        items
    }

    /// A location of a server or of another location; `None` where none fits.
    pub(super) fn location(&mut self, outer: &Scope) -> Option<Item> {
        let only_regex = outer.level == Level::Regex;
        match self.rng.weighted(&[
            (if only_regex { 0 } else { 50 }, 0),
            (if only_regex { 0 } else { 14 }, 1),
            (36, 2),
        ]) {
            0 => self.prefix(outer),
            1 => self.exact(outer),
            _ => Some(self.regex(outer)),
        }
    }

    fn name_within(&mut self, outer: &Scope) -> Option<&'static str> {
        let fits = |name: &str| name.trim_matches('"').starts_with(&outer.prefix);
        let fitting: Vec<&'static str> = PREFIXES.into_iter().filter(|name| fits(name)).collect();
        (!fitting.is_empty()).then(|| self.rng.pick(&fitting))
    }

    fn prefix(&mut self, outer: &Scope) -> Option<Item> {
        let name = self.name_within(outer)?;
        let modifier = if self.rng.chance(15) { "^~ " } else { "" };
        let prefix = name.trim_matches('"').to_owned();
        let spelt = prefix.replace(' ', "%20");
        let rest = self.rng.pick(&["", "", "x", "x.html", "room", "1"]);
        self.targets.extend([
            spelt.trim_end_matches('/').to_owned(),
            format!("{spelt}{rest}"),
            format!("{spelt}{rest}"),
        ]);
        let scope = Scope { level: Level::Prefix, prefix, depth: outer.depth + 1, ..outer.clone() };
        Some(block(format!("location {modifier}{name}"), self.location_body(&scope)))
    }

    fn exact(&mut self, outer: &Scope) -> Option<Item> {
        let name = self.name_within(outer)?;
        self.targets.push(name.trim_matches('"').replace(' ', "%20"));
        let scope = Scope { level: Level::Exact, depth: outer.depth + 1, ..outer.clone() };
        Some(block(format!("location = {name}"), self.location_body(&scope)))
    }

    fn regex(&mut self, outer: &Scope) -> Item {
        let (regex, samples) = self.rng.pick(&REGEXES);
        let modifier = self.rng.pick(&["~", "~", "~*"]);
        let fitting = samples.iter().filter(|sample| sample.starts_with(&outer.prefix));
        self.targets.extend(fitting.map(|sample| (*sample).to_owned()));
        let scope =
            Scope { level: Level::Regex, prefix: String::new(), depth: outer.depth + 1, ..outer.clone() };
        block(format!("location {modifier} {regex}"), self.location_body(&scope))
    }

    /// `location /` with a pass.
    pub(super) fn catch_all(&mut self, outer: &Scope) -> Vec<Item> {
        let scope = Scope { level: Level::Prefix, prefix: "/".into(), depth: 1, ..outer.clone() };
        let mut body = self.headers(60);
        body.extend(self.pass(&scope));
        vec![block("location /", body)]
    }

    /// A named location of a server.
    pub(super) fn named(&mut self, name: &str, server: &Scope) -> Item {
        let scope = Scope { level: Level::Named, depth: 1, ..server.clone() };
        let mut body = self.headers(60);
        if self.rng.chance(10) {
            body.extend(self.rewrites(&scope));
        }
        body.extend(if self.rng.chance(85) { self.pass(&scope) } else { vec![self.answer()] });
        block(format!("location {name}"), body)
    }

    fn location_body(&mut self, scope: &Scope) -> Vec<Item> {
        // nginx crashes where a file that try_files finds has a shorter name than a location whose pass has a URI.
        let tries = self.rng.chance(7);
        let short = scope.level == Level::Prefix && scope.prefix.len() <= 3;
        let level = if tries && !short { Level::Named } else { scope.level };
        let mut groups = vec![self.headers(45), self.handler(&Scope { level, ..scope.clone() })];
        if self.rng.chance(30) {
            groups.push(self.rewrites(scope));
        }
        if self.rng.chance(3) {
            groups.push(vec![simple(format!("include {BRANCH}"))]);
        }
        if self.rng.chance(10) {
            groups.push(self.access());
        }
        if self.rng.chance(9) {
            groups.push(self.dispatch());
        } else if self.rng.chance(15) {
            groups.push(self.error_pages());
        }
        if tries {
            groups.push(vec![self.try_files()]);
        }
        if self.rng.chance(5) {
            groups.push(vec![self.limit_except(scope)]);
        }
        groups.push(self.small_matters());
        groups.push(self.nested(scope));
        self.shuffled(groups)
    }

    fn small_matters(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        self.maybe(4, &mut items, "internal");
        let index = self.rng.pick(&[
            "index index.html",
            "index no.html /ws/",
            "index a.txt",
            "index $arg_v index.html",
        ]);
        self.maybe(5, &mut items, index);
        self.maybe(1, &mut items, "default_type text/plain");
        items
    }

    fn nested(&mut self, scope: &Scope) -> Vec<Item> {
        let may = scope.depth < 3 && matches!(scope.level, Level::Prefix | Level::Regex);
        if !may || !self.rng.chance(22) {
            return Vec::new();
        }
        unique((0..self.rng.between(1, 2)).filter_map(|_| self.location(scope)).collect())
    }

    fn handler(&mut self, scope: &Scope) -> Vec<Item> {
        match self.rng.weighted(&[(85, 0), (4, 1), (4, 2), (2, 3), (5, 4)]) {
            0 => self.pass(scope),
            1 => vec![self.answer()],
            2 => vec![simple(self.rng.pick(&["root html", "root html/static"]))],
            3 if scope.level != Level::Regex => {
                vec![simple(self.rng.pick(&["alias html/static/", "alias html/ws/"]))]
            }
            3 => vec![simple(self.rng.pick(&["alias html/static/a.txt", "alias html/$1"]))],
            _ => Vec::new(),
        }
    }
}

/// Without the locations that nginx would refuse as duplicates.
pub(super) fn unique(items: Vec<Item>) -> Vec<Item> {
    let mut heads = Vec::new();
    let key = |head: &str| head.replace("^~ ", "");
    let mut is_new = |item: &Item| {
        let Item::Block(head, _) = item else { return true };
        let key = key(head);
        let is_new = key.contains('~') || !heads.contains(&key);
        heads.push(key);
        is_new
    };
    items.into_iter().filter(|item| is_new(item)).collect()
}
