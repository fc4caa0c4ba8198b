//! How a conversation goes from state to state: who may do what, and what the agents' log says of it.
//!
//! Each transition is all or nothing: refused, it leaves the conversation as it was. The caller holds the
//! conversation's row lock and writes the result in the same transaction (C1, C2).

use crate::conversation::Resolution;
use crate::{
    Actor, Agent, AgentRef, Author, Claim, ClaimToken, Conversation, Rating, Refusal, Side, State, Timestamp,
};
use std::time::Duration;

/// For how long undoing a resolution gives the claim back to its former holder (`protocol.md`, States).
pub const UNDO_WINDOW: Duration = Duration::from_secs(30);

/// Something that happened to a conversation, for the agents' log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who did it; none when time did.
    pub by: Option<Author>,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// An agent took it.
    Claimed,
    /// The holder, or an administrator, returned it to the queue.
    Released,
    /// The lease ended (C3).
    Expired {
        /// Who held it.
        holder: String,
    },
    /// The holder was warned that the customer waits (C3).
    Warned {
        /// Who holds it.
        holder: String,
    },
    /// The holder did nothing for a customer who waited (C3).
    LeftUnanswered {
        /// Who held it.
        holder: String,
    },
    /// It went from one agent to another.
    HandedOver {
        /// Who held it before, if anybody.
        from: Option<String>,
        /// Who holds it now.
        to: String,
    },
    /// It was resolved.
    Resolved,
    /// It was reopened.
    Reopened,
    /// It left the queue until a time.
    Snoozed {
        /// Until when.
        until: Timestamp,
    },
    /// It came back from its snooze.
    Woken,
    /// The customer said how the help was.
    Rated {
        /// From 1 to 5.
        score: u8,
        /// In their words.
        comment: Option<String>,
    },
    /// The customer, who had left, was told by e-mail that an answer waits.
    Mailed,
    /// They could not be told; it is not tried again.
    NotMailed,
}

impl EventKind {
    /// The stable name programs match on.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Released => "released",
            Self::Expired { .. } => "expired",
            Self::Warned { .. } => "warned",
            Self::LeftUnanswered { .. } => "left_unanswered",
            Self::HandedOver { .. } => "handed_over",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
            Self::Snoozed { .. } => "snoozed",
            Self::Woken => "woken",
            Self::Rated { .. } => "rated",
            Self::Mailed => "mailed",
            Self::NotMailed => "not_mailed",
        }
    }
}

impl Event {
    fn by(actor: Author, kind: EventKind) -> Self {
        Self { by: Some(actor), kind }
    }

    /// What time or the system did.
    pub fn of_itself(kind: EventKind) -> Self {
        Self { by: None, kind }
    }

    /// The event in words, after its author's name if it has one.
    pub fn text(&self) -> String {
        match &self.kind {
            EventKind::Claimed => "claimed the conversation".into(),
            EventKind::Released => "returned the conversation to the queue".into(),
            EventKind::Expired { holder } => {
                format!("{holder} was away; the conversation is back in the queue")
            }
            EventKind::Warned { holder } => {
                format!("{holder} was warned: the customer waits for an answer")
            }
            EventKind::LeftUnanswered { holder } => {
                format!("{holder} did not answer; the conversation is back in the queue")
            }
            EventKind::HandedOver { from: Some(from), to } => {
                format!("handed the conversation over from {from} to {to}")
            }
            EventKind::HandedOver { from: None, to } => format!("handed the conversation over to {to}"),
            EventKind::Resolved => "resolved the conversation".into(),
            EventKind::Reopened => "reopened the conversation".into(),
            EventKind::Snoozed { until } => format!("snoozed the conversation until {until}"),
            EventKind::Woken if self.by.is_some() => "woke the conversation".into(),
            EventKind::Woken => "The snooze ended; the conversation is back in the queue".into(),
            EventKind::Rated { score, comment: None } => format!("rated the help {score} of 5"),
            EventKind::Rated { score, comment: Some(comment) } => {
                format!("rated the help {score} of 5: {comment}")
            }
            EventKind::Mailed => "The customer had left and was told by e-mail that an answer waits".into(),
            EventKind::NotMailed => {
                "The customer had left and could not be told by e-mail that an answer waits".into()
            }
        }
    }

    /// The event's facts: its [name](EventKind::name) and what belongs to it.
    pub fn data(&self) -> serde_json::Value {
        let mut data = serde_json::json!({ "event": self.kind.name() });
        match &self.kind {
            EventKind::Expired { holder }
            | EventKind::Warned { holder }
            | EventKind::LeftUnanswered { holder } => data["holder"] = holder.as_str().into(),
            EventKind::HandedOver { from, to } => {
                data["from"] = from.as_deref().into();
                data["to"] = to.as_str().into();
            }
            EventKind::Snoozed { until } => data["until"] = until.to_string().into(),
            EventKind::Rated { score, comment } => {
                data["score"] = (*score).into();
                data["comment"] = comment.as_deref().into();
            }
            EventKind::Claimed
            | EventKind::Released
            | EventKind::Resolved
            | EventKind::Reopened
            | EventKind::Woken
            | EventKind::Mailed
            | EventKind::NotMailed => {}
        }
        data
    }
}

impl Actor {
    /// This actor as the author of something.
    pub fn author(&self) -> Author {
        Author { role: self.side(), name: self.name().to_owned() }
    }
}

impl Agent {
    fn author(&self) -> Author {
        Author { role: Side::Agent, name: self.name.clone() }
    }
}

impl Conversation {
    /// An agent claims it, or renews what they hold (C1). A lease that had ended counts as free.
    ///
    /// # Errors
    /// [`Refusal::AlreadyClaimed`] while another holds it, [`Refusal::Resolved`] when resolved.
    pub fn claim(&mut self, agent: &Agent, now: Timestamp, lease: Duration) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        match &mut self.state {
            State::Resolved(_) => return Err(Refusal::Resolved),
            State::Ongoing(claim) if claim.is_expired(now) => {
                events.push(Event::of_itself(EventKind::Expired { holder: claim.holder.name.clone() }));
            }
            State::Ongoing(claim) if claim.holder.key == agent.key => {
                claim.renew(now, lease);
                claim.note_activity(now);
                return Ok(Vec::new());
            }
            State::Ongoing(claim) => return Err(Refusal::AlreadyClaimed(claim.holder.clone())),
            State::Open | State::Snoozed { .. } => {}
        }
        self.give_to(agent.reference(), now, lease);
        events.push(Event::by(agent.author(), EventKind::Claimed));
        Ok(events)
    }

    /// The holder's peer was heard of: the lease starts anew (C3); with `is_active`, because the holder did something.
    /// With a token, only if it is still current.
    ///
    /// # Errors
    /// [`Refusal::NotClaimed`] or [`Refusal::ClaimLost`] as for [`agent_writes`](Self::agent_writes).
    pub fn renew(
        &mut self,
        agent: &Agent,
        token: Option<ClaimToken>,
        is_active: bool,
        now: Timestamp,
        lease: Duration,
    ) -> Result<(), Refusal> {
        self.check_fence(agent, token, now)?;
        if let State::Ongoing(claim) = &mut self.state {
            claim.renew(now, lease);
            if is_active {
                claim.note_activity(now);
            }
        }
        Ok(())
    }

    /// The holder, or an administrator, returns it to the queue with its old waiting time.
    ///
    /// # Errors
    /// [`Refusal::NotClaimed`] when nobody, or (for an agent) somebody else, holds it.
    pub fn release(&mut self, agent: &Agent) -> Result<Event, Refusal> {
        match &self.state {
            State::Ongoing(claim) if claim.holder.key == agent.key || agent.is_administrator() => {
                self.state = State::Open;
                Ok(Event::by(agent.author(), EventKind::Released))
            }
            State::Ongoing(_) | State::Open | State::Snoozed { .. } | State::Resolved(_) => {
                Err(Refusal::NotClaimed)
            }
        }
    }

    /// The lease ended: back to the queue with the old waiting time (C3). Nothing when it has not.
    pub fn expire(&mut self, now: Timestamp) -> Option<Event> {
        let claim = self.current_claim().filter(|claim| claim.is_expired(now))?;
        let event = Event::of_itself(EventKind::Expired { holder: claim.holder.name.clone() });
        self.state = State::Open;
        Some(event)
    }

    /// Since when the customer waits while the holder does nothing; none while nobody waits or nobody holds it.
    pub fn idle_since(&self) -> Option<Timestamp> {
        Some(self.current_claim()?.active_at.max(self.waiting_since?))
    }

    /// The holder did nothing for `idle` while the customer waited: they are warned that the conversation returns to
    /// the queue after `notice` (C3). Nothing when they did, or are warned already.
    pub fn warn_idle(&mut self, now: Timestamp, idle: Duration, notice: Duration) -> Option<Event> {
        let is_idle = self.idle_since()? + idle <= now;
        let State::Ongoing(claim) = &mut self.state else { return None };
        (is_idle && claim.returns_at.is_none()).then(|| {
            claim.returns_at = Some(now + notice);
            Event::of_itself(EventKind::Warned { holder: claim.holder.name.clone() })
        })
    }

    /// The warned holder still did nothing: back to the queue with the old waiting time (C3). Nothing before its time.
    pub fn return_idle(&mut self, now: Timestamp) -> Option<Event> {
        let claim = self.current_claim().filter(|claim| claim.returns_at.is_some_and(|at| at <= now))?;
        let event = Event::of_itself(EventKind::LeftUnanswered { holder: claim.holder.name.clone() });
        self.state = State::Open;
        Some(event)
    }

    /// The holder, or an administrator, gives it to an agent; to themselves, that is a take-over (C4).
    ///
    /// # Errors
    /// [`Refusal::NotClaimed`] for an agent who does not hold it, [`Refusal::Resolved`] when resolved.
    pub fn hand_over(
        &mut self,
        by: &Agent,
        to: &Agent,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Event>, Refusal> {
        if matches!(self.state, State::Resolved(_)) {
            return Err(Refusal::Resolved);
        }
        let holder =
            self.current_claim().filter(|claim| !claim.is_expired(now)).map(|claim| claim.holder.clone());
        if !by.is_administrator() && holder.as_ref().map(|holder| holder.key) != Some(by.key) {
            return Err(Refusal::NotClaimed);
        }
        if holder.as_ref().map(|holder| holder.key) == Some(to.key) {
            return Ok(None);
        }
        self.give_to(to.reference(), now, lease);
        let kind = EventKind::HandedOver { from: holder.map(|holder| holder.name), to: to.name.clone() };
        Ok(Some(Event::by(by.author(), kind)))
    }

    /// The owner, the holder or an administrator resolves it; ends the claim and raises its token. Repeating
    /// changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotClaimed`] for an agent who does not hold it.
    pub fn resolve(&mut self, by: &Actor, now: Timestamp) -> Result<Option<Event>, Refusal> {
        if matches!(self.state, State::Resolved(_)) {
            return Ok(None);
        }
        let agent = by.agent();
        if let Some(agent) = agent
            && !agent.is_administrator()
            && !self.is_held_by(agent.key, now)
        {
            return Err(Refusal::NotClaimed);
        }
        let former_holder = self.current_claim().map(|claim| claim.holder.clone());
        self.claim_token = self.claim_token.next();
        self.state = State::Resolved(Resolution { at: now, by: agent.map(Agent::reference), former_holder });
        Ok(Some(Event::by(by.author(), EventKind::Resolved)))
    }

    /// The owner reopens it into the queue; an agent reopens it and holds it. Undone by who resolved it within
    /// [`UNDO_WINDOW`], the former holder has it again if `is_connected` says so. Nothing when not resolved.
    pub fn reopen(
        &mut self,
        by: &Actor,
        now: Timestamp,
        lease: Duration,
        is_connected: impl Fn(&AgentRef) -> bool,
    ) -> Option<Event> {
        let State::Resolved(resolution) = &self.state else { return None };
        let undone = resolution.by.as_ref().map(|agent| agent.key) == by.agent().map(|agent| agent.key)
            && now.since(resolution.at) <= UNDO_WINDOW;
        let former = resolution.former_holder.clone().filter(|agent| undone && is_connected(agent));
        match former.or_else(|| by.agent().map(Agent::reference)) {
            Some(holder) => self.give_to(holder, now, lease),
            None => self.state = State::Open,
        }
        self.opened_seq = self.last_seq;
        Some(Event::by(by.author(), EventKind::Reopened))
    }

    /// The holder, or an administrator, takes it out of the queue until a time; ends the claim.
    ///
    /// # Errors
    /// [`Refusal::Resolved`], [`Refusal::NotClaimed`], [`Refusal::NotInTheFuture`].
    pub fn snooze(&mut self, by: &Agent, until: Timestamp, now: Timestamp) -> Result<Event, Refusal> {
        if matches!(self.state, State::Resolved(_)) {
            return Err(Refusal::Resolved);
        }
        if !by.is_administrator() && !self.is_held_by(by.key, now) {
            return Err(Refusal::NotClaimed);
        }
        if until <= now {
            return Err(Refusal::NotInTheFuture);
        }
        self.state = State::Snoozed { until };
        Ok(Event::by(by.author(), EventKind::Snoozed { until }))
    }

    /// An agent ends the snooze early. Nothing when it is not snoozed.
    pub fn wake(&mut self, by: &Agent) -> Option<Event> {
        matches!(self.state, State::Snoozed { .. }).then(|| {
            self.state = State::Open;
            Event::by(by.author(), EventKind::Woken)
        })
    }

    /// The snooze's time has come. Nothing when it has not.
    pub fn wake_at(&mut self, now: Timestamp) -> Option<Event> {
        matches!(self.state, State::Snoozed { until } if until <= now).then(|| {
            self.state = State::Open;
            Event::of_itself(EventKind::Woken)
        })
    }

    /// The owner says how the help was, or changes it. Nothing when they said just that before.
    ///
    /// # Errors
    /// [`Refusal::NotResolved`].
    pub fn rate(&mut self, rating: Rating) -> Result<Option<Event>, Refusal> {
        let kind = EventKind::Rated { score: rating.score, comment: rating.comment.clone() };
        let by = Author { role: Side::Customer, name: self.customer.name.clone() };
        Ok(self.take_rating(rating)?.then(|| Event::by(by, kind)))
    }

    /// The owner writes: the message's number, and what else happened. Reopens a resolved or snoozed one.
    pub fn customer_writes(&mut self, now: Timestamp) -> (i64, Option<Event>) {
        let author = Author { role: Side::Customer, name: self.customer.name.clone() };
        let event = match self.state {
            State::Open | State::Ongoing(_) => None,
            State::Snoozed { .. } => Some(Event::by(author, EventKind::Woken)),
            State::Resolved(_) => {
                self.opened_seq = self.last_seq;
                self.words = None;
                Some(Event::by(author, EventKind::Reopened))
            }
        };
        if event.is_some() {
            self.state = State::Open;
        }
        let seq = self.next_seq(now);
        self.last_customer_seq = seq;
        self.waiting_since.get_or_insert(now);
        (seq, event)
    }

    /// The holder writes: the message's number. Also renews the lease, since the holder was just heard of.
    ///
    /// # Errors
    /// With a token that is not current any more [`Refusal::ClaimLost`] (C2), without one and without the claim
    /// [`Refusal::NotClaimed`].
    pub fn agent_writes(
        &mut self,
        agent: &Agent,
        token: Option<ClaimToken>,
        now: Timestamp,
        lease: Duration,
    ) -> Result<i64, Refusal> {
        self.renew(agent, token, true, now, lease)?;
        let seq = self.next_seq(now);
        self.last_agent_seq = seq;
        self.waiting_since = None;
        self.words = None;
        Ok(seq)
    }

    fn check_fence(&self, agent: &Agent, token: Option<ClaimToken>, now: Timestamp) -> Result<(), Refusal> {
        let held = self.is_held_by(agent.key, now);
        match token {
            Some(token) if !held || token != self.claim_token => Err(Refusal::ClaimLost),
            None if !held => Err(Refusal::NotClaimed),
            Some(_) | None => Ok(()),
        }
    }

    fn give_to(&mut self, holder: AgentRef, now: Timestamp, lease: Duration) {
        self.claim_token = self.claim_token.next();
        self.state = State::Ongoing(Claim::new(holder, now, lease));
    }

    fn next_seq(&mut self, now: Timestamp) -> i64 {
        self.last_seq += 1;
        self.last_message_at = now;
        self.last_seq
    }
}

#[cfg(test)]
#[path = "transition_tests.rs"]
pub(crate) mod tests;
