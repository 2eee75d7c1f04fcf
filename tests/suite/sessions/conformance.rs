//! The public suite of promises, run for each engine that is here.

use std::sync::Arc;

use cartellino::session::engine::{Cached, Cookie, Database, Engine, File, Memory, Redis, conformance};

use super::site::beginning;
use crate::backends::Backend;
use crate::redis;

async fn check(name: &str, open: &dyn Fn() -> Arc<dyn Engine>) {
    let outcome = conformance::check(open, conformance::Clock::Caller, beginning()).await;
    outcome.unwrap_or_else(|broken| panic!("{name}: {broken}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_memory_keeps_the_promises_of_an_engine() {
    let place: Arc<dyn Engine> = Arc::new(Memory::default());
    check("memory", &|| Arc::clone(&place)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_database_keeps_the_promises_of_an_engine() {
    for backend in Backend::all().await {
        let open = || Arc::new(Database::new(Backend::same(&backend).db)) as Arc<dyn Engine>;
        check(backend.name, &open).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_a_database_of_its_own_keeps_the_promises_of_an_engine() {
    for backend in Backend::all().await {
        let open = || Arc::new(Database::elsewhere(Backend::same(&backend).db)) as Arc<dyn Engine>;
        check(backend.name, &open).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_redis_keeps_the_promises_of_an_engine() {
    let Some(url) = redis::new_database() else { return };
    let open = || Arc::new(Redis::open(&url).unwrap()) as Arc<dyn Engine>;
    check("redis", &open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_a_cached_database_keeps_the_promises_of_an_engine() {
    let Some(url) = redis::new_database() else { return };
    for backend in Backend::all().await {
        let places = [Database::new, Database::elsewhere];
        for place in places {
            let database = || place(Backend::same(&backend).db);
            let open = || Arc::new(Cached::open(database(), &url).unwrap()) as Arc<dyn Engine>;
            check(&format!("cached {}", backend.name), &open).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_files_keep_the_promises_of_an_engine() {
    let folder = tempfile::tempdir().unwrap();
    check("file", &|| Arc::new(File::open(folder.path()).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r51_cookies_keep_the_promises_that_need_nothing_kept() {
    for backend in Backend::all().await {
        let open = || Arc::new(Cookie::new(Backend::same(&backend).db)) as Arc<dyn Engine>;
        check(backend.name, &open).await;
    }
}
