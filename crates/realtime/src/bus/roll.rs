//! Which customers are connected to other nodes, by what those say.

use domain::CustomerKey;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// In how many parts a node says who its customers are: one with each beat, so that what was lost is right again when all
/// have come round.
pub const PARTS: u16 = 16;

/// The customers of the other nodes.
#[derive(Debug, Default)]
pub struct Roll(HashMap<Uuid, [Part; PARTS as usize]>);

/// The customers of a node whose keys fall into one part; none until the node has said who they are.
type Part = Option<HashSet<CustomerKey>>;

impl Roll {
    /// A node says who of its customers in a part are connected. Gives those of whom that is news.
    pub fn hear_part(&mut self, node: Uuid, part: u16, customers: HashSet<CustomerKey>) -> Vec<CustomerKey> {
        let parts = self.0.entry(node).or_default();
        let Some(part) = parts.get_mut(usize::from(part)) else { return Vec::new() };
        let before = part.replace(customers);
        let (Some(now), before) = (part, before.unwrap_or_default()) else { return Vec::new() };
        now.symmetric_difference(&before).copied().collect()
    }

    /// A node says that one of its customers came or left.
    pub fn hear_of(&mut self, node: Uuid, customer: CustomerKey, is_connected: bool) {
        let part = self.0.get_mut(&node).and_then(|parts| parts[usize::from(part_of(customer))].as_mut());
        match part {
            Some(part) if is_connected => drop(part.insert(customer)),
            Some(part) => drop(part.remove(&customer)),
            // Said again with the whole part.
            None => {}
        }
    }

    /// Keeps what the nodes said that are heard of; of one that fell silent nothing is known any more, and one that is
    /// gone has no customers. Gives those of whom that is news.
    pub fn review(&mut self, standing: impl Fn(Uuid) -> Standing) -> Vec<CustomerKey> {
        let mut changed = Vec::new();
        self.0.retain(|node, parts| {
            let standing = standing(*node);
            if standing != Standing::Heard {
                let unknown = parts.iter_mut().filter_map(Option::take);
                changed.extend(unknown.flatten());
            }
            standing != Standing::Gone
        });
        changed
    }

    /// Whether a customer is connected to another node; none while one of those has not said.
    pub fn has(&self, customer: CustomerKey) -> Option<bool> {
        let part = usize::from(part_of(customer));
        let mut parts = self.0.values().map(|parts| &parts[part]);
        if parts.clone().flatten().any(|part| part.contains(&customer)) {
            return Some(true);
        }
        parts.all(Option::is_some).then_some(false)
    }
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was heard of a moment ago.
    Heard,
    /// It should have been.
    Silent,
    /// It has not been for long.
    Gone,
}

/// The part a customer belongs to, the same on every node.
pub fn part_of(customer: CustomerKey) -> u16 {
    (customer.0.unsigned_abs() % u64::from(PARTS)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);
    const NOOR: CustomerKey = CustomerKey(5);

    fn all_parts(roll: &mut Roll, node: Uuid, customers: &[CustomerKey]) {
        for part in 0..PARTS {
            let customers = customers.iter().copied().filter(|customer| part_of(*customer) == part);
            roll.hear_part(node, part, customers.collect());
        }
    }

    #[test]
    fn who_is_connected_is_known_when_every_node_has_said() {
        let mut roll = Roll::default();
        assert_eq!(roll.has(NOOR), Some(false), "no other node");
        roll.hear_part(NODE, 0, HashSet::new());
        assert_eq!(roll.has(NOOR), None, "it has not said yet");
        all_parts(&mut roll, NODE, &[]);
        assert_eq!(roll.has(NOOR), Some(false));
        roll.hear_of(NODE, NOOR, true);
        assert_eq!(roll.has(NOOR), Some(true));
        all_parts(&mut roll, OTHER, &[NOOR]);
        roll.hear_of(NODE, NOOR, false);
        assert_eq!(roll.has(NOOR), Some(true), "still on the other node");
        roll.hear_of(OTHER, NOOR, false);
        assert_eq!(roll.has(NOOR), Some(false));
    }

    #[test]
    fn what_was_lost_is_right_again_with_the_whole_part() {
        let mut roll = Roll::default();
        all_parts(&mut roll, NODE, &[NOOR]);
        let part = part_of(NOOR);
        assert!(roll.hear_part(NODE, part, [NOOR].into()).is_empty(), "no news");
        assert_eq!(roll.hear_part(NODE, part, HashSet::new()), [NOOR]);
        assert_eq!(roll.has(NOOR), Some(false));
        assert!(roll.hear_part(NODE, PARTS, [NOOR].into()).is_empty(), "no part of a roll");
    }

    #[test]
    fn of_a_silent_node_nothing_is_known_and_of_a_gone_one_nothing_is_left() {
        let mut roll = Roll::default();
        all_parts(&mut roll, NODE, &[NOOR]);
        assert!(roll.review(|_| Standing::Heard).is_empty());
        assert_eq!(roll.review(|_| Standing::Silent), [NOOR]);
        assert_eq!(roll.has(NOOR), None);
        roll.review(|_| Standing::Gone);
        assert_eq!(roll.has(NOOR), Some(false));
    }
}
