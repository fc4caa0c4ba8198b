//! Style sheets, scripts and pictures, embedded in the program and served for ever.
//!
//! Beside them stand the modules of texts that scripts import, made of the language's file.
//!
//! One hash stands for the whole tree, as the first part of every address. So a module's relative `import` finds its
//! siblings of the same build, and everything may be cached without asking again.

use crate::texts;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Assets::iter().collect();
    names.sort();
    let mut hasher = DefaultHasher::new();
    for name in names {
        name.hash(&mut hasher);
        Assets::get(&name).map(|file| file.metadata.sha256_hash()).hash(&mut hasher);
    }
    TEXTS.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
});

/// The modules of texts, by their names.
static TEXTS: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
    let files: Vec<_> = Assets::iter().filter_map(|name| Assets::get(&name)).collect();
    let scripts = || files.iter().filter_map(|file| std::str::from_utf8(&file.data).ok());
    texts::MODULES.into_iter().map(|name| (name, texts::module(texts::language(), name, scripts()))).collect()
});

/// The address of the asset at `path`, such as `js/chat.js`.
pub fn url(path: &str) -> String {
    format!("/assets/{}/{path}", *HASH)
}

/// `GET /assets/{hash}/{*path}`: 404 for a name that does not exist. Under another build's hash (two versions behind
/// one proxy during a deploy) it answers with what this build has, uncached.
pub async fn serve(Path((hash, path)): Path<(String, String)>) -> Response {
    let data = match TEXTS.get(&*path) {
        Some(module) => Cow::Borrowed(module.as_bytes()),
        None => match Assets::get(&path) {
            Some(file) => file.data,
            None => return (StatusCode::NOT_FOUND, "no such asset").into_response(),
        },
    };
    let caching = if hash == *HASH { "public, max-age=31536000, immutable" } else { "no-store" };
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    ([(header::CONTENT_TYPE, kind.as_ref()), (header::CACHE_CONTROL, caching)], data).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(hash: &str, path: &str) -> Response {
        serve(Path((hash.to_owned(), path.to_owned()))).await
    }

    #[tokio::test]
    async fn is_cached_for_ever_under_its_hash_only() {
        let own = get(&HASH, "js/chat.js").await;
        assert_eq!(own.headers()[header::CONTENT_TYPE], "text/javascript");
        assert_eq!(own.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(get("0", "js/chat.js").await.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(get(&HASH, "js/../../Cargo.toml").await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn ask_nothing_of_another_host() {
        for name in Assets::iter() {
            let file = Assets::get(&name).unwrap();
            let text = String::from_utf8(file.data.into_owned()).unwrap();
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(
                !text.contains("http://") && !text.contains("https://") && !text.contains("@import"),
                "{name}"
            );
        }
    }
}
