//! The pages: every template with hostile data, and the forms as a browser without scripts uses them.
#![cfg(test)]

mod admin;
mod customer;
mod desk;
mod forms;
mod mail;
mod queries;
mod templates;
