//! What has been assigned to each variable, and when: the state in the middle of a run without a copy of it.

use std::collections::HashMap;
use std::rc::Rc;

use super::Value;
use crate::config::NodeId;

/// All that a run has assigned, by variable and in order.
#[derive(Debug, Default)]
pub struct History(HashMap<Vec<u8>, Vec<(NodeId, Value)>>);

impl History {
    /// The directive at `node` has assigned a variable.
    pub fn add(&mut self, node: NodeId, name: Vec<u8>, value: Value) {
        self.0.entry(name).or_default().push((node, value));
    }

    /// The last directive that has assigned a variable.
    pub fn last(&self, name: &[u8]) -> Option<NodeId> {
        self.0.get(name)?.last().map(|&(node, _)| node)
    }
}

/// The state before a directive is run; in the end where there is none.
#[derive(Debug, Clone)]
pub struct Moment {
    /// The run.
    pub of: Rc<History>,
    /// The directive.
    pub before: Option<NodeId>,
}

impl Moment {
    /// What a variable was.
    pub fn get(&self, name: &[u8]) -> Option<&Value> {
        let values = self.of.0.get(name)?;
        let count =
            self.before.map_or(values.len(), |before| values.partition_point(|&(node, _)| node < before));
        values.get(count.checked_sub(1)?).map(|(_, value)| value)
    }
}
