//! Who a patient is: birth, homes, cover, conditions, death, médecin traitant.

use crate::calendar;
use crate::dirt::Dirt;
use crate::draw::{Draw, MILLION, Stream};
use crate::figures::{ByAge, Course, Figures};
use crate::land::{Effect, Land};

/// How a patient is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cover {
    /// Like most.
    Usual,
    /// With the complementary scheme for people of small means.
    SmallMeans,
    /// State medical aid.
    StateAid,
}

/// A médecin traitant, from a day to another.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) doctor: usize,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    /// Whether it ended because the doctor left.
    pub(crate) doctor_left: bool,
}

/// A long-term condition.
#[derive(Debug, Clone)]
pub(crate) struct Illness {
    pub(crate) kind: usize,
    pub(crate) code: usize,
    pub(crate) from: i64,
}

/// A patient.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) number: u64,
    /// The key of claims, 17 letters and digits.
    pub(crate) key: String,
    /// A later key of the same person, and the day from which it is used.
    pub(crate) later_key: Option<(i64, String)>,
    /// The identifier that stays when the key changes.
    pub(crate) identity: String,
    /// Tells twins with one key apart.
    pub(crate) rank: i64,
    pub(crate) birth: i64,
    pub(crate) woman: bool,
    pub(crate) death: Option<i64>,
    /// The first and the last day on which care is possible.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Homes with their first day, in order.
    pub(crate) homes: Vec<(i64, usize)>,
    pub(crate) cover: Cover,
    /// How much more care than the mean, in thousandths.
    pub(crate) use_factor: i64,
    pub(crate) illnesses: Vec<Illness>,
    pub(crate) registrations: Vec<Registration>,
}

/// What every patient is drawn from.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) figures: Figures,
    pub(crate) land: Land,
    /// The courses of the channels, in their order.
    pub(crate) courses: Vec<Course>,
    pub(crate) deaths: Course,
    /// What is planted, when defects are wanted.
    pub(crate) dirt: Option<Dirt>,
    pub(crate) seed: u64,
    pub(crate) first_year: i64,
    pub(crate) last_year: i64,
    /// The first and the last day of the territory.
    pub(crate) begin: i64,
    pub(crate) end: i64,
}

impl Person {
    /// Draws a patient.
    pub(crate) fn new(world: &World, number: u64) -> Self {
        let population = &world.figures.territory.population;
        let (mut draw, mut birth, mut key) = beginning(world, number);
        let elder = world.dirt.as_ref().and_then(|dirt| dirt.elder_twin(world.seed, number));
        if let Some(elder) = elder {
            (_, birth, key) = beginning(world, elder);
        }
        let commune = draw.index(world.land.communes.len());
        let mut person = Self {
            number,
            key,
            later_key: None,
            identity: pseudonym(&mut draw),
            rank: if elder.is_some() { 2 } else { 1 },
            birth,
            woman: draw.per_mille(population.women),
            death: None,
            first: birth.max(world.begin),
            last: world.end,
            homes: vec![(birth.min(world.begin), commune)],
            cover: Cover::Usual,
            use_factor: draw.along(&population.use_spread),
            illnesses: Vec::new(),
            registrations: Vec::new(),
        };
        person.draw_cover(world, &mut draw);
        person.draw_homes(world, &mut draw);
        person.draw_illnesses(world, &mut draw);
        person.draw_death(world, &mut draw);
        person.draw_registrations(world, &mut draw);
        person
    }

    /// Returns the age in whole years on a day.
    pub(crate) fn age(&self, day: i64) -> i64 {
        let (born, now) = (calendar::civil(self.birth), calendar::civil(day));
        now.year - born.year - i64::from((now.month, now.day) < (born.month, born.day))
    }

    /// Returns the commune of a day.
    pub(crate) fn home(&self, day: i64) -> usize {
        let before = self.homes.iter().rev().find(|(from, _)| *from <= day);
        before.or(self.homes.first()).map_or(0, |(_, commune)| *commune)
    }

    /// Returns the key of a day.
    pub(crate) fn key_on(&self, day: i64) -> &str {
        match &self.later_key {
            Some((from, key)) if day >= *from => key,
            _ => &self.key,
        }
    }

    /// Returns the médecin traitant of a day.
    pub(crate) fn doctor(&self, day: i64) -> Option<usize> {
        let on = |one: &&Registration| one.from <= day && one.to.is_none_or(|to| day <= to);
        self.registrations.iter().find(on).map(|one| one.doctor)
    }

    /// Returns the team of the médecin traitant of a day.
    pub(crate) fn team(&self, world: &World, day: i64) -> Option<usize> {
        self.doctor(day).and_then(|doctor| world.land.team_of(doctor, day))
    }

    /// Returns what that team changes.
    pub(crate) fn effect(&self, world: &World, day: i64) -> Effect {
        world.land.effect(self.team(world, day))
    }

    /// Returns whether a condition is recognised on a day.
    pub(crate) fn has(&self, kind: usize, day: i64) -> bool {
        self.illnesses.iter().any(|illness| illness.kind == kind && illness.from <= day)
    }

    /// Returns the product of a factor over the conditions of a day, in thousandths.
    pub(crate) fn burden(&self, day: i64, factor: impl Fn(usize) -> i64) -> i64 {
        let present = self.illnesses.iter().filter(|illness| illness.from <= day);
        present.fold(1000, |product, illness| product * factor(illness.kind) / 1000)
    }

    fn by_age(&self, world: &World, values: &ByAge, day: i64) -> i64 {
        values.get(world.figures.band(self.age(day))).copied().unwrap_or(0)
    }

    fn draw_cover(&mut self, world: &World, draw: &mut Draw) {
        let insurance = &world.figures.territory.health_insurance;
        let home = self.home(self.first);
        let poverty = world.land.communes.get(home).map_or(0, |commune| commune.poverty);
        if draw.per_mille(insurance.ame) {
            self.cover = Cover::StateAid;
        } else if draw.chance(poverty * insurance.css_per_poverty) {
            self.cover = Cover::SmallMeans;
        }
    }

    fn draw_homes(&mut self, world: &World, draw: &mut Draw) {
        let population = &world.figures.territory.population;
        for year in world.first_year..=world.last_year {
            let day = calendar::day(year, 1, 1) + draw.below(365);
            let moves = draw.per_mille(self.by_age(world, &population.moves, day));
            let within = draw.per_mille(population.moves_within_area);
            let anywhere = draw.index(world.land.communes.len());
            if !moves || day <= self.first {
                continue;
            }
            let area = world.land.communes.get(self.home(day)).map_or(0, |commune| commune.area);
            let neighbours = world.land.communes_of(area);
            let neighbour = neighbours.clone().nth(draw.index(neighbours.count()));
            let commune = if within { neighbour.unwrap_or(anywhere) } else { anywhere };
            if commune != self.home(day) {
                self.homes.push((day, commune));
            }
        }
    }

    fn draw_illnesses(&mut self, world: &World, draw: &mut Draw) {
        let conditions = &world.figures.care.conditions;
        for (kind, condition) in conditions.kinds.iter().enumerate() {
            let code = draw.index(condition.icd10.len());
            let had = draw.per_mille(self.by_age(world, &condition.had, world.begin));
            let years_ago =
                draw.along(&conditions.years_before_spread.iter().map(|one| one * 365).collect::<Vec<_>>());
            if had && self.birth < world.begin {
                let from = (world.begin - years_ago - draw.below(200)).max(self.birth + 1);
                self.illnesses.push(Illness { kind, code, from });
                continue;
            }
            for year in world.first_year..=world.last_year {
                let day = calendar::day(year, 1, 1) + draw.below(365);
                let new = draw.chance(self.by_age(world, &condition.new, day) * 10);
                if new && day > self.first {
                    self.illnesses.push(Illness { kind, code, from: day });
                    break;
                }
            }
        }
    }

    fn draw_death(&mut self, world: &World, draw: &mut Draw) {
        let population = &world.figures.territory.population;
        let conditions = &world.figures.care.conditions.kinds;
        for month in calendar::month_of(world.begin)..=calendar::month_of(world.end) {
            let day = calendar::first_of_month(month) + draw.below(28);
            let rates = if self.woman { &population.deaths_of_women } else { &population.deaths_of_men };
            let burden = self.burden(day, |kind| conditions.get(kind).map_or(1000, |one| one.deaths));
            let mean =
                self.by_age(world, rates, day) * 1000 / 12 * burden / 1000 * world.deaths.at(month) / 1000;
            if draw.chance(mean.min(MILLION)) && day > self.first {
                self.death = Some(day);
                self.last = day;
                self.illnesses.retain(|illness| illness.from <= day);
                self.homes.retain(|(from, _)| *from <= day);
                return;
            }
        }
    }

    fn draw_registrations(&mut self, world: &World, draw: &mut Draw) {
        let rules = &world.figures.territory.registration;
        if !draw.per_mille(self.by_age(world, &rules.registered, self.first)) {
            return;
        }
        let years: Vec<i64> = rules.years_before_spread.iter().map(|years| years * 365).collect();
        let mut from = (self.first - draw.along(&years)).max(self.birth + 5);
        let mut previous = None;
        // More changes than this in a few years are nobody's.
        for _ in 0..8 {
            if from > self.last {
                return;
            }
            let Some(doctor) = self.choose_doctor(world, draw, from, previous) else { return };
            let arrived = world.land.practitioners.get(doctor).map_or(from, |one| one.from);
            let begins = from.max(arrived);
            let (ends, doctor_left) = self.registration_end(world, draw, doctor, begins);
            self.registrations.push(Registration { doctor, from: begins, to: ends, doctor_left });
            let Some(ends) = ends else { return };
            previous = Some(doctor);
            from = ends + 1;
            if doctor_left {
                if !draw.per_mille(rules.again_after_loss) {
                    return;
                }
                from += draw.along(&rules.days_without_spread);
            }
        }
    }

    fn choose_doctor(
        &self,
        world: &World,
        draw: &mut Draw,
        day: i64,
        other_than: Option<usize>,
    ) -> Option<usize> {
        let area = world.land.communes.get(self.home(day.max(self.first))).map_or(0, |commune| commune.area);
        let professions = &world.figures.territory.professions.kinds;
        let profession = professions.iter().position(|profession| profession.registers)?;
        // Whoever registers before the first day has, by then, somebody who still works.
        let works = day.max(world.begin);
        (0..4).find_map(|_| {
            world.land.choose(draw, area, profession, works).filter(|one| Some(*one) != other_than)
        })
    }

    /// Draws the end of a registration: the doctor's departure, a move, or a wish.
    fn registration_end(
        &self,
        world: &World,
        draw: &mut Draw,
        doctor: usize,
        from: i64,
    ) -> (Option<i64>, bool) {
        let rules = &world.figures.territory.registration;
        let departure = world.land.practitioners.get(doctor).and_then(|one| one.to);
        let mut wish = None;
        for year in world.first_year..=world.last_year {
            let day = calendar::day(year, 1, 1) + draw.below(365);
            if wish.is_none() && day > from && draw.per_mille(rules.change) {
                wish = Some(day);
            }
        }
        let area = |day: i64| world.land.communes.get(self.home(day)).map(|commune| commune.area);
        let moved =
            self.homes.iter().map(|(day, _)| *day).find(|day| *day > from && area(*day) != area(day - 1));
        let ends = [departure, wish, moved].into_iter().flatten().filter(|day| *day > from).min();
        let ends = ends.filter(|day| *day < self.last);
        (ends, ends.is_some() && ends == departure)
    }
}

/// Draws what twins share: birthday and key.
fn beginning(world: &World, number: u64) -> (Draw, i64, String) {
    let mut draw = Draw::new(world.seed, Stream::Person, number);
    let birth = birth(world, &mut draw);
    let key = pseudonym(&mut draw);
    (draw, birth, key)
}

fn birth(world: &World, draw: &mut Draw) -> i64 {
    let territory = &world.figures.territory;
    let years = world.last_year - world.first_year + 1;
    let born_here = territory.population.births * years;
    let weights = territory.population.share.iter().copied().chain([born_here]);
    let band = draw.weighted(weights);
    let Some(first_age) = territory.age_bands.get(band).copied() else {
        return world.begin + draw.below(world.end - world.begin);
    };
    let last_age = match territory.age_bands.get(band + 1) {
        Some(next) => next - 1,
        // The oldest ages are rarer and rarer.
        None => draw
            .between(first_age, territory.population.age_max)
            .min(draw.between(first_age, territory.population.age_max)),
    };
    let age = if band + 1 < territory.age_bands.len() { draw.between(first_age, last_age) } else { last_age };
    world.begin - 1 - age * 36_525 / 100 - draw.below(365)
}

/// Draws a pseudonym of 17 capital letters and digits.
pub(crate) fn pseudonym(draw: &mut Draw) -> String {
    let mut left = (u128::from(draw.any()) << 64) | u128::from(draw.any());
    let mut text = String::with_capacity(17);
    for _ in 0..17 {
        let digit = u32::try_from(left % 36).unwrap_or(0);
        left /= 36;
        text.push(char::from_digit(digit, 36).unwrap_or('0').to_ascii_uppercase());
    }
    text
}
