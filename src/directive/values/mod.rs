//! The words of a directive, each by the grammar of its setter.

mod address;
mod core;
mod listen;
mod log;
mod parameters;
mod upstream;
mod zones;

use super::call::Call;
use super::{Checked, scalar};
use crate::catalogue::{DirectiveId, Origin, ValueKind, Version, directive};

pub(super) use address::{address_v4, is_network};
pub(super) use log::access_log;
pub(super) use upstream::{has_uri, needs_port, no_uri};

/// Whether the directive's setter takes its words, variables aside.
pub(super) fn check(call: &Call<'_>) -> Checked {
    scalar::check(call)?;
    if call.variant.origin != Origin::Nginx {
        return Ok(());
    }
    match call.variant.value_in(call.version) {
        Some(ValueKind::Bind) => return core::bind(call),
        Some(ValueKind::Path) => return core::path(call),
        Some(ValueKind::Access) => return core::file_access(call),
        _ => {}
    }
    by_name(call).or_else(|| by_ending(call)).map_or(Ok(()), |setter| setter(call))
}

type Setter = fn(&Call<'_>) -> Checked;

fn by_name(call: &Call<'_>) -> Option<Setter> {
    Some(match call.id {
        directive::LISTEN => listen::check,
        directive::SERVER if !call.variant.block => upstream::server,
        directive::KEEPALIVE => upstream::keepalive,
        directive::HASH => upstream::hash,
        directive::RANDOM => upstream::random,
        directive::ZONE => zones::upstream_zone,
        directive::ALLOW | directive::DENY => core::access,
        directive::LIMIT_CONN => zones::limit_conn,
        directive::LIMIT_CONN_ZONE => zones::limit_conn_zone,
        directive::LIMIT_REQ => zones::limit_req,
        directive::LIMIT_REQ_ZONE => zones::limit_req_zone,
        directive::LIMIT_EXCEPT => core::limit_except,
        directive::EXPIRES => core::expires,
        directive::KEEPALIVE_TIMEOUT => core::keepalive_timeout,
        directive::OPEN_FILE_CACHE => zones::open_file_cache,
        directive::OPEN_LOG_FILE_CACHE => zones::open_log_file_cache,
        directive::RESOLVER => core::resolver,
        directive::SSL_SESSION_CACHE => zones::session_cache,
        directive::SSL_OCSP_CACHE => zones::ocsp_cache,
        directive::DISABLE_SYMLINKS => core::disable_symlinks,
        directive::AIO => core::aio,
        directive::DIRECTIO => core::directio,
        directive::ERROR_PAGE => core::error_page,
        directive::VALID_REFERERS => core::referers,
        directive::TRY_FILES => core::try_files,
        directive::HTTP2_STREAMS_INDEX_SIZE => core::power_of_two,
        directive::CONNECTION_POOL_SIZE | directive::REQUEST_POOL_SIZE | directive::HTTP2_POOL_SIZE => {
            core::pool_size
        }
        directive::PROXY_UPLOAD_RATE | directive::PROXY_DOWNLOAD_RATE => core::rate,
        directive::PROXY_BIND => core::bind,
        directive::STICKY => upstream::sticky,
        directive::PROXY_REDIRECT => core::redirect,
        directive::PROXY_COOKIE_PATH | directive::PROXY_COOKIE_DOMAIN => core::off_alone,
        directive::PROXY_COOKIE_FLAGS => core::cookie_flags,
        directive::SERVER_NAME => core::server_name,
        directive::FASTCGI_PARAM | directive::SCGI_PARAM | directive::UWSGI_PARAM => core::param,
        directive::FASTCGI_SPLIT_PATH_INFO => core::split_path_info,
        directive::GZIP_HASH | directive::GZIP_WINDOW => core::gzip_sizes,
        directive::HTTP2_MAX_CONCURRENT_PUSHES => core::pushes,
        directive::THREAD_POOL => core::thread_pool,
        directive::USE => core::event_type,
        directive::USERID_EXPIRES => core::userid_expires,
        directive::USERID_MARK => core::userid_mark,
        directive::WORKER_CONNECTIONS => core::worker_connections,
        directive::WORKER_PRIORITY => core::worker_priority,
        directive::WORKER_CPU_AFFINITY => core::cpu_affinity,
        directive::PASS => upstream::stream_pass,
        directive::WORKER_PROCESSES => core::worker_processes,
        _ => return None,
    })
}

/// Directives that several modules have under their own names.
fn by_ending(call: &Call<'_>) -> Option<Setter> {
    const ENDINGS: [(&str, Setter); 5] = [
        ("_store", core::store),
        ("_cache_path", zones::cache_path),
        ("_cache_valid", zones::cache_valid),
        ("ssl_certificate_cache", zones::certificate_cache),
        ("_pass", upstream::pass),
    ];
    let name = call.id.name();
    ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|&(_, setter)| setter)
}

const PUSHES_IGNORED: [Version; 1] = [Version::new(1, 25, 1)];
const RATES_WITH_VARIABLES: [Version; 1] = [Version::new(1, 27, 0)];

/// The versions in which the grammar of a setter changes.
pub(super) fn changes(id: DirectiveId) -> &'static [Version] {
    match id {
        directive::LISTEN => &listen::CHANGES,
        directive::SERVER => &upstream::CHANGES,
        directive::RESOLVER => &[core::IPV4],
        directive::HTTP2_MAX_CONCURRENT_PUSHES | directive::HTTP2_PUSH_PRELOAD => &PUSHES_IGNORED,
        id if id.name().ends_with("_limit_rate") => &RATES_WITH_VARIABLES,
        _ => &[],
    }
}
