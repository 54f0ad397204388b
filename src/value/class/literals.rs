//! The values that a value can have where all of them stand in the configuration.

use super::{Classes, Site};
use crate::value::map::Key;
use crate::value::script::{Part, parts};

/// More of them are not listed.
const MOST_VALUES: usize = 64;

impl Classes<'_> {
    /// Every value that a value can have, if all that it is made of is known: `set` of literals and maps to literals.
    pub fn literals(&self, site: Site, value: &[u8]) -> Option<Vec<Vec<u8>>> {
        self.lookups.set(0);
        self.texts(site, value)
    }

    fn texts(&self, site: Site, value: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut all = vec![Vec::new()];
        for part in parts(value) {
            let choices = match part {
                Part::Text(text) => vec![text.to_vec()],
                Part::Variable(name) => self.texts_of(site, &name.to_ascii_lowercase())?,
                Part::Capture(_) | Part::Invalid(_) => return None,
            };
            all = all
                .iter()
                .flat_map(|head| choices.iter().map(move |tail| [&**head, tail].concat()))
                .collect();
            if all.len() > MOST_VALUES {
                return None;
            }
        }
        Some(all)
    }

    fn texts_of(&self, site: Site, name: &[u8]) -> Option<Vec<Vec<u8>>> {
        self.lookups.set(self.lookups.get() + 1);
        if self.lookups.get() > super::MOST_LOOKUPS {
            return None;
        }
        let assigned = self.assigned(site, name);
        if let Some(values) = assigned.values {
            let lists: Option<Vec<_>> = values.iter().map(|(site, value)| self.texts(*site, value)).collect();
            return lists.filter(|_| assigned.surely).map(|lists| lists.concat());
        }
        let map = self.definitions.map(name).filter(|map| map.in_sight)?;
        let lists: Option<Vec<_>> = map.entries.iter().map(|entry| self.texts(site, &entry.value)).collect();
        let is_complete = map.entries.iter().any(|entry| entry.key == Key::Default);
        let nothing = (!is_complete).then(Vec::new);
        lists.map(|lists| lists.into_iter().flatten().chain(nothing).take(MOST_VALUES + 1).collect())
    }
}
