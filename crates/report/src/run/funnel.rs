//! Gains against the size of the list, between the limits that luck alone would keep.

use exact::Rational;
use rulebook::text;

use super::view::{Block, Section, Table};
use super::who::SHOWN;
use super::{Context, RunTeam};
use crate::picture::{Picture, Plane, PlaneLine, PlanePoint, Shape, plane};

/// How many standard errors 95 % and 99.8 % of teams without any effect stay within, in hundredths.
const NEAR_HUNDREDTHS: i64 = 196;
/// See [`NEAR_HUNDREDTHS`].
const FAR_HUNDREDTHS: i64 = 309;
/// The pieces of a limit.
const PIECES: i64 = 48;
/// How many teams are named.
const NAMED_MAX: usize = 8;

/// A team on the funnel.
struct Place<'a> {
    team: &'a RunTeam,
    patients: u64,
    gain: Rational,
    /// The limits at its size, and how far out it lies: 0 inside both, 1 outside the nearer, 2 outside both.
    limits: Option<(Rational, Rational)>,
    zone: usize,
}

/// Shows gains against sizes.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let places = places(context);
    if places.is_empty() {
        return None;
    }
    let mut said = vec![context.say(&text!(
        "Une petite équipe peut gagner ou perdre beaucoup par le hasard : un seul malade très cher y pèse lourd. Chez une \
         grande équipe, bonnes et mauvaises surprises se compensent. Les lignes dessinent donc un entonnoir, large à gauche \
         et étroit à droite.",
        "A small team can gain or lose a lot by luck: one very expensive patient weighs heavily. In a large team good and \
         bad surprises cancel out. So the lines draw a funnel, wide on the left and narrow on the right."
    ))];
    if context.page.one_patient_sd.is_some() {
        said.push(context.say(&text!(
            "Une équipe entre les lignes ne se distingue pas du hasard. Sans aucun effet, 5 équipes sur 100 sortent des lignes \
             pleines et 2 sur 1 000 des lignes en tirets. Au-dessus de zéro, les patients ont coûté moins que des patients \
             comparables.",
            "A team between the lines cannot be told from luck. Without any effect 5 teams in 100 lie outside the solid lines, \
             and 2 in 1,000 outside the dashed ones. Above zero, patients cost less than patients like them."
        )));
    }
    Some(Section {
        id: "funnel",
        title: context.say(&text!("Gains et taille de l'équipe", "Gains and the size of the team")),
        said,
        blocks: vec![Block {
            picture: Some(picture(context, &places)),
            is_beside: true,
            table: Some(table(context, &places)),
            ..Block::default()
        }],
    })
}

/// Returns the teams whose size and gain may be shown, those farthest out first.
fn places<'a>(context: &Context<'a>) -> Vec<Place<'a>> {
    let sd = context.page.one_patient_sd.as_ref();
    let place = |team: &&'a RunTeam| {
        let (patients, gain) = (team.patients?, team.shown_gain()?.gain());
        let limits = sd.map(|sd| (limit(sd, patients, NEAR_HUNDREDTHS), limit(sd, patients, FAR_HUNDREDTHS)));
        let size = gain.abs();
        let zone =
            limits.as_ref().map_or(0, |(near, far)| usize::from(size > *near) + usize::from(size > *far));
        Some(Place { team, patients, gain, limits, zone })
    };
    let mut places: Vec<Place<'a>> = context.teams.iter().filter_map(place).collect();
    let distance = |place: &Place<'_>| {
        let near = place.limits.as_ref().map_or(Rational::ONE, |(near, _)| near.clone());
        place.gain.abs().checked_div(&near).unwrap_or_default()
    };
    places.sort_by_cached_key(|place| (std::cmp::Reverse(distance(place)), place.team.id.clone()));
    places
}

/// Returns how far from zero so many patients lie within so many hundredths of standard errors.
fn limit(sd: &Rational, patients: u64, hundredths: i64) -> Rational {
    // The root to a millionth: exact enough for a picture, and the same on every machine.
    const SCALE: u128 = 1_000_000;
    let root = (u128::from(patients) * SCALE * SCALE).isqrt();
    let root = i128::try_from(root).map_or(Rational::ZERO, Rational::from);
    let scale = Rational::from(i64::try_from(SCALE).unwrap_or(1));
    let wide = sd * &Rational::from(hundredths) * &scale;
    wide.checked_div(&(root * &Rational::from(100))).unwrap_or_default()
}

fn picture(context: &Context<'_>, places: &[Place<'_>]) -> Picture {
    let print = &context.print;
    let largest = places.iter().map(|place| place.gain.abs()).max().unwrap_or_default();
    let mut sizes: Vec<u64> = places.iter().map(|place| place.patients).collect();
    sizes.sort_unstable();
    let (least, most) = (sizes.first().copied().unwrap_or(1), sizes.last().copied().unwrap_or(1));
    let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(1);
    let sd = context.page.one_patient_sd.as_ref();
    // All points are seen, and the limits of at least half of the teams.
    let height = sd.map_or(largest.clone(), |sd| largest.clone().max(limit(sd, middle, FAR_HUNDREDTHS)));
    let points = places.iter().enumerate().map(|(rank, place)| PlanePoint {
        across: Rational::from(place.patients),
        up: place.gain.clone(),
        shape: Shape::of(place.zone),
        title: format!(
            "{} · {} · {}",
            place.team.id,
            print.patients(Some(place.patients)),
            print.gain(&place.gain)
        ),
        name: (place.zone > 0 && rank < NAMED_MAX).then(|| place.team.id.clone()),
    });
    let mut shapes = Vec::new();
    let mut lines = Vec::new();
    if let Some(sd) = sd {
        shapes = vec![
            (Shape::of(0), context.say(&text!("entre les lignes", "between the lines"))),
            (
                Shape::of(1),
                context.say(&text!("hors des lignes pleines (95 %)", "outside the solid lines (95%)")),
            ),
            (Shape::of(2), context.say(&text!("hors des tirets (99,8 %)", "outside the dashes (99.8%)"))),
        ];
        shapes.retain(|(shape, _)| places.iter().any(|place| Shape::of(place.zone) == *shape));
        for (class, hundredths) in [("limit", NEAR_HUNDREDTHS), ("limit-far", FAR_HUNDREDTHS)] {
            lines.extend(curves(class, sd, hundredths, (least, most), &height));
        }
    }
    let title = context.say(&text!("Gain par patient selon la taille", "Gain per patient by size"));
    plane(Plane {
        id: "funnel-picture",
        title: &title,
        description: if sd.is_some() { outside(context, places) } else { title.clone() },
        across: (&context.say(&text!("Nombre de patients", "Number of patients")), ""),
        up: (&context.say(&text!("Gain par patient", "Gain per patient")), print.currency),
        heights: (-height.clone(), height),
        widths: (Rational::ZERO, Rational::from(most)),
        points: points.collect(),
        lines,
        shapes,
        language: print.language,
    })
}

/// Returns a limit above and below zero, from where it comes into sight.
fn curves(
    class: &'static str,
    sd: &Rational,
    hundredths: i64,
    (least, most): (u64, u64),
    height: &Rational,
) -> Vec<PlaneLine> {
    let wide = sd * &Rational::from(hundredths);
    // The axis may end well above the height; what lies beyond it is cut.
    let in_sight = wide.checked_div(&(height * &Rational::from(200))).unwrap_or_default();
    let in_sight = (&in_sight * &in_sight).ceil();
    let first = Rational::from(least).checked_div(&Rational::from(2)).unwrap_or_default().max(in_sight);
    let first = first.max(Rational::ONE);
    let span = Rational::from(most) - &first;
    if span.is_negative() {
        return Vec::new();
    }
    let mut above = Vec::new();
    for piece in 0..=PIECES {
        // Short pieces where the limit is steep.
        let share = Rational::ratio(piece * piece, PIECES * PIECES).unwrap_or_default();
        let patients = (&first + &(&span * &share)).ceil();
        let whole = patients.to_i64().and_then(|patients| u64::try_from(patients).ok()).unwrap_or(1);
        above.push((patients, limit(sd, whole, hundredths)));
    }
    let below = above.iter().map(|(patients, limit)| (patients.clone(), -limit.clone())).collect();
    vec![(class, above), (class, below)]
}

/// Says how many teams lie outside.
fn outside(context: &Context<'_>, places: &[Place<'_>]) -> String {
    let count = |zone: usize| context.print.count(places.iter().filter(|place| place.zone >= zone).count());
    let (all, near, far) = (count(0), count(1), count(2));
    context.say(&text!(
        "Hors des lignes pleines : {near} sur {all} ; hors des tirets : {far}.",
        "Outside the solid lines: {near} of {all}; outside the dashes: {far}."
    ))
}

fn table(context: &Context<'_>, places: &[Place<'_>]) -> Table {
    let print = &context.print;
    let has_limits = context.page.one_patient_sd.is_some();
    let mut columns = vec![
        (context.say(&text!("Équipe", "Team")), false),
        (context.say(&text!("Patients", "Patients")), true),
        (context.say(&text!("Gain par patient", "Gain per patient")), true),
    ];
    if has_limits {
        columns.push((context.say(&text!("Limite à 95 %", "Limit at 95%")), true));
        columns.push((context.say(&text!("À 99,8 %", "At 99.8%")), true));
    }
    let row = |place: &Place<'_>| {
        let mut cells =
            vec![place.team.id.clone(), print.patients(Some(place.patients)), print.gain(&place.gain)];
        let limits = place.limits.iter().flat_map(|(near, far)| [near, far]);
        cells.extend(limits.map(|limit| format!("±\u{a0}{}", print.spending(limit))));
        cells
    };
    let caption = if has_limits {
        format!(
            "{} {}",
            outside(context, places),
            context.say(&text!("Les plus éloignées d'abord.", "Those farthest out first."))
        )
    } else {
        context.say(&text!("Les plus grands gains et pertes d'abord", "The largest gains and losses first"))
    };
    let rows = places.iter().map(row).collect();
    Table { caption, columns, rows, all: None }.folded(SHOWN, context.all_teams())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_shrink_with_the_root_of_the_size() {
        let sd = Rational::from(5000);
        assert_eq!(limit(&sd, 10_000, NEAR_HUNDREDTHS), Rational::from(98));
        assert_eq!(limit(&sd, 40_000, NEAR_HUNDREDTHS), Rational::from(49));
        assert_eq!(limit(&sd, 0, NEAR_HUNDREDTHS), Rational::ZERO);
    }
}
