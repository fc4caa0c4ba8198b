//! Plays the sample conversations through the store, each step at its own time, as if they had happened.

use super::sample::{SampleAgent, SampleConversation, SampleReply, SampleState, Voice};
use crate::failure::Failure;
use domain::{AgentRole, ClientId, ConversationId, Timestamp};
use std::collections::HashMap;
use std::time::Duration;
use store::{
    AGENT_IDLE, Append, By, Clock, DatabaseConfig, Error, NewAgent, NewCannedReply, Result, Scope, Session,
    Settings, Store,
};

/// How long a claim lasts that was made here. Nobody of the sample is connected, and the demo is to stay as it is.
const LEASE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// How long before or after what is said the rest happens: the claim before an answer, the end after the last word.
const A_MOMENT: u64 = 20;
/// Who puts tags on what nobody claims.
const ADMINISTRATOR: &str = "admin";
const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

/// Fills an empty database.
///
/// # Errors
/// When the store refuses a step or cannot write.
pub async fn fill(
    database: &DatabaseConfig,
    agents: &[SampleAgent],
    replies: &[SampleReply],
    conversations: &[SampleConversation],
    password: &str,
) -> Result<(), Failure> {
    let mut steps: Vec<Step> = conversations.iter().enumerate().flat_map(|(n, c)| steps(n, c)).collect();
    steps.sort_by_key(|step| std::cmp::Reverse(step.seconds_ago));

    let (clock, started) = (Clock::default(), Clock::default().now());
    clock.rewind(Duration::from_secs(steps.first().map_or(0, |step| step.seconds_ago) + MINUTE));
    let store = Store::open(
        database,
        clock.clone(),
        Settings { lease: LEASE, idle: None, ..Settings::default() },
        |_| (),
    )
    .await?;
    let mut play = Play {
        store: &store,
        started,
        password,
        agents: HashMap::new(),
        customers: HashMap::new(),
        conversations: HashMap::new(),
    };
    play.hire(agents).await?;
    play.write_replies(replies).await?;
    for step in &steps {
        let at = started - Duration::from_secs(step.seconds_ago);
        clock.advance(at.since(clock.now()));
        play.perform(step).await?;
    }
    store.close().await;
    Ok(())
}

/// Something that happens to a conversation.
struct Step<'s> {
    seconds_ago: u64,
    /// Which conversation, by its place in the sample.
    place: usize,
    conversation: &'s SampleConversation,
    deed: Deed<'s>,
}

/// What happens; agents are named by their handle.
enum Deed<'s> {
    CustomerWrites(&'s str),
    Claim(&'s str),
    AgentWrites(&'s str, &'s str),
    Note(&'s str, &'s str),
    Release(&'s str),
    Snooze(&'s str, u64),
    ResolveAsCustomer,
    Resolve(&'s str),
}

/// The steps of a conversation: what is said, and what must have happened around it.
fn steps(place: usize, conversation: &SampleConversation) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut add = |seconds_ago, deed| steps.push(Step { seconds_ago, place, conversation, deed });
    let mut holder = None;
    for entry in &conversation.log {
        let seconds_ago = entry.minutes_ago * MINUTE;
        match &entry.voice {
            Voice::Customer => add(seconds_ago, Deed::CustomerWrites(&entry.text)),
            Voice::Note(agent) => add(seconds_ago, Deed::Note(agent, &entry.text)),
            Voice::Agent(agent) => {
                if holder.is_none() {
                    add(seconds_ago + A_MOMENT, Deed::Claim(agent));
                }
                holder = Some((agent, seconds_ago));
                add(seconds_ago, Deed::AgentWrites(agent, &entry.text));
            }
        }
    }
    let after_all = conversation.log.last().map_or(0, |entry| entry.minutes_ago * MINUTE) - A_MOMENT;
    match (&conversation.state, holder) {
        (SampleState::Open, Some((agent, last_answer))) => add(last_answer - A_MOMENT, Deed::Release(agent)),
        (SampleState::Snoozed(days), Some((agent, _))) => add(after_all, Deed::Snooze(agent, *days)),
        (SampleState::Resolved(who), _) if who == "customer" => add(after_all, Deed::ResolveAsCustomer),
        (SampleState::Resolved(agent), _) => add(after_all, Deed::Resolve(agent)),
        (SampleState::Open | SampleState::Ongoing(_) | SampleState::Snoozed(_), _) => {}
    }
    steps
}

/// Who plays, and what has been played.
struct Play<'s> {
    store: &'s Store,
    started: Timestamp,
    password: &'s str,
    /// Agents by handle.
    agents: HashMap<&'s str, Player<'s>>,
    /// Sessions of customers, by name and address.
    customers: HashMap<(&'s str, &'s str), Session>,
    /// By their place in the sample.
    conversations: HashMap<usize, ConversationId>,
}

/// An agent and, once they have signed in, their session and when it began.
struct Player<'s> {
    email: &'s str,
    session: Option<(Session, Timestamp)>,
}

impl<'s> Play<'s> {
    async fn hire(&mut self, agents: &'s [SampleAgent]) -> Result<()> {
        for agent in agents {
            let role = if agent.administrator { AgentRole::Administrator } else { AgentRole::Agent };
            let (name, email) = (agent.name.clone(), agent.email.clone());
            let new = NewAgent { name, email, role, password: Some(self.password.to_owned()) };
            self.store.create_agent(&By::command_line(), &new).await?;
            self.agents.insert(agent.handle(), Player { email: &agent.email, session: None });
        }
        Ok(())
    }

    async fn write_replies(&mut self, replies: &[SampleReply]) -> Result<()> {
        let administrator = self.agent(ADMINISTRATOR).await?;
        for SampleReply(stage, short_code, text) in replies {
            let (short_code, text) = (Some(short_code.clone()), text.clone());
            let new = NewCannedReply { scope: Scope::Shared, stage: *stage, short_code, text };
            self.store.create_canned_reply(&administrator, &new).await?;
        }
        Ok(())
    }

    async fn perform(&mut self, step: &Step<'s>) -> Result<()> {
        match &step.deed {
            Deed::CustomerWrites(text) => self.customer_writes(step, text).await,
            Deed::Claim(agent) => {
                let (session, id) = (self.agent(agent).await?, self.conversation(step)?);
                self.store.claim(&session, id).await?;
                self.store.set_tags(&session, id, &step.conversation.tags).await.map(|_| ())
            }
            Deed::AgentWrites(agent, text) => {
                let session = self.agent(agent).await?;
                self.say(&session, step, text).await
            }
            Deed::Note(agent, text) => {
                let (session, id) = (self.agent(agent).await?, self.conversation(step)?);
                self.store.add_note(&session, id, ClientId::new(), text).await.map(|_| ())
            }
            Deed::Release(agent) => {
                let (session, id) = (self.agent(agent).await?, self.conversation(step)?);
                self.store.release_claim(&session, id).await.map(|_| ())
            }
            Deed::Snooze(agent, days) => {
                let (session, id) = (self.agent(agent).await?, self.conversation(step)?);
                let until = self.started + Duration::from_secs(days * DAY);
                self.store.snooze(&session, id, until).await.map(|_| ())
            }
            Deed::Resolve(agent) => {
                let session = self.agent(agent).await?;
                self.resolve(&session, step).await
            }
            Deed::ResolveAsCustomer => {
                let session = self.customer(step).await?;
                self.resolve(&session, step).await
            }
        }
    }

    async fn customer_writes(&mut self, step: &Step<'s>, text: &str) -> Result<()> {
        let session = self.customer(step).await?;
        if self.conversations.contains_key(&step.place) {
            return self.say(&session, step, text).await;
        }
        let (conversation, _) = self.store.create_conversation(&session, ClientId::new(), text).await?;
        self.conversations.insert(step.place, conversation.id);
        let is_never_claimed = step.conversation.log.iter().all(|entry| entry.voice == Voice::Customer);
        if is_never_claimed {
            let administrator = self.agent(ADMINISTRATOR).await?;
            self.store.set_tags(&administrator, conversation.id, &step.conversation.tags).await?;
        }
        Ok(())
    }

    /// Whoever writes has read all before.
    async fn say(&self, session: &Session, step: &Step<'_>, text: &str) -> Result<()> {
        let conversation = self.conversation(step)?;
        let append =
            Append { conversation, client_id: ClientId::new(), text: text.to_owned(), claim_token: None };
        let appended = self.store.append(session, append).await?;
        self.store.mark_seen(session, conversation, appended.message.seq).await
    }

    /// Whoever resolves has read all.
    async fn resolve(&self, session: &Session, step: &Step<'_>) -> Result<()> {
        let id = self.conversation(step)?;
        self.store.mark_seen(session, id, i64::MAX).await?;
        self.store.resolve(session, id).await.map(|_| ())
    }

    fn conversation(&self, step: &Step<'_>) -> Result<ConversationId> {
        self.conversations.get(&step.place).copied().ok_or(Error::NotFound("conversation"))
    }

    async fn customer(&mut self, step: &Step<'s>) -> Result<Session> {
        let (name, email) = (step.conversation.customer.as_str(), step.conversation.email.as_str());
        if let Some(session) = self.customers.get(&(name, email)) {
            return Ok(session.clone());
        }
        let (token, _) = self.store.start_customer_session(name, email).await?;
        let session = self.store.authenticate(token.reveal()).await?.ok_or(Error::SignedOut)?;
        self.customers.insert((name, email), session.clone());
        Ok(session)
    }

    /// The agent's session; they sign in anew when they were away for long.
    async fn agent(&mut self, handle: &str) -> Result<Session> {
        let now = self.store.clock().now();
        let player = self.agents.get_mut(handle).ok_or(Error::NotFound("agent"))?;
        if let Some((session, since)) = &player.session
            && now.since(*since) < AGENT_IDLE
        {
            return Ok(session.clone());
        }
        let signed_in = self.store.sign_in(player.email, self.password, None).await?;
        let (token, _) = signed_in.ok_or(Error::SignedOut)?;
        let session = self.store.authenticate(token.reveal()).await?.ok_or(Error::SignedOut)?;
        player.session = Some((session.clone(), now));
        Ok(session)
    }
}
