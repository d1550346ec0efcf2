//! The whole territory: patients batch by batch, drawn and written by several threads, always in the same order.

use std::sync::Mutex;
use std::thread;

use crate::calendar;
use crate::care;
use crate::figures::{Course, Figures};
use crate::files::{self, Lived, Part};
use crate::land::Land;
use crate::layout::Layout;
use crate::person::{Person, World};
use crate::tally::Tally;
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
    let mut done = 0;
    while done < order.patients {
        let next = (done + order.batch.max(1)).min(order.patients);
        let (lives, counted) = draw(&world, done..next, order.threads);
        counted.iter().for_each(|counted| tally.add(counted));
        write(&world, &mut parts, &lives, order.threads)?;
        done = next;
        progress(done);
    }
    for part in parts {
        written.extend(part.close(sink)?);
    }
    written.extend(truth(&world, &tally, sink)?);
    written.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(written)
}

/// Draws what every patient is drawn from.
fn world(order: &Order) -> Result<World, Error> {
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
    Ok(World { figures, land, courses, deaths, seed, first_year, last_year, begin, end })
}

/// Draws patients, each thread a run of them; they come back in the order of their numbers.
fn draw(world: &World, numbers: std::ops::Range<u64>, threads: usize) -> (Vec<Lived>, Vec<Tally>) {
    let threads = u64::try_from(threads.max(1)).unwrap_or(1);
    let each = (numbers.end - numbers.start).div_ceil(threads);
    let draw_run = |begin: u64| {
        let mut tally = Tally::default();
        let lives: Vec<Lived> = (begin..(begin + each).min(numbers.end))
            .map(|number| {
                let person = Person::new(world, number);
                let story = care::story(world, &person);
                tally.count(world, &person, &story);
                Lived { person, story }
            })
            .collect();
        (lives, tally)
    };
    let begins = (0..threads).map(|thread| numbers.start + thread * each);
    let runs: Vec<(Vec<Lived>, Tally)> = thread::scope(|scope| {
        let handles: Vec<_> = begins.map(|begin| scope.spawn(move || draw_run(begin))).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let (lives, tallies): (Vec<Vec<Lived>>, Vec<Tally>) = runs.into_iter().unzip();
    (lives.into_iter().flatten().collect(), tallies)
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

/// Writes what is true: what each team changes, and what happened in each.
fn truth<S: Sink>(world: &World, tally: &Tally, sink: &S) -> Result<Vec<Written>, Error> {
    let mut teams = csv::Writer::from_writer(sink.create("truth/teams.csv")?);
    let names = ["team", "from", "spending_per_mille", "readmission_per_mille", "emergency_per_mille"];
    teams.write_record(names).map_err(Error::csv)?;
    for team in &world.land.teams {
        let from = calendar::civil(team.from);
        let row = [
            team.id.clone(),
            format!("{:04}-{:02}-{:02}", from.year, from.month, from.day),
            team.effect.spending.to_string(),
            team.effect.readmission.to_string(),
            team.effect.emergency.to_string(),
        ];
        teams.write_record(&row).map_err(Error::csv)?;
    }
    let mut outcomes = csv::Writer::from_writer(sink.create("truth/outcomes.csv")?);
    let names = [
        "team",
        "year",
        "patient_months",
        "deaths",
        "lines",
        "line_cents",
        "gp_acts",
        "stays",
        "public_stay_cents",
        "sessions",
        "returns",
        "emergency_visits",
        "psychiatric_stays",
    ];
    outcomes.write_record(names).map_err(Error::csv)?;
    for ((team, year), counts) in &tally.counts {
        let team = team.and_then(|team| world.land.teams.get(team)).map_or("", |team| team.id.as_str());
        let numbers = [
            *year,
            counts.patient_months,
            counts.deaths,
            counts.lines,
            counts.line_cents,
            counts.gp_acts,
            counts.stays,
            counts.public_stay_cents,
            counts.sessions,
            counts.returns,
            counts.emergencies,
            counts.psychiatric_stays,
        ];
        let row = std::iter::once(team.to_owned()).chain(numbers.iter().map(ToString::to_string));
        outcomes.write_record(row).map_err(Error::csv)?;
    }
    let rows = |count: usize| u64::try_from(count).unwrap_or(0);
    let records = [
        (teams, "truth/teams.csv", rows(world.land.teams.len())),
        (outcomes, "truth/outcomes.csv", rows(tally.counts.len())),
    ];
    let mut written = Vec::new();
    for (writer, path, rows) in records {
        sink.close(writer.into_inner().map_err(|error| Error::Write(error.into_error()))?)?;
        written.push(Written { path: path.to_owned(), rows });
    }
    Ok(written)
}
