//! The same world over HTTP/1.1: both vendors' paths, the admin routes, and static files, on one origin.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::account::InFlight;
use crate::admin::Site;
use crate::files;
use crate::http::{Dropped, Request, Response, Service};
use crate::switches::CorsIfMatch;

/// Bodies above this are refused.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A bound server that has not begun to answer.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    site: Mutex<Site>,
    files: Option<PathBuf>,
    now: fn() -> i64,
}

impl Shared {
    fn site(&self) -> MutexGuard<'_, Site> {
        // No call panics; if one ever did, the world is still the best state there is.
        self.site.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Server {
    /// Binds to an address. `now` reads the real clock, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the address is taken or not allowed.
    pub async fn bind(
        address: SocketAddr,
        site: Site,
        files: Option<PathBuf>,
        now: fn() -> i64,
    ) -> std::io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        Ok(Server { listener, shared: Arc::new(Shared { site: Mutex::new(site), files, now }) })
    }

    /// The address it is bound to, with the real port.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` is ready. Open connections are then closed.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let connections = tokio::task::LocalSet::new();
        let accept = async {
            loop {
                let accepted = tokio::select! {
                    accepted = self.listener.accept() => accepted,
                    () = &mut stop => return,
                };
                // A connection that broke before it was accepted is the peer's affair.
                let Ok((stream, _)) = accepted else { continue };
                let shared = Arc::clone(&self.shared);
                tokio::task::spawn_local(async move {
                    let service = service_fn(move |request| serve(Arc::clone(&shared), request));
                    // An error here is a broken or a deliberately dropped connection.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        };
        connections.run_until(accept).await;
    }
}

/// A call that counts as under way until it is answered or its connection breaks.
struct Held {
    shared: Arc<Shared>,
    call: Option<InFlight>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.shared.site().world.release(call);
        }
    }
}

/// An `Err` closes the connection without an answer: that is how a dropped one is made.
async fn serve(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    let method = head.method.as_str().to_owned();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let body = match Limited::new(body, MOST_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(finish(Response::text(413, "text/plain", "the body is too large"), &path)),
    };
    let service = match path.split(['/', '?']).nth(1) {
        Some("calendar" | "batch" | "token" | "revoke" | "o") => Some(Service::Google),
        Some("crm" | "oauth") => Some(Service::Zoho),
        Some("sandbox") => {
            let response = shared.site().admin(&method, &path, &body, (shared.now)());
            return Ok(finish(response, &path));
        }
        _ => None,
    };
    let Some(service) = service else {
        let response = files::answer(shared.files.as_deref(), &method, &path);
        return Ok(finish(response, &path));
    };
    if method == "OPTIONS" {
        let response = preflight(service, &path, shared.site().world.switches().cors_if_match);
        return Ok(finish(response, &path));
    }
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let request = Request { service, method, path: path.clone(), headers, body: body.to_vec() };
    let (answer, held, delay_ms) = {
        let mut site = shared.site();
        site.tick((shared.now)());
        let answer = site.world.handle(&request);
        let delay_ms = site.world.take_delay_ms();
        let refused = answer.as_ref().is_ok_and(|answer| answer.status == 429);
        // Only a call that is held back is still under way when the next one arrives.
        let held = (delay_ms > 0 && !refused).then(|| site.world.hold(&request));
        (answer, Held { shared: Arc::clone(&shared), call: held }, delay_ms)
    };
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    drop(held);
    let mut response = answer?;
    if service == Service::Google {
        response.headers.push(("access-control-allow-origin".into(), "*".into()));
    }
    Ok(finish(response, &path))
}

/// Google answers pages of any origin; Zoho only those that are registered, of which there are none here.
fn preflight(service: Service, path: &str, cors: CorsIfMatch) -> Response {
    let mut response = Response::empty(204);
    response.headers.push(("allow".into(), "GET, POST, PUT, PATCH, DELETE, OPTIONS".into()));
    let denied = cors == CorsIfMatch::Deny && path.starts_with("/batch");
    if service == Service::Google && !denied {
        let names = match cors {
            CorsIfMatch::Deny => "authorization, content-type",
            CorsIfMatch::Allow => "authorization, content-type, if-match, if-none-match",
        };
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE"),
            ("access-control-allow-headers", names),
        ] {
            response.headers.push((name.into(), value.into()));
        }
    }
    response
}

fn finish(response: Response, path: &str) -> hyper::Response<Full<Bytes>> {
    let mut built = hyper::Response::builder().status(response.status);
    let is_html = response.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    for (name, value) in &response.headers {
        built = built.header(name, value);
    }
    let dynamic = ["calendar", "batch", "token", "revoke", "o", "crm", "oauth", "sandbox"];
    if path.split(['/', '?']).nth(1).is_some_and(|first| dynamic.contains(&first)) {
        built = built.header("cache-control", "no-store");
    } else {
        built = built.header("cache-control", "no-cache");
        if is_html {
            built = built.header("content-security-policy", files::POLICY);
        }
    }
    let body = Full::new(Bytes::from(response.body));
    // The headers are our own and well-formed, but a fault may carry any status.
    built.body(body).unwrap_or_else(|_: hyper::http::Error| {
        let mut plain = hyper::Response::new(Full::new(Bytes::from_static(b"bad status")));
        *plain.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    })
}
