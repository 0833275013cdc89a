//! Lists are made by pushing. `collect` and `extend` ask an iterator first how long it may be, and take its first item
//! apart, so that each adapter is in the module twice and with an estimate of its length besides: 10 KB.

/// Every iterator.
pub(crate) trait Listed: Iterator + Sized {
    /// All items, in order.
    fn listed(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        self.add_to(&mut list);
        list
    }

    /// Puts all items behind those of a list.
    fn add_to(self, list: &mut Vec<Self::Item>) {
        self.for_each(|item| list.push(item));
    }
}

impl<I: Iterator> Listed for I {}

/// All items; none as soon as one is lacking.
pub(crate) fn whole<T>(items: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let mut list = Vec::new();
    for item in items {
        list.push(item?);
    }
    Some(list)
}
