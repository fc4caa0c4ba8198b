//! `POST /chat/<external_id>/rating/`: a customer rates the help by form.

use super::show::customer_room;
use super::to_room;
use super::transcript::{PAGE, Stretch};
use crate::AppState;
use crate::auth::ReachedByCustomer;
use crate::error::Problem;
use crate::form::{PageForm, as_typed, sentence};
use crate::texts::Explain;
use crate::view::Html;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{RatingError, check_comment, check_score};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct RatingForm {
    #[serde(default)]
    score: String,
    #[serde(default)]
    comment: String,
}

pub(super) async fn rate(
    State(state): State<AppState>,
    ReachedByCustomer { session, conversation }: ReachedByCustomer,
    PageForm(form): PageForm<RatingForm>,
) -> Result<Response, Problem> {
    let typed = as_typed(&form.comment);
    match checked(&form.score, &typed) {
        Ok((score, comment)) => {
            state.rates.change(&session)?;
            state.store.rate(&session, conversation.id, score, comment).await?;
            Ok(to_room(&session, conversation.id).into_response())
        }
        Err(error) => {
            let stretch = Stretch::load(&state.store, &conversation, None, None, PAGE).await?;
            let mut page = customer_room(&state, &conversation, stretch).await?;
            page.rating.comment = typed;
            page.rating.error = Some(sentence(&error.explain()));
            Ok(Problem::invalid("rating", &error.explain()).response(Html(page)))
        }
    }
}

fn checked(score: &str, comment: &str) -> Result<(u8, Option<String>), RatingError> {
    let score = score.parse().map_err(|_| RatingError::Score).and_then(check_score)?;
    Ok((score, check_comment(comment)?))
}
