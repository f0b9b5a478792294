//! The word that was probably meant by a misspelt one.
//!
//! In: a word, and the existing words. Out: the nearest of those, or `None` if none is near.

/// The candidate that `word` abbreviates, extends or misspells; the first if there are several.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .filter_map(|candidate| {
            let begins = lower.len() >= 3 && (candidate.starts_with(&lower) || lower.starts_with(candidate));
            let distance = if begins { 1 } else { distance(&lower, candidate) };
            // One error in three letters is a misspelling; more is another word.
            (distance * 3 <= candidate.len().max(3)).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance: the insertions, deletions and substitutions between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // The distances between the letters of `a` seen so far and each prefix of `b`.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_edits() {
        for (a, b, edits) in [("", "", 0), ("", "abc", 3), ("scope", "scopes", 1), ("kitten", "sitting", 3)] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
            assert_eq!(distance(b, a), edits, "{b} {a}");
        }
    }

    #[test]
    fn slips_and_abbreviations_are_understood_and_other_words_are_not() {
        let keys =
            || ["auth", "scopes", "memory", "timeout", "env", "throttle", "description", "crate"].into_iter();
        for (word, meant) in [
            ("scope", Some("scopes")),
            ("Auth", Some("auth")),
            ("authorizer", Some("auth")),
            ("mem", Some("memory")),
            ("memroy", Some("memory")),
            ("time_out", Some("timeout")),
            ("desc", Some("description")),
            ("krate", Some("crate")),
            ("colour", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys()), meant, "{word}");
        }
    }
}
