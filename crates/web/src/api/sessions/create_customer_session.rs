//! `POST /customer-sessions`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::client_address::ClientAddress;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use realtime::wire::CustomerView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who wants to be helped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerSession {
    /// The name agents see.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// An address to be reached at; a claim, not proof (A11).
    #[schema(min_length = 3, max_length = 254)]
    email: String,
}

/// A customer who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerSessionView {
    /// Shown once: send it as `Authorization: Bearer …`.
    token: String,
    /// The new identity.
    customer: CustomerView,
}

/// Become a customer
///
/// Always makes a new identity: a typed e-mail address proves nothing.
#[utoipa::path(
    post,
    path = "/customer-sessions",
    tag = "Sessions",
    request_body = NewCustomerSession,
    responses(
        (status = 201, description = "A new customer", body = CustomerSessionView),
        (status = 429, description = "Too many new customers from this address", body = ProblemDocument),
    ),
    security(()),
)]
pub(super) async fn create_customer_session(
    State(state): State<AppState>,
    address: ClientAddress,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewCustomerSession>,
) -> Result<(StatusCode, Json<CustomerSessionView>)> {
    state.rates.customer_session(address.client())?;
    let (token, customer) = state.store.start_customer_session(&new.name, &new.email).await?;
    let view =
        CustomerSessionView { token: token.reveal().to_owned(), customer: CustomerView::new(&customer) };
    Ok((StatusCode::CREATED, Json(view)))
}
