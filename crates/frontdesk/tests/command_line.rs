//! The commands as an operator meets them: what they print, what they leave behind, what they exit with.
#![cfg(test)]

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use store::DatabaseConfig;
use tempfile::NamedTempFile;
use testkit::{Outcome, Program, both_databases, count, execute, run_command};

const BINARY: &str = env!("CARGO_BIN_EXE_frontdesk");
const HEADER: &str = "User ID,Timestamp (UTC),Message Body\n";

fn file(contents: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(contents).unwrap();
    file
}

async fn import(database: &DatabaseConfig, file: &NamedTempFile) -> Outcome {
    run_command(BINARY, database, &["import", "messages", file.path().to_str().unwrap()], "").await
}

/// One line that says what, why and what to do, and this exit code.
#[track_caller]
fn assert_fails(outcome: &Outcome, code: i32, says: &str) {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    let last = outcome.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with("frontdesk: ") && last.contains(says), "{outcome:?}");
}

/// A command that cannot say what it did says that, and does not fall over.
#[tokio::test]
async fn a_full_standard_output_is_a_failure_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let agent = ["agent", "add", "--email", "a@example.com", "--name", "A"];
    for arguments in [&agent[..], &["--help"], &["migrate"]] {
        let outcome = std::process::Command::new(BINARY)
            .args(arguments)
            .env("FRONTDESK_DATA_DIR", directory.path())
            .env_remove("DATABASE_URL")
            .stdout(full.try_clone().unwrap())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.status.code(), Some(1), "{stderr}");
        assert!(stderr.starts_with("frontdesk: ") && stderr.lines().count() == 1, "{stderr}");
    }
}

/// To look for a database makes none: a mistyped directory is not there afterwards either.
#[tokio::test]
async fn the_doctor_makes_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let typo = DatabaseConfig::Sqlite { directory: parent.path().join("typo") };
    let empty = DatabaseConfig::Sqlite { directory: parent.path().to_owned() };
    for database in [typo, empty] {
        let outcome = run_command(BINARY, &database, &["doctor", "--listen", "127.0.0.1:0"], "").await;
        assert_fails(&outcome, 1, "checks failed");
        assert!(
            outcome.stdout.contains(&format!("fail  database        {database} is not there")),
            "{outcome:?}"
        );
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}

/// Whoever adds an agent from the wrong directory is told where the data is.
#[tokio::test]
async fn an_agent_is_added_to_a_whole_path() {
    let here = tempfile::tempdir().unwrap();
    let outcome = std::process::Command::new(BINARY)
        .args(["agent", "add", "--email", "a@example.com", "--name", "A"])
        .current_dir(here.path())
        .env_remove("FRONTDESK_DATA_DIR")
        .env_remove("DATABASE_URL")
        .env_remove("POSTGRES_DB_NAME")
        .output()
        .unwrap();
    let (said, path) = (String::from_utf8(outcome.stdout).unwrap(), here.path().canonicalize().unwrap());
    assert!(said.contains(&format!("the database in {}/data.", path.display())), "{said}");
}

/// Nobody else on the machine may read what is kept.
#[tokio::test]
async fn what_is_kept_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    let database = DatabaseConfig::Sqlite { directory: directory.clone() };
    assert_eq!(run_command(BINARY, &database, &["migrate"], "").await.code, Some(0));
    for path in [directory.clone(), directory.join(store::SQLITE_FILE)] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path:?} {mode:o}");
    }
}

both_databases! {
    /// An import shows on a server that runs meanwhile; importing again changes nothing.
    async fn an_import_shows_on_the_running_server_and_repeats(database: DatabaseConfig) {
        let program = Program::serve(BINARY, &database).await;
        let agent = program.agent("grace").await;
        let csv = file(
            format!(
                "{HEADER}208,2017-02-01 19:29:05,Second\n208,2017-02-01 19:29:05,First\n\
                 17,2017-02-02 08:00:00,\"One, with a comma\"\n208,2017-02-03 07:00:00,Third\n"
            )
            .as_bytes(),
        );
        assert_eq!(import(&database, &csv).await.code, Some(0));
        let queue = agent.get("/conversations?status=open&sort=queue").await.expect(200);
        let customers: Vec<_> =
            queue["items"].as_array().unwrap().iter().map(|item| item["customer"]["name"].clone()).collect();
        assert_eq!(customers, ["Customer 208", "Customer 17"]);
        let conversation = queue["items"][0]["id"].as_str().unwrap();
        let texts = |messages: Vec<serde_json::Value>| messages.iter().map(|m| m["text"].clone()).collect::<Vec<_>>();
        assert_eq!(texts(agent.messages(conversation).await), ["First", "Second", "Third"]);

        let again = import(&database, &csv).await;
        assert!(again.stdout.contains("4 messages were there already"), "{again:?}");
        assert_eq!(agent.messages(conversation).await.len(), 3);
    }

    /// The index is made anew while a server runs, which finds by it at once.
    async fn the_search_index_is_made_anew_beside_a_server(database: DatabaseConfig) {
        let program = Program::serve(BINARY, &database).await;
        let agent = program.agent("grace").await;
        let csv = file(format!("{HEADER}208,2017-02-01 19:29:05,The pelican\n").as_bytes());
        assert_eq!(import(&database, &csv).await.code, Some(0));
        let lose = match &database {
            DatabaseConfig::Sqlite { .. } => "DELETE FROM messages_fts",
            DatabaseConfig::Postgres { .. } => "UPDATE messages SET search = ''",
        };
        execute(&database, lose).await;
        assert_eq!(agent.get("/search?q=pelican").await.expect(200)["total"], 0);
        let made = run_command(BINARY, &database, &["reindex"], "").await;
        assert!(made.code == Some(0) && made.stdout.contains(": 2 texts."), "{made:?}");
        assert_eq!(agent.get("/search?q=pelican").await.expect(200)["total"], 1);
    }

    /// A bad row is named by its line and the rest goes in; a file of another kind leaves everything as it was.
    async fn bad_files_are_refused_and_bad_rows_named(database: DatabaseConfig) {
        let rows = file(format!("{HEADER}1,2017-02-01 19:29:05,Good\n2,yesterday,Bad time\n3,2017-02-01 19:29:05,\n").as_bytes());
        let some = import(&database, &rows).await;
        assert_fails(&some, 1, "2 of 3 rows");
        assert!(some.stderr.contains("line 3") && some.stderr.contains("line 4"), "{some:?}");
        assert!(some.stdout.contains("Imported 1 messages"), "{some:?}");
        assert_fails(&import(&database, &file(b"a,b\n1,2\n")).await, 1, "User ID,Timestamp (UTC),Message Body");
        let latin_1 = [HEADER.as_bytes(), b"1,2017-02-01 19:29:05,caf\xe9\n"].concat();
        let garbled = import(&database, &file(&latin_1)).await;
        assert!(garbled.stderr.contains("line 2: it is not UTF-8 text"), "{garbled:?}");
        let missing = run_command(BINARY, &database, &["import", "messages", "/nowhere.csv"], "").await;
        assert_fails(&missing, 1, "/nowhere.csv");
    }

    /// An address that is taken, a password that is too short: refused, and nothing added. A password is never shown.
    async fn an_agent_is_added_once(database: DatabaseConfig) {
        let add = |password: &'static str| {
            let arguments = ["agent", "add", "--name", "Grace", "--email", "grace@example.com", "--password-stdin"];
            let database = database.clone();
            async move { run_command(BINARY, &database, &arguments, password).await }
        };
        assert_fails(&add("short\n").await, 1, "password");
        let added = add("correct horse battery\n").await;
        assert_eq!(added.code, Some(0), "{added:?}");
        assert!(!added.stdout.contains("correct horse"), "{added:?}");
        assert_fails(&add("correct horse battery\n").await, 1, "e-mail address");
        let arguments = ["agent", "add", "--name", "Linus", "--email", "linus@example.com"];
        let with_link = run_command(BINARY, &database, &arguments, "").await;
        assert!(with_link.stdout.contains("/set-password/"), "{with_link:?}");
    }

    /// A database that a newer program changed is left alone, by every command.
    async fn a_newer_database_is_refused(database: DatabaseConfig) {
        assert_eq!(run_command(BINARY, &database, &["migrate"], "").await.code, Some(0));
        execute(
            &database,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', TRUE, '', 0)",
        )
        .await;
        for arguments in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"]] {
            assert_fails(&run_command(BINARY, &database, arguments, "").await, 1, "newer");
        }
    }

    /// The file the reference system is tried with, twice: 55 customers wait with 100 messages.
    async fn the_reference_file_comes_in_once(database: DatabaseConfig) {
        let csv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/messages.csv");
        if !csv.exists() {
            eprintln!("LEFT OUT: {} is not there", csv.display());
            return;
        }
        for _ in 0..2 {
            let arguments = ["import", "messages", csv.to_str().unwrap()];
            let outcome = run_command(BINARY, &database, &arguments, "").await;
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
            assert_eq!(count(&database, "SELECT COUNT(*) FROM customers").await, 55);
            assert_eq!(count(&database, "SELECT COUNT(*) FROM conversations WHERE status = 'open'").await, 55);
            assert_eq!(count(&database, "SELECT COUNT(*) FROM messages").await, 100);
        }
    }

    async fn the_doctor_finds_a_fresh_database_well(database: DatabaseConfig) {
        assert_eq!(run_command(BINARY, &database, &["migrate"], "").await.code, Some(0));
        let outcome = run_command(BINARY, &database, &["doctor", "--listen", "127.0.0.1:0"], "").await;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        for line in ["ok    database", "ok    clock", "warn  administrator"] {
            assert!(outcome.stdout.contains(line), "{outcome:?}");
        }
    }

    /// A container's health check: 0 while the server serves, 1 when nothing answers.
    async fn ready_says_whether_the_server_serves(database: DatabaseConfig) {
        let mut program = Program::serve(BINARY, &database).await;
        let address = program.url().socket_addrs(|| None).unwrap()[0].to_string();
        let ready = ["ready", "--listen", &address];
        assert_eq!(run_command(BINARY, &database, &ready, "").await.code, Some(0));
        program.kill().await;
        assert_fails(&run_command(BINARY, &database, &ready, "").await, 1, &address);
    }

    /// A taken port is found before anything is touched.
    async fn a_taken_port_is_named(database: DatabaseConfig) {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let outcome = run_command(BINARY, &database, &["serve", "--listen", &address], "").await;
        assert_fails(&outcome, 1, &address);
        assert!(outcome.stderr.contains("--listen"), "{outcome:?}");
    }
}

#[tokio::test]
async fn wrong_usage_exits_with_2_and_wrong_places_with_1() {
    let here = tempfile::tempdir().unwrap();
    let directory = DatabaseConfig::Sqlite { directory: here.path().join("data") };
    assert_fails(&run_command(BINARY, &directory, &["nonsense"], "").await, 2, "nonsense");
    assert_fails(&run_command(BINARY, &directory, &["agent", "add"], "").await, 2, "--email");
    let file = NamedTempFile::new().unwrap();
    let below_a_file = DatabaseConfig::Sqlite { directory: file.path().join("data") };
    assert_fails(&run_command(BINARY, &below_a_file, &["migrate"], "").await, 1, "--data-dir");
    let outcome = run_command(BINARY, &below_a_file, &["doctor", "--listen", "127.0.0.1:0"], "").await;
    assert_fails(&outcome, 1, "checks failed");
    assert!(outcome.stdout.contains("fail  database"), "{outcome:?}");
    let nobody = DatabaseConfig::Postgres { url: "postgres://frontdesk:secret@127.0.0.1:1/frontdesk".into() };
    let outcome = run_command(BINARY, &nobody, &["migrate"], "").await;
    assert_fails(&outcome, 1, "DATABASE_URL");
    assert!(!outcome.stderr.contains("secret"), "A9: {outcome:?}");
}
