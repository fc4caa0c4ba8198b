//! The OpenAPI 3.1 document, made from the calls themselves.

use super::calls;
use crate::auth::cookies;
use crate::error::{Code, ProblemDocument};
use axum::http::StatusCode;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Frontdesk",
        description = "Live customer support: conversations, messages, notes, claims. Errors are problem documents \
            (RFC 9457) with a stable `code`. Checks come in this order: signed in (401), role (403), object (404), \
            body (400, 413, 415, 422), state (409). Times are RFC 3339 in UTC, ids are UUIDs."
    ),
    servers((url = "/")),
    components(schemas(ProblemDocument)),
    security(("bearer" = []), ("customer_cookie" = []), ("agent_cookie" = [])),
)]
struct Base;

/// The document `/api/v1/openapi.json` and `frontdesk openapi` give.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.merge(calls().into_openapi());
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    let cookie = |name| RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(name))));
    let bearer =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A session's token")).build();
    schemes.insert("bearer".into(), RefOr::T(SecurityScheme::Http(bearer)));
    schemes.insert("customer_cookie".into(), cookie(cookies::CUSTOMER));
    schemes.insert("agent_cookie".into(), cookie(cookies::AGENT));
    for (path, item) in &mut document.paths.paths {
        let names_object = path.contains('{');
        for (_, operation) in operations(item) {
            add_problems(operation, names_object);
        }
    }
    document
}

/// The calls of an address, with their methods.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [("GET", get), ("POST", post), ("PUT", put), ("PATCH", patch), ("DELETE", delete)]
        .into_iter()
        .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// Adds the problems that follow from what a call is; what is its own it names itself.
fn add_problems(operation: &mut Operation, names_object: bool) {
    let is_public = operation.security.is_some();
    let takes_body = operation.request_body.is_some();
    let common = [
        (true, StatusCode::FORBIDDEN, "`forbidden`: another role may; `cross_origin`: sent by another site"),
        (true, StatusCode::MISDIRECTED_REQUEST, "`unknown_host`"),
        (true, StatusCode::UNPROCESSABLE_ENTITY, "`invalid`: a value is missing, unknown or out of range"),
        (true, StatusCode::INTERNAL_SERVER_ERROR, "`internal`"),
        (true, StatusCode::SERVICE_UNAVAILABLE, "`overloaded` or `unavailable`: try again shortly"),
        (!is_public, StatusCode::UNAUTHORIZED, "`not_signed_in` or `signed_out`"),
        (names_object, StatusCode::NOT_FOUND, "`not_found`: there is none, or none for you"),
        (takes_body, StatusCode::BAD_REQUEST, "`malformed`: the body is no JSON"),
        (takes_body, StatusCode::PAYLOAD_TOO_LARGE, "`too_large`: the body is over 128 KiB"),
        (takes_body, StatusCode::UNSUPPORTED_MEDIA_TYPE, "`unsupported_media_type`: send JSON"),
    ];
    let responses = &mut operation.responses.responses;
    for (_, status, description) in common.into_iter().filter(|(applies, ..)| *applies) {
        let described = || RefOr::T(ResponseBuilder::new().description(description).build());
        responses.entry(status.as_str().to_owned()).or_insert_with(described);
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
        {
            make_problem(status, response);
        }
    }
}

fn make_problem(status: &str, response: &mut Response) {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    response.content.clear();
    response.content.insert("application/problem+json".into(), RefOr::T(problem));
    if status == Code::RateLimited.status().as_str() {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
        let header = HeaderBuilder::new()
            .schema(Some(seconds))
            .description(Some("After how many seconds to try again"));
        response.headers.insert("Retry-After".into(), RefOr::T(header.build()));
    }
}

/// The words of [`Code`], for the problem document's description.
pub(crate) fn codes() -> utoipa::openapi::schema::Object {
    let words = Code::ALL.iter().map(|code| code.as_str());
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_document_describes_calls_and_problems() {
        let document: Value = serde_json::from_str(&openapi().to_json().unwrap()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let send = &document["paths"]["/api/v1/conversations/{id}/messages"]["post"];
        for status in ["200", "201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"] {
            assert!(send["responses"][status].is_object(), "{status}");
        }
        let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        assert_eq!(send["responses"]["429"]["content"]["application/problem+json"], problem);
        assert!(send["responses"]["429"]["headers"]["Retry-After"].is_object());
        let sign_in = &document["paths"]["/api/v1/agent-sessions"]["post"];
        assert_eq!(sign_in["security"], json!([{}]));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn refs<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|value| refs(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| refs(value, found)),
                _ => {}
            }
        }
        let document: Value = serde_json::from_str(&openapi().to_json().unwrap()).unwrap();
        let mut found = Vec::new();
        refs(&document, &mut found);
        for reference in found {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}
