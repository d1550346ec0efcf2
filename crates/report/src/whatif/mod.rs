//! The page of changes: what each brings, who gains and who loses, and how a total follows a grid.

mod grid;
mod words;

use askama::Template;
use exact::Rational;
use rulebook::{Language, Text};

use crate::ReportError;
use crate::picture::{Bar, Histogram, Mark, Picture, Tone, bars, buckets, histogram};
use crate::printed::{Around, count};
use crate::results::RefusedLine;
use crate::words::{Words, refused, with_names, words};
use grid::GridView;

pub use grid::{GridAxis, GridPoint, WhatIfGrid};

/// The most gains, and the most losses, that are shown.
const SHOWN_EACH_WAY: usize = 10;

/// With fewer subjects that change, a picture of how the gains are spread says nothing.
const SPREAD_MIN: usize = 8;

/// What a page of changes shows.
#[derive(Debug, Clone, Default)]
pub struct WhatIfPage {
    /// The heading.
    pub title: Text,
    /// What stands under it, such as the contract and the period; may be empty.
    pub subtitle: Text,
    /// What is compared, such as an output.
    pub measure: Text,
    /// Its total without any change, as people read it.
    pub base_printed: Text,
    /// The same, exactly.
    pub base: Rational,
    /// What each change brings: each alone, then all together when there are several.
    pub effects: Vec<Effect>,
    /// The scenarios of a grid.
    pub grid: Option<WhatIfGrid>,
    /// The subjects that were refused, and in which scenario.
    pub refused: Vec<RefusedLine>,
}

/// What a change brings.
#[derive(Debug, Clone, Default)]
pub struct Effect {
    /// Its words.
    pub title: Text,
    /// The total with the change, as people read it.
    pub total_printed: Text,
    /// The gain, over the subjects settled both times.
    pub gain: Rational,
    /// The same as people read it, with its sign.
    pub gain_printed: Text,
    /// Subjects settled before and refused after.
    pub lost: usize,
    /// Subjects refused before and settled after.
    pub found: usize,
    /// The subjects settled both times.
    pub gains: Vec<Gain>,
}

/// The gain of one subject.
#[derive(Debug, Clone)]
pub struct Gain {
    /// Its id.
    pub id: String,
    /// What it had, as people read it.
    pub before_printed: Text,
    /// What it has, as people read it.
    pub after_printed: Text,
    /// The difference.
    pub gain: Rational,
    /// The same as people read it, with its sign.
    pub gain_printed: Text,
}

impl Effect {
    /// Counts the subjects that have more, less and the same.
    fn counts(&self) -> [usize; 3] {
        let winners = self.gains.iter().filter(|gain| gain.gain.is_positive()).count();
        let losers = self.gains.iter().filter(|gain| gain.gain.is_negative()).count();
        [winners, losers, self.gains.len() - winners - losers]
    }
}

#[derive(Template)]
#[template(path = "whatif.html")]
struct Page<'a> {
    w: &'static Words,
    v: &'static words::Words,
    title: &'a str,
    subtitle: &'a str,
    gain: Option<&'a str>,
    totals: String,
    tally: String,
    effects: Vec<EffectView<'a>>,
    has_lost: bool,
    has_found: bool,
    interplay: Option<String>,
    left_out: Option<String>,
    each: Option<Picture>,
    who: Option<WhoView<'a>>,
    spread: Option<SpreadView>,
    grid: Option<GridView<'a>>,
    refused_count: String,
    refused: Vec<(&'a str, Vec<(bool, String)>)>,
}

struct EffectView<'a> {
    title: &'a str,
    total: &'a str,
    gain: &'a str,
    counts: [String; 3],
    lost: String,
    found: String,
}

struct WhoView<'a> {
    note: Option<String>,
    picture: Picture,
    rows: Vec<[&'a str; 4]>,
}

struct SpreadView {
    note: Option<String>,
    picture: Picture,
    rows: Vec<[String; 3]>,
}

/// Writes one self-contained page of what changes bring.
///
/// # Errors
/// Only a template that cannot be filled.
pub fn whatif_page(page: &WhatIfPage, language: Language) -> Result<String, ReportError> {
    let around = Around::of(page.base_printed.get(language), language);
    let last = page.effects.last();
    let tally = last.map(|effect| {
        let [winners, losers, unchanged] = effect.counts();
        words::tally(winners, losers, unchanged, language)
    });
    let view = Page {
        w: words(language),
        v: words::words(language),
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        gain: last.map(|last| last.gain_printed.get(language)),
        totals: words::totals(
            page.measure.get(language),
            page.base_printed.get(language),
            last.map(|last| last.total_printed.get(language)),
            language,
        ),
        tally: tally.unwrap_or_default(),
        effects: page.effects.iter().map(|effect| effect_view(effect, language)).collect(),
        has_lost: page.effects.iter().any(|effect| effect.lost > 0),
        has_found: page.effects.iter().any(|effect| effect.found > 0),
        interplay: interplay(&page.effects, &around, language),
        left_out: last.and_then(|effect| words::left_out(effect.lost, effect.found, language)),
        each: (page.effects.len() > 1).then(|| each(page, language)),
        who: last.and_then(|effect| who(effect, language)),
        spread: last.and_then(|effect| spread(effect, &around, language)),
        grid: page.grid.as_ref().map(|of| grid::view(of, page, &around, language)),
        refused_count: refused(page.refused.len(), language),
        refused: page
            .refused
            .iter()
            .map(|line| (line.id.as_str(), with_names(&line.reason, language)))
            .collect(),
    };
    Ok(view.render()?)
}

fn effect_view(effect: &Effect, language: Language) -> EffectView<'_> {
    EffectView {
        title: effect.title.get(language),
        total: effect.total_printed.get(language),
        gain: effect.gain_printed.get(language),
        counts: effect.counts().map(|number| count(number, language)),
        lost: count(effect.lost, language),
        found: count(effect.found, language),
    }
}

/// Says what the changes do to one another, when their gains alone do not add up to that of all.
fn interplay(effects: &[Effect], around: &Around, language: Language) -> Option<String> {
    let (together, alone) = effects.split_last()?;
    let sum: Rational = alone.iter().map(|effect| &effect.gain).sum();
    let gap = &together.gain - &sum;
    if alone.len() < 2 || gap.is_zero() {
        return None;
    }
    let signed = |number: &Rational| signed(around, number, language);
    Some(words::interplay(&signed(&sum), together.gain_printed.get(language), &signed(&gap), language))
}

fn signed(around: &Around, number: &Rational, language: Language) -> String {
    let shown = around.print(number, language);
    if number.is_positive() { format!("+{shown}") } else { shown }
}

fn each(page: &WhatIfPage, language: Language) -> Picture {
    let items: Vec<Bar<'_>> = page
        .effects
        .iter()
        .map(|effect| Bar {
            label: effect.title.get(language),
            printed: effect.gain_printed.get(language),
            number: &effect.gain,
        })
        .collect();
    bars("each", words::words(language).each, &items, language)
}

/// Shows the largest gains and losses, sorted.
fn who(effect: &Effect, language: Language) -> Option<WhoView<'_>> {
    let mut sorted: Vec<&Gain> = effect.gains.iter().filter(|gain| !gain.gain.is_zero()).collect();
    let all = sorted.len();
    if all == 0 {
        return None;
    }
    sorted.sort_by(|one, other| other.gain.cmp(&one.gain).then_with(|| one.id.cmp(&other.id)));
    let winners = sorted.iter().filter(|gain| gain.gain.is_positive()).count();
    let first_loss = all.saturating_sub(SHOWN_EACH_WAY).max(winners);
    let shown: Vec<&Gain> = sorted
        .iter()
        .enumerate()
        .filter(|(place, _)| *place < SHOWN_EACH_WAY.min(winners) || *place >= first_loss)
        .map(|(_, gain)| *gain)
        .collect();
    let items: Vec<Bar<'_>> = shown
        .iter()
        .map(|gain| Bar { label: &gain.id, printed: gain.gain_printed.get(language), number: &gain.gain })
        .collect();
    let picture = bars("who", words::words(language).who, &items, language);
    let rows = shown.iter().map(|gain| {
        let Gain { id, before_printed, after_printed, gain_printed, .. } = gain;
        [id.as_str(), gain_printed.get(language), before_printed.get(language), after_printed.get(language)]
    });
    let note = (shown.len() < all).then(|| words::largest(SHOWN_EACH_WAY, all, language));
    Some(WhoView { note, picture, rows: rows.collect() })
}

fn spread(effect: &Effect, around: &Around, language: Language) -> Option<SpreadView> {
    let changed: Vec<&Rational> =
        effect.gains.iter().map(|gain| &gain.gain).filter(|gain| !gain.is_zero()).collect();
    if changed.len() < SPREAD_MIN {
        return None;
    }
    let v = words::words(language);
    let buckets = buckets(&changed);
    let mut rows = Vec::new();
    for (place, number) in buckets.counts.iter().enumerate().filter(|(_, number)| **number > 0) {
        let (low, high) = buckets.edges(place);
        rows.push([
            signed(around, &low, language),
            signed(around, &high, language),
            count(*number, language),
        ]);
    }
    let fullest = buckets.counts.iter().enumerate().max_by_key(|(_, number)| **number);
    let description = fullest.map(|(place, number)| {
        let (low, high) = buckets.edges(place);
        format!(
            "{} {} {} {}: {}",
            v.from,
            signed(around, &low, language),
            v.to,
            signed(around, &high, language),
            count(*number, language)
        )
    });
    let picture = histogram(&Histogram {
        id: "spread",
        title: v.spread,
        description: description.unwrap_or_default(),
        across: v.gain,
        unit: around.unit(),
        up: v.subjects,
        buckets: &buckets,
        language,
    });
    let note = words::not_drawn(effect.gains.len() - changed.len(), language);
    Some(SpreadView { note, picture, rows })
}
