//! Requests counted: by route, method and status, with the time until the answer began, and with their bytes.
//!
//! A route is known by its pattern, so that no label holds anything of an address that somebody visits.

use std::time::Instant;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::web;

use super::AppState;
use crate::metrics::{Counter, Durations, Kind, Level, Text};

/// The methods that are told apart; the last is for all others.
const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
/// The statuses that are told apart, in this order; further ones are counted together behind them.
const STATUSES: [u16; 26] = [
    101, 200, 201, 204, 206, 301, 302, 303, 304, 400, 403, 404, 405, 406, 408, 409, 411, 412, 413, 415, 416, 422, 429,
    500, 503, 507,
];
/// The route of what reached none: unknown addresses, and what was refused before its page was looked for.
const NO_ROUTE: &str = "none";

/// The number of a route among the [`patterns`](super::patterns), which a request has once its page is found.
#[derive(Clone, Copy)]
pub(super) struct RouteNumber(pub usize);

/// What one server answered since its start.
pub struct Requests {
    /// One for each pattern, and [`NO_ROUTE`].
    routes: Vec<Route>,
    open: Level,
    received: Counter,
    sent: Counter,
}

struct Route {
    pattern: &'static str,
    /// By method, then by status.
    answers: [[Counter; STATUSES.len() + 1]; METHODS.len()],
    durations: Durations,
}

impl Requests {
    /// Of a server with routes of these patterns.
    pub(super) fn new(patterns: &[&'static str]) -> Self {
        let route = |&pattern: &&'static str| Route {
            pattern,
            answers: Default::default(),
            durations: Durations::default(),
        };
        Self {
            routes: patterns.iter().chain([&NO_ROUTE]).map(route).collect(),
            open: Level::default(),
            received: Counter::default(),
            sent: Counter::default(),
        }
    }

    fn note(&self, route: Option<RouteNumber>, method: usize, code: u16, began: Instant) {
        let route = route.and_then(|RouteNumber(number)| self.routes.get(number));
        if let Some(route) = route.or(self.routes.last()) {
            let status = STATUSES.iter().position(|&known| known == code);
            route.answers[method][status.unwrap_or(STATUSES.len())].one();
            let took = began.elapsed();
            route.durations.note(took);
            tracing::debug!(
                method = METHODS[method],
                route = route.pattern,
                status = code,
                micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                "answered"
            );
        }
    }

    /// Writes the counts that are not zero.
    pub(super) fn write(&self, text: &mut Text) {
        let mut answers = text.family(
            Kind::Counter,
            "cartellino_http_requests_total",
            "Requests that were answered, by pattern of the route, method and status.",
        );
        for route in &self.routes {
            for (method, by_status) in METHODS.iter().zip(&route.answers) {
                let statuses = STATUSES.iter().map(u16::to_string).chain(["other".to_owned()]);
                for (status, count) in statuses.zip(by_status).filter(|(_, count)| count.get() > 0) {
                    let labels = [("route", route.pattern), ("method", method), ("status", &status)];
                    answers.number(&labels, count.get());
                }
            }
        }
        let mut durations = text.family(
            Kind::Histogram,
            "cartellino_http_request_duration_seconds",
            "Time from the head of the request until its answer began, by pattern of the route.",
        );
        for route in self.routes.iter().filter(|route| !route.durations.is_empty()) {
            durations.durations(&[("route", route.pattern)], &route.durations);
        }
        text.single(
            Kind::Gauge,
            "cartellino_http_requests_in_flight",
            "Requests whose answer has not begun.",
            self.open.get(),
        );
        text.single(
            Kind::Counter,
            "cartellino_http_received_bytes_total",
            "Bytes of bodies that requests announced.",
            self.received.get(),
        );
        text.single(
            Kind::Counter,
            "cartellino_http_sent_bytes_total",
            "Bytes of bodies of answers, packed as they were sent.",
            self.sent.get(),
        );
    }
}

/// The outermost layer: counts every request.
///
/// # Errors
/// Only what the inner service returns.
pub async fn count<B: MessageBody + 'static>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let requests = &state.requests;
    let began = Instant::now();
    let _open = requests.open.raised();
    let is_head = request.method() == Method::HEAD;
    let others = METHODS.len() - 1;
    let method = METHODS.iter().position(|known| *known == request.method().as_str());
    let method = method.unwrap_or(others);
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    requests.received.add(announced.unwrap_or(0));
    let answer = match next.call(request).await {
        Ok(answer) => answer,
        Err(error) => {
            requests.note(None, method, error.as_response_error().status_code().as_u16(), began);
            return Err(error);
        }
    };
    let route = answer.request().app_data::<RouteNumber>().copied();
    requests.note(route, method, answer.status().as_u16(), began);
    if let BodySize::Sized(bytes) = answer.response().body().size()
        && !is_head
    {
        requests.sent.add(bytes);
    }
    Ok(answer)
}
