//! Shares of a difference between players: arithmetic over coalitions, without any knowledge of rulebooks.

use exact::Rational;

/// The most players whose coalitions are all tried: four thousand of them.
pub(super) const PLAYERS_MAX: usize = 12;

/// How a difference is shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shares {
    /// The players that stand together, in order; alone unless a coalition between them has no worth.
    pub(super) blocks: Vec<Vec<usize>>,
    /// For each block, its part of each number.
    pub(super) parts: Vec<Vec<Rational>>,
}

/// Shares out the difference between the worth of nobody and that of all.
///
/// `worth` gives the numbers of a coalition, or nothing when it cannot be evaluated. Nothing comes out when one of
/// the two ends has no worth.
pub(super) fn share(players: usize, worth: impl FnMut(u32) -> Option<Vec<Rational>>) -> Option<Shares> {
    let worths: Vec<Option<Vec<Rational>>> = (0..1_u32 << players).map(worth).collect();
    worths.first()?.as_ref()?;
    worths.last()?.as_ref()?;
    let blocks = merged(players, &|mask| at(&worths, mask).is_none());
    let parts = values(&blocks, &worths);
    let members = |block: &u32| (0..players).filter(|player| block >> player & 1 == 1).collect();
    Some(Shares { blocks: blocks.iter().map(members).collect(), parts })
}

fn at(worths: &[Option<Vec<Rational>>], mask: u32) -> Option<&Vec<Rational>> {
    worths.get(usize::try_from(mask).ok()?)?.as_ref()
}

/// Joins players until every coalition of blocks can be evaluated.
///
/// In each round the blocks that stand most often on two sides of a refused coalition are joined, all ties at once:
/// so neither the order of players nor which end comes first decides.
fn merged(players: usize, refused: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let mut blocks: Vec<u32> = (0..players).map(|player| 1 << player).collect();
    loop {
        let mut apart = vec![vec![0_usize; blocks.len()]; blocks.len()];
        let mut most = 0;
        for coalition in (0..1_u32 << blocks.len()).filter(|coalition| refused(mask_of(&blocks, *coalition)))
        {
            for (one, counts) in apart.iter_mut().enumerate() {
                for (other, count) in counts.iter_mut().enumerate().take(one) {
                    *count += usize::from((coalition >> one ^ coalition >> other) & 1 == 1);
                    most = most.max(*count);
                }
            }
        }
        if most == 0 {
            return blocks;
        }
        let mut group: Vec<usize> = (0..blocks.len()).collect();
        for (one, counts) in apart.iter().enumerate() {
            for (other, _) in counts.iter().enumerate().take(one).filter(|(_, count)| **count == most) {
                let (from, to) = (group[one].max(group[other]), group[one].min(group[other]));
                group.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
        }
        let mut joined = vec![0_u32; blocks.len()];
        for (block, group) in blocks.iter().zip(&group) {
            joined[*group] |= block;
        }
        blocks = joined.into_iter().filter(|block| *block != 0).collect();
    }
}

/// Returns the players of a coalition of blocks.
fn mask_of(blocks: &[u32], coalition: u32) -> u32 {
    blocks.iter().enumerate().filter(|(index, _)| coalition >> index & 1 == 1).map(|(_, block)| block).sum()
}

/// Computes the Shapley value of each block: the mean of what it adds, over every order in which all may come.
fn values(blocks: &[u32], worths: &[Option<Vec<Rational>>]) -> Vec<Vec<Rational>> {
    let count = blocks.len();
    let numbers = at(worths, 0).map_or(0, Vec::len);
    // Sums for each size of the coalition that the block joins: sizes share a weight.
    let mut sums = vec![vec![vec![Rational::ZERO; count]; numbers]; count];
    for coalition in 0..1_u32 << count {
        let Some(without) = at(worths, mask_of(blocks, coalition)) else { continue };
        let size: usize = (0..count).filter(|index| coalition >> index & 1 == 1).count();
        for (index, sums) in sums.iter_mut().enumerate().filter(|(index, _)| coalition >> index & 1 == 0) {
            let Some(with) = at(worths, mask_of(blocks, coalition | 1 << index)) else { continue };
            for (sums, (with, without)) in sums.iter_mut().zip(with.iter().zip(without)) {
                if with != without {
                    sums[size] += with - without;
                }
            }
        }
    }
    let weights: Vec<Rational> = (0..count).map(|size| weight(count, size)).collect();
    let mean = |sums: &Vec<Rational>| sums.iter().zip(&weights).map(|(sum, weight)| sum * weight).sum();
    sums.iter().map(|numbers| numbers.iter().map(mean).collect()).collect()
}

/// Returns the share of all orders in which exactly these many come before one: 1 / (n · C(n − 1, size)).
fn weight(count: usize, size: usize) -> Rational {
    let mut ways = Rational::from(count);
    for index in 0..size {
        let more = Rational::from(count - 1 - index).checked_div(&Rational::from(index + 1));
        ways *= more.unwrap_or_default();
    }
    Rational::ONE.checked_div(&ways).unwrap_or_default()
}

/// Rounds parts to cents by largest remainder, so that they still add up; nothing when their sum is no whole cent.
///
/// Each is cut towards zero, and the cents that are missing go to the largest remainders of the same sign, ties by
/// the order of the parts. So the parts of the opposite difference are the opposite parts.
pub(super) fn in_cents(parts: &[Rational]) -> Option<Vec<Rational>> {
    let hundred = Rational::from(100);
    let cents: Vec<Rational> = parts.iter().map(|part| part * &hundred).collect();
    let missing: Rational = cents.iter().map(|cents| cents - &cents.trunc()).sum();
    let missing = missing.to_i64()?;
    let unit = Rational::from(missing.signum());
    let mut order: Vec<usize> = (0..cents.len()).collect();
    order.sort_by_cached_key(|index| std::cmp::Reverse((&cents[*index] - &cents[*index].trunc()) * &unit));
    let taken = usize::try_from(missing.unsigned_abs()).ok()?;
    let mut whole: Vec<Rational> = cents.iter().map(Rational::trunc).collect();
    order.iter().take(taken).for_each(|index| whole[*index] += &unit);
    Some(whole.iter().map(|cents| cents.checked_div(&hundred).unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(words: &str) -> Rational {
        Rational::parse(words).expect("a number")
    }

    fn sum(parts: &[Vec<Rational>]) -> Rational {
        parts.iter().map(|part| part[0].clone()).sum()
    }

    #[test]
    fn a_product_is_shared_half_and_half() {
        // From 2 × 10 to 3 × 14: one changes by 1 × 12 on the mean, the other by 4 × 2.5.
        let worth = |mask: u32| {
            let x = if mask & 1 == 1 { 3 } else { 2 };
            let y = if mask & 2 == 2 { 14 } else { 10 };
            Some(vec![Rational::from(x * y)])
        };
        let shares = share(2, worth).expect("shared");
        assert_eq!(shares.parts, [[number("12")], [number("10")]]);
    }

    #[test]
    fn players_of_a_refused_coalition_stand_together_and_no_other() {
        // Player 0 without player 2 cannot be.
        let worth = |mask: u32| (mask & 0b101 != 0b001).then(|| vec![Rational::from(i64::from(mask))]);
        let shares = share(4, worth).expect("shared");
        assert_eq!(shares.blocks, [vec![0, 2], vec![1], vec![3]]);
        assert_eq!(shares.parts, [[number("5")], [number("2")], [number("8")]]);
    }

    #[test]
    fn players_with_the_same_part_in_a_refusal_are_joined_alike() {
        // Both 0 and 1 must be there before 2 may leave: neither is to be preferred.
        let worth = |mask: u32| (mask & 0b111 != 0b011).then(|| vec![Rational::from(i64::from(mask))]);
        let shares = share(4, worth).expect("shared");
        assert_eq!(shares.blocks, [vec![0, 1, 2], vec![3]]);
    }

    #[test]
    fn nothing_is_shared_when_an_end_has_no_worth() {
        assert_eq!(share(2, |mask| (mask != 3).then(Vec::new)), None);
        assert_eq!(share(2, |mask| (mask != 0).then(Vec::new)), None);
    }

    #[test]
    fn cents_go_to_the_largest_remainders_of_the_same_sign() {
        let check = |parts: &[&str], expected: Option<&[&str]>| {
            let parts: Vec<Rational> = parts.iter().map(|part| number(part)).collect();
            let expected: Option<Vec<Rational>> =
                expected.map(|parts| parts.iter().map(|part| number(part)).collect());
            assert_eq!(in_cents(&parts), expected, "{parts:?}");
        };
        check(&["1/3", "1/3", "1/3"], Some(&["0.34", "0.33", "0.33"]));
        check(&["-1/3", "-1/3", "-1/3"], Some(&["-0.34", "-0.33", "-0.33"]));
        check(&["0.005", "-0.005", "1"], Some(&["0", "0", "1"]));
        check(&["1/3", "0"], None);
        check(&[], Some(&[]));
    }

    fn worths(players: usize) -> impl Strategy<Value = Vec<Option<i64>>> {
        let worth = prop_oneof![4 => (-1000_i64..1000).prop_map(Some), 1 => Just(None)];
        prop::collection::vec(worth, 1 << players).prop_map(|mut worths| {
            let last = worths.len() - 1;
            worths[0] = worths[0].or(Some(0));
            worths[last] = worths[last].or(Some(7));
            worths
        })
    }

    fn shared(players: usize, worth: &dyn Fn(u32) -> Option<i64>) -> Shares {
        share(players, |mask| worth(mask).map(|worth| vec![Rational::from(worth)])).expect("shared")
    }

    proptest! {
        #[test]
        fn parts_add_up_whatever_is_refused(worths in worths(4)) {
            let worth = |mask: u32| worths[usize::try_from(mask).expect("small")];
            let shares = shared(4, &worth);
            let difference = worth(15).expect("full") - worth(0).expect("empty");
            prop_assert_eq!(sum(&shares.parts), Rational::from(difference));
            let mut all: Vec<usize> = shares.blocks.concat();
            all.sort_unstable();
            prop_assert_eq!(all, vec![0, 1, 2, 3]);
        }

        #[test]
        fn the_other_way_round_every_part_is_the_opposite(worths in worths(4)) {
            let worth = |mask: u32| worths[usize::try_from(mask).expect("small")];
            let (one, other) = (shared(4, &worth), shared(4, &|mask| worth(15 - mask)));
            prop_assert_eq!(&one.blocks, &other.blocks);
            for (one, other) in one.parts.iter().zip(&other.parts) {
                prop_assert_eq!(&one[0], &-&other[0]);
            }
        }

        #[test]
        fn the_order_of_players_decides_nothing(worths in worths(4)) {
            let worth = |mask: u32| worths[usize::try_from(mask).expect("small")];
            // Player k becomes player 3 − k.
            let turned = |mask: u32| (0..4).map(|bit| (mask >> bit & 1) << (3 - bit)).sum::<u32>();
            let (one, other) = (shared(4, &worth), shared(4, &|mask| worth(turned(mask))));
            let named = |shares: &Shares, name: &dyn Fn(usize) -> usize| {
                let mut named: Vec<(Vec<usize>, Rational)> = shares.blocks.iter().zip(&shares.parts).map(|(block, part)| {
                    let mut block: Vec<usize> = block.iter().map(|player| name(*player)).collect();
                    block.sort_unstable();
                    (block, part[0].clone())
                }).collect();
                named.sort();
                named
            };
            prop_assert_eq!(named(&one, &|player| player), named(&other, &|player| 3 - player));
        }

        #[test]
        fn cents_add_up_and_turn_round(parts in prop::collection::vec(-10_000_i64..10_000, 1..8)) {
            let mut parts: Vec<Rational> = parts.iter().map(|part| Rational::ratio(*part, 700).expect("a part")).collect();
            let sum: Rational = parts.iter().sum();
            parts.push(sum.round(2, exact::RoundingMode::HalfEven) - &sum);
            let cents = in_cents(&parts).expect("whole cents");
            prop_assert_eq!(cents.iter().sum::<Rational>(), parts.iter().sum::<Rational>());
            let opposite: Vec<Rational> = parts.iter().map(|part| -part).collect();
            let turned: Vec<Rational> = in_cents(&opposite).expect("whole cents").iter().map(|part| -part).collect();
            prop_assert_eq!(&turned, &cents);
            for (cents, part) in cents.iter().zip(&parts) {
                prop_assert!((cents - part).abs() < Rational::ratio(1, 100).expect("a cent"));
            }
        }
    }
}
