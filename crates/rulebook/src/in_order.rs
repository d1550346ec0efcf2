//! Work done by several threads, whose results are taken in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};

/// Results that may wait for those before them, for each thread: beyond, a thread waits.
const AHEAD: usize = 4;

/// Does pieces of work, numbered from 0, and takes what comes out in the order of the numbers, until told to stop.
///
/// Few results exist at a time, however slowly they are taken.
pub fn in_order<T: Send>(
    count: usize,
    threads: usize,
    work: &(dyn Fn(usize) -> T + Sync),
    take: &mut dyn FnMut(usize, T) -> ControlFlow<()>,
) {
    if threads <= 1 || count <= 1 {
        for index in 0..count {
            if take(index, work(index)).is_break() {
                return;
            }
        }
        return;
    }
    let room = threads * AHEAD;
    let next = AtomicUsize::new(0);
    let taken = Taken::default();
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            let (send, next, taken) = (send.clone(), &next, &taken);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || !taken.wait_until_near(index, room) {
                        return;
                    }
                    if send.send((index, work(index))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut wanted = 0;
        for (index, done) in receive {
            waiting.insert(index, done);
            while let Some(done) = waiting.remove(&wanted) {
                if !taken.stopped.load(Ordering::Relaxed) && take(wanted, done).is_break() {
                    taken.stop();
                }
                wanted += 1;
                taken.advance(wanted);
            }
        }
    });
}

/// How many results were taken.
#[derive(Default)]
struct Taken {
    count: Mutex<usize>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl Taken {
    /// Waits until few results are missing before an index; returns false when the work is given up.
    fn wait_until_near(&self, index: usize, room: usize) -> bool {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        while index >= *count + room && !self.stopped.load(Ordering::Relaxed) {
            count = self.changed.wait(count).unwrap_or_else(PoisonError::into_inner);
        }
        !self.stopped.load(Ordering::Relaxed)
    }

    fn advance(&self, count: usize) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) = count;
        self.changed.notify_all();
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_is_slow() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            let work = |index: usize| {
                // Some pieces take longer than others.
                (0..(index * 7919) % 5_000).fold(index, |sum, _| std::hint::black_box(sum))
            };
            in_order(300, threads, &work, &mut |index, done| {
                assert_eq!(index, done);
                taken.push(index);
                ControlFlow::Continue(())
            });
            assert_eq!(taken, (0..300).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whoever_takes_may_stop() {
        for threads in [1, 3] {
            let mut taken = 0;
            in_order(10_000, threads, &|index| index, &mut |index, _| {
                taken += 1;
                if index == 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!(taken, 21);
        }
    }
}
