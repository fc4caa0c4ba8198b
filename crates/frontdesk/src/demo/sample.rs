//! The sample data: a shop for bicycles and outdoor gear, as its support team sees it on a working day.
//!
//! It is kept in `data/`, one file for each state. All times are minutes ago, so it never grows old.

use domain::Stage;
use serde::Deserialize;

/// Somebody who answers in the demo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleAgent {
    /// What they sign in with. The part before the `@` is how conversations name them.
    pub email: String,
    /// The name customers see.
    pub name: String,
    /// Whether they are an administrator.
    #[serde(default)]
    pub administrator: bool,
}

impl SampleAgent {
    /// The name conversations use: `agent1` for `agent1@example.com`.
    pub fn handle(&self) -> &str {
        self.email.split('@').next().unwrap_or(&self.email)
    }
}

/// A conversation of the demo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleConversation {
    /// The customer's name. Conversations with the same name and address are of the same customer.
    pub customer: String,
    /// The address they typed.
    pub email: String,
    /// What it is in.
    pub state: SampleState,
    /// Its tags.
    pub tags: Vec<String>,
    /// What was said, oldest first.
    pub log: Vec<SampleEntry>,
}

/// What a sample conversation is in; agents are named by their handle.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleState {
    /// In the queue.
    Open,
    /// Held by this agent.
    Ongoing(String),
    /// Out of the queue for so many days.
    Snoozed(u64),
    /// Done, and who said so: an agent or `customer`.
    Resolved(String),
}

/// Something said: `[minutes ago, who, text]`, where who is `customer`, an agent, or `note` and an agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(u64, String, String)")]
pub struct SampleEntry {
    /// When.
    pub minutes_ago: u64,
    /// By whom.
    pub voice: Voice,
    /// What.
    pub text: String,
}

/// Who said something; agents are named by their handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// The customer.
    Customer,
    /// An agent, to the customer.
    Agent(String),
    /// An agent, to colleagues only.
    Note(String),
}

impl From<(u64, String, String)> for SampleEntry {
    fn from((minutes_ago, who, text): (u64, String, String)) -> Self {
        let voice = match who.strip_prefix("note ") {
            Some(agent) => Voice::Note(agent.to_owned()),
            None if who == "customer" => Voice::Customer,
            None => Voice::Agent(who),
        };
        Self { minutes_ago, voice, text }
    }
}

/// A shared canned reply of the shop's: `[stage, short code, text]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SampleReply(pub Stage, pub String, pub String);

/// The canned replies of the demo, beside those every installation has.
///
/// # Errors
/// When the data file is not as described here, which a test rules out.
pub fn replies() -> serde_json::Result<Vec<SampleReply>> {
    serde_json::from_str(include_str!("data/replies.json"))
}

/// The agents of the demo, the administrator among them.
///
/// # Errors
/// When the data file is not as described here, which a test rules out.
pub fn agents() -> serde_json::Result<Vec<SampleAgent>> {
    serde_json::from_str(include_str!("data/agents.json"))
}

/// The conversations of the demo.
///
/// # Errors
/// When a data file is not as described here, which a test rules out.
pub fn conversations() -> serde_json::Result<Vec<SampleConversation>> {
    let files = [
        include_str!("data/open.json"),
        include_str!("data/ongoing.json"),
        include_str!("data/snoozed.json"),
        include_str!("data/resolved.json"),
    ];
    let parsed = files.into_iter().map(serde_json::from_str).collect::<serde_json::Result<Vec<Vec<_>>>>()?;
    Ok(parsed.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    use domain::canned::rank;
    use domain::search::{Language, Normaliser};
    use domain::{CannedReply, CannedReplyId, Timestamp, Usage};

    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;

    #[test]
    fn about_sixty_conversations_lie_over_several_days_in_every_state() {
        let all = conversations().unwrap();
        assert!((55..=70).contains(&all.len()), "{}", all.len());
        let count = |is: fn(&SampleState) -> bool| all.iter().filter(|each| is(&each.state)).count();
        assert!(count(|state| *state == SampleState::Open) >= 10);
        assert!(count(|state| matches!(state, SampleState::Ongoing(_))) >= 10);
        assert!(count(|state| matches!(state, SampleState::Snoozed(_))) >= 5);
        assert!(count(|state| matches!(state, SampleState::Resolved(_))) >= 15);
    }

    #[test]
    fn some_customer_has_waited_for_every_value_of_the_age_facet() {
        let waiting: Vec<_> = conversations().unwrap().iter().filter_map(waiting_minutes).collect();
        for age in [0..HOUR, HOUR..4 * HOUR, 4 * HOUR..DAY, DAY..7 * DAY, 7 * DAY..u64::MAX] {
            assert!(waiting.iter().any(|minutes| age.contains(minutes)), "nobody has waited {age:?} minutes");
        }
    }

    /// For how long the customer has had no answer.
    fn waiting_minutes(conversation: &SampleConversation) -> Option<u64> {
        let since_answer = conversation.log.rsplit(|entry| matches!(entry.voice, Voice::Agent(_))).next()?;
        since_answer.iter().find(|entry| entry.voice == Voice::Customer).map(|entry| entry.minutes_ago)
    }

    #[test]
    fn a_customer_begins_each_and_time_only_goes_forward() {
        for conversation in conversations().unwrap() {
            let name = &conversation.customer;
            assert_eq!(conversation.log.first().map(|entry| &entry.voice), Some(&Voice::Customer), "{name}");
            assert!(conversation.log.is_sorted_by(|a, b| a.minutes_ago > b.minutes_ago), "{name}");
            assert!(conversation.log.last().is_some_and(|entry| entry.minutes_ago > 0), "{name}");
        }
    }

    #[test]
    fn customers_in_the_queue_are_offered_what_fits() {
        let replies =
            replies().unwrap().into_iter().map(|SampleReply(stage, short_code, text)| CannedReply {
                id: CannedReplyId::new(),
                stage,
                short_code: Some(short_code),
                text,
                usage: Usage::default(),
            });
        let replies: Vec<_> = replies.collect();
        for (customer, short_code) in
            [("Ingrid Solheim", "delivery-late"), ("Grace Wanjiru", "refund"), ("Oskar Nyberg", "warranty")]
        {
            let all = conversations().unwrap();
            let asked = all.iter().find(|each| each.customer == customer && each.state == SampleState::Open);
            let said = asked.unwrap().log.iter().rev().filter(|entry| entry.voice == Voice::Customer);
            let said: Vec<_> = said.take(3).map(|entry| &*entry.text).collect();
            let now = Timestamp::from_micros(0);
            let ranked = rank(replies.clone(), &said, now, Normaliser::new(Language::English));
            let (first, why) = &ranked[0];
            assert_eq!(first.short_code.as_deref(), Some(short_code), "{customer}: {why}");
        }
    }

    #[test]
    fn everybody_named_is_an_agent_and_every_agent_has_work() {
        let agents = agents().unwrap();
        assert_eq!(agents.iter().filter(|agent| agent.administrator).count(), 1);
        let conversations = conversations().unwrap();
        let mut named: Vec<&str> = conversations.iter().flat_map(named).collect();
        named.sort_unstable();
        named.dedup();
        let mut handles: Vec<_> =
            agents.iter().filter(|agent| !agent.administrator).map(SampleAgent::handle).collect();
        handles.sort_unstable();
        assert_eq!(named, handles);
    }

    fn named(conversation: &SampleConversation) -> Vec<&str> {
        let mut named: Vec<&str> = (conversation.log.iter())
            .filter_map(|entry| match &entry.voice {
                Voice::Agent(agent) | Voice::Note(agent) => Some(agent.as_str()),
                Voice::Customer => None,
            })
            .collect();
        match &conversation.state {
            SampleState::Resolved(who) if who == "customer" => {}
            SampleState::Ongoing(agent) | SampleState::Resolved(agent) => named.push(agent),
            SampleState::Open | SampleState::Snoozed(_) => {}
        }
        named
    }
}
