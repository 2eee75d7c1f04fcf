//! The line to Redis: one connection for all workers, kept up by a thread of its own.
//!
//! Every call ends within the line's time limit. After a failure that concerns the connection the line counts as down:
//! calls fail at once, without waiting, while the thread tries again every quarter of a second. So a Redis that hangs
//! costs the calls that were on their way one limit, and those after it nothing. Where Redis only hung up, as when it
//! is restarted, a call waits for the new connection and is made once more: scripts must bear being run twice.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Script};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::super::Error;

/// The longest that one attempt to connect takes, and that the start of a server waits for one.
const CONNECTING: Duration = Duration::from_secs(3);
/// The pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(250);
/// How many calls may be on their way at the same time before others wait.
const UNDERWAY: usize = 1024;

/// A connection to Redis that comes back by itself.
pub(in super::super) struct Line {
    /// Drives the connection: the runtimes of the server's workers come and go.
    runtime: Option<Runtime>,
    state: watch::Receiver<State>,
    broken: mpsc::UnboundedSender<Broken>,
    limit: Duration,
}

#[derive(Clone)]
enum State {
    /// The first attempt is being made, or the first after Redis hung up.
    Connecting,
    /// The connection, and which one it is since the start.
    Up(u64, MultiplexedConnection),
    /// Why there is none.
    Down(String),
}

/// What a call found out about a connection.
enum Broken {
    /// Redis hung up.
    Dropped(u64),
    /// Redis did not answer in time.
    Silent(u64),
}

impl Line {
    /// A line to the Redis of this URL; the first attempt to connect begins now. A call takes at most `limit`.
    ///
    /// # Errors
    /// When the URL cannot be understood. That Redis does not answer is found out later.
    pub(in super::super) fn open(url: &str, limit: Duration) -> Result<Self, Error> {
        // The library's words may repeat the URL, which may hold a password.
        let client = Client::open(url)
            .map_err(|_| Error("REDIS_URL cannot be understood: write it like redis://127.0.0.1:6379/0".to_owned()))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("redis")
            .enable_all()
            .build()?;
        let (states, state) = watch::channel(State::Connecting);
        let (broken, breaks) = mpsc::unbounded_channel();
        runtime.spawn(keep_up(client, states, breaks));
        Ok(Self {
            runtime: Some(runtime),
            state,
            broken,
            limit,
        })
    }

    /// Runs the script with these arguments and returns what it returns: a list of texts.
    ///
    /// # Errors
    /// When Redis does not answer in time, or with an error.
    pub(in super::super) async fn ask(
        &self,
        script: &Arc<Script>,
        arguments: Vec<String>,
    ) -> Result<Vec<String>, Error> {
        let call = Call {
            state: self.state.clone(),
            broken: self.broken.clone(),
            script: Arc::clone(script),
            arguments,
            deadline: Instant::now() + self.limit,
        };
        let Some(runtime) = &self.runtime else {
            return Err(silent());
        };
        let answer = runtime.spawn(call.make()).await;
        answer.unwrap_or_else(|error| Err(Error(error.to_string())))
    }

    /// Whether there is a connection, once the first attempt is over.
    ///
    /// # Errors
    /// Says why there is none.
    pub(in super::super) async fn check(&self) -> Result<(), Error> {
        let mut state = self.state.clone();
        match timeout(CONNECTING, state.wait_for(|state| !matches!(state, State::Connecting))).await {
            Ok(Ok(state)) => match &*state {
                State::Down(why) => Err(Error(why.clone())),
                State::Connecting | State::Up(..) => Ok(()),
            },
            Ok(Err(_)) | Err(_) => Err(silent()),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Waiting for its thread is not allowed where the last owner may be an async task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn silent() -> Error {
    Error("Redis does not answer in time".to_owned())
}

/// One call, on the line's own thread.
struct Call {
    state: watch::Receiver<State>,
    broken: mpsc::UnboundedSender<Broken>,
    script: Arc<Script>,
    arguments: Vec<String>,
    deadline: Instant,
}

impl Call {
    async fn make(mut self) -> Result<Vec<String>, Error> {
        let mut dropped = None;
        loop {
            let (number, connection) = self.connection(dropped).await?;
            match timeout_at(self.deadline, self.attempt(connection)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) if is_of_the_connection(&error) => {
                    // The thread that keeps the line ends only with it.
                    let _ = self.broken.send(Broken::Dropped(number));
                    if dropped.is_some() {
                        return Err(Error(error.to_string()));
                    }
                    dropped = Some(number);
                }
                Ok(Err(error)) => return Err(Error(error.to_string())),
                Err(_) => {
                    let _ = self.broken.send(Broken::Silent(number));
                    return Err(silent());
                }
            }
        }
    }

    /// The connection, a newer one than that which was dropped.
    async fn connection(&mut self, dropped: Option<u64>) -> Result<(u64, MultiplexedConnection), Error> {
        let settled = self.state.wait_for(|state| match state {
            State::Connecting => false,
            State::Up(number, _) => dropped.is_none_or(|dropped| *number > dropped),
            State::Down(_) => true,
        });
        match timeout_at(self.deadline, settled).await {
            Ok(Ok(state)) => match &*state {
                State::Up(number, connection) => Ok((*number, connection.clone())),
                State::Down(why) => Err(Error(why.clone())),
                State::Connecting => Err(silent()),
            },
            Ok(Err(_)) | Err(_) => Err(silent()),
        }
    }

    async fn attempt(&self, mut connection: MultiplexedConnection) -> Result<Vec<String>, RedisError> {
        let mut call = self.script.prepare_invoke();
        for argument in &self.arguments {
            call.arg(argument);
        }
        call.invoke_async(&mut connection).await
    }
}

/// Whether a new connection may help, as after a restart or when another server has become the first one.
fn is_of_the_connection(error: &RedisError) -> bool {
    error.is_unrecoverable_error() || matches!(error.code(), Some("READONLY" | "LOADING" | "MASTERDOWN"))
}

/// Connects, and connects again whenever a call found the connection broken. Ends with the line.
async fn keep_up(client: Client, states: watch::Sender<State>, mut breaks: mpsc::UnboundedReceiver<Broken>) {
    let mut number = 0;
    let mut is_known_down = false;
    loop {
        match connect(&client).await {
            Ok(connection) => {
                if std::mem::take(&mut is_known_down) {
                    tracing::info!("Redis answers again");
                }
                number += 1;
                states.send_replace(State::Up(number, connection));
                let next = loop {
                    match breaks.recv().await {
                        Some(Broken::Dropped(which)) if which == number => break State::Connecting,
                        Some(Broken::Silent(which)) if which == number => break State::Down(silent().0),
                        Some(_) => {}
                        None => return,
                    }
                };
                if let State::Down(why) = &next {
                    is_known_down = true;
                    tracing::warn!(why, "Redis cannot be used; this is said once");
                }
                states.send_replace(next);
            }
            Err(why) => {
                if !std::mem::replace(&mut is_known_down, true) {
                    tracing::warn!(why, "Redis cannot be used; this is said once");
                }
                states.send_replace(State::Down(why));
                sleep(PAUSE).await;
            }
        }
    }
}

/// A connection over which Redis has answered.
async fn connect(client: &Client) -> Result<MultiplexedConnection, String> {
    // The limits are ours, see above.
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_pipeline_buffer_size(UNDERWAY);
    let attempt = async {
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let _: String = redis::cmd("PING").query_async(&mut connection).await?;
        Ok(connection)
    };
    match timeout(CONNECTING, attempt).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => {
            let error: RedisError = error;
            Err(error.to_string())
        }
        Err(_) => Err(silent().0),
    }
}
