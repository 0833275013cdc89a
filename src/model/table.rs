//! Values by text ids, in the order of the ids. A sorted list: the standard maps, with the sorts that collecting
//! into them brings along, make the module 45 KB larger, and nothing here is changed often.

use super::list::Listed;
use super::order::{distinct, exchange};

/// A sorted list of keys and their values.
///
/// Adding at the end costs nothing; adding or removing elsewhere moves what follows, so that values are small or boxed,
/// and many keys are added at once, by [`Table::prepare`] or by collecting.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Table<K, V>(Vec<(K, V)>);

impl<K: AsRef<str>, V> Table<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        place(self.0.len(), key, &|index| self.0.get(index).map_or("", |(known, _)| known.as_ref()))
    }

    pub(crate) fn contains(&self, key: impl AsRef<str>) -> bool {
        self.place(key.as_ref()).is_ok()
    }

    pub(crate) fn get(&self, key: impl AsRef<str>) -> Option<&V> {
        let place = self.place(key.as_ref()).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: impl AsRef<str>) -> Option<&mut V> {
        let place = self.place(key.as_ref()).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Sets the value of a key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.place(key.as_ref()) {
            Ok(place) => {
                if let Some((_, known)) = self.0.get_mut(place) {
                    *known = value;
                }
            }
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Takes a value out.
    pub(crate) fn remove(&mut self, key: impl AsRef<str>) -> Option<V> {
        let place = self.place(key.as_ref()).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Changes the value of a key; a key that is not there gets the default first.
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        let place = self.place(key.as_ref());
        if let Err(place) = place {
            self.0.insert(place, (key, V::default()));
        }
        let (Ok(place) | Err(place)) = place;
        if let Some((_, value)) = self.0.get_mut(place) {
            change(value);
        }
    }

    /// Adds the keys that are not there, with default values.
    pub(crate) fn prepare(&mut self, keys: impl Iterator<Item = K>)
    where
        V: Default,
    {
        let missing: Vec<K> = keys.filter(|key| !self.contains(key)).listed();
        missing.into_iter().map(|key| (key, V::default())).add_to(&mut self.0);
        self.0 = ordered(std::mem::take(&mut self.0));
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

/// A set of keys.
impl<K: AsRef<str>> Table<K, ()> {
    pub(crate) fn of(keys: impl Iterator<Item = K>) -> Self {
        keys.map(|key| (key, ())).collect()
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Of several values of one key the last one counts.
impl<K: AsRef<str>, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(ordered(entries.into_iter().listed()))
    }
}

impl<K, V> IntoIterator for Table<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

fn ordered<K: AsRef<str>, V>(mut entries: Vec<(K, V)>) -> Vec<(K, V)> {
    let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_ref()).listed();
    let (pairs, count) = distinct(&keys);
    exchange(&mut entries, pairs);
    entries.truncate(count);
    entries
}

/// Where a key is among sorted ones, or where it would be. Not generic, so that the module holds it once.
fn place<'a>(len: usize, key: &str, key_at: &dyn Fn(usize) -> &'a str) -> Result<usize, usize> {
    let (mut from, mut to) = (0, len);
    // Keys mostly come in their order.
    let mut middle = len.saturating_sub(1);
    while from < to {
        match key_at(middle).cmp(key) {
            std::cmp::Ordering::Equal => return Ok(middle),
            std::cmp::Ordering::Less => from = middle + 1,
            std::cmp::Ordering::Greater => to = middle,
        }
        middle = from + (to - from) / 2;
    }
    Err(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_wherever_they_are_added() {
        let mut table = Table::default();
        for key in ["m", "z", "a", "n", "m"] {
            table.change(key, |count: &mut u32| *count += 1);
        }
        table.insert("b", 7);
        assert_eq!(
            table.iter().map(|(key, count)| format!("{key}{count}")).collect::<String>(),
            "a1b7m2n1z1"
        );
        assert_eq!((table.get("m"), table.get("c"), table.contains("z")), (Some(&2), None, true));
        assert_eq!((table.remove("a"), table.remove("a"), table.len()), (Some(1), None, 4));
    }

    #[test]
    fn of_several_values_the_last_counts() {
        let table: Table<_, _> = [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("b", 5)].into_iter().collect();
        assert_eq!(table.into_iter().collect::<Vec<_>>(), [("a", 2), ("b", 5), ("c", 4)]);
    }

    #[test]
    fn what_is_prepared_keeps_what_was_there() {
        let mut table: Table<_, _> = [("b", 1)].into_iter().collect();
        table.prepare(["c", "a", "b", "a"].into_iter());
        assert_eq!(table.into_iter().collect::<Vec<_>>(), [("a", 0), ("b", 1), ("c", 0)]);
    }
}
