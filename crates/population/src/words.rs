//! Words for people, always in French and in English.
//!
//! The same shape as the text of `rulebook`, which this crate may not import.

use serde::{Deserialize, Serialize};

/// A language that Quotepart speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// French, the first language of the project.
    #[default]
    French,
    /// English.
    English,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The French wording.
    pub fr: String,
    /// The English wording.
    pub en: String,
}

impl Text {
    /// Returns a text from its two wordings.
    pub fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { fr: fr.into(), en: en.into() }
    }

    /// Returns the wording in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }
}

/// Builds a [`Text`] from a French and an English format string.
#[macro_export]
macro_rules! words {
    ($fr:literal, $en:literal $(, $($arguments:tt)*)?) => {
        $crate::Text { fr: format!($fr $(, $($arguments)*)?), en: format!($en $(, $($arguments)*)?) }
    };
}
