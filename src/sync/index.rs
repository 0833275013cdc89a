//! Finding items by numbers that several of them may share.

use crate::model::order::ascending;

/// Which items have a key: their indices in ascending order.
pub(crate) struct Index(Vec<(u64, usize)>);

impl Index {
    pub(crate) fn new(keys: Vec<(u64, usize)>) -> Self {
        Self(ascending(keys))
    }

    pub(crate) fn of(&self, key: u64) -> impl Iterator<Item = usize> {
        let from = self.0.partition_point(|(known, _)| *known < key);
        self.0.iter().skip(from).take_while(move |(known, _)| *known == key).map(|(_, index)| *index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_all_of_a_key() {
        let index = Index::new(vec![(7, 0), (3, 1), (7, 2)]);
        assert_eq!(index.of(7).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(index.of(5).count(), 0);
    }
}
