//! D8: what the writer of messages does when the database, or somebody else in it, stands in its way.

use crate::{agent, conversation, customer, message};
use domain::{ClaimToken, Conversation, Refusal};
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use store::{Append, DatabaseConfig, Error, MAX_WAITING, SQLITE_FILE, Session, Settings, Store};
use testkit::{Kind, TestStore, both_databases, run};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What nobody should have to wait for.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Longer than the store lets anybody wait.
const A_FEW_SECONDS: Duration = Duration::from_secs(10);

both_databases! {
    /// D8: a text that the database refuses, were one to get past the edge, fails alone among all that share its batch.
    async fn d8_a_nul_past_the_edge_fails_alone(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let kim = agent(&store, "Kim").await;
        let (one, two) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        let nul = message(&one, "a\0b");
        let stale = Append { claim_token: Some(ClaimToken(7)), ..message(&two, "stale") };
        let mut good: Vec<_> = (0..40).map(|n| message(if n % 2 == 0 { &one } else { &two }, &format!("{n}"))).collect();
        let rest = good.split_off(20);
        let (before, bad, fenced, after) = tokio::join!(
            join_all(good.into_iter().map(|good| store.append(&noor, good))),
            store.append(&noor, nul),
            store.append(&kim, stale),
            join_all(rest.into_iter().map(|good| store.append(&noor, good))),
        );
        let texts: Vec<_> = before.into_iter().chain(after).map(|kept| kept.unwrap().message.text.clone()).collect();
        assert_eq!(texts, (0..40).map(|n| Some(n.to_string())).collect::<Vec<_>>());
        assert!(matches!(fenced, Err(Error::Refused(Refusal::ClaimLost))));
        match bad {
            Ok(kept) => assert_eq!(kept.message.text.as_deref(), Some("a\0b"), "kept as sent, or not at all"),
            Err(error) => assert!(matches!(error, Error::Database(_)), "{error:?}"),
        }
        assert_dense(&store, &one).await;
        assert_dense(&store, &two).await;
    }

    /// D8: more than may wait is refused at once, and what waits goes in when the database is free again.
    async fn d8_what_waits_is_bounded(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let blocker = Blocker::of_all(store.config()).await;
        let first = tokio::spawn({
            let (store, noor, first) = (store.clone(), noor.clone(), message(&conversation, "first"));
            async move { store.append(&noor, first).await }
        });
        let texts: Vec<_> = (0..MAX_WAITING + 1_000).map(|n| message(&conversation, &format!("{n}"))).collect();
        let mut waiting = JoinSet::new();
        for append in texts {
            let (store, noor) = (store.clone(), noor.clone());
            waiting.spawn(async move { store.append(&noor, append).await });
        }
        let refused = waiting.join_next().await.unwrap().unwrap();
        assert!(matches!(refused, Err(Error::Overloaded)), "{refused:?}");
        blocker.release().await;
        let results: Vec<_> = waiting.join_all().await;
        let kept = results.iter().filter(|result| result.is_ok()).count();
        assert!(kept >= MAX_WAITING, "{kept}");
        assert!(results.into_iter().all(|result| matches!(result, Ok(_) | Err(Error::Overloaded))));
        first.await.unwrap().unwrap();
    }
}

/// D8: nobody waits for a conversation that somebody else has locked, and its messages are refused in the end.
#[test]
fn d8_a_locked_conversation_holds_up_no_other() {
    run(Kind::Postgres, async |store: TestStore| {
        let noor = customer(&store, "Noor").await;
        let (locked, free) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        let blocker = Blocker::of(store.config(), &locked).await;
        let began = Instant::now();
        let stuck = (0..1_200).map(|n| store.append(&noor, message(&locked, &format!("stuck {n}"))));
        let going = async {
            for n in 0..40 {
                let began = Instant::now();
                let both = [message(&free, &format!("{n}")), message(&free, "another")];
                join_all(both.map(|good| store.append(&noor, good))).await.into_iter().for_each(|good| {
                    good.unwrap();
                });
                assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
            }
        };
        let (stuck, ()) = tokio::join!(join_all(stuck), going);
        assert!(began.elapsed() < A_FEW_SECONDS, "{:?}", began.elapsed());
        let overloaded = stuck.iter().filter(|result| matches!(result, Err(Error::Overloaded))).count();
        assert!((1..1_200).contains(&overloaded), "one conversation takes only so much room: {overloaded}");
        assert!(stuck.iter().all(|result| matches!(result, Err(Error::Locked | Error::Overloaded))));
        blocker.release().await;
        assert_eq!(store.append(&noor, message(&locked, "at last")).await.unwrap().message.seq, 2);
        assert_dense(&store, &free).await;
    });
}

/// D3: messages that waited for a lock go in, in the order they were sent, also with those that came later.
#[test]
fn d3_a_lock_that_goes_leaves_the_order_as_it_was() {
    run(Kind::Postgres, async |store: TestStore| {
        let noor = customer(&store, "Noor").await;
        let (locked, free) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        let blocker = Blocker::of(store.config(), &locked).await;
        let waiting = (0..60).map(|n| store.append(&noor, message(&locked, &format!("{n}"))));
        let meanwhile = async {
            // The batch that meets the lock is over when this is in, and more are tried behind it.
            for n in 0..5 {
                store.append(&noor, message(&free, &format!("{n}"))).await.unwrap();
            }
            blocker.release().await;
        };
        let (kept, ()) = tokio::join!(join_all(waiting), meanwhile);
        let numbers: Vec<_> = kept.into_iter().map(|kept| kept.unwrap().message.seq).collect();
        assert_eq!(numbers, (2..62).collect::<Vec<_>>());
        assert_dense(&store, &locked).await;
    });
}

/// D1, D2, D8: connections cut in the middle of commits cost refusals; sent again, every message is there once.
#[test]
fn d2_cut_connections_lose_and_double_nothing() {
    run(Kind::Postgres, async |store: TestStore| {
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let (stop, stopped) = watch::channel(false);
        let mut senders = JoinSet::new();
        for _ in 0..8 {
            let (store, noor, conversation) = ((*store).clone(), noor.clone(), conversation.clone());
            let stopped = stopped.clone();
            senders.spawn(async move {
                while !*stopped.borrow() {
                    send_until_kept(&store, &noor, message(&conversation, "again")).await;
                }
            });
        }
        let DatabaseConfig::Postgres { url } = store.config() else { unreachable!("PostgreSQL") };
        let mut surgeon = PgConnection::connect(url).await.unwrap();
        let mut cuts = 0;
        while cuts < 20 {
            // Whoever has locks in this test's schema is in the middle of a commit.
            let cut: Vec<bool> = sqlx::query_scalar(
                "SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT l.pid FROM pg_locks l
                 JOIN pg_class c ON c.oid = l.relation
                 WHERE c.relname = 'conversations' AND c.relnamespace = current_schema()::regnamespace
                 AND l.pid <> pg_backend_pid()) busy",
            )
            .fetch_all(&mut surgeon)
            .await
            .unwrap();
            cuts += cut.len();
        }
        stop.send_replace(true);
        senders.join_all().await;
        assert_dense(&store, &conversation).await;
        let doubled =
            "SELECT COUNT(*) FROM (SELECT 1 FROM messages GROUP BY client_id HAVING COUNT(*) > 1) d";
        assert_eq!(testkit::count(store.config(), doubled).await, 0);
    });
}

/// D8: without its database the store answers within seconds, whether connections are refused or silent, and goes on by
/// itself when the database is back.
#[test]
fn d8_a_lost_database_is_answered_within_seconds() {
    run(Kind::Postgres, async |store: TestStore| {
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let DatabaseConfig::Postgres { url } = store.config() else { unreachable!("PostgreSQL") };
        let (wire, through) = Wire::to(url).await;
        let remote = Store::open(&through, store.clock().clone(), Settings::default(), |_| {}).await.unwrap();
        remote.append(&noor, message(&conversation, "before")).await.unwrap();
        for state in [State::Cut, State::Silent] {
            wire.be(state);
            let began = Instant::now();
            let refused = (0..20).map(|n| remote.append(&noor, message(&conversation, &format!("{n}"))));
            for result in join_all(refused).await {
                assert!(matches!(result, Err(Error::Database(_) | Error::Unanswered)), "{result:?}");
            }
            assert!(began.elapsed() < A_FEW_SECONDS, "{state:?}: {:?}", began.elapsed());
            wire.be(State::Whole);
            send_until_kept(&remote, &noor, message(&conversation, "after")).await;
        }
        assert_dense(&store, &conversation).await;
        remote.close().await;
    });
}

/// D8: with all its connections taken the store answers within seconds, and goes on by itself when they are free again.
#[test]
fn d8_an_exhausted_pool_is_answered_within_seconds() {
    run(Kind::Postgres, async |store: TestStore| {
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let blocker = Blocker::of_all(store.config()).await;
        let began = Instant::now();
        let reads = join_all((0..40).map(|_| store.conversation(&noor.actor, conversation.id)));
        let (reads, write) = tokio::join!(reads, store.append(&noor, message(&conversation, "refused")));
        assert!(reads.iter().all(|read| matches!(read, Err(Error::Database(_)))), "{reads:?}");
        assert!(matches!(write, Err(Error::Database(_) | Error::Locked | Error::Unanswered)), "{write:?}");
        assert!(began.elapsed() < A_FEW_SECONDS * 2, "{:?}", began.elapsed());
        blocker.release().await;
        store.append(&noor, message(&conversation, "taken")).await.unwrap();
        assert_dense(&store, &conversation).await;
    });
}

/// C3, D8: a node that is stopped or cut off in the middle of a transaction keeps its locks for seconds, not for as long
/// as it lasts.
#[test]
fn d8_who_goes_silent_in_a_transaction_keeps_no_lock() {
    run(Kind::Postgres, async |store: TestStore| {
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let DatabaseConfig::Postgres { url } = store.config() else { unreachable!("PostgreSQL") };
        let (wire, through) = Wire::to(url).await;
        let remote = Store::open(&through, store.clock().clone(), Settings::default(), |_| {}).await.unwrap();
        let mut blocker = Blocker::of(store.config(), &conversation).await;
        let silenced = remote.append(&noor, message(&conversation, "silenced"));
        let meanwhile = async {
            blocker.is_waited_for(url).await;
            wire.be(State::Silent);
            // The lock goes to who is silent now.
            blocker.release().await;
            let began = Instant::now();
            while let Err(error) = store.append(&noor, message(&conversation, "after")).await {
                assert!(matches!(error, Error::Locked), "{error:?}");
                assert!(began.elapsed() < A_FEW_SECONDS, "{:?}", began.elapsed());
            }
        };
        let (silenced, ()) = tokio::join!(silenced, meanwhile);
        assert!(matches!(silenced, Err(Error::Database(_) | Error::Unanswered)), "{silenced:?}");
        assert_dense(&store, &conversation).await;
    });
}

async fn send_until_kept(store: &Store, session: &Session, append: Append) {
    while let Err(error) = store.append(session, append.clone()).await {
        assert!(matches!(error, Error::Database(_) | Error::Unanswered), "{error:?}");
    }
}

/// D3: numbered 1, 2, 3 … without gaps.
async fn assert_dense(store: &TestStore, conversation: &Conversation) {
    let messages = store.messages(conversation.key, 0, 10_000).await.unwrap();
    let numbers: Vec<_> = messages.iter().map(|message| message.seq).collect();
    assert_eq!(numbers, (1..=i64::try_from(messages.len()).unwrap()).collect::<Vec<_>>());
}

/// Somebody else's open transaction.
enum Blocker {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Blocker {
    /// Has one conversation locked, in PostgreSQL.
    async fn of(config: &DatabaseConfig, conversation: &Conversation) -> Self {
        let DatabaseConfig::Postgres { url } = config else { unreachable!("PostgreSQL") };
        let mut connection = PgConnection::connect(url).await.unwrap();
        connection.execute("BEGIN").await.unwrap();
        let lock =
            sqlx::query("SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE").bind(conversation.key.0);
        lock.execute(&mut connection).await.unwrap();
        Self::Postgres(connection)
    }

    /// Has everything locked.
    async fn of_all(config: &DatabaseConfig) -> Self {
        match config {
            DatabaseConfig::Sqlite { directory } => {
                let url = format!("sqlite://{}", directory.join(SQLITE_FILE).display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                connection.execute("BEGIN IMMEDIATE").await.unwrap();
                Self::Sqlite(connection)
            }
            DatabaseConfig::Postgres { url } => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute("BEGIN; LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE").await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    /// Waits until somebody waits for its lock, in PostgreSQL.
    async fn is_waited_for(&mut self, url: &str) {
        let Self::Postgres(blocking) = self else { unreachable!("PostgreSQL") };
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(blocking).await.unwrap();
        let mut observer = PgConnection::connect(url).await.unwrap();
        let sql = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))";
        while !sqlx::query_scalar::<_, bool>(sql).bind(pid).fetch_one(&mut observer).await.unwrap() {}
    }

    async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => connection.execute("ROLLBACK").await.map(|_| ()).unwrap(),
            Self::Postgres(mut connection) => connection.execute("ROLLBACK").await.map(|_| ()).unwrap(),
        }
    }
}

/// The network between the store and PostgreSQL.
struct Wire(watch::Sender<State>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// Connections are closed, and new ones at once.
    Cut,
    /// Nothing gets through, and nobody is told.
    Silent,
}

impl Wire {
    /// A way to the database at `url`, and how to open a store through it.
    async fn to(url: &str) -> (Self, DatabaseConfig) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let there = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        let here = listener.local_addr().unwrap();
        let through = DatabaseConfig::Postgres { url: url.replacen(&there, &here.to_string(), 1) };
        let there: SocketAddr = there.parse().unwrap();
        let (state, now) = watch::channel(State::Whole);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, there, now.clone()));
            }
        });
        (Self(state), through)
    }

    fn be(&self, state: State) {
        self.0.send_replace(state);
    }
}

/// Carries one connection's bytes while the wire is whole, and holds it open in silence while it is silent.
async fn carry(mut client: TcpStream, there: SocketAddr, mut state: watch::Receiver<State>) {
    let mut server = TcpStream::connect(there).await.unwrap();
    loop {
        let now = *state.borrow_and_update();
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server), if now == State::Whole => return,
            changed = state.changed() => if changed.is_err() { return },
            () = std::future::ready(()), if now == State::Cut => return,
        }
    }
}
