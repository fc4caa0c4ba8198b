//! A8: erasing a customer leaves nothing of theirs, in no column and in no byte.

use crate::search::search;
use crate::{administrator, agent, conversation, customer, message};
use domain::{Actor, ClientId, CustomerId};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Action, DatabaseConfig, ListQuery, Scope, Session, Sort};
use testkit::{TestStore, both_databases};

/// Words nobody else uses, by where they are left. Each begins with letters of its own: the index keeps of a word only what
/// it does not share with the one before it.
const NAME: &str = "Quetzalina";
const EMAIL: &str = "vicunarosa@axolotline.example";
const SAID: &str = "My jackalope hums";
const EDITED: &str = "My wolpertinger hums";
const UNSAID: &str = "The basiliskoid sleeps";
const ANSWERED: &str = "Feed it tatzelwurmian seeds";
const NOTED: &str = "Speaks of chupacabras";
const KNOWN: &str = "Collects mothmaniacs";
const TAG: &str = "yetilike";
const RATED: &str = "krakenesque";
const WORDS: [&str; 11] = [
    "quetzalina",
    "vicunarosa",
    "axolotline",
    "jackalope",
    "wolpertinger",
    "basiliskoid",
    "tatzelwurmian",
    "chupacabras",
    "mothmaniacs",
    "yetilike",
    "krakenesque",
];

/// Saved views, by name and parameters, that would keep something of hers.
const TRACES: [(&str, &str); 7] = [
    ("By name", "q=quetzalina"),
    ("By address", "view=all&q=vicunarosa%40axolotline.example"),
    ("By what was said", "q=%22hums+jackalope%22+status%3Aopen"),
    ("By what was edited", "q=parcel+WOLPERTINGER"),
    ("By its beginning", "q=chupacab"),
    ("By tag", "status=open&tag=vip,Yetilike"),
    ("Quetzalina's own", "status=resolved"),
];
/// Views that are about nobody in particular.
const KEPT: [(&str, &str); 3] =
    [("Open", "status=open&urgency=high"), ("Parcels", "q=parcel"), ("Vips", "q=tag%3Avip&tag=vip")];

both_databases! {
    /// A8, S4: erased, a customer is found by no word at once, and no column of PostgreSQL, no byte of SQLite's files holds
    /// one that only they used or that was said of them. What is others' stays.
    async fn a8_no_column_and_no_byte_remembers_who_was_erased(store: TestStore) {
        let (boss, ada) = (administrator(&store, "Boss").await, agent(&store, "Ada").await);
        let other = customer(&store, "Other").await;
        let kept = conversation(&store, &other).await;
        store.set_tags(&ada, kept.id, &["vip".into()]).await.unwrap();
        let erased = live(&store, &ada, &boss).await;
        for (name, parameters) in TRACES {
            store.save_view(&ada, Scope::Own, name, parameters).await.unwrap();
        }
        for (name, parameters) in KEPT {
            store.save_view(&boss, Scope::Shared, name, parameters).await.unwrap();
        }
        for word in WORDS.into_iter().filter(|word| !UNSAID.contains(word)) {
            assert!(!remains(store.config(), word).await.is_empty(), "{word} was never there: the test proves nothing");
        }
        store.records(&boss).unwrap().erase_customer(erased).await.unwrap();
        for word in WORDS {
            let found = store.search(&ada.actor, &search(&format!("{word} "))).await.unwrap();
            assert_eq!(found.total, 0, "{word} is found");
        }
        for word in WORDS {
            assert_eq!(remains(store.config(), word).await, [""; 0], "{word} is left");
        }
        let found = store.search(&ada.actor, &search("parcel ")).await.unwrap();
        assert_eq!(found.items.iter().map(|found| found.conversation.id).collect::<Vec<_>>(), [kept.id]);
        let now = store.conversations(&ada.actor, &Default::default(), Sort::Newest, None, 10).await.unwrap().items;
        assert_eq!(now[0].tags, ["vip"]);
        let views = store.saved_views(ada.actor.agent().unwrap()).await.unwrap();
        assert_eq!(views.iter().map(|view| &*view.name).collect::<Vec<_>>(), KEPT.map(|(name, _)| name));
        let all = ListQuery { limit: 1, ..ListQuery::default() };
        let entry = &store.records(&boss).unwrap().audit_log(Some(Action::CustomerErased), &all).await.unwrap().items[0];
        assert_eq!(entry.object, format!("customer {erased} and {} saved views", TRACES.len()));
    }
}

/// Somebody comes, says and does all that leaves a trace, and goes.
async fn live(store: &TestStore, ada: &Session, boss: &Session) -> CustomerId {
    let (token, _) = store.start_customer_session("Somebody", "someone@example.com").await.unwrap();
    let she = store.authenticate(token.reveal()).await.unwrap().unwrap();
    let Actor::Customer(customer) = &she.actor else { panic!("no customer") };
    let records = store.records(boss).unwrap();
    records.update_customer(customer.id, NAME, EMAIL).await.unwrap();
    let she = store.authenticate(token.reveal()).await.unwrap().unwrap();
    let begun = store.create_conversation(&she, ClientId::new(), SAID).await.unwrap().0;
    let edited = store.append(&she, message(&begun, "A wolpertinger hum")).await.unwrap().message;
    store.edit_message(&she, begun.id, edited.id, EDITED).await.unwrap();
    let unsaid = store.append(&she, message(&begun, UNSAID)).await.unwrap().message;
    store.delete_message(&she, begun.id, unsaid.id).await.unwrap();
    store.claim(ada, begun.id).await.unwrap();
    store.append(ada, message(&begun, ANSWERED)).await.unwrap();
    store.add_note(ada, begun.id, ClientId::new(), &format!("@Boss {NOTED}")).await.unwrap();
    store.write_customer_note(ada, customer, 0, KNOWN).await.unwrap();
    store.set_tags(ada, begun.id, &[TAG.into(), "vip".into()]).await.unwrap();
    store.resolve(ada, begun.id).await.unwrap();
    store.rate(&she, begun.id, 1, Some(RATED.into())).await.unwrap();
    store.new_browser_link(&she).await.unwrap();
    customer.id
}

/// Where a word is still to be found, whatever its case.
async fn remains(database: &DatabaseConfig, word: &str) -> Vec<String> {
    match database {
        DatabaseConfig::Sqlite { directory } => {
            let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
            let holds = |path: &std::path::PathBuf| holds(&std::fs::read(path).unwrap(), word);
            files.filter(holds).map(|path| path.display().to_string()).collect()
        }
        DatabaseConfig::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";
            let tables: Vec<(String,)> = sqlx::query_as(tables).fetch_all(&mut connection).await.unwrap();
            let mut found = Vec::new();
            for (table,) in tables {
                let sql = format!("SELECT COUNT(*) FROM {table} row WHERE row::text ILIKE '%{word}%'");
                let (count,): (i64,) =
                    sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                found.extend((count > 0).then_some(table));
            }
            found
        }
    }
}

/// Whether the word, but for the two letters that an index may share between words, is among the bytes.
fn holds(bytes: &[u8], word: &str) -> bool {
    let rest = &word.as_bytes()[2..];
    bytes.windows(rest.len()).any(|window| window.eq_ignore_ascii_case(rest))
}
