//! What a call is given: a JSON body, query parameters. What is wrong with them is said in problem documents.

use crate::error::{Code, Problem};
use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use url::form_urlencoded;

/// A JSON body, an object: 415 for another media type, 413 when too large, 400 when it is no JSON, 422 when it says
/// something else than it should.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(Object(body))) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => Err(wrong(&error.body_text())),
            Err(JsonRejection::JsonSyntaxError(error)) => {
                Err(Problem::new(Code::Malformed, error.body_text()))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new(
                Code::UnsupportedMediaType,
                "send JSON, with Content-Type: application/json",
            )),
            Err(JsonRejection::BytesRejection(error)) => Err(unread(&error)),
            Err(error) => Err(Problem::new(Code::Malformed, error.body_text())),
        }
    }
}

/// What is wrong with a body, without the words about types and places in it that say nothing to who wrote it.
fn wrong(said: &str) -> Problem {
    let said = said.split_once("target type: ").map_or(said, |(_, said)| said);
    Problem::invalid("body", &said.split_once(" at line ").map_or(said, |(said, _)| said))
}

/// What is read from a JSON object alone. By itself serde reads a list as well, taking its values for the fields in order.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData)).map(Object)
    }
}

fn unread(error: &BytesRejection) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::TooLarge, "a body is 128 KiB at most")
    } else {
        Problem::new(Code::Malformed, error.body_text())
    }
}

/// Query parameters, each at most once; `as` belongs to authentication.
#[derive(Debug)]
pub(super) struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = form_urlencoded::Serializer::new("/?".to_owned())
            .extend_pairs(pairs.filter(|(name, _)| name != "as"))
            .finish();
        let invalid = |error: String| Problem::invalid("query", &error);
        let uri = Uri::from_str(&query).map_err(|error| invalid(error.to_string()))?;
        let Query(params) = Query::try_from_uri(&uri).map_err(|error| invalid(error.body_text()))?;
        Ok(Self(params))
    }
}

/// No query parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// The id an address names beside the conversation's, by its name there; what is no id names nothing.
pub(super) fn id<T: FromStr>(path: &RawPathParams, name: &str, what: &str) -> Result<T, Problem> {
    let id = path.iter().find(|(found, _)| *found == name).and_then(|(_, id)| id.parse().ok());
    id.ok_or_else(|| Problem::not_found(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        text: String,
    }

    async fn body(kind: &str, bytes: &[u8]) -> Result<String, Code> {
        let request = Request::post("/").header("content-type", kind).body(bytes.to_vec().into()).unwrap();
        Body::<Wanted>::from_request(request, &())
            .await
            .map(|body| body.0.text)
            .map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn a_bad_body_is_told_apart() {
        let json = "application/json";
        assert_eq!(body(json, br#"{"text":"a"}"#).await, Ok("a".into()));
        assert_eq!(body("text/plain", br#"{"text":"a"}"#).await, Err(Code::UnsupportedMediaType));
        for malformed in [&b"{"[..], b"", b"{\"text\":\"\xff\"}", br#"{"text":"a"} {}"#] {
            assert_eq!(body(json, malformed).await, Err(Code::Malformed), "{malformed:?}");
        }
        for wrong in [
            "{}",
            "[]",
            "null",
            r#"["a"]"#,
            r#"[{"text":"a"}]"#,
            "1",
            r#"{"text":1}"#,
            r#"{"text":"a","more":1}"#,
            r#"{"text":"a","text":"b"}"#,
        ] {
            assert_eq!(body(json, wrong.as_bytes()).await, Err(Code::Invalid), "{wrong}");
        }
        let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(3 * 1024 * 1024));
        assert_eq!(body(json, large.as_bytes()).await, Err(Code::TooLarge));
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_in_plain_words() {
        for (wrong, said) in [
            (r#"["a"]"#, "invalid type: sequence, expected an object"),
            ("null", "invalid type: null, expected an object"),
            ("{}", "missing field `text`"),
            (r#"{"text":1}"#, "text: invalid type: integer `1`, expected a string"),
            (r#"{"text":"a","more":1}"#, "more: unknown field `more`, expected `text`"),
            (r#"{"text":"a","text":"b"}"#, "duplicate field `text`"),
        ] {
            let request = Request::post("/").header("content-type", "application/json");
            let request = request.body(wrong.to_owned().into()).unwrap();
            let problem = Body::<Wanted>::from_request(request, &()).await.unwrap_err();
            assert_eq!(problem.detail(), said, "{wrong}");
        }
    }

    async fn params(query: &str) -> Option<String> {
        let mut parts = Request::get(format!("/{query}")).body(()).unwrap().into_parts().0;
        Params::<Wanted>::from_request_parts(&mut parts, &()).await.ok().map(|params| params.0.text)
    }

    #[tokio::test]
    async fn parameters_are_known_and_single() {
        assert_eq!(params("?text=a%26b&as=agent").await, Some("a&b".into()));
        for wrong in ["", "?text=a&more=b", "?text=a&text=b"] {
            assert_eq!(params(wrong).await, None, "{wrong}");
        }
    }
}
