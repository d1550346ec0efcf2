//! Keys: the numbers that stand for the keys of a source, each kind with a type of its own.

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub i64);
        )*
    };
}

keys! {
    /// A person.
    PatientKey;
    /// A health professional.
    PractitionerKey;
    /// A team.
    TeamKey;
    /// A hospital stay, or the episode that it begins.
    StayKey;
    /// A visit to an emergency department.
    VisitKey;
}
