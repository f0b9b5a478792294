//! A small set of combinations in which any two choices meet.

use std::collections::BTreeSet;

/// Rows with one choice for each factor, given the number of choices of each. Every pair of choices of two
/// factors is in at least one row.
pub(super) fn cover(choices: &[usize]) -> Vec<Vec<usize>> {
    let mut open: BTreeSet<[(usize, usize); 2]> = BTreeSet::new();
    for (a, &choices_of_a) in choices.iter().enumerate() {
        for (b, &choices_of_b) in choices.iter().enumerate().skip(a + 1) {
            open.extend((0..choices_of_a).flat_map(|x| (0..choices_of_b).map(move |y| [(a, x), (b, y)])));
        }
    }
    let mut rows = Vec::new();
    while let Some(&[(a, x), (b, y)]) = open.first() {
        // The first uncovered pair, and for each other factor the choice that covers the most pairs with the
        // choices so far.
        let mut row: Vec<Option<usize>> = vec![None; choices.len()];
        (row[a], row[b]) = (Some(x), Some(y));
        for factor in 0..choices.len() {
            let closes = |choice: usize| {
                let with = |(other, chosen): (usize, &Option<usize>)| {
                    let mut pair = [(factor, choice), (other, (*chosen)?)];
                    pair.sort_unstable();
                    open.contains(&pair).then_some(())
                };
                row.iter().enumerate().filter_map(with).count()
            };
            let best = (0..choices[factor]).rev().max_by_key(|&choice| closes(choice)).unwrap_or(0);
            row[factor] = row[factor].or(Some(best));
        }
        let row: Vec<usize> = row.into_iter().flatten().collect();
        open.retain(|[(a, x), (b, y)]| row[*a] != *x || row[*b] != *y);
        rows.push(row);
    }
    rows
}

#[test]
fn any_two_choices_meet_in_far_fewer_rows_than_there_are_combinations() {
    let choices = [4, 3, 2, 2, 3, 2];
    let rows = cover(&choices);
    for (a, &choices_of_a) in choices.iter().enumerate() {
        for (b, &choices_of_b) in choices.iter().enumerate().skip(a + 1) {
            for (x, y) in (0..choices_of_a).flat_map(|x| (0..choices_of_b).map(move |y| (x, y))) {
                assert!(rows.iter().any(|row| row[a] == x && row[b] == y), "{a}={x} {b}={y}");
            }
        }
    }
    assert!(rows.iter().all(|row| row.len() == choices.len()) && rows.len() < 20, "{}", rows.len());
}
