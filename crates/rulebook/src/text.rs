//! Words for people, always in French and in English.

use serde::{Deserialize, Serialize};

/// A language that Quotepart speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// French, the first language of the project.
    #[default]
    #[serde(rename = "fr")]
    French,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Returns the language of a two-letter code.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "fr" => Some(Self::French),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// Returns the two-letter code.
    pub fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// Returns the style in which numbers are printed in this language.
    pub fn number_style(self) -> exact::NumberStyle {
        match self {
            Self::French => exact::NumberStyle::French,
            Self::English => exact::NumberStyle::English,
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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

    /// Returns a text that reads the same in both languages, such as a name.
    pub fn same(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { fr: words.clone(), en: words }
    }

    /// Returns the wording in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }

    /// Builds a text by asking for each language in turn.
    pub fn in_both(mut words: impl FnMut(Language) -> String) -> Self {
        Self { fr: words(Language::French), en: words(Language::English) }
    }
}

/// Builds a [`Text`] from a French and an English format string.
#[macro_export]
macro_rules! text {
    ($fr:literal, $en:literal $(, $($arguments:tt)*)?) => {
        $crate::Text { fr: format!($fr $(, $($arguments)*)?), en: format!($en $(, $($arguments)*)?) }
    };
}
