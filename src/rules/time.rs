//! Times as nginx writes them (`ngx_parse_time`).

/// The milliseconds of a time: `60`, `60s`, `1m 30s`, `500ms`; `None` for what is none.
pub fn milliseconds(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let mut rest = text.trim();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len()));
        let end = after.find(|it: char| it.is_ascii_digit() || it == ' ').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(factor(unit)?)?)?;
        rest = after.trim_start();
    }
    Some(total)
}

fn factor(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1000;
    Some(match unit {
        "ms" => 1,
        "" | "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 604_800 * SECOND,
        "M" => 2_592_000 * SECOND,
        "y" => 31_536_000 * SECOND,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_nginx_reads_them() {
        assert_eq!(milliseconds(b"60"), Some(60_000));
        assert_eq!(milliseconds(b"500ms"), Some(500));
        assert_eq!(milliseconds(b"1m30s"), Some(90_000));
        assert_eq!(milliseconds(b"1h 5m"), Some(3_900_000));
        assert_eq!(milliseconds(b"$time"), None);
        assert_eq!(milliseconds(b""), None);
    }
}
