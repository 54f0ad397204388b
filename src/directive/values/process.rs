//! Directives of the process and of how it waits for events.

use super::super::call::Call;
use super::super::scalar::number;
use super::super::{Checked, quoted, says};
use super::parameters::{invalid, is_positive};

/// The ways in which nginx waits for events, on any system.
const EVENTS: [&[u8]; 7] = [b"epoll", b"kqueue", b"eventport", b"/dev/poll", b"poll", b"select", b"rtsig"];

/// `thread_pool`, which overlooks what it does not know.
pub(super) fn thread_pool(call: &Call<'_>) -> Checked {
    let mut has_threads = false;
    for index in 2..=call.count() {
        let word = call.word(index);
        if let Some(count) = word.strip_prefix(b"threads=") {
            if !is_positive(count) {
                return Err(invalid("threads value", word, index));
            }
            has_threads = true;
        }
        let queue = word.strip_prefix(b"max_queue=");
        if queue.is_some_and(|count| count.is_empty() || number(count).is_none()) {
            return Err(invalid("max_queue value", word, index));
        }
    }
    if has_threads {
        return Ok(());
    }
    Err(says([b"\"", call.word(0), b"\" must have \"threads\" parameter"].concat()).at(0))
}

pub(super) fn event_type(call: &Call<'_>) -> Checked {
    if EVENTS.contains(&call.word(1)) { Ok(()) } else { Err(invalid("event type", call.word(1), 1)) }
}

pub(super) fn worker_connections(call: &Call<'_>) -> Checked {
    let good = number(call.word(1)).is_some();
    if good { Ok(()) } else { Err(invalid("number", call.word(1), 1)) }
}

pub(super) fn worker_priority(call: &Call<'_>) -> Checked {
    let digits = call.word(1).strip_prefix(b"-").or_else(|| call.word(1).strip_prefix(b"+"));
    let good = number(digits.unwrap_or(call.word(1))).is_some();
    if good { Ok(()) } else { Err(call.directive_says("invalid number")) }
}

/// `worker_cpu_affinity`: masks of 0 and 1, read from their ends.
pub(super) fn cpu_affinity(call: &Call<'_>) -> Checked {
    let masks = if call.word(1) == b"auto" { 2 } else { 1 };
    for index in masks..=call.count() {
        let wrong = call.word(index).iter().rfind(|byte| !matches!(byte, b'0' | b'1' | b' '));
        if let Some(&byte) = wrong {
            return Err(quoted("invalid character \"", &[byte], "\" in \"worker_cpu_affinity\"").at(index));
        }
    }
    Ok(())
}

pub(super) fn worker_processes(call: &Call<'_>) -> Checked {
    let good = call.word(1) == b"auto" || number(call.word(1)).is_some_and(|count| count > 0);
    if good { Ok(()) } else { Err(call.directive_says("invalid value")) }
}
