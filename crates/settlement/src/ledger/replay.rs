//! From the entries to the state, believing none of them.

use super::entry::Entry;
use super::fault::{Fault, FaultKind, Where};
use super::meaning::check_alone;
use super::state::State;

/// Folds entries into the state; stops at the first that is faulty.
pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<State, Box<Fault>> {
    let mut state = State::default();
    for entry in entries {
        state.advance(entry)?;
    }
    Ok(state)
}

/// Folds entries into the state, or finds what is wrong with them, to the end: each alone, its link to the one
/// before, and the first that cannot follow.
///
/// After an entry that cannot follow, what the next ones mean is not looked at: it would only echo the first fault.
pub fn verify(entries: &[Entry]) -> Result<State, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut state = Some(State::default());
    let mut before: Option<&Entry> = None;
    for entry in entries {
        let at = Where::Entry(entry.sequence);
        if let Some(sound) = state.as_mut() {
            if let Err(fault) = sound.advance(entry) {
                faults.push(*fault);
                state = None;
            }
        } else {
            faults.extend(check_alone(entry).err().map(|kind| Fault { at, kind }));
            faults.extend(broken_link(before, entry).map(|kind| Fault { at, kind }));
        }
        before = Some(entry);
    }
    state.ok_or(faults)
}

fn broken_link(before: Option<&Entry>, entry: &Entry) -> Option<FaultKind> {
    let before = before?;
    let expected = before.sequence.saturating_add(1);
    if entry.sequence != expected {
        return Some(FaultKind::Sequence { expected });
    }
    (entry.previous != before.hash).then_some(FaultKind::Chain { expected: before.hash })
}
