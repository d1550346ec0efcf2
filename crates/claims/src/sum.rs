//! The sum of whole numbers, checked: the engine's own wraps around in silence.
//!
//! It replaces `sum` in every session, so that no query of a mapping or a measure can wrap. Partial sums have 128 bits: the
//! result, and whether it is too large, depend neither on the order of rows nor on how they are shared among threads.
//!
//! Whole numbers of 64 bits give one of 64 bits; decimals without digits after the point, as squares and products need
//! them, give one of 38 digits.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, BooleanBufferBuilder, Decimal128Array, Int64Array,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, Signature, Volatility,
};

use crate::error::SumTooLarge;

/// The type of partial sums. 38 digits hold any sum of 2^63 numbers of 64 bits.
const PARTIAL: DataType = DataType::Decimal128(38, 0);

/// The checked `sum`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct CheckedSum {
    signature: Signature,
}

impl CheckedSum {
    /// Returns the function.
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for CheckedSum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [kind] if kind.is_integer() || kind.is_null() => Ok(vec![DataType::Int64]),
            [kind @ DataType::Decimal128(_, 0)] => Ok(vec![kind.clone()]),
            [kind] => plan_err!("sum adds whole numbers only, not {kind}"),
            _ => plan_err!("sum takes one argument"),
        }
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(if types.first().is_some_and(is_wide) { PARTIAL } else { DataType::Int64 })
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "sum"), PARTIAL, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return plan_err!("sum(distinct …) is not offered: add the rows of a SELECT DISTINCT");
        }
        Ok(Box::new(One { total: None, is_wide: is_wide(args.return_field.data_type()) }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups { is_wide: is_wide(args.return_field.data_type()), ..Groups::default() }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// Returns whether a sum has 38 digits or fewer.
fn fits_digits(total: i128) -> bool {
    total.unsigned_abs() < 10_u128.pow(38)
}

fn is_wide(kind: &DataType) -> bool {
    matches!(kind, DataType::Decimal128(..))
}

/// Returns the numbers of a column of either kind.
fn numbers(values: &ArrayRef) -> Box<dyn Iterator<Item = Option<i128>> + '_> {
    if is_wide(values.data_type()) {
        Box::new(values.as_primitive::<Decimal128Type>().iter())
    } else {
        Box::new(values.as_primitive::<Int64Type>().iter().map(|value| value.map(i128::from)))
    }
}

fn too_large() -> DataFusionError {
    DataFusionError::External(Box::new(SumTooLarge))
}

fn first(values: &[ArrayRef]) -> Result<&ArrayRef> {
    match values.first() {
        Some(array) => Ok(array),
        None => exec_err!("sum without an argument"),
    }
}

/// One sum.
#[derive(Debug, Default)]
struct One {
    total: Option<i128>,
    is_wide: bool,
}

impl One {
    fn add(&mut self, value: i128) -> Result<()> {
        self.total = Some(self.total.unwrap_or(0).checked_add(value).ok_or_else(too_large)?);
        Ok(())
    }
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        numbers(first(values)?).flatten().try_for_each(|value| self.add(value))
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        numbers(first(values)?).flatten().try_for_each(|value| self.add(-value))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        first(states)?.as_primitive::<Decimal128Type>().iter().flatten().try_for_each(|value| self.add(value))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Decimal128(self.total, 38, 0)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.is_wide {
            return match self.total {
                Some(total) if !fits_digits(total) => Err(too_large()),
                total => Ok(ScalarValue::Decimal128(total, 38, 0)),
            };
        }
        let total = self.total.map(i64::try_from).transpose().map_err(|_| too_large())?;
        Ok(ScalarValue::Int64(total))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// Many sums at once.
#[derive(Debug, Default)]
struct Groups {
    totals: Vec<i128>,
    seen: Vec<bool>,
    is_wide: bool,
}

impl Groups {
    fn grow(&mut self, groups: usize) {
        self.totals.resize(groups, 0);
        self.seen.resize(groups, false);
    }

    fn add(&mut self, group: usize, value: i128) -> Result<()> {
        if let (Some(total), Some(seen)) = (self.totals.get_mut(group), self.seen.get_mut(group)) {
            *total = total.checked_add(value).ok_or_else(too_large)?;
            *seen = true;
        }
        Ok(())
    }

    fn add_all(
        &mut self,
        values: impl Iterator<Item = Option<i128>>,
        groups: &[usize],
        filter: Option<&BooleanArray>,
    ) -> Result<()> {
        for (row, (value, group)) in values.zip(groups).enumerate() {
            let wanted = filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            if let (Some(value), true) = (value, wanted) {
                self.add(*group, value)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, emit: EmitTo) -> (Vec<i128>, NullBuffer) {
        let totals = emit.take_needed(&mut self.totals);
        let seen = emit.take_needed(&mut self.seen);
        (totals, NullBuffer::from(seen))
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let values = first(values)?;
        if values.null_count() > 0 || filter.is_some() || is_wide(values.data_type()) {
            return self.add_all(numbers(values), groups, filter);
        }
        for (value, group) in values.as_primitive::<Int64Type>().values().iter().zip(groups) {
            self.add(*group, i128::from(*value))?;
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        self.add_all(first(states)?.as_primitive::<Decimal128Type>().iter(), groups, None)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        if self.is_wide {
            if !self.totals.iter().all(|total| fits_digits(*total)) {
                return Err(too_large());
            }
            return self.state(emit).map(|mut columns| columns.remove(0));
        }
        let (totals, seen) = self.take(emit);
        let totals: Vec<i64> = totals
            .into_iter()
            .map(|total| i64::try_from(total).map_err(|_| too_large()))
            .collect::<Result<_>>()?;
        Ok(Arc::new(Int64Array::new(totals.into(), Some(seen))))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (totals, seen) = self.take(emit);
        Ok(vec![Arc::new(Decimal128Array::new(totals.into(), Some(seen)).with_data_type(PARTIAL))])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let values = first(values)?;
        let mut kept = BooleanBufferBuilder::new(values.len());
        for row in 0..values.len() {
            kept.append(
                values.is_valid(row) && filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row)),
            );
        }
        let totals: Vec<i128> = numbers(values).map(Option::unwrap_or_default).collect();
        let state =
            Decimal128Array::new(totals.into(), Some(NullBuffer::new(kept.finish()))).with_data_type(PARTIAL);
        Ok(vec![Arc::new(state)])
    }

    fn size(&self) -> usize {
        self.totals.capacity() * size_of::<i128>() + self.seen.capacity()
    }
}
