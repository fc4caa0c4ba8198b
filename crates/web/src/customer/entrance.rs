//! `/support/customer/` without a session.

use crate::form::wrong;
use crate::view::Field;
use askama::Template;
use domain::email::check_email;
use domain::text::{check_name, check_text};
use store::FormKey;

/// Name, e-mail and first message in one step.
#[derive(Template, Default)]
#[template(path = "customer/entrance.html")]
pub struct Entrance {
    /// Makes sending the form repeatable (D2).
    pub key: FormKey,
    /// The customer's name.
    pub name: Field,
    /// The customer's e-mail.
    pub email: Field,
    /// The first message.
    pub text: Field,
    /// What is wrong beyond a single field.
    pub error: Option<String>,
}

impl Entrance {
    /// The form as typed, with what is wrong beside each field.
    pub(super) fn checked(key: FormKey, name: &str, email: &str, text: &str) -> Self {
        Self {
            key,
            name: Field { value: name.into(), error: wrong(check_name(name)) },
            email: Field { value: email.into(), error: wrong(check_email(email)) },
            text: Field { value: text.into(), error: wrong(check_text(text)) },
            error: None,
        }
    }

    /// Whether every field will do.
    pub(super) fn is_fine(&self) -> bool {
        [&self.name, &self.email, &self.text].iter().all(|field| field.error.is_none())
    }
}
