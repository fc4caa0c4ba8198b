//! A mail server on loopback that keeps what it is given, and refuses when told to.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

/// How long a letter may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running mail server; it stops when it is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    letters: UnboundedReceiver<Letter>,
    refusals: Refusals,
    _tasks: JoinSet<()>,
}

type Refusals = Arc<Mutex<VecDeque<&'static str>>>;

/// What the server was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: String,
    /// Headers and body; empty when it was refused.
    pub text: String,
}

impl SmtpServer {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let ((arrived, letters), refusals) = (unbounded_channel(), Refusals::default());
        let mut tasks = JoinSet::new();
        let answers = Arc::clone(&refusals);
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (arrived, answers) = (arrived.clone(), Arc::clone(&answers));
                open.spawn(async move { drop(converse(BufStream::new(stream), arrived, answers).await) });
            }
        });
        Self { address, letters, refusals, _tasks: tasks }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Answers the next recipient with this, such as `451 later`.
    pub fn refuse(&self, answer: &'static str) {
        lock(&self.refusals).push_back(answer);
    }

    /// Waits for a letter, also one that is refused.
    ///
    /// # Panics
    /// When none comes.
    pub async fn letter(&mut self) -> Letter {
        let letter = tokio::time::timeout(PATIENCE, self.letters.recv()).await;
        letter.expect("a letter in time").expect("the server runs")
    }

    /// A letter that is there already.
    pub fn letter_now(&mut self) -> Option<Letter> {
        self.letters.try_recv().ok()
    }
}

async fn converse(
    mut stream: BufStream<TcpStream>,
    arrived: UnboundedSender<Letter>,
    refusals: Refusals,
) -> std::io::Result<()> {
    let mut to = String::new();
    say(&mut stream, "220 ready").await?;
    loop {
        let mut command = String::new();
        if stream.read_line(&mut command).await? == 0 {
            return Ok(());
        }
        match command.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "RCPT" => {
                to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let refusal = lock(&refusals).pop_front();
                if refusal.is_some() {
                    let _ = arrived.send(Letter { to: to.clone(), text: String::new() });
                }
                say(&mut stream, refusal.unwrap_or("250 fine")).await?;
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let text = read_text(&mut stream).await?;
                say(&mut stream, "250 taken").await?;
                let _ = arrived.send(Letter { to: to.clone(), text });
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 fine").await?,
        }
    }
}

async fn say(stream: &mut BufStream<TcpStream>, answer: &str) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn read_text(stream: &mut BufStream<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n.\r\n") && stream.read_line(&mut text).await? > 0 {}
    Ok(text)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
