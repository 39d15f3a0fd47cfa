//! What a number of the report is an answer to. Nothing writes a number into prose but by asking.

use stats::Variable;

/// A question to the record, with exactly one number as its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Query {
    /// Answers of all surveys.
    Answers,
    Surveys,
    Meetings,
    /// People in all meetings, each meeting counted for itself.
    Attendance,
    Languages,
    Edition,
    GroupMin,
    /// A moment, in seconds since 1970.
    Moment(Moment),
    Survey {
        survey: usize,
        what: Whole,
    },
    /// Of those who answered a question: how many, or the share that chose any of `choices`.
    Question {
        survey: usize,
        question: usize,
        region: u8,
        what: Measure,
    },
    /// Of those too young to be weighted.
    Young {
        survey: usize,
        question: usize,
        choice: Option<usize>,
    },
    /// How many took part in a group, and their shares.
    Part {
        survey: usize,
        variable: Variable,
        code: u8,
        what: PartOf,
    },
    /// In how many regions an option has the largest share; how many regions can be shown.
    RegionsLed {
        survey: usize,
        question: usize,
        choice: Option<usize>,
    },
    Meeting {
        meeting: usize,
        what: OfMeeting,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    Read,
    Opens,
    Closes,
}

/// Numbers of a survey as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whole {
    Answers,
    /// People who have a weight.
    Weighted,
    Effective,
    DesignEffect,
    WeightMin,
    WeightMax,
    Rounds,
    Young,
    Questions,
    Version,
    Wordings(WordedBy),
}

/// Where a wording comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordedBy {
    Source,
    Memory,
    Ourselves,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// People who answered and have a weight.
    Base,
    /// Everybody who answered, the young too.
    Answered,
    /// Weighted share of those who chose any of these.
    Weighted(Vec<usize>),
    Unweighted(Vec<usize>),
    Count(Vec<usize>),
    Effective,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartOf {
    People,
    Share,
    Population,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfMeeting {
    People,
    Minutes,
    StartsAt,
}
