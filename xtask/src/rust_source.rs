//! Rust text as the checks read it: without comments and without the code of tests, line by line as it was.
//!
//! This is not a parser of Rust: it knows comments, strings, characters and matching brackets, which is all that is needed.

/// Returns the text with comments and `#[cfg(test)]` items replaced by spaces; strings stay, and so do line numbers.
pub fn without_comments_and_tests(text: &str) -> String {
    let Blanked { mut code, skeleton } = blank(text);
    if find(&skeleton, "#![cfg(test)]", 0).is_some() {
        return String::new();
    }
    let mut start = 0;
    while let Some(at) = find(&skeleton, "#[cfg(test)]", start) {
        let end = end_of_item(&skeleton, at + "#[cfg(test)]".len());
        code.get_mut(at..end)
            .into_iter()
            .flatten()
            .filter(|character| **character != '\n')
            .for_each(|character| *character = ' ');
        start = end;
    }
    code.into_iter().collect()
}

/// Returns the places of a word, as line numbers from 1, wherever it is not part of a longer name.
pub fn lines_with_word(code: &str, word: &str) -> Vec<usize> {
    let has_hyphen = word.contains('-');
    let is_part =
        |character: char| character.is_alphanumeric() || character == '_' || (has_hyphen && character == '-');
    let stands_alone = |line: &str, at: usize| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    let lines = code.lines().enumerate();
    lines
        .filter(|(_, line)| line.match_indices(word).any(|(at, _)| stands_alone(line, at)))
        .map(|(index, _)| index + 1)
        .collect()
}

/// The text twice, character by character of the same length.
struct Blanked {
    /// Comments are spaces.
    code: Vec<char>,
    /// Comments and the insides of strings and characters are spaces.
    skeleton: Vec<char>,
}

fn blank(text: &str) -> Blanked {
    let characters: Vec<char> = text.chars().collect();
    let mut blanked = Blanked { code: characters.clone(), skeleton: characters.clone() };
    let mut at = 0;
    while at < characters.len() {
        let rest = characters.get(at..).unwrap_or_default();
        let after_name = at
            .checked_sub(1)
            .and_then(|before| characters.get(before))
            .is_some_and(|before| is_name(*before));
        let (length, is_comment) = match rest {
            ['/', '/', ..] => (line_length(rest), true),
            ['/', '*', ..] => (block_comment_length(rest), true),
            ['"', ..] => (string_length(rest), false),
            ['\'', ..] => (character_length(rest), false),
            ['r', '"' | '#', ..] if !after_name || is_byte_prefix(&characters, at) => {
                (raw_string_length(rest), false)
            }
            _ => (1, false),
        };
        if length > 1 {
            let end = (at + length).min(characters.len());
            hide(&mut blanked.skeleton, at, end);
            if is_comment {
                hide(&mut blanked.code, at, end);
            }
        }
        at += length;
    }
    blanked
}

fn hide(characters: &mut [char], start: usize, end: usize) {
    let span = characters.get_mut(start..end).into_iter().flatten();
    span.filter(|character| **character != '\n').for_each(|character| *character = ' ');
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Tells whether the `r` at this place belongs to `br` or `cr` and not to the end of a name.
fn is_byte_prefix(characters: &[char], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).and_then(|place| characters.get(place)).copied();
    matches!(before(1), Some('b' | 'c')) && !before(2).is_some_and(is_name)
}

fn line_length(rest: &[char]) -> usize {
    rest.iter().position(|character| *character == '\n').unwrap_or(rest.len())
}

fn block_comment_length(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match rest.get(at..) {
            Some(['/', '*', ..]) => {
                depth += 1;
                at += 2;
            }
            Some(['*', '/', ..]) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            Some([_, ..]) => at += 1,
            _ => return rest.len(),
        }
    }
}

fn string_length(rest: &[char]) -> usize {
    let mut at = 1;
    while let Some(character) = rest.get(at) {
        match character {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Returns 1 for a lifetime, else the length of the character literal.
fn character_length(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, tail @ ..] => {
            tail.iter().position(|character| *character == '\'').map_or(1, |length| length + 4)
        }
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

/// Returns 1 for a raw name such as `r#type`, else the length of the raw string.
fn raw_string_length(rest: &[char]) -> usize {
    let hashes = rest.iter().skip(1).take_while(|character| **character == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 1;
    }
    let mut closing = vec!['"'];
    closing.extend(std::iter::repeat_n('#', hashes));
    let body_start = hashes + 2;
    let body = rest.get(body_start..).unwrap_or_default();
    body.windows(closing.len())
        .position(|window| window == closing)
        .map_or(rest.len(), |length| body_start + length + closing.len())
}

fn find(characters: &[char], wanted: &str, start: usize) -> Option<usize> {
    let wanted: Vec<char> = wanted.chars().collect();
    let tail = characters.get(start..)?;
    tail.windows(wanted.len()).position(|window| window == wanted).map(|at| start + at)
}

/// Returns where the item ends whose attribute ended at `start`: after its closing brace or its semicolon.
fn end_of_item(skeleton: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, character) in skeleton.get(start..).unwrap_or_default().iter().enumerate() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return start + offset + 1;
                }
            }
            ';' if depth == 0 => return start + offset + 1,
            _ => {}
        }
    }
    skeleton.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, kept: &[&str], dropped: &[&str]) {
        let code = without_comments_and_tests(text);
        assert_eq!(code.lines().count(), text.lines().count(), "lines move in {code}");
        for word in kept {
            assert!(code.contains(word), "{word} was dropped from {code}");
        }
        for word in dropped {
            assert!(!code.contains(word), "{word} was kept in {code}");
        }
    }

    #[test]
    fn drops_comments() {
        check(
            "//! one\nlet a = 1; // two\n/* three /* four */\nfive */ let b = 2;",
            &["let a", "let b"],
            &["one", "two", "three", "five"],
        );
    }

    #[test]
    fn keeps_strings_that_look_like_comments() {
        check(
            "let a = \"// kept\\\" /* too\"; let b = r#\"// \" raw\"#; // gone",
            &["// kept", "too", "raw"],
            &["gone"],
        );
        check("let a = br\"// kept\"; let r#type = '\"'; // gone", &["kept", "type"], &["gone"]);
    }

    #[test]
    fn tells_lifetimes_from_characters() {
        check(
            "fn f<'a>(x: &'a str) -> char { '\\'' } // gone\nlet kept = '\"';",
            &["'a str", "kept"],
            &["gone"],
        );
    }

    #[test]
    fn drops_tests() {
        let text = "fn kept() {}\n#[cfg(test)]\nmod tests {\n    const A: &str = \"}\";\n    fn gone() {}\n}\nfn also_kept() {}\n";
        check(text, &["fn kept", "also_kept"], &["gone"]);
        check("#[cfg(test)]\nuse gone::Gone;\nfn kept() {}", &["kept"], &["Gone"]);
        assert_eq!(without_comments_and_tests("#![cfg(test)]\nfn gone() {}"), "");
    }

    #[test]
    fn finds_whole_words() {
        let code = "alpha_beta\nalpha_beta_gamma\n\"alpha_beta\"\nAlpha_beta";
        assert_eq!(lines_with_word(code, "alpha_beta"), [1, 3]);
        assert_eq!(lines_with_word("one-two-three\n\"one-two\"", "one-two"), [2]);
    }
}
