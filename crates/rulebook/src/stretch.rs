//! Rows that stand together in a vector, which others may share.

use std::cell::RefCell;
use std::fmt::{Debug, Formatter};
use std::ops::{Deref, Range};
use std::sync::Arc;
use std::thread::LocalKey;

/// Values of rows that stand together; a copy shares them.
pub struct Stretch<V: Reused> {
    whole: Arc<Buffer<V>>,
    /// Inside the vector.
    rows: Range<usize>,
}

impl<V: Reused> Stretch<V> {
    /// Returns some rows of a buffer; those that it does not have are left out.
    pub(crate) fn of(whole: &Arc<Buffer<V>>, rows: &Range<usize>) -> Self {
        let end = rows.end.min(whole.0.len());
        Self { whole: Arc::clone(whole), rows: rows.start.min(end)..end }
    }
}

impl<V: Reused> Clone for Stretch<V> {
    fn clone(&self) -> Self {
        Self { whole: Arc::clone(&self.whole), rows: self.rows.clone() }
    }
}

impl<V: Reused> Deref for Stretch<V> {
    type Target = [V];

    fn deref(&self) -> &[V] {
        &self.whole.0[self.rows.clone()]
    }
}

impl<V: Reused + Debug> Debug for Stretch<V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl<V: Reused> From<Vec<V>> for Stretch<V> {
    fn from(values: Vec<V>) -> Self {
        Self { rows: 0..values.len(), whole: Arc::new(Buffer(values)) }
    }
}

impl<V: Reused> FromIterator<V> for Stretch<V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        collected(values).into()
    }
}

/// Collects values into memory that is used again.
pub(crate) fn collected<V: Reused>(values: impl IntoIterator<Item = V>) -> Vec<V> {
    let mut memory = V::spare().with_borrow_mut(Vec::pop).unwrap_or_default();
    memory.extend(values);
    memory
}

/// The most vectors of a type that a thread keeps to use again.
const SPARE_MAX: usize = 64;

/// The most bytes that are kept of one.
const SPARE_BYTES_MAX: usize = 1 << 16;

/// A vector whose memory its thread uses again: a chunk makes a hundred vectors of one size, and lets them go.
#[derive(Debug, Clone)]
pub(crate) struct Buffer<V: Reused>(pub(crate) Vec<V>);

impl<V: Reused> Default for Buffer<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Reused> Drop for Buffer<V> {
    fn drop(&mut self) {
        let bytes = self.0.capacity().saturating_mul(size_of::<V>());
        if bytes == 0 || bytes > SPARE_BYTES_MAX {
            return;
        }
        let mut memory = std::mem::take(&mut self.0);
        memory.clear();
        // A thread that ends has no spare memory any more: then it is freed as usual.
        let _ = V::spare().try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARE_MAX {
                spare.push(memory);
            }
        });
    }
}

/// A type whose vectors a thread keeps to use again.
pub trait Reused: Sized + 'static {
    /// Returns the empty vectors that this thread keeps.
    fn spare() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>>;
}

macro_rules! reused {
    ($($kind:ty),*) => {
        $(
            impl Reused for $kind {
                fn spare() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>> {
                    thread_local! {
                        static SPARE: RefCell<Vec<Vec<$kind>>> = const { RefCell::new(Vec::new()) };
                    }
                    &SPARE
                }
            }
        )*
    };
}

reused!(i64, i128, i32, u32, bool);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_what_the_buffer_has_there() {
        let whole = Arc::new(Buffer(vec![3, 1, 4, 1, 5]));
        assert_eq!(*Stretch::of(&whole, &(1..4)), [1, 4, 1]);
        assert_eq!(*Stretch::of(&whole, &(3..9)), [1, 5]);
        assert!(Stretch::<i64>::of(&whole, &(7..9)).is_empty());
        let copy = Stretch::of(&whole, &(0..2));
        drop(whole);
        assert_eq!(*copy.clone(), [3, 1]);
    }

    #[test]
    fn memory_is_used_again_once_nobody_reads_it() {
        let place = |stretch: &Stretch<u32>| stretch.as_ptr();
        let first: Stretch<u32> = (0..1000).collect();
        let (memory, copy) = (place(&first), first.clone());
        drop(first);
        let other: Stretch<u32> = (0..1000).rev().collect();
        assert_ne!(place(&other), memory, "somebody still reads it");
        assert_eq!(copy.iter().sum::<u32>(), other.iter().sum::<u32>());
        drop(copy);
        let again: Stretch<u32> = (5..10).collect();
        assert_eq!((place(&again), &*again), (memory, &[5, 6, 7, 8, 9][..]));
    }

    #[test]
    fn no_more_is_kept_than_a_little() {
        let many: Vec<Stretch<bool>> = (0..SPARE_MAX + 10).map(|_| (0..9).map(|_| true).collect()).collect();
        drop(many);
        drop(Stretch::from(vec![false; SPARE_BYTES_MAX + 1]));
        assert_eq!(bool::spare().with_borrow(Vec::len), SPARE_MAX);
    }
}
