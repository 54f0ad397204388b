//! Which blocks ever serve a handshake, and where a dispatch sends it.

use super::Judge;
use super::ending::{self, Ending};
use crate::catalogue::directive;
use crate::config::{ScopeId, ScopeKind};
use crate::route::{Returned, error_page};
use crate::value::Client;

impl Judge<'_> {
    /// Whether a handshake that reaches `block` may be served by it: it is not answered or moved on by a `return`,
    /// `rewrite` or `if` first, is not for other methods only, and is not left out by the block's own condition.
    pub fn serves_handshakes(&self, block: ScopeId) -> bool {
        let config = self.view.config;
        let ended =
            |phase: ending::Phase| matches!(phase.ending, Some(Ending::Return(..) | Ending::Redirect));
        if config.enclosing(block, ScopeKind::Server).is_some_and(|server| ended(self.server_phase(server))) {
            return false;
        }
        match config.scope(block).kind {
            ScopeKind::Location => self.limited(block).is_none() && self.stays(block),
            ScopeKind::LimitExcept => {
                config.scope(block).parent.and_then(|it| self.limited(it)) == Some(block)
            }
            ScopeKind::IfInLocation => self.is_entered(block) && self.stays(block),
            _ => false,
        }
    }

    fn stays(&self, block: ScopeId) -> bool {
        if self.is_unreachable(crate::scope::location_of(self.view.config, block)) {
            return false;
        }
        ending::stays(&self.environment(block))
    }

    fn is_entered(&self, branch: ScopeId) -> bool {
        !ending::is_left_out(&self.environment(branch))
    }

    /// The other location that an `if` of a block or server sends handshakes to, while other requests stay.
    pub fn dispatch_target(&self, block: ScopeId) -> Option<ScopeId> {
        let config = self.view.config;
        config.own(block, directive::IF).next()?;
        let phase = ending::run(&self.environment(block));
        if !self.stays_when_plain(block) {
            return None;
        }
        let one = |paths: &[Vec<u8>]| match self.locations_at(block, paths).as_slice() {
            &[location] => location,
            _ => None,
        };
        match phase.ending? {
            Ending::Moved(paths) => one(&paths),
            Ending::Return(Returned { code, whole: false }) => {
                let target = error_page(self.view, phase.in_force, code)?.target;
                if target.first() == Some(&b'@') {
                    let server = config.enclosing(block, ScopeKind::Server)?;
                    return self.routes.named(server, &target);
                }
                one(&[super::paths::without_query(&target).to_vec()])
            }
            _ => None,
        }
    }

    /// Whether a plain request is not moved on or ended by the block's rewrite directives.
    pub(super) fn stays_when_plain(&self, block: ScopeId) -> bool {
        let plain = Client::plain();
        let environment = crate::value::Environment::new(self.view, self.definitions, &plain, block);
        ending::run(&environment).ending.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Version;
    use crate::config::{Base, Context, Library, Paths, View, assemble};
    use crate::files::Memory;
    use crate::source::Origin;
    use crate::value::{ASKED, Definitions};

    /// Whether each `if` of a location serves handshakes, and how many conditions were asked to know it. What each sends
    /// to its backend is asked for as well.
    fn judged(inner: &str) -> (Vec<bool>, usize) {
        let files = Memory::default();
        let mut library = Library::new(&files, "/".into());
        let text =
            format!("events {{}} http {{ server {{ location / {{ proxy_pass http://a; {inner} }} }} }}");
        let doc = library.insert("nginx.conf".into(), Origin::Buffer, text.into_bytes()).unwrap();
        let (context, base) = (Context::main(), Base::Known("/".into()));
        let config = assemble(&mut library, doc, &context, &base, &Paths::default());
        let view = View { texts: &library.texts, config: &config };
        let (definitions, client) = (Definitions::of(view), Client::handshake());
        ASKED.set(0);
        let judge = Judge::new(view, &definitions, &client, Version::new(1, 24, 0));
        let branches = config.scope_ids().filter(|&it| config.scope(it).kind == ScopeKind::IfInLocation);
        let serve = branches.map(|branch| {
            judge.environment(branch).evaluate(b"$sent");
            judge.serves_handshakes(branch)
        });
        (serve.collect(), ASKED.get())
    }

    fn many(count: usize, one: &str) -> String {
        (0..count).map(|number| one.replace('#', &number.to_string())).collect()
    }

    #[test]
    fn what_serves_among_several_ifs() {
        let serve = |inner: &str| judged(inner).0;
        let (unknown, entered, left_out) = ("if ($arg_a) { }", "if ($http_upgrade) { }", "if ($http_x) { }");
        assert_eq!(serve(&[unknown, left_out, unknown].concat()), [true, false, true]);
        assert_eq!(serve(&[unknown, entered, unknown].concat()), [false, true, true], "the last one serves");
        assert_eq!(
            serve(&[unknown, "return 204;", unknown].concat()),
            [false, false],
            "nothing is stayed in"
        );
        assert_eq!(serve(&["break;", unknown].concat()), [false], "the phase is over");
        assert_eq!(serve(&["if ($arg_a) { break; }", entered].concat()), [true, true]);
        assert_eq!(serve("if ($arg_a) { set $b 1; } if ($b) { }"), [false, true], "what it sets is read");
        assert_eq!(serve("if ($arg_a) { set $c 1; } if ($b) { } set $b 1;"), [true, false], "and here not");
        let captured = "if ($http_upgrade ~ (x)?(web)) { } if ($arg_a) { } if ($2) { }";
        assert_eq!(serve(captured), [false, true, true], "an `if` that is entered may have its own captures");
        assert_eq!(serve("if ($arg_a) { } rewrite ^ /b last;"), [false]);
    }

    #[test]
    fn twice_as_many_ifs_are_twice_the_work() {
        let kinds = [
            "if ($arg_x = #) { proxy_pass http://a; }",
            "if ($http_user_agent ~ a#) { set $sent #; }",
            "if ($http_upgrade) { set $sent #; }",
            "set $v# #; if ($arg_x = #) { add_header X $v#; }",
            "if ($arg_x = #) { return 403; }",
        ];
        for kind in kinds {
            for before in ["", "set $sent 0; ", "rewrite ^/x /y; ", "return 204; "] {
                let work = |count| judged(&format!("{before}{}", many(count, kind))).1;
                let (once, twice) = (work(100), work(200));
                assert!(
                    once >= 100 && twice <= 2 * once + 10,
                    "{before}{kind}: {once} and {twice} conditions"
                );
            }
        }
    }
}
