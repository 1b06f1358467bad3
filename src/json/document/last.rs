//! Duplicate members: the last wins, as in the platform's reader.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use super::Json;

/// Up to this many members, comparing each with each is faster than a table.
const FEW: usize = 16;

/// The members; of duplicates (in any case) the last one; and whether it has duplicates.
pub(crate) fn last_of_each<'a>(
    members: impl Iterator<Item = Json<'a>> + Clone,
) -> impl Iterator<Item = (Json<'a>, bool)> {
    let mut counts = Counts::of(members.clone());
    let mut rest = members;
    std::iter::from_fn(move || {
        loop {
            let member = rest.next()?;
            match &mut counts {
                Counts::Few(dropped) => {
                    let name = member.name();
                    if rest.clone().any(|other| other.is_named(&name)) {
                        dropped.push(name.into_owned());
                    } else {
                        let is_same = |own: &String| own.eq_ignore_ascii_case(&name);
                        return Some((member, dropped.iter().any(is_same)));
                    }
                }
                Counts::Many(hasher, counts) => {
                    let Some((all, seen)) = counts.get_mut(&hash(hasher, member)) else { continue };
                    *seen = seen.saturating_add(1);
                    if seen == all {
                        return Some((member, *all > 1));
                    }
                }
            }
        }
    })
}

enum Counts {
    /// The names that were skipped.
    Few(Vec<String>),
    /// How often a name appears, and how often it was seen, by its hash.
    Many(RandomState, HashMap<u64, (u32, u32)>),
}

impl Counts {
    fn of<'a>(members: impl Iterator<Item = Json<'a>> + Clone) -> Self {
        if members.clone().nth(FEW).is_none() {
            return Self::Few(Vec::new());
        }
        let (hasher, mut counts) = (RandomState::new(), HashMap::<u64, (u32, u32)>::new());
        for member in members {
            let (all, _) = counts.entry(hash(&hasher, member)).or_default();
            *all = all.saturating_add(1);
        }
        Self::Many(hasher, counts)
    }
}

/// The hash of a name in lower case.
fn hash(hasher: &RandomState, member: Json<'_>) -> u64 {
    let mut hash = hasher.build_hasher();
    let mut lower = [0; 32];
    for chunk in member.name().as_bytes().chunks(lower.len()) {
        for (lower, byte) in lower.iter_mut().zip(chunk) {
            *lower = byte.to_ascii_lowercase();
        }
        hash.write(lower.get(..chunk.len()).unwrap_or_default());
    }
    hash.finish()
}
