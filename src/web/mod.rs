//! HTTP; the only room that knows status codes.
pub mod form;

/// Starts to listen; the server runs for as long as it is awaited.
///
/// # Errors
/// When the address is taken, or the sessions' secret or the folder for uploads cannot be used.
pub fn start(
    config: crate::config::Config,
    db: crate::db::Db,
    clock: crate::clock::Clock,
) -> std::io::Result<(actix_web::dev::Server, std::net::SocketAddr)> {
    let sessions = crate::session::Sessions::open(&config, db, clock)?;
    let server =
        actix_web::HttpServer::new(move || actix_web::App::new().app_data(actix_web::web::Data::new(sessions.clone())))
            .disable_signals()
            .bind(config.listen)?;
    let address = server.addrs()[0];
    Ok((server.run(), address))
}
