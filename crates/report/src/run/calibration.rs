//! How good the models of expected spending are.

use exact::Rational;
use rulebook::text;

use super::view::{Block, Section, Table};
use super::{Context, Decile, ModelCheck, SubgroupRatio};
use crate::picture::{Plane, PlanePoint, Row, RowMark, Rows, Shape, plane, rows};

/// Shows expected against observed spending.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let models = &context.page.models;
    if models.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (place, model) in models.iter().enumerate() {
        let title = context.say(&model.name);
        let mut said: Vec<String> = share_explained(context, model).into_iter().collect();
        if !model.deciles.is_empty() {
            let block = deciles(context, place, model);
            blocks.push(Block { title: title.clone(), said: std::mem::take(&mut said), ..block });
        }
        if !model.subgroups.is_empty() {
            let title = if model.deciles.is_empty() { title } else { String::new() };
            said.push(context.say(&text!(
                "Un rapport de 1,10 veut dire que ces patients coûtent 10 % de plus que ce que le modèle attend : une équipe qui \
                 en soigne beaucoup paraît chère à tort. Au-dessous de 1, elle paraît économe à tort.",
                "A ratio of 1.10 means that these patients cost 10% more than the model expects: a team that looks after many \
                 of them wrongly seems expensive. Below 1 it wrongly seems thrifty."
            )));
            blocks.push(Block { title, said, ..subgroups(context, place, model) });
        }
    }
    Some(Section {
        id: "calibration",
        title: context.say(&text!("La dépense attendue est-elle bien calculée ?", "Is expected spending computed well?")),
        said: vec![context.say(&text!(
            "Le gain est un écart entre ce qui est attendu et ce qui est dépensé. Si l'attendu est faux pour certains \
             patients, leurs équipes gagnent ou perdent sans y être pour rien.",
            "The gain is a gap between what is expected and what is spent. Where the expectation is wrong for some patients, \
             their teams win or lose for no reason of their own."
        ))],
        blocks,
    })
}

fn share_explained(context: &Context<'_>, model: &ModelCheck) -> Option<String> {
    let share = context.print.probability(model.share_explained.as_ref()?);
    Some(context.say(&text!(
        "Le modèle explique {share} des différences de dépense d'une personne à l'autre (R²). Le reste ne se prévoit pas : \
         accidents, maladies nouvelles. Pour la moyenne d'une équipe, c'est la ressemblance ci-dessous qui compte.",
        "The model explains {share} of the differences in spending between one person and another (R²). The rest cannot be \
         foreseen: accidents, new diseases. For the mean of a team, what counts is the likeness below."
    )))
}

fn deciles(context: &Context<'_>, place: usize, model: &ModelCheck) -> Block {
    let print = &context.print;
    let shown: Vec<(usize, &Decile)> =
        model.deciles.iter().enumerate().filter(|(_, decile)| decile.patients.is_some()).collect();
    let title = context.say(&text!("Attendu et observé, par dixième", "Expected and observed, by tenth"));
    let numbers = || shown.iter().flat_map(|(_, decile)| [&decile.expected, &decile.observed]);
    let most = numbers().max().cloned().unwrap_or_default().max(Rational::ONE);
    let least = numbers().min().cloned().unwrap_or_default().min(Rational::ZERO);
    let points = shown.iter().map(|(tenth, decile)| PlanePoint {
        across: decile.expected.clone(),
        up: decile.observed.clone(),
        shape: Shape::of(0),
        title: format!(
            "{} · {} · {}",
            tenth + 1,
            print.money(&decile.expected),
            print.money(&decile.observed)
        ),
        name: Some((tenth + 1).to_string()),
    });
    let diagonal = vec![(least.clone(), least.clone()), (most.clone(), most.clone())];
    let picture = (!shown.is_empty()).then(|| {
        plane(Plane {
            id: &format!("deciles-{place}-picture"),
            title: &title,
            description: context.say(&text!(
                "Chaque point est un dixième des patients, du moins cher (1) au plus cher. Sur la diagonale, l'attendu est \
                 égal à l'observé.",
                "Each point is a tenth of the patients, from the cheapest (1) to the most expensive. On the diagonal expected \
                 equals observed."
            )),
            across: (&context.say(&text!("Attendu par patient", "Expected per patient")), print.currency),
            up: (&context.say(&text!("Observé par patient", "Observed per patient")), print.currency),
            heights: (least.clone(), most.clone()),
            widths: (least.clone(), most.clone()),
            points: points.collect(),
            lines: vec![("diagonal", diagonal)],
            shapes: Vec::new(),
            language: print.language,
        })
    });
    Block { picture, is_beside: true, table: Some(table_of_deciles(context, model)), ..Block::default() }
}

fn table_of_deciles(context: &Context<'_>, model: &ModelCheck) -> Table {
    let print = &context.print;
    let masked = || context.say(&text!("masqué", "masked"));
    let row = |(tenth, decile): (usize, &Decile)| {
        let shown = |text: String| if decile.patients.is_some() { text } else { masked() };
        let ratio = decile
            .observed
            .checked_div(&decile.expected)
            .map_or("–".to_owned(), |ratio| print.ratio(&ratio));
        vec![
            (tenth + 1).to_string(),
            print.patients(decile.patients),
            shown(print.money(&decile.expected)),
            shown(print.money(&decile.observed)),
            shown(ratio),
        ]
    };
    let columns = [
        (text!("Dixième", "Tenth"), false),
        (text!("Patients", "Patients"), true),
        (text!("Attendu", "Expected"), true),
        (text!("Observé", "Observed"), true),
        (text!("Observé ÷ attendu", "Observed ÷ expected"), true),
    ];
    Table {
        caption: context.say(&text!(
            "Dépense moyenne par patient et par an, par dixième de patients, du moins cher au plus cher",
            "Mean spending per patient and year, by tenth of the patients, from the cheapest to the most expensive"
        )),
        columns: context.columns(columns),
        rows: model.deciles.iter().enumerate().map(row).collect(),
        all: None,
    }
}

fn subgroups(context: &Context<'_>, place: usize, model: &ModelCheck) -> Block {
    let print = &context.print;
    let title = context.say(&text!(
        "Observé ÷ attendu, par groupe de patients",
        "Observed ÷ expected, by group of patients"
    ));
    let row = |group: &SubgroupRatio| {
        let printed = print.ratio(&group.ratio);
        let label = context.say(&group.label);
        let mark = RowMark {
            number: group.ratio.clone(),
            shape: Shape::of(0),
            title: format!("{label} · {printed}"),
        };
        Row { label, printed, marks: vec![mark], range: Some((Rational::ONE, group.ratio.clone())) }
    };
    let shown: Vec<Row> = model.subgroups.iter().filter(|group| group.patients.is_some()).map(row).collect();
    let picture = (!shown.is_empty()).then(|| {
        rows(Rows {
            id: &format!("subgroups-{place}-picture"),
            title: &title,
            description: context.say(&text!(
                "À 1, le groupe coûte ce que le modèle attend ; à droite il coûte plus, à gauche il coûte moins.",
                "At 1 the group costs what the model expects; on the right it costs more, on the left it costs less."
            )),
            across: context.say(&text!("Observé ÷ attendu", "Observed ÷ expected")),
            reference: Rational::ONE,
            items: shown,
            shapes: Vec::new(),
            language: print.language,
        })
    });
    let cells = |group: &SubgroupRatio| {
        let ratio = match group.patients {
            Some(_) => print.ratio(&group.ratio),
            None => context.say(&text!("masqué", "masked")),
        };
        vec![context.say(&group.label), print.patients(group.patients), ratio]
    };
    let columns = [
        (text!("Groupe de patients", "Group of patients"), false),
        (text!("Patients", "Patients"), true),
        (text!("Observé ÷ attendu", "Observed ÷ expected"), true),
    ];
    let table = Table {
        caption: title,
        columns: context.columns(columns),
        rows: model.subgroups.iter().map(cells).collect(),
        all: None,
    };
    Block { picture, is_beside: true, table: Some(table), ..Block::default() }
}
