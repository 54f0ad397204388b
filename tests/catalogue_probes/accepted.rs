//! Where a directive may stand, how often, with how many words, with a block or without.

use ngxlint::catalogue::{self, Context, Family, Origin, Repeat};

use crate::bench::{Case, Expected, Release};
use crate::configuration::Configuration;
use crate::samples::Samples;
use crate::subject::{Subject, own_variants};

/// A name that no built module of the release defines is unknown to it.
pub(crate) fn absent(release: &Release, samples: &Samples) -> Vec<Case> {
    let is_present = |name: &str| {
        own_variants().any(|(other, variant)| {
            other == name && variant.exists_in(release.version) && !samples.absent.contains(variant.module)
        })
    };
    let names = own_variants().map(|(name, _)| name).collect::<std::collections::BTreeSet<_>>();
    let absent = names.into_iter().filter(|name| !is_present(name) && !samples.ported.contains(*name));
    let case = |name| Case {
        about: format!("{name}, of a module or version that is not there"),
        text: format!("{name} x;\n"),
        expected: Expected::Refused(&["unknown directive"]),
    };
    absent.map(case).collect()
}

/// Once in each of its contexts.
pub(crate) fn once(subject: &Subject<'_>) -> Case {
    let configuration = Configuration::of(subject);
    let placed = subject.contexts().into_iter();
    let text = placed.fold(configuration, |it, context| it.with(context, &subject.statement())).text();
    let expected = match subject.variant.deprecated {
        Some(_) if is_deprecated_in(subject) => Expected::Warned(&["deprecated", "obsolete"]),
        _ => Expected::Accepted,
    };
    Case { about: subject.about("once in each context"), text, expected }
}

/// The catalogue says that the newest version warns; older ones may not yet.
fn is_deprecated_in(subject: &Subject<'_>) -> bool {
    subject.release.version > catalogue::Version::new(1, 25, 1)
}

/// Twice in the outermost context.
pub(crate) fn twice(subject: &Subject<'_>) -> Option<Case> {
    let repeat = subject.variant.repeat_in(subject.release.version)?;
    let sample = &subject.sample;
    let second = sample.second.as_ref().unwrap_or(&sample.args);
    let body = sample.second_body.as_ref().unwrap_or(&sample.body);
    let both = subject.statement() + &subject.with_body(second, body);
    Some(Case {
        about: subject.about("twice"),
        text: Configuration::of(subject).with(subject.context(), &both).text(),
        expected: match repeat {
            Repeat::Refused => Expected::Refused(&["duplicate"]),
            Repeat::Adds | Repeat::Last => Expected::Accepted,
        },
    })
}

/// The blocks of a family.
fn contexts_of(family: Family) -> &'static [Context] {
    match family {
        Family::Http => &[
            Context::Main,
            Context::Http,
            Context::Server,
            Context::Location,
            Context::IfInServer,
            Context::IfInLocation,
            Context::LimitExcept,
            Context::Upstream,
        ],
        Family::Stream => &[Context::Main, Context::Stream, Context::StreamServer, Context::StreamUpstream],
        Family::Mail => &[Context::Main, Context::Mail, Context::MailServer],
        _ => &[Context::Main, Context::Events],
    }
}

/// In every other context of the family.
pub(crate) fn elsewhere(subject: &Subject<'_>) -> Vec<Case> {
    let entry = catalogue::lookup(subject.name.as_bytes()).entry().expect("an entry");
    let version = subject.release.version;
    let own = entry.variants.iter().filter(|it| it.origin == Origin::Nginx && it.exists_in(version));
    let allowed: Vec<_> = own.map(|variant| variant.contexts_in(version)).collect();
    let forbidden = contexts_of(subject.variant.family).iter().copied();
    let forbidden = forbidden.filter(|&context| !allowed.iter().any(|set| set.contains(context)));
    let case = |context: Context| Case {
        about: subject.about(&format!("in {context}")),
        text: Configuration::of(subject).with(context, &subject.statement()).text(),
        expected: Expected::Refused(&["is not allowed here"]),
    };
    forbidden.map(case).collect()
}

const WRONG_COUNT: &str = "invalid number of arguments in";

/// With the numbers of words around those that it takes.
pub(crate) fn other_counts(subject: &Subject<'_>) -> Vec<Case> {
    let args = subject.variant.args_in(subject.release.version);
    let last = args.most().unwrap_or(args.least() + 1) + 1;
    let case = |count: usize| Case {
        about: subject.about(&format!("with {count} words")),
        text: Configuration::of(subject).with(subject.context(), &subject.with(&"x ".repeat(count))).text(),
        expected: if args.accepts(count) {
            Expected::NotRefused(WRONG_COUNT)
        } else {
            Expected::Refused(&[WRONG_COUNT])
        },
    };
    (args.least().saturating_sub(1)..=last).map(case).collect()
}

/// With braces instead of a semicolon, or the other way round.
pub(crate) fn other_end(subject: &Subject<'_>) -> Case {
    let (name, args) = (subject.name, &subject.sample.args);
    let (statement, expected) = if subject.variant.block {
        (format!("{name} {args};\n"), Expected::Refused(&["has no opening \"{\""]))
    } else {
        (format!("{name} {args} {{ }}\n"), Expected::Refused(&["is not terminated by \";\""]))
    };
    let text = Configuration::of(subject).with(subject.context(), &statement).text();
    Case { about: subject.about("with the other end"), text, expected }
}
