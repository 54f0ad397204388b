//! How long a run spends where, for `--verbose`. Nothing is measured unless that is asked for.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Adds up times under names; several threads may add at once.
#[derive(Debug, Default)]
pub struct Times {
    wanted: bool,
    phases: Mutex<Vec<(&'static str, Duration)>>,
    rules: Mutex<BTreeMap<&'static str, Duration>>,
}

impl Times {
    /// Measures where that is `wanted`.
    pub fn new(wanted: bool) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Does `work`, a phase of the run.
    pub fn phase<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        self.measured(work, |spent| {
            let Ok(mut phases) = self.phases.lock() else { return };
            match phases.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += spent,
                None => phases.push((name, spent)),
            }
        })
    }

    /// Does `work` for the rule with this code.
    pub fn rule<T>(&self, code: &'static str, work: impl FnOnce() -> T) -> T {
        self.measured(work, |spent| {
            if let Ok(mut rules) = self.rules.lock() {
                *rules.entry(code).or_default() += spent;
            }
        })
    }

    fn measured<T>(&self, work: impl FnOnce() -> T, add: impl FnOnce(Duration)) -> T {
        if !self.wanted {
            return work();
        }
        let begin = Instant::now();
        let done = work();
        add(begin.elapsed());
        done
    }

    /// One line for each phase in order, then one for each rule, the slowest first; the time of a rule is that of all
    /// threads together.
    pub fn lines(&self) -> Vec<String> {
        let line =
            |(name, spent): (&str, Duration)| format!("{:>10.3} ms  {name}", spent.as_secs_f64() * 1e3);
        let phases = self.phases.lock().map(|phases| phases.clone()).unwrap_or_default();
        let rules = self.rules.lock().map(|rules| rules.clone()).unwrap_or_default();
        let mut rules: Vec<(&str, Duration)> = rules.into_iter().collect();
        rules.sort_by_key(|&(_, spent)| std::cmp::Reverse(spent));
        phases.into_iter().chain(rules).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_keep_their_order_and_add_up() {
        let times = Times::new(true);
        for name in ["b", "a", "b"] {
            assert_eq!(times.phase(name, || 7), 7);
        }
        times.rule("WS101", || ());
        let names: Vec<String> =
            times.lines().iter().filter_map(|line| Some(line.rsplit_once(' ')?.1.to_owned())).collect();
        assert_eq!(names, ["b", "a", "WS101"]);
        let off = Times::default();
        assert_eq!((off.phase("a", || 1), off.lines().len()), (1, 0));
    }
}
