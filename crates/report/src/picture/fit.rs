//! Words that must fit: a page without a program cannot measure text, so widths are estimated, a little too wide.

use super::Px;

/// The size of text on pictures, in pixels.
pub(super) const TEXT_SIZE: i64 = 14;

/// Returns about how wide a text is at the size of pictures.
pub(super) fn width(text: &str) -> Px {
    Px(text.chars().map(hundredths_of_em).sum::<i64>() * TEXT_SIZE)
}

/// Returns the width of a character in hundredths of the size of the text, as in the widest common sans serif.
fn hundredths_of_em(c: char) -> i64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' | ' ' | '\u{a0}' | '\u{202f}' => {
            32
        }
        'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | 'œ' | 'Œ' | 'æ' | '…' => 95,
        c if c.is_uppercase() => 74,
        c if c.is_ascii() || c.is_alphabetic() => 62,
        _ => 100,
    }
}

/// A text broken into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fitted {
    /// The lines.
    pub(super) lines: Vec<String>,
    /// Whether some of it is missing.
    pub(super) cut: bool,
}

/// Breaks a text into at most so many lines of a width; what does not fit is cut with an ellipsis.
pub(super) fn fit(text: &str, room: Px, lines_max: usize) -> Fitted {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width(&longer) <= room {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    lines.push(line);
    let mut cut = lines.len() > lines_max;
    if cut {
        // What is left over goes to the last line, where it is shortened.
        let rest = lines.split_off(lines_max.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    for line in &mut lines {
        if width(line) > room {
            *line = shortened(line, room);
            cut = true;
        }
    }
    Fitted { lines, cut }
}

/// Cuts a text so that it fits with an ellipsis: words at their end, an id in its middle, since many ids begin alike.
fn shortened(text: &str, room: Px) -> String {
    let rest = Px(room.0 - width("…").0);
    if text.contains(' ') {
        return format!("{}…", start(text.chars(), rest).trim_end());
    }
    let end: String = start(text.chars().rev(), Px(rest.0 / 2)).chars().rev().collect();
    format!("{}…{end}", start(text.chars(), Px(rest.0 - width(&end).0)))
}

/// Returns as many of the first characters as fit.
fn start(text: impl Iterator<Item = char>, room: Px) -> String {
    let mut used = Px::default();
    let fits = |c: &char| {
        used = used + Px(hundredths_of_em(*c) * TEXT_SIZE);
        used <= room
    };
    text.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, room: i64, lines: &[&str], cut: bool) {
        let fitted = fit(text, Px::whole(room), 2);
        assert_eq!(
            (fitted.lines.iter().map(String::as_str).collect::<Vec<_>>(), fitted.cut),
            (lines.to_vec(), cut)
        );
        for line in &fitted.lines {
            assert!(width(line) <= Px::whole(room), "{line} is too wide");
        }
    }

    #[test]
    fn long_labels_are_broken_then_cut() {
        check("Coordination", 300, &["Coordination"], false);
        check("Diversité des professions associées", 190, &["Diversité des professions", "associées"], false);
        check(
            "Parcours de l'enfant en surpoids ou obèse et de sa famille",
            150,
            &["Parcours de l'enfant", "en surpoids ou obè…"],
            true,
        );
        check("maison-de-sante-38", 100, &["maiso…te-38"], true);
        check("", 100, &[""], false);
    }
}
