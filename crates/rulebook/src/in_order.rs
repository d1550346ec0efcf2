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
        // The thread that takes is one of them: as many threads run as were asked for.
        for _ in 1..threads.min(count) {
            let (send, next, taken) = (send.clone(), &next, &taken);
            scope.spawn(move || {
                let _guard = StopOnPanic(taken);
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
        let _guard = StopOnPanic(&taken);
        let mut waiting = BTreeMap::new();
        let mut wanted = 0;
        while wanted < count {
            waiting.extend(receive.try_iter());
            while let Some(done) = waiting.remove(&wanted) {
                if take(wanted, done).is_break() {
                    taken.stop();
                    return;
                }
                wanted += 1;
                taken.advance(wanted);
            }
            // It works ahead where the others would, and else waits for them.
            if next.load(Ordering::Relaxed) < count.min(wanted + room) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index < count {
                    waiting.insert(index, work(index));
                }
            } else {
                // When nobody is left to send, a thread has panicked: the scope says so.
                let Ok((index, done)) = receive.recv() else { return };
                waiting.insert(index, done);
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
        // Under the lock: else who has just looked would begin to wait after this, for ever.
        let _count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        self.stopped.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }
}

/// Has the others give up when a thread panics: else they would wait for what never comes.
struct StopOnPanic<'a>(&'a Taken);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
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
    fn who_panics_keeps_nobody_waiting() {
        for threads in [1, 2, 3] {
            for faulty in [0, 7, 99] {
                let work = |index: usize| assert_ne!(index, faulty, "a fault");
                let all = || in_order(100, threads, &work, &mut |_, ()| ControlFlow::Continue(()));
                assert!(std::panic::catch_unwind(all).is_err(), "{threads} threads, {faulty}");
            }
        }
    }

    #[test]
    fn no_more_threads_run_than_were_asked_for() {
        for threads in [1, 2, 3] {
            let seen = Mutex::new(std::collections::HashSet::new());
            let work =
                |_| seen.lock().unwrap_or_else(PoisonError::into_inner).insert(std::thread::current().id());
            in_order(1_000, threads, &work, &mut |_, _| ControlFlow::Continue(()));
            let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
            assert!(
                seen.len() <= threads && seen.contains(&std::thread::current().id()),
                "{threads} threads"
            );
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
