//! The facets by which agents narrow a list.

use crate::{Status, UrgencyLevel};
use std::str::FromStr;
use std::time::Duration;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// How long ago a conversation began, in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Age {
    /// Less than an hour.
    UnderAnHour,
    /// One to four hours.
    OneToFourHours,
    /// Four hours to a day.
    FourHoursToADay,
    /// One to seven days.
    OneToSevenDays,
    /// More than seven days.
    OverSevenDays,
}

impl Age {
    /// Every step, youngest first.
    pub const ALL: [Self; 5] = [
        Self::UnderAnHour,
        Self::OneToFourHours,
        Self::FourHoursToADay,
        Self::OneToSevenDays,
        Self::OverSevenDays,
    ];

    /// The word in addresses and facets (`protocol.md`, REST).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnderAnHour => "<1h",
            Self::OneToFourHours => "1h-4h",
            Self::FourHoursToADay => "4h-1d",
            Self::OneToSevenDays => "1d-7d",
            Self::OverSevenDays => ">7d",
        }
    }

    /// The step a span falls into.
    pub fn of(span: Duration) -> Self {
        let within = |step: &Self| span < step.bounds().1;
        Self::ALL.into_iter().find(within).unwrap_or(Self::OverSevenDays)
    }

    /// From (inclusive) and to (exclusive).
    pub const fn bounds(self) -> (Duration, Duration) {
        let (from, to) = match self {
            Self::UnderAnHour => (0, HOUR),
            Self::OneToFourHours => (HOUR, 4 * HOUR),
            Self::FourHoursToADay => (4 * HOUR, DAY),
            Self::OneToSevenDays => (DAY, 7 * DAY),
            Self::OverSevenDays => return (Duration::from_secs(7 * DAY), Duration::MAX),
        };
        (Duration::from_secs(from), Duration::from_secs(to))
    }
}

/// A word that no value of the facet has.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnknownFacetValue(&'static str);

impl FromStr for Age {
    type Err = UnknownFacetValue;

    fn from_str(word: &str) -> Result<Self, UnknownFacetValue> {
        let found = Self::ALL.into_iter().find(|age| age.as_str() == word);
        found.ok_or(UnknownFacetValue("age is one of <1h, 1h-4h, 4h-1d, 1d-7d, >7d"))
    }
}

impl UrgencyLevel {
    /// Every level, most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];
}

impl FromStr for UrgencyLevel {
    type Err = UnknownFacetValue;

    fn from_str(word: &str) -> Result<Self, UnknownFacetValue> {
        let found = Self::ALL.into_iter().find(|level| level.as_str() == word);
        found.ok_or(UnknownFacetValue("urgency is one of high, normal, low"))
    }
}

/// What a list is narrowed to. Within a facet any value matches, across facets all must; an empty facet matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// States.
    pub status: Vec<Status>,
    /// Levels of urgency.
    pub urgency: Vec<UrgencyLevel>,
    /// Who holds it.
    pub holder: Vec<Holder>,
    /// Names of tags.
    pub tag: Vec<String>,
    /// How long ago it began.
    pub age: Vec<Age>,
}

/// A value of the holder facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// The agent who asks.
    Me,
    /// Nobody.
    Nobody,
    /// This agent.
    Agent(crate::AgentId),
}

impl FromStr for Holder {
    type Err = UnknownFacetValue;

    fn from_str(word: &str) -> Result<Self, UnknownFacetValue> {
        match word {
            "me" => Ok(Self::Me),
            "none" => Ok(Self::Nobody),
            id => id
                .parse()
                .map(Self::Agent)
                .map_err(|_| UnknownFacetValue("holder is me, none or an agent's id")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_has_one_age() {
        for age in Age::ALL {
            let (from, to) = age.bounds();
            assert_eq!(Age::of(from), age);
            assert_eq!(Age::of(to - Duration::from_micros(1)), age);
            assert_eq!(age.as_str().parse::<Age>().unwrap(), age);
        }
    }
}
