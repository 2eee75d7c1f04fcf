//! How a server behind a proxy leaves: first it says so, then it closes.
//!
//! A proxy that asks `/health/ready` sends visitors to other servers as soon as this one says that it is not ready. Until
//! the proxy has asked, requests still arrive, and are answered; each answer ends its connection, so that no later request
//! is sent on one that is about to be closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web;

use super::AppState;

/// Whether this server is about to stop. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Leaving(Arc<AtomicBool>);

impl Leaving {
    /// Says from now on that the server is not ready, and ends connections with their next answer.
    pub fn announce(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was announced.
    pub fn is_announced(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Ends the connection after the answer of a server that leaves.
///
/// # Errors
/// Only what the inner service returns.
pub async fn hang_up<B: MessageBody>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    if state.leaving.is_announced() {
        answer
            .response_mut()
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}
