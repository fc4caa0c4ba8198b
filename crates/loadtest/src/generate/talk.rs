//! How conversations go: what is said and done in one, step by step.

use super::phrases::{COMMON, GREETINGS, NOTES, THANKS, TOPICS, Topic};
use super::words::{RARE_EVERY, RARE_WORDS, fill, one_of, person, rank};
use crate::random;
use domain::{Agent, ConversationId, CustomerId, Timestamp};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Past, PastDeed, PastStep};
use uuid::Builder;

/// How long ago the oldest conversation began.
const SPAN: Duration = days(3 * 365);
/// The newest share of conversations, of which many are still under way.
const RECENT: f64 = 0.03;
/// Earlier conversations count for so long.
const EARLIER_WITHIN: Duration = days(30);
/// Tags beside those of the topics.
const MORE_TAGS: [&str; 4] = ["vip", "refund", "complaint", "follow-up"];

const fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// How much there is to say.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// Messages in all.
    pub messages: usize,
    /// About how many conversations they are in.
    pub conversations: usize,
    /// How many customers there are to have them; some never do.
    pub customers: usize,
}

/// All conversations in the order in which they begin, the same for the same seed.
#[derive(Debug)]
pub struct Talks {
    seed: u64,
    amount: Amount,
    agents: Vec<Arc<Agent>>,
    now: Timestamp,
    rng: StdRng,
    begun: usize,
    said: usize,
    /// When a customer's conversations of late began.
    earlier: HashMap<usize, Vec<Timestamp>>,
}

/// What becomes of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    Ongoing,
    Snoozed,
    Resolved,
}

impl Talks {
    /// All talks up to `now`, with these agents.
    pub fn new(seed: u64, amount: Amount, agents: Vec<Arc<Agent>>, now: Timestamp) -> Self {
        let rng = random::source(seed, "talks", 0);
        Self { seed, amount, agents, now, rng, begun: 0, said: 0, earlier: HashMap::new() }
    }

    /// Business grows: the later, the more conversations a day.
    fn begins(&self) -> Timestamp {
        let share = ratio(self.begun, self.amount.conversations).min(1.0).powf(0.7);
        self.now - SPAN.mul_f64(1.0 - share).max(Duration::from_secs(60))
    }

    fn end(&mut self) -> End {
        let is_recent = ratio(self.begun, self.amount.conversations) > 1.0 - RECENT;
        match self.rng.random_range(0..100) {
            0..40 if is_recent => End::Open,
            40..65 if is_recent => End::Ongoing,
            65..75 if is_recent => End::Snoozed,
            _ => End::Resolved,
        }
    }

    /// How many messages: one at least, as many on average as the amount asks for, in a few by far more.
    fn length(&mut self) -> usize {
        let average = ratio(self.amount.messages, self.amount.conversations);
        let left = self.amount.messages - self.said;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number above 0")]
        let length = 1 + (-(1.0 - self.rng.random::<f64>()).ln() * (average - 1.0).max(0.0)).round() as usize;
        length.min(left)
    }

    fn earlier(&mut self, customer: usize, at: Timestamp) -> i64 {
        let begun = self.earlier.entry(customer).or_default();
        begun.retain(|earlier| *earlier > at - EARLIER_WITHIN);
        begun.push(at);
        i64::try_from(begun.len() - 1).unwrap_or(i64::MAX)
    }

    /// The same customer has the same id in all of their conversations.
    fn customer(&self, number: usize) -> CustomerId {
        let bytes = random::source(self.seed, "customer", number).random();
        CustomerId(Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl Iterator for Talks {
    type Item = Past;

    fn next(&mut self) -> Option<Past> {
        if self.said == self.amount.messages {
            return None;
        }
        let (at, end, length) = (self.begins(), self.end(), self.length());
        let customer = rank(&mut self.rng, self.amount.customers);
        let (name, email) = person(customer);
        let topic = &TOPICS[rank(&mut self.rng, TOPICS.len())];
        let mut tags = Vec::new();
        if self.rng.random_bool(0.5) {
            tags.push(topic.tag.to_owned());
        }
        if self.rng.random_bool(0.1) {
            tags.push(one_of(&mut self.rng, &MORE_TAGS).to_owned());
        }
        let earlier = self.earlier(customer, at);
        let agent = Arc::clone(&self.agents[rank(&mut self.rng, self.agents.len())]);
        let talk =
            Talk { topic, agent, at, now: self.now, said: self.said, rng: &mut self.rng, steps: Vec::new() };
        let steps = talk.of(length, end);
        self.begun += 1;
        self.said += length;
        Some(Past {
            conversation: ConversationId::new(),
            customer: self.customer(customer),
            name,
            email: customer.is_multiple_of(3).then_some(email),
            earlier,
            tags,
            steps,
        })
    }
}

/// One conversation, as it goes on.
struct Talk<'r> {
    topic: &'static Topic,
    agent: Arc<Agent>,
    at: Timestamp,
    now: Timestamp,
    /// Messages in all conversations so far.
    said: usize,
    rng: &'r mut StdRng,
    steps: Vec<PastStep>,
}

impl Talk<'_> {
    fn of(mut self, length: usize, end: End) -> Vec<PastStep> {
        // Who is in the queue has had no answer.
        let alone = if end == End::Open { length } else { 1 + usize::from(length > 4) };
        for number in 0..length {
            let is_last = number + 1 == length;
            if number >= alone && (number - alone).is_multiple_of(2) {
                self.agent_answers(number == alone);
            } else if number == 0 {
                self.customer_begins();
            } else {
                let phrase = match end {
                    End::Resolved if is_last => self.one_of(&THANKS),
                    _ => self.one_of(self.topic.more),
                };
                self.customer_writes(&[phrase]);
            }
        }
        self.finish(end, length > alone);
        self.steps
    }

    fn customer_begins(&mut self) {
        let mut phrases = vec![self.one_of(self.topic.openings)];
        if self.rng.random_bool(0.5) {
            phrases.push(self.one_of(self.topic.more));
        }
        self.customer_writes(&phrases);
    }

    fn customer_writes(&mut self, phrases: &[&str]) {
        let text = self.message(phrases);
        self.does(PastDeed::CustomerWrote(text));
        self.passes(120);
    }

    fn agent_answers(&mut self, is_first: bool) {
        let mut phrases = Vec::new();
        if is_first {
            self.passes(600);
            self.does(PastDeed::Claimed(Arc::clone(&self.agent)));
            phrases.push(self.one_of(&GREETINGS));
        }
        if is_first && self.rng.random_bool(0.3) {
            let phrase = self.one_of(&NOTES);
            let mut note = String::new();
            fill(self.rng, &mut note, phrase);
            self.does(PastDeed::Noted(Arc::clone(&self.agent), note));
        }
        phrases.push(self.one_of(self.topic.answers));
        let text = self.message(&phrases);
        self.does(PastDeed::AgentWrote(Arc::clone(&self.agent), text));
        self.passes(90);
    }

    fn finish(&mut self, end: End, is_claimed: bool) {
        if end == End::Open {
            return;
        }
        if !is_claimed {
            self.does(PastDeed::Claimed(Arc::clone(&self.agent)));
        }
        match end {
            End::Snoozed => {
                let until = self.now + days(1) + Duration::from_secs(self.rng.random_range(0..500_000));
                self.does(PastDeed::Snoozed(Arc::clone(&self.agent), until));
            }
            End::Resolved => {
                self.does(PastDeed::CustomerRead);
                self.does(PastDeed::Resolved(Arc::clone(&self.agent)));
                if self.rng.random_bool(0.2) {
                    let score = 5 - u8::try_from(rank(self.rng, 5)).unwrap_or(0);
                    self.does(PastDeed::CustomerRated(score));
                }
            }
            End::Open | End::Ongoing => {}
        }
    }

    fn does(&mut self, deed: PastDeed) {
        self.steps.push(PastStep { at: self.at, deed });
    }

    /// Time goes by, so many seconds on average, but never past now.
    fn passes(&mut self, seconds: u64) {
        let passed = Duration::from_secs(self.rng.random_range(0..=2 * seconds));
        self.at = (self.at + passed).min(self.now);
    }

    /// A message of these phrases, in a tenth with the common word, in a few with a rare one.
    fn message(&mut self, phrases: &[&str]) -> String {
        let mut text = String::new();
        for phrase in phrases {
            fill(self.rng, &mut text, phrase);
        }
        if self.rng.random_bool(0.1) {
            let phrase = self.one_of(&COMMON);
            fill(self.rng, &mut text, phrase);
        }
        let every = RARE_EVERY / RARE_WORDS.len();
        if self.said.is_multiple_of(every) {
            text.push(' ');
            text.push_str(RARE_WORDS[self.said / every % RARE_WORDS.len()]);
        }
        self.said += 1;
        text
    }

    fn one_of(&mut self, phrases: &'static [&'static str]) -> &'static str {
        one_of(self.rng, phrases)
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 messages")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
