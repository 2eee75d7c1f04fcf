//! The servers that are measured: the program itself in a process of its own, and a constant page as a yardstick.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::harness::program::Program;
use crate::load::Connection;
use crate::visitor::get;

/// The program in a folder, with its database there.
pub struct Server {
    program: Program,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it without a limit of what visitors may keep.
    pub fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut all = vec![
            ("SESSION_MAX_CARDS", "0"),
            ("SESSION_MAX_BYTES", "0"),
            // An access log of 100 000 lines is no part of the figures.
            ("LOG", "error"),
        ];
        if !variables.iter().any(|(name, _)| *name == "SESSION_CLEANUP_INTERVAL") {
            all.push(("SESSION_CLEANUP_INTERVAL", "0"));
        }
        all.extend(variables);
        let program = Program::start(folder, &all);
        let address = program.origin.trim_start_matches("http://");
        let address = address.parse().expect("the address that it prints");
        Self { program, address }
    }

    /// The memory that it holds, in megabytes.
    pub fn megabytes(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.process()))
            .expect("a system that tells the memory of its processes");
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kilobytes.expect("a number of kB") / 1000.0
    }

    /// Stops it as operators do.
    pub fn stop(self) {
        self.program.stop();
    }
}

/// How long it takes from the start of the process to the first page.
pub fn time_to_first_answer(folder: &Path) -> Duration {
    let began = Instant::now();
    let server = Server::start(folder, &[]);
    let (status, _) = Connection::open(server.address).call(&get("/", ""));
    let took = began.elapsed();
    assert_eq!(status, 200);
    server.stop();
    took
}

/// A server of the same library that answers always the same page.
pub fn constant_page(page: String) -> (SocketAddr, ServerHandle) {
    let (started, starting) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let workers = std::thread::available_parallelism().map_or(2, usize::from);
            let server = HttpServer::new(move || {
                let page = page.clone();
                App::new().route(
                    "/",
                    web::get().to(move || {
                        let page = page.clone();
                        async move { HttpResponse::Ok().insert_header(ContentType::html()).body(page) }
                    }),
                )
            })
            .workers(workers)
            .disable_signals()
            .bind("127.0.0.1:0")
            .expect("a free port");
            let address = server.addrs()[0];
            let server = server.run();
            started.send((address, server.handle())).expect("somebody waits");
            server.await.expect("the server runs");
        });
    });
    starting.recv().expect("the server starts")
}
