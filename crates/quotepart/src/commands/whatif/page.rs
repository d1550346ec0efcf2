//! What is said on the terminal of each change.

use rulebook::Language;

use super::{Blocks, Tally};

/// Returns a line for each block.
pub(crate) fn lines(blocks: &Blocks<'_>, tally: &Tally, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, block) in blocks.list.iter().enumerate() {
        for summary in tally.of(index).take(1) {
            let Some(measure) = &tally.measure else { continue };
            let book = blocks.base.book;
            let title = block.title.get(language);
            let total = measure.print(book, &summary.total, language);
            let gain = measure.print_gain(book, &summary.gain, language);
            lines.push(format!("  {title}: {total} ({gain})\n"));
        }
    }
    lines
}
