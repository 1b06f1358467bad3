//! A fuzz target finds more if it tries more inputs, so it runs a share of the costly checks for each input. The
//! tests run all of them for every stored input.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The longest input that a target with shares checks. A longer one takes the time of many short ones, so only
/// the tests check it.
const MAX_FUZZED_LEN: usize = 512;

/// Which checks run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Share {
    All,
    /// One of each list, chosen by this number.
    One(u64),
}

impl Share {
    /// The choice for this input, or `None` if it is too long. Every byte changes the choice, so the mutations
    /// of an input meet every check.
    pub(crate) fn one_for(input: &[u8]) -> Option<Self> {
        let mut hasher = DefaultHasher::new(); // the same in every process
        input.hash(&mut hasher);
        (input.len() <= MAX_FUZZED_LEN).then(|| Self::One(hasher.finish()))
    }

    /// Returns the list, or one of it.
    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a [T] {
        let (Self::One(choice), Ok(length)) = (self, u64::try_from(list.len())) else {
            return list;
        };
        let place = choice.checked_rem(length).and_then(|place| usize::try_from(place).ok());
        // The next choice is independent.
        *choice = choice.checked_div(length).unwrap_or_default();
        place.and_then(|place| list.get(place..=place)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_meets_every_combination_of_checks() {
        let mut met = [[0; 3]; 6];
        for number in 0..1000_u32 {
            let mut share = Share::one_for(&number.to_le_bytes()).unwrap();
            let (first, second) = (share.of(&[0, 1, 2, 3, 4, 5]), share.of(&[0, 1, 2]));
            assert_eq!((first.len(), second.len()), (1, 1));
            met[first[0]][second[0]] += 1;
        }
        assert!(met.iter().flatten().all(|times| *times > 20), "{met:?}");
    }

    #[test]
    fn the_tests_run_all_checks() {
        assert_eq!(Share::All.of(&[1, 2]), [1, 2]);
        assert!(Share::One(7).of::<u8>(&[]).is_empty());
    }

    #[test]
    fn long_inputs_are_for_the_tests() {
        assert!(Share::one_for(&[0; MAX_FUZZED_LEN]).is_some());
        assert!(Share::one_for(&[0; MAX_FUZZED_LEN + 1]).is_none());
    }
}
