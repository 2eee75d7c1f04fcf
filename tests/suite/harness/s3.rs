//! A server that speaks S3, with signed requests, on a port of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The name of its one bucket.
pub const BUCKET: &str = "cards";
/// Who may come in.
pub const KEY: &str = "otter";
/// The word to it.
pub const SECRET: &str = "a secret of the river";

/// The server; gone when dropped, with its files.
pub struct S3 {
    folder: TempDir,
    address: SocketAddr,
    running: Option<Runtime>,
}

impl S3 {
    /// A server with an empty bucket.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a bucket");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let mut server = Self {
            folder,
            address: listener.local_addr().expect("an address"),
            running: None,
        };
        server.serve(listener);
        server
    }

    /// Where it is.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder of the bucket.
    pub fn bucket(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    /// The variables that lead a server to it.
    pub fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("UPLOADS_URL", format!("s3://{BUCKET}/uploads")),
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
        ]
    }

    /// Ends it; its connections break.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown_background();
        }
    }

    /// Ends it; whoever comes to its address is let in and never answered.
    pub fn fall_silent(&mut self) {
        self.stop();
        let listener = TcpListener::bind(self.address).expect("the port of before");
        listener.set_nonblocking(true).expect("a listener for tokio");
        let runtime = Runtime::new().expect("threads");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let mut visitors = Vec::new();
            while let Ok((socket, _)) = listener.accept().await {
                visitors.push(socket);
            }
        });
        self.running = Some(runtime);
    }

    /// Starts it again at the same address, with the files of before.
    pub fn start_again(&mut self) {
        self.stop();
        let listener = TcpListener::bind(self.address).expect("the port of before");
        self.serve(listener);
    }

    fn serve(&mut self, listener: TcpListener) {
        let mut service = S3ServiceBuilder::new(FileSystem::new(self.folder.path()).expect("the files"));
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let runtime = Runtime::new().expect("threads");
        listener.set_nonblocking(true).expect("a listener for tokio");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        self.running = Some(runtime);
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.stop();
    }
}
