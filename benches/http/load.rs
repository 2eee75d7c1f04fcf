//! A small load generator: threads that each keep one connection busy and count the answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Answers in a second.
    pub per_second: f64,
    /// The time that half of the answers took at most, in milliseconds.
    pub p50_ms: f64,
    /// The time that 99 of 100 answers took at most, in milliseconds.
    pub p99_ms: f64,
}

impl Rate {
    /// Of so many things that took these times, all of them within `whole`.
    pub fn of(mut times: Vec<Duration>, whole: Duration) -> Self {
        times.sort_unstable();
        let within = |hundredths: usize| {
            times
                .get(times.len() * hundredths / 100)
                .map_or(0.0, |slowest| slowest.as_secs_f64() * 1000.0)
        };
        Self {
            per_second: times.len() as f64 / whole.as_secs_f64(),
            p50_ms: within(50),
            p99_ms: within(99),
        }
    }
}

/// One connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("an option of TCP");
        Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        }
    }

    /// Sends a request and reads the whole answer; returns its status and the answer as it came.
    pub fn call(&mut self, request: &[u8]) -> (u16, &[u8]) {
        self.stream.write_all(request).expect("the server reads");
        self.buffer.clear();
        let mut chunk = [0; 64 * 1024];
        let mut end = None;
        loop {
            if end.is_none() {
                end = End::of(&self.buffer);
            }
            if end.is_some_and(|end| end.is_reached(&self.buffer)) {
                break;
            }
            let read = self.stream.read(&mut chunk).expect("the server answers");
            assert!(
                read > 0,
                "the server hung up: {}",
                String::from_utf8_lossy(&self.buffer)
            );
            self.buffer.extend_from_slice(&chunk[..read]);
        }
        let status = self
            .buffer
            .get(9..12)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let status = status.and_then(|digits| digits.parse().ok()).unwrap_or_default();
        (status, &self.buffer)
    }
}

/// Where an answer ends.
#[derive(Clone, Copy)]
enum End {
    /// After so many bytes.
    Length(usize),
    /// With an empty piece.
    Pieces,
}

impl End {
    /// What the headers say, as soon as they are there.
    fn of(answer: &[u8]) -> Option<Self> {
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let headers = std::str::from_utf8(&answer[..head])
            .expect("headers are ASCII")
            .to_ascii_lowercase();
        if headers.contains("transfer-encoding: chunked") {
            return Some(Self::Pieces);
        }
        let body = headers
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .map_or(0, |length| length.trim().parse().expect("a length is a number"));
        Some(Self::Length(head + 4 + body))
    }

    fn is_reached(self, answer: &[u8]) -> bool {
        match self {
            Self::Length(length) => answer.len() >= length,
            Self::Pieces => answer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

/// Keeps `connections` to these servers busy for `time` and counts; `requests` makes the source of requests of one connection, and
/// every answer must have the status `expected`.
pub fn run<Requests, Source>(
    addresses: &[SocketAddr],
    connections: usize,
    time: Duration,
    expected: u16,
    requests: Requests,
) -> Rate
where
    Requests: Fn(usize) -> Source + Sync,
    Source: FnMut() -> Vec<u8>,
{
    let start = Barrier::new(connections);
    let mut times: Vec<Duration> = Vec::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|number| {
                let (start, requests) = (&start, &requests);
                scope.spawn(move || {
                    let mut source = requests(number);
                    let mut connection = Connection::open(addresses[number % addresses.len()]);
                    let mut times = Vec::new();
                    start.wait();
                    let began = Instant::now();
                    // The first tenth warms up and does not count.
                    while began.elapsed() < time + time / 10 {
                        let request = source();
                        let sent = Instant::now();
                        let (status, answer) = connection.call(&request);
                        assert_eq!(status, expected, "{}", String::from_utf8_lossy(answer));
                        if began.elapsed() > time / 10 {
                            times.push(sent.elapsed());
                        }
                    }
                    times
                })
            })
            .collect();
        for worker in workers {
            times.extend(worker.join().expect("a connection that works"));
        }
    });
    Rate::of(times, time)
}
