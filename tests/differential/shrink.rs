//! Makes a failing case small: drops directives, blocks around directives and includes while it still fails.

use super::generate::Case;
use super::request::Request;
use super::tree::{Conf, Path};

/// The smallest case found for which `fails` holds, as it does for `case`. At most `tries` cases are tried.
pub(crate) fn shrink(case: &Case, tries: usize, fails: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut shrinking = Shrinking { best: case.clone(), left: tries, fails };
    while shrinking.pass() {}
    shrinking.best
}

struct Shrinking<'a> {
    best: Case,
    left: usize,
    fails: &'a mut dyn FnMut(&Case) -> bool,
}

impl Shrinking<'_> {
    /// Tries every change once; whether one helped.
    fn pass(&mut self) -> bool {
        let mut helped = false;
        for change in [Conf::without, Conf::inlined, Conf::unwrapped] {
            let mut paths = by_depth(&self.best.conf);
            let mut at = 0;
            while at < paths.len() && self.left > 0 {
                if self.accept(change(&self.best.conf, &paths[at])) {
                    helped = true;
                    paths = by_depth(&self.best.conf);
                } else {
                    at += 1;
                }
            }
        }
        helped | self.drop_files() | self.simplify_request()
    }

    fn accept(&mut self, conf: Option<Conf>) -> bool {
        let Some(conf) = conf else { return false };
        self.accept_case(Case { conf, requests: self.best.requests.clone() })
    }

    fn accept_case(&mut self, case: Case) -> bool {
        if case == self.best || self.left == 0 {
            return false;
        }
        self.left -= 1;
        let fails = (self.fails)(&case);
        if fails {
            self.best = case;
        }
        fails
    }

    fn drop_files(&mut self) -> bool {
        let names: Vec<String> = self.best.conf.files.keys().cloned().collect();
        let mut helped = false;
        for name in names {
            let mut conf = self.best.conf.clone();
            conf.files.remove(&name);
            helped |= self.accept(Some(conf));
        }
        helped
    }

    fn simplify_request(&mut self) -> bool {
        let mut helped = false;
        for request in 0..self.best.requests.len() {
            for header in (0..self.best.requests[request].profile.headers.len()).rev() {
                helped |= self.accept_request(request, &|request| {
                    request.profile.headers.remove(header);
                });
            }
            helped |= self.accept_request(request, &|request| request.profile.method = "GET");
            helped |= self.accept_request(request, &|request| request.profile.http = "1.1");
            helped |= self.accept_request(request, &|request| {
                request.target.truncate(request.target.find('?').unwrap_or(request.target.len()));
            });
        }
        helped
    }

    fn accept_request(&mut self, index: usize, change: &dyn Fn(&mut Request)) -> bool {
        let mut case = self.best.clone();
        change(&mut case.requests[index]);
        self.accept_case(case)
    }
}

/// The paths of all directives, large blocks first.
fn by_depth(conf: &Conf) -> Vec<Path> {
    let mut paths = conf.paths();
    paths.sort_by_key(|(_, at)| at.len());
    paths
}

#[test]
fn what_does_not_matter_goes() {
    use super::tree::{Item, MAIN, block, simple};
    let location = block("location /", vec![simple("include s"), simple("b")]);
    let files = [
        (
            MAIN.to_owned(),
            vec![simple("x"), block("http", vec![block("server", vec![simple("y"), location])])],
        ),
        ("s".to_owned(), vec![simple("c"), simple("a")]),
    ];
    let case = Case { conf: Conf { files: files.into() }, requests: Vec::new() };
    let found = |conf: &Conf, wanted: &str| {
        let text = format!("{:?}", conf.files[MAIN]);
        text.contains(wanted)
            || (text.contains("include s") && format!("{:?}", conf.files.get("s")).contains(wanted))
    };
    let mut fails = |case: &Case| {
        case.conf.files.contains_key(MAIN) && found(&case.conf, "\"a\"") && found(&case.conf, "server")
    };
    let small = shrink(&case, 1000, &mut fails).conf;
    assert_eq!(small.files.len(), 1);
    assert_eq!(small.files[MAIN], [block("server", vec![simple("a")])] as [Item; 1]);
}
