//! How a published score relates to the scores of its vector.

use super::metric::Group;
use super::score::Score;
use super::vector::Vector;
use std::fmt;

/// What a published base score is, beside the vector that it was published with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It is the score that belongs there: [`Vector::principal`].
    Equal,
    /// It is the score of another group of metrics that the vector gives, put where the principal one belongs.
    Misplaced {
        /// The group whose score it is.
        group: Group,
    },
    /// No score of the vector is that number.
    Differs,
}

impl Agreement {
    /// Compares a published base score with the vector's.
    #[must_use]
    pub fn of(vector: &Vector, published: Score) -> Agreement {
        if published == vector.principal() {
            return Agreement::Equal;
        }
        let other = [Group::Base, Group::Threat, Group::Environmental]
            .into_iter()
            .find(|group| vector.gives(*group) && vector.score(*group) == published);
        other.map_or(Agreement::Differs, |group| Agreement::Misplaced { group })
    }

    /// The sentence for a person; none where both agree.
    #[must_use]
    pub fn sentence(self, vector: &Vector, published: Score) -> Option<String> {
        let computed = vector.principal();
        match self {
            Agreement::Equal => None,
            Agreement::Misplaced { group } => {
                let group = group.name(vector.version());
                Some(format!("{group} score {published} published as base score; the vector says {computed}"))
            }
            Agreement::Differs => Some(format!("published as {published}; the vector says {computed}")),
        }
    }
}

impl fmt::Display for Agreement {
    /// `equal`, `misplaced`, `differs`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Agreement::Equal => "equal",
            Agreement::Misplaced { .. } => "misplaced",
            Agreement::Differs => "differs",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporal_score_in_the_wrong_place_is_named() {
        let vector = Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C").unwrap();
        let [base, temporal, other] = [98, 85, 12].map(|tenths| Score::of_tenths(tenths).unwrap());
        assert_eq!(Agreement::of(&vector, base), Agreement::Equal);
        let misplaced = Agreement::of(&vector, temporal);
        assert_eq!(misplaced, Agreement::Misplaced { group: Group::Threat });
        let sentence = misplaced.sentence(&vector, temporal).unwrap();
        assert_eq!(sentence, "temporal score 8.5 published as base score; the vector says 9.8");
        assert_eq!(Agreement::of(&vector, other), Agreement::Differs);
        assert_eq!(Agreement::Equal.sentence(&vector, base), None);
    }
}
