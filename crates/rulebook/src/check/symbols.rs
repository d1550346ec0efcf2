//! What each name of a rulebook stands for, with its entity and type.

use std::collections::{BTreeMap, BTreeSet};

use exact::Unit;

use crate::book::{EntityInfo, Share};
use crate::model::{
    AllocationId, EntityId, EnumId, Enumeration, InputId, ParameterId, RuleId, TableId, TableKind, UnitName,
};
use crate::{Type, book::Key};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Symbol {
    Input(InputId, EntityId, Type),
    Parameter(ParameterId, Type),
    Rule(RuleId, EntityId, Type),
    Table(TableId),
    /// A step's output: who receives it.
    Step(Share, Type),
    /// The total of an allocation, for each entity that receives.
    Total(AllocationId, Vec<EntityId>, Type),
}

/// The signature of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableShape {
    pub(crate) kind: TableKind,
    pub(crate) keys: Vec<Key>,
    pub(crate) over: Unit,
    pub(crate) value: Type,
}

/// All that a formula may name.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    pub(crate) units: Vec<UnitName>,
    pub(crate) enums: Vec<Enumeration>,
    pub(crate) entities: Vec<EntityInfo>,
    pub(crate) tables: Vec<TableShape>,
    pub(crate) names: BTreeMap<String, Symbol>,
    /// Names whose declaration is faulty: formulas that read them are not reported again.
    pub(crate) broken: BTreeSet<String>,
}

impl Symbols {
    pub(crate) fn entity(&self, name: &str) -> Option<EntityId> {
        self.entities.iter().position(|entity| entity.name == name).map(EntityId)
    }

    pub(crate) fn entity_name(&self, id: EntityId) -> &str {
        &self.entities[id.0].name
    }

    pub(crate) fn enumeration(&self, name: &str) -> Option<EnumId> {
        self.enums.iter().position(|enumeration| enumeration.name == name).map(EnumId)
    }

    pub(crate) fn is_under(&self, below: EntityId, above: EntityId) -> bool {
        let mut here = Some(below);
        while let Some(entity) = here {
            if entity == above {
                return true;
            }
            here = self.entities[entity.0].parent;
        }
        false
    }

    /// Returns how far an entity lies below the root.
    pub(crate) fn depth(&self, entity: EntityId) -> usize {
        std::iter::successors(self.entities[entity.0].parent, |above| self.entities[above.0].parent).count()
    }

    pub(crate) fn is_money(&self, base: &str) -> bool {
        crate::book::is_money(&self.units, base)
    }

    pub(crate) fn money_degree(&self, unit: &Unit) -> i32 {
        unit.money_degree(|base| self.is_money(base))
    }

    /// Returns whether a type is an amount of one currency.
    pub(crate) fn is_amount(&self, kind: &Type) -> bool {
        let Type::Number(unit) = kind else { return false };
        let mut bases = unit.bases();
        matches!((bases.next(), bases.next()), (Some((base, 1)), None) if self.is_money(base))
    }

    /// Returns how a type reads in a message.
    pub(crate) fn describe(&self, kind: &Type) -> crate::Text {
        match kind {
            Type::Number(unit) if unit.is_one() => {
                crate::text!("un nombre sans unité", "a number without unit")
            }
            Type::Number(unit) => crate::text!("{unit}", "{unit}"),
            Type::Bool => crate::text!("vrai ou faux", "true or false"),
            Type::Date => crate::text!("une date", "a date"),
            Type::Enum(id) => {
                let name = &self.enums[id.0].name;
                crate::text!("une valeur de `{name}`", "a value of `{name}`")
            }
        }
    }
}
