//! Finds the known name that a mistyped one probably meant.

use crate::Text;

/// Returns the known name nearest to `wanted`, if one is near enough to be worth suggesting.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lowered = wanted.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(1) + 1;
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&lowered, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, name)| name)
}

/// Returns the help sentence for an unknown name: the nearest one, or the list when it is short.
pub(crate) fn suggestion<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<Text> {
    if let Some(name) = nearest(wanted, known.clone()) {
        return Some(crate::text!("le nom le plus proche est `{name}`", "the nearest name is `{name}`"));
    }
    let all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() || all.len() > 12 {
        return None;
    }
    let list = all.join(", ");
    Some(crate::text!("noms connus : {list}", "known names: {list}"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn check(wanted: &str, known: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(wanted, known.iter().copied()), expected);
    }

    #[test]
    fn finds_what_was_meant() {
        check("patientelle", &["patientele", "associes"], Some("patientele"));
        check("11h", &["12h", "10h", "8h", "moins_8h"], Some("10h"));
        check("zzzzzz", &["patientele"], None);
        check("AMPLITUDE", &["amplitude"], Some("amplitude"));
    }
}
