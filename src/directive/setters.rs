//! What single directives leave behind for those that follow: variables, locations.

use super::call::Call;
use super::http::{Location, Match};
use super::script::Names;
use super::state::State;
use super::values::{has_uri, no_uri};
use super::{Checked, Refusal, condition, quoted, says, scalar};
use crate::catalogue::{Context, Family, Origin, ValueKind, Version, directive};

impl<P: Copy> State<P> {
    /// Carries the directive out, its block aside.
    pub(super) fn set(&mut self, call: &Call<'_>, place: P) -> Checked {
        if matches!(call.variant.family, Family::Http | Family::Stream) {
            self.http.names.family = Some(call.variant.family);
            self.variables(call, place)?;
        }
        self.shared.learn(call, place);
        self.http.named.learn(call, place)?;
        match call.id {
            directive::PROXY_PASS if call.context == Context::Location && has_uri(call) => {
                let location = self.location_around().and_then(|index| self.http.locations.get(index));
                let plain = location.is_none_or(|it| matches!(it.matching, Match::Exact | Match::Prefix));
                return if plain { Ok(()) } else { Err(no_uri()) };
            }
            directive::SERVER if call.variant.block => self.http.servers += 1,
            directive::LOCATION if call.variant.block => return self.location(call, place),
            _ => {}
        }
        Ok(())
    }

    /// The words in which nginx reads variables, and those that define one.
    fn variables(&mut self, call: &Call<'_>, place: P) -> Checked {
        let names = &mut self.http.names;
        let words: Vec<&[u8]> = call.arguments().collect();
        match call.id {
            directive::IF => condition::check(&words, names),
            directive::RETURN => self.return_(&words),
            directive::REWRITE => self.rewrite(&words),
            directive::SET => self.set_variable(&words),
            directive::MAP | directive::SPLIT_CLIENTS => {
                names.compile(call.word(1))?;
                names.definition(call.word(2))
            }
            directive::GEO => geo(&words, names),
            directive::PERL_SET | directive::JS_SET => names.definition(call.word(1)),
            directive::AUTH_REQUEST_SET => {
                names.definition(call.word(1))?;
                names.compile(call.word(2))
            }
            directive::CHARSET | directive::SOURCE_CHARSET => match call.word(1).strip_prefix(b"$") {
                Some(b"") => Err(says(r#"invalid variable name "$""#)),
                Some(name) => {
                    names.uses(name);
                    Ok(())
                }
                None => Ok(()),
            },
            directive::SERVER_NAME => {
                words
                    .iter()
                    .filter(|word| word.starts_with(b"~"))
                    .for_each(|regex| names.defines_groups(regex));
                Ok(())
            }
            _ if call.variant.origin != Origin::Nginx => {
                words.iter().filter_map(|word| word.strip_prefix(b"$")).for_each(|name| names.defines(name));
                Ok(())
            }
            directive::ADD_HEADER | directive::ADD_TRAILER => added(&words, names),
            directive::LOG_FORMAT => log_format(&words, names),
            directive::INDEX | directive::TRY_FILES | directive::SUB_FILTER => {
                words.iter().try_for_each(|word| names.compile(word))
            }
            directive::PROXY_COOKIE_DOMAIN
            | directive::PROXY_COOKIE_FLAGS
            | directive::PROXY_COOKIE_PATH
            | directive::PROXY_REDIRECT => replaced(&words, names),
            directive::PROXY_SET_HEADER
            | directive::GRPC_SET_HEADER
            | directive::FASTCGI_PARAM
            | directive::SCGI_PARAM
            | directive::UWSGI_PARAM => {
                self.http.inherited.push((place, call.word(2).to_vec()));
                Ok(())
            }
            directive::ERROR_PAGE | directive::EXPIRES => names.compile(call.word(call.count())),
            directive::HTTP2_PUSH if call.version < Version::new(1, 25, 1) => names.compile(call.word(1)),
            directive::MEMCACHED_PASS => {
                names.uses(b"memcached_key");
                Ok(())
            }
            directive::PROXY_SET_BODY => {
                self.http.inherited.push((place, call.word(1).to_vec()));
                Ok(())
            }
            id => match call.variant.value_in(call.version) {
                Some(ValueKind::Complex | ValueKind::ComplexSize | ValueKind::Bind) => {
                    names.compile(call.word(1))
                }
                Some(ValueKind::PredicateList) => words.iter().try_for_each(|word| names.compile(word)),
                _ if is_compiled(id.name()) => names.compile(call.word(1)),
                _ => Ok(()),
            },
        }
    }

    /// `ngx_http_rewrite_return`, and that of stream, whose one word is a value.
    fn return_(&mut self, words: &[&[u8]]) -> Checked {
        if self.http.names.family == Some(Family::Stream) {
            return self.http.names.compile(words.first().copied().unwrap_or_default());
        }
        let first = words.first().copied().unwrap_or_default();
        let is_address =
            || [&b"http://"[..], b"https://", b"$scheme"].iter().any(|start| first.starts_with(start));
        match (scalar::number(first), words) {
            (Some(0..=999), [_]) => Ok(()),
            (Some(0..=999), [_, value, ..]) => self.http.names.compile(value),
            (None, [value]) if is_address() => self.http.names.compile(value),
            _ => Err(quoted("invalid return code \"", first, "\"")),
        }
    }

    fn rewrite(&mut self, words: &[&[u8]]) -> Checked {
        let [regex, replacement, flags @ ..] = words else { return Ok(()) };
        self.http.names.defines_groups(regex);
        match flags {
            [] | [b"last" | b"break" | b"redirect" | b"permanent"] => self.http.names.compile(replacement),
            [flag, ..] => Err(quoted("invalid parameter \"", flag, "\"")),
        }
    }

    fn set_variable(&mut self, words: &[&[u8]]) -> Checked {
        let [name, value] = words else { return Ok(()) };
        self.http.names.definition(name)?;
        self.http.names.compile(value)
    }

    /// `ngx_http_core_location`.
    fn location(&mut self, call: &Call<'_>, place: P) -> Checked {
        let (matching, name) = modifier(call)?;
        let parent = self.location_around();
        if matching == Match::Regex {
            self.http.names.defines_groups(name);
        }
        let inside = (call.context == Context::Location).then_some(parent).flatten();
        if let Some(outer) = inside.and_then(|parent| self.http.locations.get(parent)) {
            nested(matching, name, outer)?;
        }
        let server = self.http.servers;
        self.http.locations.push(Location { matching, name: name.to_vec(), parent, server, place });
        Ok(())
    }
}

/// The variable with the address, if it is not the client's, and the one to define.
fn geo<P: Copy>(words: &[&[u8]], names: &mut Names<P>) -> Checked {
    let [address, .., variable] = words else {
        return words.iter().try_for_each(|word| names.definition(word));
    };
    match address.strip_prefix(b"$") {
        Some(name) => names.uses(name),
        None => return Err(quoted("invalid variable name \"", address, "\"")),
    }
    names.definition(variable)
}

/// `ngx_http_headers_add`.
fn added<P: Copy>(words: &[&[u8]], names: &mut Names<P>) -> Checked {
    names.compile(words.get(1).copied().unwrap_or_default())?;
    match words.get(2) {
        Some(parameter) if *parameter != b"always" => Err(quoted("invalid parameter \"", parameter, "\"")),
        _ => Ok(()),
    }
}

/// What is looked for, a regular expression after `~`, and what takes its place.
fn replaced<P: Copy>(words: &[&[u8]], names: &mut Names<P>) -> Checked {
    words.iter().try_for_each(|word| {
        if let Some(regex) = word.strip_prefix(b"~") {
            names.defines_groups(regex);
            return Ok(());
        }
        names.compile(word)
    })
}

/// `ngx_http_log_compile_format`, which knows no captures and words the lack of a name in its own way.
fn log_format<P: Copy>(words: &[&[u8]], names: &mut Names<P>) -> Checked {
    words.iter().skip(1).try_for_each(|word| {
        let mut rest = *word;
        while let Some(at) = memchr::memchr(b'$', rest) {
            let from = rest.get(at..).unwrap_or_default();
            rest = names.log_reference(from.get(1..).unwrap_or_default()).map_err(|refusal| {
                let lone = refusal.message == b"invalid variable name";
                if lone { quoted("invalid parameter \"", from, "\"") } else { refusal }
            })?;
        }
        Ok(())
    })
}

/// Whether the directive's own setter compiles the first word: files, the passes to other servers, the keys of caches and
/// zones.
fn is_compiled(name: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "access_log",
        "alias",
        "fastcgi_cache",
        "hash",
        "limit_conn_zone",
        "limit_req_zone",
        "pass",
        "proxy_bind",
        "proxy_cache",
        "proxy_download_rate",
        "proxy_upload_rate",
        "root",
        "scgi_cache",
        "uwsgi_cache",
    ];
    let ends = ["_pass", "_cache_key", "_store"];
    OTHERS.contains(&name) || ends.iter().any(|end| name.ends_with(end))
}

/// How the location is chosen, and by what.
fn modifier<'c>(call: &Call<'c>) -> Result<(Match, &'c [u8]), Refusal> {
    let (first, second) = (call.word(1), call.word(2));
    if call.words.len() == 3 {
        return match first {
            b"=" => Ok((Match::Exact, second)),
            b"^~" => Ok((Match::Prefix, second)),
            b"~" | b"~*" => Ok((Match::Regex, second)),
            _ => Err(quoted("invalid location modifier \"", first, "\"")),
        };
    }
    Ok(match first {
        [b'=', name @ ..] => (Match::Exact, name),
        [b'^', b'~', name @ ..] => (Match::Prefix, name),
        [b'~', b'*', name @ ..] | [b'~', name @ ..] => (Match::Regex, name),
        [b'@', ..] => (Match::Named, first),
        _ => (Match::Prefix, first),
    })
}

/// Where a location may stand inside another.
fn nested<P>(matching: Match, name: &[u8], outer: &Location<P>) -> Checked {
    let in_outer = |middle: &str| {
        Err(says([b"location \"", name, b"\" ", middle.as_bytes(), b" \"", &outer.name, b"\""].concat()))
    };
    match (outer.matching, matching) {
        (Match::Exact, _) => in_outer("cannot be inside the exact location"),
        (Match::Named, _) => in_outer("cannot be inside the named location"),
        (_, Match::Named) => Err(quoted("named location \"", name, "\" can be on the server level only")),
        (_, Match::Exact | Match::Prefix) if !name.starts_with(&outer.name) => {
            in_outer("is outside location")
        }
        _ => Ok(()),
    }
}
