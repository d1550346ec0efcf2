//! The whole territory: patients batch by batch, drawn and written by several threads, always in the same order.

use std::sync::Mutex;
use std::thread;

use crate::calendar;
use crate::care;
use crate::dirt::{self, Dirt, Planted};
use crate::figures::{Course, Figures};
use crate::files::{self, Lived, Part};
use crate::land::Land;
use crate::layout::Layout;
use crate::person::{Person, World};
use crate::tally::Tally;
use crate::truth::{DirtList, truth};
use crate::{Error, Order, Sink, Written};

/// Draws a territory and writes it; `progress` hears how many patients are done.
///
/// Returns the files in the order of their paths. The same order gives the same bytes, whatever `threads` and `batch`.
///
/// # Errors
///
/// Fails when the order is impossible or a file cannot be written; files that were begun are then not complete.
pub fn generate<S: Sink>(
    order: &Order,
    sink: &S,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Written>, Error> {
    if let Some(refusal) = order.refusal() {
        return Err(refusal);
    }
    let world = world(order)?;
    let layout = Layout::embedded()?;
    let mut written = files::write_references(order, &world, &layout, sink)?;
    let mut parts = files::open_all(order, &world, &layout, sink)?;
    let mut tally = Tally::default();
    let mut list = world.dirt.as_ref().map(|dirt| DirtList::new(dirt, sink)).transpose()?;
    let mut done = 0;
    while done < order.patients {
        let next = (done + order.batch.max(1)).min(order.patients);
        let (lives, counted) = draw(&world, done..next, order.threads);
        for run in counted {
            tally.add(&run.tally);
            if let Some(list) = &mut list {
                list.add(&run)?;
            }
        }
        write(&world, &mut parts, &lives, order.threads)?;
        done = next;
        progress(done);
    }
    for part in parts {
        written.extend(part.close(sink)?);
    }
    written.extend(truth(&world, &tally, sink)?);
    if let (Some(list), Some(dirt)) = (list, &world.dirt) {
        written.extend(list.close(dirt, sink)?);
    }
    written.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(written)
}

/// Draws what every patient is drawn from.
pub(crate) fn world(order: &Order) -> Result<World, Error> {
    let figures = Figures::embedded()?;
    let land = Land::new(order, &figures)?;
    let (begin, end) = (calendar::day(order.first_year, 1, 1), calendar::day(order.last_year, 12, 31));
    let channels = &figures.territory.channels;
    let (first, last) = (calendar::month_of(begin), calendar::month_of(end));
    let courses: Vec<Course> =
        channels.kinds.iter().map(|channel| Course::new(channels, channel, first, last)).collect();
    // The last channel is that of deaths.
    let deaths = courses.last().cloned().ok_or_else(|| Error::figures("territory.toml", "no channel"))?;
    let (seed, first_year, last_year) = (order.seed, order.first_year, order.last_year);
    let mut dirt = order.dirt.then(Dirt::embedded).transpose()?;
    if let Some(dirt) = &mut dirt {
        dirt.choose_month(order, begin, end);
    }
    Ok(World { figures, land, courses, deaths, dirt, seed, first_year, last_year, begin, end })
}

/// What a thread counts while it draws a run of patients.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) tally: Tally,
    pub(crate) planted: Vec<Planted>,
    /// Lines that nobody will read, since their month is missing.
    pub(crate) lost: u64,
}

/// Draws patients, each thread a run of them; they come back in the order of their numbers.
fn draw(world: &World, numbers: std::ops::Range<u64>, threads: usize) -> (Vec<Lived>, Vec<Counted>) {
    let threads = u64::try_from(threads.max(1)).unwrap_or(1);
    let each = (numbers.end - numbers.start).div_ceil(threads);
    let draw_run = |begin: u64| {
        let mut counted = Counted::default();
        let lives: Vec<Lived> = (begin..(begin + each).min(numbers.end))
            .map(|number| {
                let person = Person::new(world, number);
                let story = care::story(world, &person);
                counted.tally.count(world, &person, &story);
                let mut lived = Lived { person, story };
                if let Some(dirt) = &world.dirt {
                    let (planted, lost) = dirt::spoil(world, dirt, &mut lived);
                    counted.planted.extend(planted);
                    counted.lost += lost;
                }
                lived
            })
            .collect();
        (lives, counted)
    };
    let begins = (0..threads).map(|thread| numbers.start + thread * each);
    let runs: Vec<(Vec<Lived>, Counted)> = thread::scope(|scope| {
        let handles: Vec<_> = begins.map(|begin| scope.spawn(move || draw_run(begin))).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let (lives, counted): (Vec<Vec<Lived>>, Vec<Counted>) = runs.into_iter().unzip();
    (lives.into_iter().flatten().collect(), counted)
}

/// Writes patients into every part; each part is one thread's at a time.
fn write<W: std::io::Write + Send>(
    world: &World,
    parts: &mut [Part<W>],
    lives: &[Lived],
    threads: usize,
) -> Result<(), Error> {
    let queue = Mutex::new(parts.iter_mut());
    let work = || -> Result<(), Error> {
        loop {
            let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
            let Some(part) = next else { return Ok(()) };
            part.write(world, lives)?;
        }
    };
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        handles
            .into_iter()
            .try_for_each(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
