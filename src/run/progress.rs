//! A line of progress on a terminal's standard error, once a run takes longer than a second.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use std::sync::Arc;

/// How long a run may take before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);
const REFRESH: Duration = Duration::from_millis(200);

/// What the line shows.
#[derive(Debug, Default)]
struct Counts {
    done: AtomicUsize,
    all: AtomicUsize,
}

/// The line; it goes away when this is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    counts: Arc<Counts>,
    line: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts watching; `wanted` is false under `--no-progress` and `--quiet`.
    pub(super) fn start(wanted: bool) -> Self {
        let counts = Arc::new(Counts::default());
        let shown = wanted && io::stderr().is_terminal();
        let line = shown.then(|| {
            let (stop, stopped) = mpsc::channel();
            let counts = Arc::clone(&counts);
            (stop, thread::spawn(move || show(&counts, &stopped)))
        });
        Self { counts, line }
    }

    /// One of `all` trees is done.
    pub(super) fn tick(&self, all: usize) {
        self.counts.all.store(all, Ordering::Relaxed);
        self.counts.done.fetch_add(1, Ordering::Relaxed);
    }
}

fn show(counts: &Counts, stopped: &mpsc::Receiver<()>) {
    let mut wait = PATIENCE;
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let (done, all) = (counts.done.load(Ordering::Relaxed), counts.all.load(Ordering::Relaxed));
        let _ = match all {
            0 => write!(io::stderr(), "\r\x1b[Kngxlint: reading ..."),
            all => write!(io::stderr(), "\r\x1b[Kngxlint: {done} of {all} configurations"),
        };
        wait = REFRESH;
    }
    if wait == REFRESH {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, line)) = self.line.take() {
            drop(stop);
            let _ = line.join();
        }
    }
}
