//! `/ws/chat/<external_id>/`: the conversation, live. The protocol is [`realtime::Session`]'s; this does its work.

use super::message::{message_html, note_html};
use crate::AppState;
use crate::auth::{As, Caller};
use crate::error::{Code, Problem};
use crate::socket::{Incoming, Line, Upgrade};
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::any;
use domain::{ClaimToken, ClientId, Conversation, ConversationId, Note, Pace, Refusal};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use realtime::event::What;
use realtime::session::{Effect, Failure, Opening, PAGE, Page, Read};
use realtime::wire::{CloseCode, Rejection, ServerFrame};
use realtime::{Attachment, Event, Mail, Person, Place, Render, Session};
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::deliberate::{self, Fault};
use store::{Append, Appended, Error, Suggestions};

/// Messages of one client that may be on their way to the store; meanwhile no more are read from it (D8).
const APPENDS_LIMIT: usize = 64;

/// The route.
pub fn routes() -> Router<AppState> {
    Router::new().route("/ws/chat/{id}/", any(open))
}

/// How a client opens it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    after: Option<u64>,
    rev: Option<u64>,
    notes_after: Option<u64>,
    mode: Option<ModeWanted>,
    #[serde(default)]
    html: Switch,
    /// Acted on where the session is found.
    #[serde(rename = "as")]
    _as: Option<As>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeWanted {
    Work,
    View,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum Switch {
    #[default]
    #[serde(rename = "0")]
    Off,
    #[serde(rename = "1")]
    On,
}

async fn open(
    upgrade: Upgrade,
    path: Result<Path<String>, PathRejection>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let Query(parameters) = parameters.map_err(|error| Problem::invalid("query", &error.body_text()))?;
    // An id that cannot be read is that of no conversation.
    let id = path.map(|Path(id)| id).unwrap_or_default();
    Ok(upgrade.open(move |line, caller| talk(line, caller, id, parameters, state)))
}

/// What is needed only to open or to close is boxed, and gone when that is done, so that an idle socket does not keep room
/// for it.
async fn talk(mut line: Box<Line>, caller: Caller, id: String, parameters: Parameters, state: AppState) {
    let opened = Box::pin(Chat::open(caller, id, parameters, state)).await;
    line.opened();
    match opened {
        Ok(mut chat) => {
            if let Some(code) = chat.run(&mut line).await {
                // The chat keeps its place in the hub until the line is closed: a drain waits for that (D7).
                Box::pin(line.close(code)).await;
            }
        }
        Err(Refused { rejection, code }) => {
            if let Some(rejection) = rejection {
                line.send(ServerFrame::Rejected(rejection).to_json().into());
            }
            Box::pin(line.close(code)).await;
        }
    }
}

/// Why a socket does not open.
struct Refused {
    rejection: Option<Rejection>,
    code: CloseCode,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::NotFound(_) => CloseCode::NotFound,
            Error::SignedOut => CloseCode::SignedOut,
            Error::Refused(Refusal::AlreadyClaimed(holder)) => {
                let rejection = Some(Rejection::already_claimed(holder));
                return Self { rejection, code: CloseCode::AlreadyClaimed };
            }
            _ => {
                tracing::warn!(%error, "a chat socket cannot open");
                CloseCode::Failed
            }
        };
        Self { rejection: None, code }
    }
}

/// One open chat socket.
struct Chat {
    state: AppState,
    id: ConversationId,
    conversation: domain::ConversationKey,
    signed_in: Arc<store::Session>,
    attachment: Attachment,
    session: Session,
    work: FuturesUnordered<BoxFuture<'static, Done>>,
    appending: usize,
    /// Notes are written one after the other, in the order they were sent.
    notes: VecDeque<(ClientId, String)>,
    is_noting: bool,
    /// A page to read when all before it is sent, so that a long history waits for its reader (D4).
    to_read: Option<Read>,
}

/// Work for the store that is done.
enum Done {
    Appended(ClientId, store::Result<Appended>),
    Noted(ClientId, store::Result<Note>),
    Page(store::Result<Page>),
    Renewed(store::Result<()>),
    Place(i64, Option<Pace>),
    Suggestions(Suggestions),
    Nothing,
}

impl Chat {
    /// Finds the conversation in the caller's reach, subscribes, and only then reads or claims it (D4).
    async fn open(
        caller: Caller,
        id: String,
        parameters: Parameters,
        state: AppState,
    ) -> Result<Box<Self>, Refused> {
        let missing = || Refused::from(Error::NotFound("conversation"));
        if caller.sessions().is_empty() {
            return Err(Error::SignedOut.into());
        }
        let id: ConversationId = id.parse().map_err(|_| missing())?;
        for session in caller.sessions() {
            match state.store.conversation(&session.actor, id).await {
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
                Ok(found) => return Self::enter(session.clone(), &found, &parameters, state).await,
            }
        }
        Err(missing())
    }

    async fn enter(
        signed_in: store::Session,
        found: &Conversation,
        parameters: &Parameters,
        state: AppState,
    ) -> Result<Box<Self>, Refused> {
        let id = found.id;
        let place = Place::Conversation(id, found.key, found.customer.key);
        let mut attachment = state.hub.attach(&signed_in, place);
        let wants_work = parameters.mode != Some(ModeWanted::View);
        let (conversation, claim) = claim_or_read(&signed_in, id, wants_work, &state).await?;
        if deliberate::is(Fault::ReadBeforeSubscribe) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            attachment = state.hub.attach(&signed_in, place);
        }
        attachment.opened(&conversation);
        // Who signed out while this opened, before the socket was attached, is not told by the hub (A2).
        state.store.check_session(&signed_in).await?;
        let opening = Opening {
            conversation: &conversation,
            actor: &signed_in.actor,
            claim,
            after: parameters.after.map(number),
            rev: parameters.rev.map(number),
            notes_after: parameters.notes_after.map(number),
            html: (parameters.html == Switch::On).then_some(RENDER),
        };
        if parameters.after.is_some() {
            state.metrics.resumed.inc();
        }
        let mut session = Session::open(&opening, Instant::now());
        let online = state.hub.is_customer_online(conversation.customer.key);
        session.on_event(&Arc::new(Event::new(What::Presence(online))), Instant::now());
        Ok(Box::new(Self {
            state,
            id,
            conversation: conversation.key,
            signed_in: Arc::new(signed_in),
            attachment,
            session,
            work: FuturesUnordered::new(),
            appending: 0,
            notes: VecDeque::new(),
            is_noting: false,
            to_read: None,
        }))
    }

    /// Talks until the end; gives the code to close with, if there is still somebody to tell.
    async fn run(&mut self, line: &mut Line) -> Option<CloseCode> {
        let code = loop {
            if let Some(code) = self.apply_effects(line) {
                break Some(code);
            }
            if line.is_drained()
                && let Some(read) = self.to_read.take()
            {
                self.read(read);
            }
            match self.wait(line).await {
                Wake::Mail(Mail::Event(event)) => self.session.on_event(&event, Instant::now()),
                Wake::Mail(Mail::Close(code)) | Wake::Line(Incoming::Refused(code)) => break Some(code),
                Wake::Line(Incoming::Text(text)) => self.session.on_text(&text, Instant::now()),
                Wake::Line(Incoming::Alive) => self.session.on_sign_of_life(Instant::now()),
                Wake::Line(Incoming::Drained) => {}
                Wake::Line(Incoming::Closed) => break None,
                Wake::Done(done) => self.on_done(done),
                Wake::Time => self.session.on_tick(Instant::now()),
            }
        };
        if self.session.is_typing() {
            self.tell_typing(false);
        }
        code
    }

    /// What happens next. Events come first, so that a burst of them leaves in one write; a slow reader leaves them
    /// in the mailbox until that is full (D5), save while it catches up, when they cost nothing.
    async fn wait(&mut self, line: &mut Line) -> Wake {
        let takes_events = self.session.is_behind() || !line.is_full();
        let mailbox = self.attachment.mailbox();
        let mail =
            async { if takes_events { mailbox.next().await } else { Mail::Close(mailbox.closed().await) } };
        let reads = self.appending < APPENDS_LIMIT && self.notes.len() < APPENDS_LIMIT;
        let incoming = async { if reads { line.next().await } else { line.only_send().await } };
        let deadline = self.session.deadline();
        let time = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            mail = mail => Wake::Mail(mail),
            Some(done) = self.work.next(), if !self.work.is_empty() => Wake::Done(done),
            incoming = incoming => Wake::Line(incoming),
            () = time => Wake::Time,
        }
    }

    /// Does what the session wants done; gives the code when it wants to close.
    fn apply_effects(&mut self, line: &mut Line) -> Option<CloseCode> {
        while let Some(effect) = self.session.next_effect() {
            match effect {
                Effect::Send(frame) => line.send(frame),
                Effect::Append { client_id, text, claim_token } => self.append(client_id, text, claim_token),
                Effect::AddNote { client_id, text } => self.add_note(client_id, text),
                Effect::Read(read) => self.to_read = Some(read),
                Effect::Renew { token, is_active } => self.renew(token, is_active),
                Effect::MarkSeen(seq) => self.mark_seen(seq),
                Effect::MarkNotesSeen(note_seq) => self.mark_notes_seen(note_seq),
                Effect::TellTyping(on) => self.tell_typing(on),
                Effect::FindPlace => self.find_place(),
                Effect::FindSuggestions => self.find_suggestions(),
                Effect::Close(code) => return Some(code),
            }
        }
        None
    }

    /// Asks the store once at once, which gives the message its place in the store's queue: so a client's messages
    /// keep their order, however many are on their way.
    fn append(&mut self, client_id: ClientId, text: String, claim_token: Option<ClaimToken>) {
        if self.state.rates.write(&self.signed_in).is_err() {
            self.state.metrics.refuse(Code::RateLimited);
            return self.session.on_appended(client_id, Err(Failure::RateLimited));
        }
        let (store, session) = (self.state.store.clone(), Arc::clone(&self.signed_in));
        let append = Append { conversation: self.id, client_id, text, claim_token };
        let mut job = async move { Done::Appended(client_id, store.append(&session, append).await) }.boxed();
        self.appending += 1;
        match job.as_mut().now_or_never() {
            Some(done) => self.on_done(done),
            None => self.work.push(job),
        }
    }

    fn add_note(&mut self, client_id: ClientId, text: String) {
        if self.state.rates.change(&self.signed_in).is_err() {
            self.state.metrics.refuse(Code::RateLimited);
            return self.session.on_noted(client_id, Err(Failure::RateLimited));
        }
        self.notes.push_back((client_id, text));
        self.write_next_note();
    }

    fn write_next_note(&mut self) {
        if self.is_noting {
            return;
        }
        let Some((client_id, text)) = self.notes.pop_front() else { return };
        self.is_noting = true;
        let (store, session, id) = (self.state.store.clone(), Arc::clone(&self.signed_in), self.id);
        self.work.push(Box::pin(async move {
            let noted = store.add_note(&session, id, client_id, &text).await;
            Done::Noted(client_id, noted.map(|(note, _)| note))
        }));
    }

    fn read(&mut self, read: Read) {
        self.state.metrics.pages.inc();
        let (store, key) = (self.state.store.clone(), self.conversation);
        self.work.push(Box::pin(async move {
            Done::Page(match read {
                Read::Messages { after } => store.messages(key, after, PAGE).await.map(Page::Messages),
                Read::Changes { up_to, since } => {
                    store.changed_messages(key, up_to, since, PAGE).await.map(Page::Messages)
                }
                Read::Notes { after } => store.notes(key, after, PAGE).await.map(Page::Notes),
            })
        }));
    }

    fn renew(&mut self, token: ClaimToken, is_active: bool) {
        let (store, session, id) = (self.state.store.clone(), Arc::clone(&self.signed_in), self.id);
        self.work.push(Box::pin(async move {
            Done::Renewed(store.renew_claim(&session, id, Some(token), is_active).await.map(|_| ()))
        }));
    }

    fn mark_seen(&mut self, seq: i64) {
        let (store, session, id) = (self.state.store.clone(), Arc::clone(&self.signed_in), self.id);
        self.work.push(Box::pin(async move {
            if let Err(error) = store.mark_seen(&session, id, seq).await {
                tracing::debug!(%error, "cannot remember what was read");
            }
            Done::Nothing
        }));
    }

    fn mark_notes_seen(&mut self, note_seq: i64) {
        let (store, session, key) =
            (self.state.store.clone(), Arc::clone(&self.signed_in), self.conversation);
        self.work.push(Box::pin(async move {
            if let Err(error) = store.read_mention(&session, key, note_seq).await {
                tracing::debug!(%error, "cannot remember which notes were read");
            }
            Done::Nothing
        }));
    }

    fn find_place(&mut self) {
        let (store, session, id) = (self.state.store.clone(), Arc::clone(&self.signed_in), self.id);
        self.work.push(Box::pin(async move {
            let place = async {
                let conversation = store.conversation(&session.actor, id).await?;
                Ok::<_, Error>((store.queue_position(&conversation).await?, store.queue_pace().await?))
            };
            place.await.map_or(Done::Nothing, |(ahead, pace)| Done::Place(ahead, pace))
        }));
    }

    fn find_suggestions(&mut self) {
        let (store, session, id) = (self.state.store.clone(), Arc::clone(&self.signed_in), self.id);
        self.work.push(Box::pin(async move {
            let suggestions = async {
                let conversation = store.conversation(&session.actor, id).await?;
                store.suggestions(&session, &conversation).await
            };
            suggestions.await.map_or(Done::Nothing, Done::Suggestions)
        }));
    }

    fn tell_typing(&self, on: bool) {
        let actor = &self.signed_in.actor;
        self.state.hub.tell_typing(self.id, Person::of(actor), actor.name(), on);
    }

    fn on_done(&mut self, done: Done) {
        match done {
            Done::Appended(client_id, result) => {
                self.appending -= 1;
                if let Err(error) = &result {
                    self.state.metrics.refuse(error.into());
                }
                self.session.on_appended(client_id, result.map_err(Failure::from));
            }
            Done::Noted(client_id, result) => {
                self.is_noting = false;
                self.session.on_noted(client_id, result.map_err(Failure::from));
                self.write_next_note();
            }
            Done::Page(page) => self.session.on_page(page),
            Done::Renewed(result) => self.session.on_renewed(result),
            Done::Place(ahead, pace) => self.session.on_queue(self.state.hub.queue_place(ahead, pace)),
            Done::Suggestions(Suggestions { stage, items }) => {
                let items = items.into_iter().map(crate::texts::suggestion);
                self.session.on_suggestions(stage.as_str(), items.collect());
            }
            Done::Nothing => {}
        }
    }
}

/// A place in a log; what is too large for one is beyond its end.
fn number(given: u64) -> i64 {
    i64::try_from(given).unwrap_or(i64::MAX)
}

/// What woke a chat socket.
enum Wake {
    Mail(Mail),
    Line(Incoming),
    Done(Done),
    Time,
}

const RENDER: Render = Render { message: message_html, note: note_html };

/// What an agent's `work` socket claims by opening, everybody else reads. An administrator only keeps what they
/// already hold (C4); a resolved conversation is read.
async fn claim_or_read(
    session: &store::Session,
    id: ConversationId,
    wants_work: bool,
    state: &AppState,
) -> store::Result<(Conversation, Option<ClaimToken>)> {
    let conversation = state.store.conversation(&session.actor, id).await?;
    let Some(agent) = session.actor.agent().filter(|_| wants_work) else { return Ok((conversation, None)) };
    if agent.is_administrator() && conversation.current_claim().is_none() {
        return Ok((conversation, None));
    }
    match state.store.claim(session, id).await {
        Ok(claimed) => {
            let token = claimed.claim_token;
            Ok((claimed, Some(token)))
        }
        Err(Error::Refused(Refusal::Resolved)) => {
            Ok((state.store.conversation(&session.actor, id).await?, None))
        }
        Err(error) => Err(error),
    }
}
