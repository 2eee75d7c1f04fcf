use std::path::PathBuf;
use std::sync::mpsc as std_mpsc;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, RunQueryDsl as _};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::db::Db;

/// A database with a table of notes, and a writer within these limits.
struct Desk {
    db: Db,
    folder: TempDir,
}

/// Holds the writer until it is dropped.
struct Gate {
    _open: std_mpsc::Sender<()>,
    job: JoinHandle<Result<(), Error>>,
}

const PATIENT: Limits = Limits {
    queue: 100,
    patience: Duration::from_secs(60),
    batch: Duration::from_secs(60),
};

impl Desk {
    async fn new(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.db");
        let mut db = Db::open(&format!("sqlite://{}", path.display())).unwrap();
        db.writer = Some(
            Writer::with(
                Connections::new(super::super::Address::Sqlite(path)),
                Arc::clone(&db.counts),
                limits,
            )
            .unwrap(),
        );
        let make = "CREATE TABLE notes (note TEXT PRIMARY KEY, on_note TEXT REFERENCES notes)";
        db.write(|conn| Ok(conn.batch_execute(make)?)).await.unwrap();
        Self { db, folder }
    }

    fn writer(&self) -> &Writer {
        self.db.writer.as_ref().unwrap()
    }

    /// Returns when the writer is held, its transaction begun and `note` written.
    async fn gate(&self, text: &'static str) -> Gate {
        let (open, opened) = std_mpsc::channel::<()>();
        let (begun, beginning) = oneshot::channel();
        let db = self.db.clone();
        let job = tokio::spawn(async move {
            db.write(move |conn| {
                note(conn, text)?;
                begun.send(()).unwrap();
                // Nothing is sent: this waits until the gate goes.
                let _ = opened.recv();
                Ok(())
            })
            .await
        });
        beginning.await.unwrap();
        Gate { _open: open, job }
    }

    /// Orders a job and returns when it is in the queue.
    async fn order<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    ) -> JoinHandle<Result<T, Error>> {
        let db = self.db.clone();
        let before = self.writer().orders.capacity();
        let job = tokio::spawn(async move { db.write(work).await });
        while self.writer().orders.capacity() == before && !job.is_finished() {
            tokio::task::yield_now().await;
        }
        job
    }

    async fn notes(&self) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Note {
            #[diesel(sql_type = diesel::sql_types::Text)]
            note: String,
        }
        let read = self.db.run(|conn| {
            let DbConnection::Sqlite(sqlite) = conn else {
                unreachable!("this is SQLite")
            };
            let notes: Vec<Note> = diesel::sql_query("SELECT note FROM notes ORDER BY note").load(sqlite)?;
            Ok(notes.into_iter().map(|row| row.note).collect())
        });
        read.await.unwrap()
    }

    /// How many commits the write-ahead log holds: their last page says how large the database is.
    fn commits(&self) -> usize {
        let log = std::fs::read(self.log()).unwrap();
        let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
        let page = 24 + number(8) as usize;
        (32..log.len()).step_by(page).filter(|at| number(at + 4) != 0).count()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("notes.db-wal")
    }
}

impl Gate {
    async fn open(self) -> Result<(), Error> {
        drop(self._open);
        self.job.await.unwrap()
    }
}

fn note(conn: &mut DbConnection, text: &str) -> Result<(), Error> {
    Ok(conn.batch_execute(&format!("INSERT INTO notes (note) VALUES ('{text}')"))?)
}

fn is_unavailable<T>(outcome: Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Unavailable(_)))
}

#[tokio::test]
async fn waiting_jobs_share_one_commit() {
    let desk = Desk::new(PATIENT).await;
    let before = desk.commits();
    let gate = desk.gate("held").await;
    let mut jobs = Vec::new();
    for number in 0..20 {
        jobs.push(desk.order(move |conn| note(conn, &format!("note {number}"))).await);
    }
    gate.open().await.unwrap();
    for job in jobs {
        job.await.unwrap().unwrap();
    }
    assert_eq!(desk.commits() - before, 1);
    assert_eq!(desk.notes().await.len(), 21);
}

#[tokio::test]
async fn a_batch_that_took_its_time_is_committed_before_the_next_job() {
    let limits = Limits {
        batch: Duration::ZERO,
        ..PATIENT
    };
    let desk = Desk::new(limits).await;
    let before = desk.commits();
    let gate = desk.gate("held").await;
    let next = desk.order(|conn| note(conn, "next")).await;
    gate.open().await.unwrap();
    next.await.unwrap().unwrap();
    assert_eq!(desk.commits() - before, 2);
}

#[tokio::test]
async fn jobs_that_fail_or_panic_are_undone_alone() {
    let desk = Desk::new(PATIENT).await;
    let gate = desk.gate("1 held").await;
    let good = desk.order(|conn| note(conn, "2 good")).await;
    let failing = desk
        .order(|conn| {
            note(conn, "failing")?;
            conn.transaction(|conn| note(conn, "failing, nested"))?;
            Err::<(), _>(Error::Stale)
        })
        .await;
    let nested = desk
        .order(|conn| {
            note(conn, "3 nested")?;
            let inner = conn.transaction(|conn| {
                note(conn, "inner")?;
                note(conn, "inner")
            });
            assert!(inner.is_err());
            conn.transaction(|conn| note(conn, "4 nested"))
        })
        .await;
    let panicking = desk
        .order(|conn| {
            note(conn, "panicking")?;
            conn.transaction(|conn| {
                note(conn, "panicking, nested")?;
                conn.transaction::<(), Error, _>(|_| panic!("of a job, as the test wants it"))
            })
        })
        .await;
    let last = desk.order(|conn| conn.transaction(|conn| note(conn, "5 last"))).await;
    gate.open().await.unwrap();
    good.await.unwrap().unwrap();
    assert!(matches!(failing.await.unwrap(), Err(Error::Stale)));
    nested.await.unwrap().unwrap();
    assert!(matches!(panicking.await.unwrap(), Err(Error::Query(_))));
    last.await.unwrap().unwrap();
    assert_eq!(
        desk.notes().await,
        ["1 held", "2 good", "3 nested", "4 nested", "5 last"]
    );
}

#[tokio::test]
async fn reads_go_on_while_a_job_holds_the_transaction() {
    let desk = Desk::new(PATIENT).await;
    desk.db.write(|conn| note(conn, "before")).await.unwrap();
    let gate = desk.gate("held").await;
    assert_eq!(desk.notes().await, ["before"]);
    // All connections of the pool at the same time, most of which are opened only now.
    let mut reading = Vec::new();
    for _ in 0..16 {
        let (end, ended) = std_mpsc::channel::<()>();
        let (begun, beginning) = oneshot::channel();
        let db = desk.db.clone();
        tokio::spawn(async move {
            db.run(move |_| {
                begun.send(()).unwrap();
                let _ = ended.recv();
                Ok(())
            })
            .await
        });
        let begun = tokio::time::timeout(PATIENCE * 2, beginning).await;
        assert!(begun.is_ok_and(|begun| begun.is_ok()), "a read waits for the writer");
        reading.push(end);
    }
    drop(reading);
    gate.open().await.unwrap();
    assert_eq!(desk.notes().await, ["before", "held"]);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let desk = Desk::new(Limits { queue: 3, ..PATIENT }).await;
    let gate = desk.gate("held").await;
    let mut waiting = Vec::new();
    for number in 0..3 {
        waiting.push(desk.order(move |conn| note(conn, &format!("{number}"))).await);
    }
    assert!(is_unavailable(desk.db.write(|conn| note(conn, "too many")).await));
    let counts = desk.db.counts();
    assert_eq!(
        (counts.refused.get(), counts.waiting.get()),
        (1, 4),
        "the one that is held waits as well"
    );
    assert!(is_unavailable(desk.db.tidy(|_| Ok(())).await));
    gate.open().await.unwrap();
    for job in waiting {
        job.await.unwrap().unwrap();
    }
    assert_eq!(desk.notes().await, ["0", "1", "2", "held"]);
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_any_more_is_not_run() {
    let desk = Desk::new(PATIENT).await;
    let gate = desk.gate("held").await;
    let impatient = Writer {
        patience: Duration::ZERO,
        ..desk.writer().clone()
    };
    assert!(is_unavailable(impatient.write(|conn| note(conn, "too late")).await));
    assert!(is_unavailable(
        impatient.tidy(|conn| note(conn, "tidied too late")).await
    ));
    let gone = desk.order(|conn| note(conn, "the browser is gone")).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    let next = desk.order(|conn| note(conn, "next")).await;
    gate.open().await.unwrap();
    next.await.unwrap().unwrap();
    assert_eq!(desk.notes().await, ["held", "next"]);
}

#[tokio::test]
async fn a_job_that_has_begun_is_waited_for() {
    let desk = Desk::new(PATIENT).await;
    let (begun, beginning) = oneshot::channel();
    let (open, opened) = std_mpsc::channel::<()>();
    let (request, answer) = Request::new(move |conn: &mut DbConnection| {
        note(conn, "begun")?;
        begun.send(()).unwrap();
        let _ = opened.recv();
        Ok(())
    });
    assert!(desk.writer().order(Order::Write(Box::new(request))).is_ok());
    beginning.await.unwrap();
    let waiting = tokio::spawn(answer.within(Duration::ZERO));
    tokio::task::yield_now().await;
    drop(open);
    waiting.await.unwrap().unwrap();
    assert_eq!(desk.notes().await, ["begun"]);
}

#[tokio::test]
async fn the_end_answers_all_that_wait() {
    let desk = Desk::new(PATIENT).await;
    let gate = desk.gate("held").await;
    let waiting = desk.order(|conn| note(conn, "waiting")).await;
    let before = desk.writer().orders.capacity();
    let db = desk.db.clone();
    let closing = tokio::spawn(async move { db.close().await });
    while desk.writer().orders.capacity() == before {
        tokio::task::yield_now().await;
    }
    let late = desk.order(|conn| note(conn, "late")).await;
    gate.open().await.unwrap();
    closing.await.unwrap();
    waiting.await.unwrap().unwrap();
    assert!(is_unavailable(late.await.unwrap()));
    assert!(is_unavailable(desk.db.write(|conn| note(conn, "after the end")).await));
    desk.db.close().await;
    assert_eq!(desk.notes().await, ["held", "waiting"]);
}

/// A held batch in which a job fills the disk: what the gate, a good job before it and this job are told.
async fn fill_the_disk<F>(desk: &Desk, fill: F) -> [Result<(), Error>; 3]
where
    F: FnOnce(&mut DbConnection) -> Result<(), Error> + Send + 'static,
{
    let gate = desk.gate("held").await;
    let small = desk.order(|conn| note(conn, "small")).await;
    let large = desk
        .order(move |conn| {
            // This connection takes the disk for full from now on.
            conn.batch_execute("PRAGMA max_page_count = 1")?;
            fill(conn)
        })
        .await;
    [gate.open().await, small.await.unwrap(), large.await.unwrap()]
}

/// SQLite rolls back everything by itself at this.
const FILL: &str = "INSERT INTO notes (note) VALUES (hex(zeroblob(100000)))";

#[tokio::test]
async fn a_full_disk_in_a_job_ends_the_batch_and_acknowledges_nobody() {
    let desk = Desk::new(PATIENT).await;
    let told = fill_the_disk(&desk, |conn| Ok(conn.batch_execute(FILL)?)).await;
    let is_full = |told: &Result<(), Error>| matches!(told, Err(Error::Unavailable(why)) if why.contains("full"));
    assert!(told.iter().all(is_full), "{told:?}");
    // As functions do it that try an insert.
    let told = fill_the_disk(&desk, |conn| conn.transaction(|conn| Ok(conn.batch_execute(FILL)?))).await;
    assert!(told.into_iter().all(is_unavailable));
    // Somebody who takes it for something that may happen.
    let told = fill_the_disk(&desk, |conn| {
        assert!(conn.batch_execute(FILL).is_err());
        note(conn, "beyond the transaction").map(|()| assert!(conn.transaction(|conn| note(conn, "two")).is_ok()))
    });
    assert!(told.await.into_iter().all(is_unavailable));
    assert!(!desk.notes().await.contains(&"small".to_owned()));
    desk.db.write(|conn| note(conn, "next")).await.unwrap();
    assert!(desk.notes().await.contains(&"next".to_owned()));
}

#[tokio::test]
async fn after_a_failed_commit_everybody_gets_the_error() {
    let desk = Desk::new(PATIENT).await;
    let gate = desk.gate("held").await;
    let good = desk.order(|conn| note(conn, "good")).await;
    let failing = desk.order(|_| Err::<(), _>(Error::Stale)).await;
    let orphan = desk
        .order(|conn| {
            // Nothing of ours does so: it puts the check off to the commit.
            conn.batch_execute("PRAGMA defer_foreign_keys = ON")?;
            Ok(conn.batch_execute("INSERT INTO notes VALUES ('orphan', 'nothing')")?)
        })
        .await;
    assert!(is_unavailable(gate.open().await));
    for job in [good, failing, orphan] {
        assert!(is_unavailable(job.await.unwrap()));
    }
    assert!(desk.notes().await.is_empty());
    desk.db.write(|conn| note(conn, "next")).await.unwrap();
    assert_eq!(desk.notes().await, ["next"]);
}

#[tokio::test]
async fn tidying_runs_outside_of_a_transaction_between_the_jobs() {
    let desk = Desk::new(PATIENT).await;
    let gate = desk.gate("held").await;
    let db = desk.db.clone();
    let before = desk.writer().orders.capacity();
    let tidying = tokio::spawn(async move { db.tidy(|conn| Ok(conn.batch_execute("VACUUM")?)).await });
    while desk.writer().orders.capacity() == before {
        tokio::task::yield_now().await;
    }
    let next = desk.order(|conn| note(conn, "next")).await;
    gate.open().await.unwrap();
    tidying.await.unwrap().unwrap();
    next.await.unwrap().unwrap();
    let broken = desk.db.tidy::<(), _>(|_| panic!("while tidying, as the test wants it"));
    assert!(is_unavailable(broken.await));
    desk.db.write(|conn| note(conn, "then")).await.unwrap();
    assert_eq!(desk.notes().await, ["held", "next", "then"]);
}
