//! `GET /conversations`

use super::filter::FilterText;
use crate::AppState;
use crate::api::extract::Params;
use crate::api::list::{List, limit};
use crate::auth::AnySession;
use crate::error::{Problem, Result};
use axum::Json;
use axum::extract::State;
use domain::Actor;
use realtime::wire::ConversationView;
use serde::Deserialize;
use store::{Page, Search, Sort};

/// What to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `open`, `ongoing`, `snoozed`, `resolved`; several by comma.
    status: Option<String>,
    /// `high`, `normal`, `low`; several by comma. Agents only.
    urgency: Option<String>,
    /// `me`, `none` or an agent's id; several by comma. Agents only.
    holder: Option<String>,
    /// Names of tags; several by comma. Agents only.
    tag: Option<String>,
    /// `<1h`, `1h-4h`, `4h-1d`, `1d-7d`, `>7d` since it began; several by comma.
    age: Option<String>,
    /// Words to find, as in search. With them the best match comes first, whatever `sort` says.
    q: Option<String>,
    /// Newest first by default; `queue` is the queue's order.
    #[param(inline)]
    sort: Option<SortBy>,
    /// A former page's `next_cursor`, in the same order.
    cursor: Option<String>,
    /// How many at most; 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// What to order by.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SortBy {
    /// Urgency level, then waiting time.
    Queue,
    /// Urgency level, then the newest message.
    Urgency,
    /// Waiting time, longest first.
    Waiting,
    /// The newest message first.
    Newest,
}

impl From<SortBy> for Sort {
    fn from(sort: SortBy) -> Self {
        match sort {
            SortBy::Queue => Self::Queue,
            SortBy::Urgency => Self::Urgency,
            SortBy::Waiting => Self::Waiting,
            SortBy::Newest => Self::Newest,
        }
    }
}

/// List conversations
///
/// A customer sees their own, an agent all.
#[utoipa::path(
    get,
    path = "/conversations",
    tag = "Conversations",
    params(ListQuery),
    responses((status = 200, description = "A page of the list", body = List<ConversationView>)),
)]
pub(super) async fn list_conversations(
    State(state): State<AppState>,
    AnySession(session): AnySession,
    Params(query): Params<ListQuery>,
) -> Result<Json<List<ConversationView>>> {
    let text = FilterText {
        status: query.status.as_deref(),
        urgency: query.urgency.as_deref(),
        holder: query.holder.as_deref(),
        tag: query.tag.as_deref(),
        age: query.age.as_deref(),
    };
    let (filter, limit) = (text.read(&session.actor)?, limit(query.limit)?);
    let sort = query.sort.map_or_else(Sort::default, Sort::from);
    check_order(&session.actor, sort)?;
    let cursor = query.cursor.as_deref();
    let page = match &query.q {
        None => state.store.conversations(&session.actor, &filter, sort, cursor, limit).await?,
        Some(typed) => {
            let query = state.store.query(typed)?;
            let (from, to, cursor) = (None, None, cursor.map(str::to_owned));
            let found = state
                .store
                .search(&session.actor, &Search { query, filter, from, to, cursor, limit })
                .await?;
            let items = found.items.into_iter().map(|found| found.conversation).collect();
            Page { items, next_cursor: found.next_cursor }
        }
    };
    let side = session.actor.side();
    Ok(Json(List::of(page, |conversation| ConversationView::new(&conversation, side))))
}

/// What a customer does not see, they cannot sort by.
fn check_order(actor: &Actor, sort: Sort) -> Result<()> {
    match sort {
        Sort::Queue | Sort::Urgency if actor.agent().is_none() => {
            Err(Problem::invalid("sort", &"this order is for agents: sort by newest or waiting"))
        }
        Sort::Queue | Sort::Urgency | Sort::Newest | Sort::Waiting => Ok(()),
    }
}
