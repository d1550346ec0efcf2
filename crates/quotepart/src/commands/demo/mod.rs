//! `quotepart demo`: settles, explains and compares, following `demo/demo.toml`.

#[cfg(feature = "claims")]
mod chain;
mod compare;
mod difference;
mod ledger;
mod pages;
mod published;
mod script;
mod settle;
mod whatif;

use rulebook::{Language, Text};

use crate::cli::{Context, DemoArgs};
use crate::console;
use crate::failure::{Exit, Outcome};
use pages::Pages;
use script::Step;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &DemoArgs) -> Outcome<Exit> {
    let script = script::read()?;
    let mut pages = Pages::new(args.out.as_deref(), context.language)?;
    for (index, step) in script.steps.iter().enumerate() {
        let number = index + 1;
        let (title, note) = match step {
            Step::Settle(step) => (&step.title, &step.note),
            Step::Whatif(step) => (&step.title, &step.note),
            Step::Compare(step) => (&step.title, &step.note),
            Step::Cases(step) => (&step.title, &step.note),
            Step::Published(step) => (&step.title, &step.note),
            Step::Ledger(step) => (&step.title, &step.note),
            Step::Chain(step) => (&step.title, &step.note),
        };
        heading(number, title, note.as_ref(), context.language)?;
        match step {
            Step::Settle(step) => settle::show(context, step, number, &mut pages)?,
            Step::Whatif(step) => whatif::show(context, step, number, &mut pages)?,
            Step::Compare(step) => difference::show(context, step, number, &mut pages)?,
            Step::Cases(step) => compare::cases(context, step, number, &mut pages)?,
            Step::Published(step) => published::show(context, step, number, &mut pages)?,
            Step::Ledger(step) => ledger::show(context, step)?,
            #[cfg(feature = "claims")]
            Step::Chain(step) => chain::show(context, step, number, &mut pages)?,
            #[cfg(not(feature = "claims"))]
            Step::Chain(_) => console::data(match context.language {
                Language::French => "SAUTÉ : ce Quotepart est construit sans les données de soins.\n",
                Language::English => "SKIPPED: this Quotepart is built without claims.\n",
            })?,
        }
    }
    if let Some(index) = pages.write()? {
        console::data(&match context.language {
            Language::French => format!("\nLes pages sont écrites : ouvrir {index}\n"),
            Language::English => format!("\nThe pages are written: open {index}\n"),
        })?;
    }
    let first = script.steps.iter().find_map(|step| match step {
        Step::Settle(step) => Some(step),
        _ => None,
    });
    if let Some(step) = first {
        console::data(&what_next(&step.rulebook, &step.at.to_string(), context.language))?;
    }
    Ok(Exit::Done)
}

fn heading(number: usize, title: &Text, note: Option<&Text>, language: Language) -> Outcome<()> {
    let title = format!("{number}. {}", title.get(language));
    let line = "═".repeat(title.chars().count());
    let before = if number > 1 { "\n\n" } else { "" };
    let note = note.map(|note| format!("{}\n", note.get(language))).unwrap_or_default();
    console::data(&format!("{before}{title}\n{line}\n{note}\n"))
}

/// Says what to try next.
fn what_next(rulebook: &str, at: &str, language: Language) -> String {
    match language {
        Language::French => format!(
            "\nEt maintenant, avec vos faits :\n  \
             quotepart inputs {rulebook} --at {at} > faits.toml             le fichier à remplir\n  \
             quotepart settle {rulebook} --at {at} --facts faits.toml --out calcul\n  \
             quotepart explain calcul --subject IDENTIFIANT --format html > page.html\n"
        ),
        Language::English => format!(
            "\nAnd now, with your own facts:\n  \
             quotepart inputs {rulebook} --at {at} > facts.toml             the file to fill in\n  \
             quotepart settle {rulebook} --at {at} --facts facts.toml --out run\n  \
             quotepart explain run --subject ID --format html > page.html\n"
        ),
    }
}
