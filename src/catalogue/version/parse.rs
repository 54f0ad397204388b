//! Reading versions and ranges as people, packages and `nginx -v` write them.

use thiserror::Error;

use super::{Version, VersionRange, after};

/// Why a text is no version or range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionError {
    /// It does not start like a version.
    #[error("`{0}` is not an nginx version: write `1.24`, `1.24.0`, `>=1.24`, or `R33` for NGINX Plus")]
    NotAVersion(String),
    /// An NGINX Plus release whose base version is not known.
    #[error("NGINX Plus R{0} is not known (R1 to R{max} are): write the nginx version it is based on", max = PLUS.len())]
    UnknownPlusRelease(u16),
    /// A server that counts its versions on its own.
    #[error("`{0}` does not tell which nginx version it is based on: write that")]
    OtherServer(String),
    /// The bounds exclude each other.
    #[error("the range `{0}` holds no version")]
    EmptyRange(String),
}

/// The nginx version behind each NGINX Plus release, R1 first (NGINX Plus release notes).
const PLUS: &[(u16, u16)] = &[
    (5, 3),
    (5, 7),
    (5, 12),
    (7, 3),
    (7, 7),
    (7, 11),
    (9, 4),
    (9, 9),
    (9, 13),
    (11, 3),
    (11, 5),
    (11, 10),
    (13, 4),
    (13, 7),
    (13, 10),
    (15, 2),
    (15, 7),
    (15, 10),
    (17, 3),
    (17, 6),
    (17, 9),
    (19, 0),
    (19, 5),
    (19, 10),
    (21, 3),
    (21, 5),
    (21, 6),
    (23, 2),
    (23, 4),
    (25, 1),
    (25, 3),
    (25, 5),
    (27, 2),
    (27, 4),
    (29, 0),
    (29, 3),
];

/// A version, and whether its patch number was written.
struct Written {
    version: Version,
    whole_branch: bool,
}

pub(super) fn version(text: &str) -> Result<Version, VersionError> {
    Ok(written(text)?.version)
}

fn written(text: &str) -> Result<Written, VersionError> {
    let number = without_product(text.trim())?;
    match number.strip_prefix(['R', 'r']) {
        Some(release) => Ok(Written { version: plus(text, release)?, whole_branch: false }),
        None => numbers(number).ok_or_else(|| VersionError::NotAVersion(text.trim().into())),
    }
}

/// What follows `nginx/`, `openresty/`, `nginx version: nginx/` or a package's epoch.
fn without_product(text: &str) -> Result<&str, VersionError> {
    let text = text.strip_prefix("nginx version:").map_or(text, str::trim_start);
    match text.split_once('/') {
        None => Ok(text.strip_prefix("nginx-plus-").or_else(|| text.strip_prefix("1:")).unwrap_or(text)),
        Some((product, number)) if is_nginx(product) => Ok(number),
        Some(_) => Err(VersionError::OtherServer(text.into())),
    }
}

fn is_nginx(product: &str) -> bool {
    ["nginx", "openresty"].iter().any(|name| product.eq_ignore_ascii_case(name))
}

fn plus(text: &str, release: &str) -> Result<Version, VersionError> {
    let (digits, rest) = digits(release);
    let number: u16 = digits
        .parse()
        .ok()
        .filter(|_| is_suffix(rest))
        .ok_or_else(|| VersionError::NotAVersion(text.trim().into()))?;
    let base = number.checked_sub(1).and_then(|at| PLUS.get(usize::from(at)));
    let (minor, patch) = base.ok_or(VersionError::UnknownPlusRelease(number))?;
    Ok(Version::new(1, *minor, *patch))
}

/// `1.24`, `1.24.0`, `1.27.1.2`, each with a distribution's suffix.
fn numbers(text: &str) -> Option<Written> {
    let (major, rest) = number(text.strip_prefix('v').unwrap_or(text))?;
    let (minor, rest) = number(rest.strip_prefix('.')?)?;
    let Some(rest) = rest.strip_prefix('.') else {
        return is_suffix(rest)
            .then_some(Written { version: Version::new(major, minor, 0), whole_branch: true });
    };
    let (patch, rest) = number(rest)?;
    let rest = rest.strip_prefix('.').map_or(Some(rest), |own| number(own).map(|(_, rest)| rest))?;
    is_suffix(rest).then_some(Written { version: Version::new(major, minor, patch), whole_branch: false })
}

/// A number of at most four digits, and what follows it.
fn number(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = digits(text);
    (digits.len() <= 4).then(|| digits.parse().ok()).flatten().map(|number| (number, rest))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// What packages and `nginx -v` add after the number: `-9+deb12u1`, `~jammy`, ` (Ubuntu)`.
fn is_suffix(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['-', '+', '~', '_']) || rest.trim_start().starts_with('(')
}

pub(super) fn range(text: &str) -> Result<VersionRange, VersionError> {
    let text = text.trim();
    if text.starts_with(['<', '>', '=']) {
        return bounds(text);
    }
    match text.split_once(" - ") {
        Some((first, last)) => within(text, written(first)?.version, beyond(&written(last)?)),
        None => version(text).map(VersionRange::exactly),
    }
}

fn within(text: &str, lowest: Version, below: Version) -> Result<VersionRange, VersionError> {
    VersionRange::between(lowest, below).ok_or_else(|| VersionError::EmptyRange(text.into()))
}

/// The first version above `written`; without a patch number the next branch.
fn beyond(written: &Written) -> Version {
    match written.version {
        Version { major, minor, .. } if written.whole_branch => Version::new(major, minor + 1, 0),
        version => after(version),
    }
}

/// Bounds that all hold, separated by commas or blanks.
fn bounds(text: &str) -> Result<VersionRange, VersionError> {
    let (mut range, mut rest) = (VersionRange::ALL, text);
    while !rest.is_empty() {
        let (operator, after) = rest.split_at(rest.bytes().take_while(|byte| b"<>=".contains(byte)).count());
        let after = after.trim_start();
        let end = after.find([',', ' ', '\t', '<', '>', '=']).unwrap_or(after.len());
        let (version, following) = after.split_at(end);
        range = narrowed(text, range, bound(text, operator, &written(version)?)?)?;
        rest = following.trim_start_matches([',', ' ', '\t']);
    }
    Ok(range)
}

fn bound(text: &str, operator: &str, written: &Written) -> Result<VersionRange, VersionError> {
    let version = written.version;
    match operator {
        ">=" => Ok(VersionRange::starting_at(version)),
        ">" => Ok(VersionRange::starting_at(beyond(written))),
        "<" => within(text, VersionRange::ALL.lowest, version),
        "<=" => within(text, VersionRange::ALL.lowest, beyond(written)),
        "=" | "==" => Ok(VersionRange::exactly(version)),
        _ => Err(VersionError::NotAVersion(text.into())),
    }
}

fn narrowed(text: &str, left: VersionRange, right: VersionRange) -> Result<VersionRange, VersionError> {
    let lowest = left.lowest.max(right.lowest);
    let below = left.below.into_iter().chain(right.below).min();
    if below.is_some_and(|below| below <= lowest) {
        return Err(VersionError::EmptyRange(text.into()));
    }
    Ok(VersionRange { lowest, below, exact: left.exact || right.exact })
}
