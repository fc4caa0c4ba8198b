//! `/support/agent/replies/`: an agent's own canned replies, and the shared ones, which administrators keep.

use crate::AppState;
use crate::auth::AgentSession;
use crate::error::{Code, Problem};
use crate::form::{PageForm, as_typed, sentence};
use crate::texts::{Text, say};
use crate::view::Html;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{CannedReply, CannedReplyId, Stage, Timestamp};
use serde::Deserialize;
use store::{CannedReplyChanges, NewCannedReply, Scope};

/// Where the page is.
const PLACE: &str = "/support/agent/replies/";
/// How many replies the page shows.
const SHOWN: u32 = 500;

/// The page.
#[derive(Template)]
#[template(path = "agent/replies.html")]
pub struct Replies {
    /// Who reads.
    pub agent_name: String,
    /// Whether they may change shared ones.
    pub is_administrator: bool,
    /// The reader's own and the shared ones.
    pub groups: [(Text, Vec<Reply>); 2],
    /// A new reply as it was typed.
    pub draft: Draft,
}

/// A canned reply on the page.
pub struct Reply {
    /// Its id.
    pub id: CannedReplyId,
    /// The stage it is for.
    pub stage: Stage,
    /// What finds it in the picker.
    pub short_code: String,
    /// The text, with placeholders.
    pub text: String,
    /// How often it was used of late; uses of a month ago count half.
    pub uses: i64,
    /// Whether the reader may change it.
    pub is_changeable: bool,
    /// What was wrong with a change just sent.
    pub error: Option<String>,
}

/// What somebody typed.
#[derive(Debug, Default, Deserialize)]
pub struct Draft {
    /// The id of the reply to change; none for a new one.
    #[serde(skip)]
    pub id: Option<CannedReplyId>,
    /// `own` or `shared`.
    #[serde(default)]
    pub scope: String,
    /// The stage.
    #[serde(default)]
    pub stage: String,
    /// What finds it in the picker.
    #[serde(default)]
    pub short_code: String,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// What is wrong with it.
    #[serde(skip)]
    pub error: Option<String>,
}

pub(super) async fn show(State(state): State<AppState>, who: AgentSession) -> Result<Html<Replies>, Problem> {
    Ok(Html(page(&state, &who, Draft::default()).await?))
}

pub(super) async fn create(
    State(state): State<AppState>,
    who: AgentSession,
    PageForm(draft): PageForm<Draft>,
) -> Result<Response, Problem> {
    let done = async {
        let (short_code, text) = (draft.short_code(), as_typed(&draft.text));
        let new = NewCannedReply { scope: draft.scope()?, stage: draft.stage()?, short_code, text };
        state.rates.change(&who.session)?;
        Ok(state.store.create_canned_reply(&who.session, &new).await.map(|_| ())?)
    };
    let done = done.await;
    answer(&state, &who, draft, done).await
}

pub(super) async fn change(
    State(state): State<AppState>,
    who: AgentSession,
    Path(id): Path<CannedReplyId>,
    PageForm(draft): PageForm<Draft>,
) -> Result<Response, Problem> {
    let done = async {
        let stage = Some(draft.stage()?);
        let changes = CannedReplyChanges {
            stage,
            short_code: Some(draft.short_code()),
            text: Some(as_typed(&draft.text)),
        };
        state.rates.change(&who.session)?;
        Ok(state.store.update_canned_reply(&who.session, id, &changes).await.map(|_| ())?)
    };
    let done = done.await;
    answer(&state, &who, Draft { id: Some(id), ..draft }, done).await
}

pub(super) async fn delete(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    Path(id): Path<CannedReplyId>,
) -> Result<Redirect, Problem> {
    state.rates.change(&session)?;
    state.store.delete_canned_reply(&session, id).await?;
    Ok(Redirect::to(PLACE))
}

/// The page again: with what was typed and what is wrong with it, or as it is now.
async fn answer(
    state: &AppState,
    who: &AgentSession,
    draft: Draft,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(PLACE).into_response()),
        Err(problem) if problem.code() == Code::Invalid => {
            let error = Some(sentence(problem.detail()));
            Ok(problem.response(Html(page(state, who, Draft { error, ..draft }).await?)))
        }
        Err(problem) => Err(problem),
    }
}

async fn page(state: &AppState, who: &AgentSession, draft: Draft) -> Result<Replies, Problem> {
    let AgentSession { session, agent } = who;
    let replies = state.store.canned_replies(session, None, SHOWN).await?.items;
    let now = state.store.clock().now();
    let (mut own, mut shared) = (Vec::new(), Vec::new());
    for (reply, scope) in replies {
        let (group, is_changeable) = match scope {
            Scope::Own => (&mut own, true),
            Scope::Shared => (&mut shared, agent.is_administrator()),
        };
        group.push(Reply::new(reply, is_changeable, &draft, now));
    }
    let draft = if draft.id.is_some() { Draft::default() } else { draft };
    Ok(Replies {
        agent_name: agent.name.clone(),
        is_administrator: agent.is_administrator(),
        groups: [(say("replies-own"), own), (say("replies-shared"), shared)],
        draft,
    })
}

impl Reply {
    fn new(reply: CannedReply, is_changeable: bool, draft: &Draft, now: Timestamp) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a decayed count of uses, rounded for people")]
        let uses = reply.usage.at(now).round() as i64;
        let (id, stage) = (reply.id, reply.stage);
        let kept = Self {
            id,
            stage,
            short_code: reply.short_code.unwrap_or_default(),
            text: reply.text,
            uses,
            is_changeable,
            error: None,
        };
        if draft.id == Some(id) {
            let (short_code, text) = (draft.short_code.clone(), draft.text.clone());
            Self {
                short_code,
                text,
                error: draft.error.clone(),
                stage: draft.stage().unwrap_or(stage),
                ..kept
            }
        } else {
            kept
        }
    }
}

impl Draft {
    fn stage(&self) -> Result<Stage, Problem> {
        self.stage.parse().map_err(|error| Problem::invalid("stage", &error))
    }

    fn scope(&self) -> Result<Scope, Problem> {
        match &*self.scope {
            "" | "own" => Ok(Scope::Own),
            "shared" => Ok(Scope::Shared),
            _ => Err(Problem::invalid("scope", &"a canned reply is own or shared")),
        }
    }

    fn short_code(&self) -> Option<String> {
        Some(self.short_code.trim().to_owned()).filter(|code| !code.is_empty())
    }
}
