//! The territory before its patients: communes, areas, professionals, teams with dated members, hospitals.

use std::collections::BTreeMap;

use crate::calendar;
use crate::draw::{Draw, Stream};
use crate::figures::{Communes, Figures, Profession};
use crate::{Error, Order};

/// A commune.
#[derive(Debug, Clone)]
pub(crate) struct Commune {
    /// Three digits, or a letter or digit and two.
    pub(crate) department: String,
    /// Its code within the department.
    pub(crate) code: String,
    pub(crate) area: usize,
    pub(crate) class: usize,
    /// Share of poor people, in thousandths.
    pub(crate) poverty: i64,
    /// Potential access to a doctor, in hundredths of consultations.
    pub(crate) apl: i64,
}

/// A professional.
#[derive(Debug, Clone)]
pub(crate) struct Practitioner {
    pub(crate) number: String,
    pub(crate) profession: usize,
    pub(crate) commune: usize,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
}

impl Practitioner {
    /// Returns whether he works on a day.
    pub(crate) fn works_on(&self, day: i64) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// What a team truly changes, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) spending: i64,
    pub(crate) readmission: i64,
    pub(crate) emergency: i64,
}

impl Effect {
    /// What nobody changes.
    pub(crate) const NONE: Self = Self { spending: 1000, readmission: 1000, emergency: 1000 };
}

/// A team.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) kind: usize,
    pub(crate) area: usize,
    pub(crate) from: i64,
    pub(crate) effect: Effect,
}

/// A stay of a professional in a team.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) practitioner: usize,
    pub(crate) team: usize,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
}

/// A hospital.
#[derive(Debug, Clone)]
pub(crate) struct Hospital {
    pub(crate) number: String,
    pub(crate) private: bool,
}

/// Everything that stands before the patients come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Land {
    pub(crate) communes: Vec<Commune>,
    pub(crate) practitioners: Vec<Practitioner>,
    pub(crate) teams: Vec<Team>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) hospitals: Vec<Hospital>,
    /// Professionals by area and profession.
    near: Vec<Vec<Vec<usize>>>,
    /// Professionals by profession.
    everywhere: Vec<Vec<usize>>,
    /// Memberships in teams that change something, by professional.
    acting: Vec<Vec<usize>>,
}

impl Land {
    /// Draws the territory.
    pub(crate) fn new(order: &Order, figures: &Figures) -> Result<Self, Error> {
        let mut draw = Draw::new(order.seed, Stream::Territory, 0);
        let mut land = Self::default();
        land.draw_communes(order, figures, &mut draw);
        land.draw_practitioners(order, figures, &mut draw);
        land.draw_teams(order, figures, &mut draw);
        land.draw_hospitals(order, figures);
        land.acting = vec![Vec::new(); land.practitioners.len()];
        for (index, membership) in land.memberships.iter().enumerate() {
            let kind = land.teams.get(membership.team).map_or(0, |team| team.kind);
            let acts = figures.territory.teams.kinds.get(kind).is_some_and(|kind| !kind.whole_area);
            if let (true, Some(acting)) = (acts, land.acting.get_mut(membership.practitioner)) {
                acting.push(index);
            }
        }
        if land.everywhere.iter().any(Vec::is_empty) || land.hospitals.is_empty() {
            return Err(Error::figures("territory.toml", "a profession or the hospitals lack anybody"));
        }
        Ok(land)
    }

    /// Returns the team, of those that change something, in which a professional is on a day.
    pub(crate) fn team_of(&self, practitioner: usize, day: i64) -> Option<usize> {
        let memberships =
            self.acting.get(practitioner)?.iter().filter_map(|index| self.memberships.get(*index));
        memberships
            .filter(|membership| membership.from <= day && membership.to.is_none_or(|to| day <= to))
            .map(|membership| membership.team)
            .next()
    }

    /// Returns what a team changes.
    pub(crate) fn effect(&self, team: Option<usize>) -> Effect {
        team.and_then(|team| self.teams.get(team)).map_or(Effect::NONE, |team| team.effect)
    }

    /// Returns the strongest effect on spending that a professional ever has.
    pub(crate) fn most_spending(&self, practitioner: usize) -> i64 {
        let memberships = self.acting.get(practitioner).into_iter().flatten();
        let teams = memberships.filter_map(|index| self.memberships.get(*index)).map(|one| one.team);
        teams.map(|team| self.effect(Some(team)).spending).max().unwrap_or(1000)
    }

    /// Draws a professional who works on a day: in the area, or farther when nobody does there.
    pub(crate) fn choose(&self, draw: &mut Draw, area: usize, profession: usize, day: i64) -> Option<usize> {
        let near = self.near.get(area).and_then(|near| near.get(profession));
        let everywhere = self.everywhere.get(profession);
        for candidates in [near, everywhere].into_iter().flatten() {
            // A few tries, then the first who works: the list is short or nearly all of it works.
            for _ in 0..6 {
                let tried = candidates.get(draw.index(candidates.len())).copied();
                if let Some(found) = tried.filter(|found| self.works_on(*found, day)) {
                    return Some(found);
                }
            }
            if let Some(found) = candidates.iter().copied().find(|found| self.works_on(*found, day)) {
                return Some(found);
            }
        }
        None
    }

    /// Draws a professional of an area.
    pub(crate) fn works_on(&self, practitioner: usize, day: i64) -> bool {
        self.practitioners.get(practitioner).is_some_and(|found| found.works_on(day))
    }

    /// Returns the number of areas.
    pub(crate) fn areas(&self) -> usize {
        self.near.len()
    }

    /// Returns the communes of an area.
    pub(crate) fn communes_of(&self, area: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        let of_area = move |(_, commune): &(usize, &Commune)| commune.area == area;
        self.communes.iter().enumerate().filter(of_area).map(|(index, _)| index)
    }

    /// Returns the mean share of poor people of an area.
    fn poverty_of(&self, area: usize) -> i64 {
        let (sum, count) = self.communes_of(area).fold((0, 0), |(sum, count), commune| {
            (sum + self.communes.get(commune).map_or(0, |commune| commune.poverty), count + 1)
        });
        sum / count.max(1)
    }

    fn draw_communes(&mut self, order: &Order, figures: &Figures, draw: &mut Draw) {
        let communes = &figures.territory.communes;
        let count = (order.patients() / communes.patients_each).clamp(communes.fewest, communes.most);
        let areas = (count / communes.per_area).max(2);
        let classes = classes_of_areas(communes, areas, draw);
        let mut in_department: BTreeMap<&str, i64> = BTreeMap::new();
        for number in 0..count {
            let area = usize::try_from(number * areas / count).unwrap_or(0);
            let class = classes.get(area).copied().unwrap_or(0);
            let Some(drawn) = communes.classes.get(class) else { continue };
            let serial = in_department.entry(drawn.department.as_str()).or_default();
            *serial += 1;
            self.communes.push(Commune {
                department: drawn.department.clone(),
                code: code(&drawn.department, *serial),
                area,
                class,
                poverty: draw.between(drawn.poverty[0], drawn.poverty[1]),
                apl: draw.between(drawn.apl[0], drawn.apl[1]),
            });
        }
        let professions = figures.territory.professions.kinds.len();
        self.near = vec![vec![Vec::new(); professions]; usize::try_from(areas).unwrap_or(1)];
        self.everywhere = vec![Vec::new(); professions];
    }

    fn draw_practitioners(&mut self, order: &Order, figures: &Figures, draw: &mut Draw) {
        let professions = &figures.territory.professions;
        for (kind, profession) in professions.kinds.iter().enumerate() {
            // Two doctors for each team that was asked for, and two for nobody: few patients do not make teams of one.
            let least = if profession.registers { 2 * order.teams() + 2 } else { 2 };
            let count = (order.patients() * profession.density / 100_000).max(least);
            for _ in 0..count {
                let commune = self.place_of(profession, figures, draw);
                self.settle(order, figures, kind, commune, None, draw);
            }
            // Who comes later.
            for year in order.first_year..=order.last_year {
                let newcomers = draw.count(count * professions.arrivals * 1000);
                for _ in 0..newcomers {
                    let commune = self.place_of(profession, figures, draw);
                    let from = calendar::day(year, 1, 1) + draw.below(365);
                    self.settle(order, figures, kind, commune, Some(from), draw);
                }
            }
        }
    }

    fn place_of(&self, profession: &Profession, figures: &Figures, draw: &mut Draw) -> usize {
        let classes = &figures.territory.communes.classes;
        let weights = self.communes.iter().map(|commune| {
            let doctors = classes.get(commune.class).map_or(1000, |class| class.doctors);
            if profession.registers { doctors } else { 1000 }
        });
        draw.weighted(weights)
    }

    fn settle(
        &mut self,
        order: &Order,
        figures: &Figures,
        profession: usize,
        commune: usize,
        from: Option<i64>,
        draw: &mut Draw,
    ) {
        let begin = calendar::day(order.first_year, 1, 1);
        let from = from.unwrap_or_else(|| begin - draw.between(30, 25 * 365));
        let mut to = None;
        for year in order.first_year..=order.last_year {
            let day = calendar::day(year, 1, 1) + draw.below(365);
            if to.is_none() && day > from + 200 && draw.per_mille(figures.territory.professions.departures) {
                to = Some(day);
            }
        }
        let index = self.practitioners.len();
        let serial = i64::try_from(index).unwrap_or(0);
        let number = (figures.territory.professions.first_number + serial).to_string();
        let area = self.communes.get(commune).map_or(0, |commune| commune.area);
        self.practitioners.push(Practitioner { number, profession, commune, from, to });
        if let Some(near) = self.near.get_mut(area).and_then(|near| near.get_mut(profession)) {
            near.push(index);
        }
        if let Some(everywhere) = self.everywhere.get_mut(profession) {
            everywhere.push(index);
        }
    }

    fn draw_teams(&mut self, order: &Order, figures: &Figures, draw: &mut Draw) {
        let teams = &figures.territory.teams;
        let begin = calendar::day(order.first_year, 1, 1);
        let end = calendar::day(order.last_year, 12, 31);
        let mut free = vec![true; self.practitioners.len()];
        for number in 0..order.teams() {
            let kind = draw.weighted(teams.kinds.iter().map(|kind| kind.share));
            let from = if draw.per_mille(teams.begin_later) {
                draw.between(begin + 31, end - 180)
            } else {
                begin - draw.between(teams.years_before[0] * 365, teams.years_before[1] * 365)
            };
            let mut one_of = |list: &[i64]| list.get(draw.index(list.len())).copied().unwrap_or(1000);
            let mut effect = Effect {
                spending: one_of(&teams.effects.spending),
                readmission: one_of(&teams.effects.readmission),
                emergency: one_of(&teams.effects.emergency),
            };
            let Some(drawn) = teams.kinds.get(kind) else { continue };
            if drawn.whole_area {
                effect = Effect::NONE;
            }
            let tried: Vec<usize> = (0..drawn.poorest_of).map(|_| draw.index(self.areas())).collect();
            let area = tried.into_iter().max_by_key(|area| self.poverty_of(*area)).unwrap_or(0);
            let id = format!("{}-{:04}", drawn.id, number + 1);
            self.teams.push(Team { id, kind, area, from, effect });
            self.gather(order, figures, &mut free, draw);
        }
    }

    /// Draws the members of the last team.
    fn gather(&mut self, order: &Order, figures: &Figures, free: &mut [bool], draw: &mut Draw) {
        let Some(team) = self.teams.last() else { return };
        let (index, area, from) = (self.teams.len() - 1, team.area, team.from);
        let Some(kind) = figures.territory.teams.kinds.get(team.kind) else { return };
        let core = draw.between(kind.core[0], kind.core[1]);
        let end = calendar::day(order.last_year, 12, 31);
        for (profession, declared) in figures.territory.professions.kinds.iter().enumerate() {
            let wanted = core * declared.in_team / 1000;
            let candidates = self.candidates(area, profession, from, kind.whole_area, free);
            for (place, practitioner) in (0..wanted).zip(candidates) {
                // The first two are there from the beginning; others may join later and leave earlier.
                let later = draw.per_mille(figures.territory.teams.join_later) && place >= 2;
                let joined = if later { from + draw.below((end - from).max(1)) } else { from };
                let arrived = self.practitioners.get(practitioner).map_or(from, |one| one.from);
                let departed = self.practitioners.get(practitioner).and_then(|one| one.to);
                let member_from = joined.max(arrived);
                let leaves =
                    draw.per_mille(figures.territory.teams.leave * (order.last_year - order.first_year));
                let left = (place >= 2 && leaves).then(|| member_from + draw.between(180, 1200));
                let to = [left, departed].into_iter().flatten().min().filter(|to| *to <= end);
                if to.is_some_and(|to| to <= member_from) || member_from > end {
                    continue;
                }
                if let (false, Some(free)) = (kind.whole_area, free.get_mut(practitioner)) {
                    *free = false;
                }
                self.memberships.push(Membership { practitioner, team: index, from: member_from, to });
            }
        }
    }

    /// Returns who could join: those of the area first, then of the others, who work when the team begins.
    fn candidates(
        &self,
        area: usize,
        profession: usize,
        from: i64,
        whole_area: bool,
        free: &[bool],
    ) -> Vec<usize> {
        let areas = self.areas();
        let reach = if whole_area { 1 } else { areas };
        let in_turn = (0..reach).filter_map(|step| self.near.get((area + step) % areas.max(1)));
        in_turn
            .filter_map(|near| near.get(profession))
            .flatten()
            .copied()
            .filter(|one| whole_area || free.get(*one).copied().unwrap_or(false))
            .filter(|one| {
                let one = self.practitioners.get(*one);
                one.is_some_and(|one| one.to.is_none_or(|to| to > from + 365))
            })
            .collect()
    }

    fn draw_hospitals(&mut self, order: &Order, figures: &Figures) {
        let hospitals = &figures.territory.hospitals;
        let each = (order.patients() / hospitals.patients_each).max(1);
        for serial in 0..2 * each {
            let number = (hospitals.first_number + serial).to_string();
            self.hospitals.push(Hospital { number, private: serial >= each });
        }
    }
}

/// Returns the class of each area: every class has its share of them, but for one, so that a small territory is like a large one.
fn classes_of_areas(communes: &Communes, areas: i64, draw: &mut Draw) -> Vec<usize> {
    let all: i64 = communes.classes.iter().map(|class| class.share).sum();
    let start = draw.below(all);
    let class_at = |place: i64| {
        let mut left = place;
        communes.classes.iter().position(|class| {
            left -= class.share;
            left < 0
        })
    };
    (0..areas).map(|area| class_at((area * all + start) / areas).unwrap_or(0)).collect()
}

/// Returns the code of a commune as claims have it: three digits; where the department has three of its own, the last of them
/// and two more.
fn code(department: &str, serial: i64) -> String {
    match department.chars().last().filter(|_| !department.starts_with('0')) {
        Some(last) => format!("{last}{serial:02}"),
        None => format!("{serial:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn land(patients: u64, teams: u64, seed: u64) -> (Land, Figures) {
        let order = Order {
            patients,
            teams,
            first_year: 2018,
            last_year: 2019,
            seed,
            dirt: false,
            csv: false,
            threads: 1,
            batch: 1,
        };
        let figures = Figures::embedded().expect("read");
        (Land::new(&order, &figures).expect("drawn"), figures)
    }

    #[test]
    fn every_class_has_its_share_of_the_areas() {
        for (patients, seed) in [(40_000, 1), (60_000, 2), (400_000, 3)] {
            let (land, figures) = land(patients, 10, seed);
            let classes = &figures.territory.communes.classes;
            let all: i64 = classes.iter().map(|class| class.share).sum();
            let areas = i64::try_from(land.areas()).expect("few");
            for (index, class) in classes.iter().enumerate() {
                let mut found: Vec<usize> =
                    land.communes.iter().filter(|one| one.class == index).map(|one| one.area).collect();
                found.dedup();
                let found = i64::try_from(found.len()).expect("few");
                assert!((found * all - areas * class.share).abs() <= all, "{}: {found} of {areas}", class.id);
                assert!(found > 0, "{patients} patients: nobody lives in {}", class.id);
            }
        }
    }

    #[test]
    fn communes_have_codes_of_their_department() {
        let (land, _) = land(1_800_000, 10, 4);
        let mut seen = std::collections::BTreeSet::new();
        for commune in &land.communes {
            assert!(seen.insert((commune.department.clone(), commune.code.clone())), "{commune:?} twice");
            assert_eq!((commune.department.len(), commune.code.len()), (3, 3), "{commune:?}");
            // Overseas the third digit of the department is the first of the commune.
            assert!(
                commune.department.starts_with('0') || commune.code.starts_with(&commune.department[2..])
            );
        }
        assert!(seen.iter().any(|(department, _)| !department.starts_with('0')), "nobody lives overseas");
    }

    #[test]
    fn who_seeks_the_poorest_of_several_areas_is_in_poorer_ones() {
        let (land, figures) = land(400_000, 600, 5);
        let mean = |seeks: bool| {
            let kinds = &figures.territory.teams.kinds;
            let of_kind = |team: &&Team| (kinds[team.kind].poorest_of > 1) == seeks;
            let found: Vec<i64> =
                land.teams.iter().filter(of_kind).map(|team| land.poverty_of(team.area)).collect();
            found.iter().sum::<i64>() / i64::try_from(found.len()).expect("some")
        };
        assert!(mean(true) > mean(false) + 60, "{} and {} thousandths", mean(true), mean(false));
    }
}
