//! `POST /support/agent/notifications/`: what an agent wants to be told of while they look elsewhere.

use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Problem;
use crate::form::PageForm;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use store::NotificationSettings;

/// What is ticked.
#[derive(Deserialize)]
pub(super) struct SettingsForm {
    desktop: Option<String>,
    sound: Option<String>,
    queue: Option<String>,
}

pub(super) async fn keep(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    PageForm(SettingsForm { desktop, sound, queue }): PageForm<SettingsForm>,
) -> Result<StatusCode, Problem> {
    state.rates.change(&session)?;
    let settings =
        NotificationSettings { desktop: desktop.is_some(), sound: sound.is_some(), queue: queue.is_some() };
    state.store.keep_notification_settings(&session, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The names of what is ticked, as pages carry them.
pub(super) fn ticked(settings: NotificationSettings) -> String {
    let NotificationSettings { desktop, sound, queue } = settings;
    let names = [(desktop, "desktop"), (sound, "sound"), (queue, "queue")];
    let ticked: Vec<_> =
        names.into_iter().filter_map(|(is_ticked, name)| is_ticked.then_some(name)).collect();
    ticked.join(" ")
}
