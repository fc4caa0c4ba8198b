//! The API reference: as a document for programs, as a page for people.

use super::openapi;
use crate::AppState;
use crate::error::Code;
use askama::Template;
use askama::filters::{Escaper, Html as HtmlEscaper, HtmlSafe};
use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(openapi()).unwrap_or_default());

/// `GET /api/v1/openapi.json`
pub(super) async fn openapi_json() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.to_string())
}

/// `/api/docs`
pub(crate) fn page() -> Router<AppState> {
    Router::new()
        .route("/api/docs", get(async || Html(Reference::new(&DOCUMENT).render().unwrap_or_default())))
}

/// A text of the document: what stands between backticks is code, everything else text (A6).
#[derive(Clone, Copy)]
struct Prose<'a>(&'a str);

impl Prose<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.split('`').collect();
        for (at, part) in parts.iter().enumerate() {
            // A backtick without a partner is one.
            let is_last = at + 1 == parts.len();
            match (at % 2, is_last) {
                (0, _) => HtmlEscaper.write_escaped_str(&mut *f, part)?,
                (_, false) => {
                    f.write_str("<code>")?;
                    HtmlEscaper.write_escaped_str(&mut *f, part)?;
                    f.write_str("</code>")?;
                }
                (_, true) => {
                    f.write_str("`")?;
                    HtmlEscaper.write_escaped_str(&mut *f, part)?;
                }
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Prose<'_> {}

/// The reference as a page.
#[derive(Template)]
#[template(path = "api/reference.html")]
struct Reference<'a> {
    description: Prose<'a>,
    version: &'a str,
    groups: BTreeMap<&'a str, Vec<Call<'a>>>,
    schemas: Vec<(&'a str, Schema<'a>)>,
    codes: &'static [Code],
}

struct Call<'a> {
    id: &'a str,
    method: String,
    path: &'a str,
    summary: &'a str,
    description: Prose<'a>,
    is_public: bool,
    parameters: Vec<Field<'a>>,
    body: Option<String>,
    responses: Vec<Answer<'a>>,
}

struct Field<'a> {
    name: &'a str,
    kind: String,
    description: Prose<'a>,
    is_required: bool,
}

struct Answer<'a> {
    status: &'a str,
    description: Prose<'a>,
    body: Option<String>,
}

struct Schema<'a> {
    description: Prose<'a>,
    fields: Vec<Field<'a>>,
}

impl<'a> Reference<'a> {
    fn new(document: &'a Value) -> Self {
        let mut groups = BTreeMap::<&str, Vec<Call>>::new();
        for (path, methods) in entries(&document["paths"]) {
            for (method, call) in entries(methods) {
                groups.entry(text(&call["tags"][0])).or_default().push(Call::new(path, method, call));
            }
        }
        let schemas = entries(&document["components"]["schemas"]);
        let schemas = schemas.filter(|(name, _)| !name.contains("List_"));
        Self {
            description: Prose(text(&document["info"]["description"])),
            version: text(&document["info"]["version"]),
            groups,
            schemas: schemas.map(|(name, schema)| (name, Schema::new(schema))).collect(),
            codes: Code::ALL,
        }
    }
}

impl<'a> Call<'a> {
    fn new(path: &'a str, method: &'a str, call: &'a Value) -> Self {
        let parameters = call["parameters"].as_array().into_iter().flatten().map(|parameter| Field {
            name: text(&parameter["name"]),
            kind: kind(&parameter["schema"]),
            description: Prose(text(&parameter["description"])),
            is_required: parameter["required"] == true,
        });
        let responses = entries(&call["responses"]).map(|(status, response)| Answer {
            status,
            description: Prose(text(&response["description"])),
            body: content(response),
        });
        Self {
            id: text(&call["operationId"]),
            method: method.to_uppercase(),
            path,
            summary: text(&call["summary"]),
            description: Prose(text(&call["description"])),
            is_public: call.get("security").is_some(),
            parameters: parameters.collect(),
            body: content(&call["requestBody"]),
            responses: responses.collect(),
        }
    }
}

impl<'a> Schema<'a> {
    fn new(schema: &'a Value) -> Self {
        let required =
            |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name));
        let fields = entries(&schema["properties"]).map(|(name, field)| Field {
            name,
            kind: kind(field),
            description: Prose(text(&field["description"])),
            is_required: required(name),
        });
        Self { description: Prose(text(&schema["description"])), fields: fields.collect() }
    }
}

/// The kind of a request's or response's body.
fn content(holder: &Value) -> Option<String> {
    entries(&holder["content"]).next().map(|(_, content)| kind(&content["schema"]))
}

/// A schema in a few words: `string (uuid)`, `list of Message`.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return name.strip_prefix("List_").map_or_else(|| name.to_owned(), |item| format!("List of {item}"));
    }
    if let Some(options) = schema["oneOf"].as_array() {
        return options.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(text).collect::<Vec<_>>().join(" | ");
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let format = schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
            format!("{}{format}", kinds.iter().map(text).collect::<Vec<_>>().join(" or "))
        }
        Value::String(kind) if kind == "array" => format!("list of {}", self::kind(&schema["items"])),
        Value::String(kind) => match schema["format"].as_str() {
            Some(format) => format!("{kind} ({format})"),
            None => kind.clone(),
        },
        _ => "any".to_owned(),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_call_and_code() {
        let html = Reference::new(&DOCUMENT).render().unwrap();
        for (path, _) in entries(&DOCUMENT["paths"]) {
            assert!(html.contains(path), "{path}");
        }
        assert!(Code::ALL.iter().all(|code| html.contains(&format!("id=\"{}\"", code.as_str()))));
        assert!(!html.contains("http://") && !html.contains("https://"));
        assert!(html.contains("<code>") && !html.contains('`'));
    }

    #[test]
    fn a6_prose_is_text_and_inline_code() {
        let shown = |text| Prose(text).to_string();
        assert_eq!(shown("with `client_id` <b>"), "with <code>client_id</code> &#60;b&#62;");
        assert_eq!(shown("`<i>` and a lone `"), "<code>&#60;i&#62;</code> and a lone `");
    }
}
