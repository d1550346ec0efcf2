//! The commands as people and programs call them: the real binary, in folders of its own.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]

mod bad_facts;
mod bad_rulebooks;
#[cfg(feature = "claims")]
mod chain;
mod check;
#[cfg(feature = "claims")]
mod claims;
mod compare;
mod contract;
mod demo;
mod exit_codes;
mod explain;
#[cfg(feature = "claims")]
mod imports;
mod inputs;
mod ledger;
mod ledger_stops;
mod published;
mod runs;
mod settle;
mod simulations;
mod support;
#[cfg(feature = "claims")]
mod synth;
mod usage;
mod whatif;
