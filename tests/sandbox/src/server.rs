//! The same world over HTTP/1.1: both vendors' paths, the admin routes, and static files, on one origin.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::account::InFlight;
use crate::admin::Site;
use crate::http::{Dropped, Request, Response, Service};
use crate::switches::{CorsIfMatch, Switches};
use crate::{files, google, zoho};

/// Bodies above this are refused.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// How long a peer may take to send the head of a request, and again its body.
const PATIENCE: Duration = Duration::from_secs(30);
/// More connections than this wait until others end.
const MOST_CONNECTIONS: usize = 256;

/// An answer's body: whole, or in pieces that may break off.
type Body = UnsyncBoxBody<Bytes, Dropped>;

/// A bound server that has not begun to answer.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Shared,
}

#[derive(Debug)]
struct Shared {
    site: Mutex<Site>,
    files: Option<PathBuf>,
    now: fn() -> i64,
    patience: Duration,
    /// Whether requests for other host names than those of loopback are answered.
    any_host: bool,
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
        let any_host = !listener.local_addr()?.ip().is_loopback();
        let site = Mutex::new(site);
        Ok(Server { listener, shared: Shared { site, files, now, patience: PATIENCE, any_host } })
    }

    /// Gives peers this long to send the head of a request, and again its body; half a minute otherwise.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Server {
        self.shared.patience = patience;
        self
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
        let Server { listener, shared } = self;
        let shared = Arc::new(shared);
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let accept = async {
            loop {
                let accepted = tokio::select! {
                    accepted = accept_one(&listener, &places) => accepted,
                    () = &mut stop => return,
                };
                // A connection that broke before it was accepted is the peer's affair.
                let Some((stream, place)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                tokio::task::spawn_local(async move {
                    let patience = shared.patience;
                    let service = service_fn(move |request| serve(Arc::clone(&shared), request));
                    // An error here is a broken or a deliberately dropped connection.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(patience)
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                    drop(place);
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

/// The next connection, once there is a place for it.
async fn accept_one(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    Some((stream, place))
}

/// An `Err` closes the connection without an answer: that is how a dropped one is made.
async fn serve(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Body>, Dropped> {
    let (head, body) = request.into_parts();
    let method = head.method.as_str().to_owned();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let service = match path.split(['/', '?']).nth(1) {
        Some("calendar" | "batch" | "token" | "revoke" | "o") => Some(Service::Google),
        Some("crm" | "oauth") => Some(Service::Zoho),
        _ => None,
    };
    let is_admin = path.split(['/', '?']).nth(1) == Some("sandbox");
    if !shared.any_host && comes_from_elsewhere(&head.headers, is_admin) {
        let why = "the sandbox answers only to pages and programs of this machine, as localhost, 127.0.0.1 or [::1]";
        return Ok(finish(Response::text(403, "text/plain; charset=utf-8", why), &path));
    }
    let too_large = || refused(service, 413, "the body is too large");
    if body.size_hint().lower() > MOST_BYTES as u64 {
        return Ok(finish(too_large(), &path));
    }
    let read = tokio::time::timeout(shared.patience, Limited::new(body, MOST_BYTES).collect()).await;
    let body = match read {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Ok(finish(too_large(), &path)),
        // The body was cut or badly framed: what was meant is not known.
        Ok(Err(_)) => return Ok(finish(refused(service, 400, "the body cannot be read"), &path)),
        Err(_) => return Ok(finish(refused(service, 408, "the body takes too long"), &path)),
    };
    if is_admin {
        let response = shared.site().admin(&method, &path, &body, (shared.now)());
        return Ok(finish(response, &path));
    }
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
    let (answer, held, transport) = {
        let mut site = shared.site();
        site.tick((shared.now)());
        let answer = site.world.handle(&request);
        let transport = site.world.take_transport();
        let refused = answer.as_ref().is_ok_and(|answer| answer.status == 429);
        // Only a call that is held back is still under way when the next one arrives.
        let held = (transport.delay_ms > 0 && !refused).then(|| site.world.hold(&request));
        (answer, Held { shared: Arc::clone(&shared), call: held }, transport)
    };
    if transport.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(transport.delay_ms)).await;
    }
    drop(held);
    let is_cut = transport.cut.is_some();
    let mut response = match transport.cut {
        Some(cut) => cut,
        None => answer?,
    };
    if service == Service::Google {
        response.headers.push(("access-control-allow-origin".into(), "*".into()));
    }
    if !is_cut && (transport.body_ms == 0 || response.body.is_empty()) {
        return Ok(finish(response, &path));
    }
    let body = Bytes::from(std::mem::take(&mut response.body));
    let length = body.len().to_string();
    response.headers.push(("content-length".into(), length));
    let (head, _) = finish(response, &path).into_parts();
    Ok(hyper::Response::from_parts(head, trickle(body, transport.body_ms, is_cut)))
}

/// A body in ten pieces over some time. One that is cut breaks off in the middle, with the connection.
fn trickle(body: Bytes, over_ms: u64, is_cut: bool) -> Body {
    const PIECES: usize = 10;
    let size = body.len().div_ceil(PIECES).max(1);
    let sent = if is_cut { body.len() / 2 } else { body.len() };
    let pause = Duration::from_millis(over_ms / PIECES as u64);
    let pieces =
        futures_util::stream::unfold((body.slice(..sent), false), move |(mut rest, ended)| async move {
            if rest.is_empty() {
                return (is_cut && !ended).then_some((Err(Dropped), (rest, true)));
            }
            tokio::time::sleep(pause).await;
            let piece = rest.split_to(size.min(rest.len()));
            Some((Ok(Frame::data(piece)), (rest, ended)))
        });
    BodyExt::boxed_unsync(StreamBody::new(pieces))
}

/// A request that cannot be read is refused in the vendor's shape, and the connection ends.
fn refused(service: Option<Service>, status: u16, why: &str) -> Response {
    let mut response = match service {
        Some(Service::Google) => google::error::fault(status, Some(why)),
        Some(Service::Zoho) => zoho::error::fault(status, Some(why), &Switches::default()),
        None => Response::text(status, "text/plain; charset=utf-8", why),
    };
    response.headers.push(("connection".into(), "close".into()));
    response
}

/// Whether a page of another site asks: under a host name of its own that leads to loopback, or, for the admin routes
/// that need no token, from an origin of its own. The services themselves are asked by pages of any origin.
fn comes_from_elsewhere(headers: &hyper::HeaderMap, is_admin: bool) -> bool {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let foreign_host = text(hyper::header::HOST).is_some_and(|host| !is_loopback(&host));
    let foreign_origin = text(hyper::header::ORIGIN).is_some_and(|origin| match origin.split_once("://") {
        Some(("http" | "https", host)) => !is_loopback(host),
        // A browser's extension is a program of this machine; `null` may be any page.
        Some(_) => false,
        None => true,
    });
    foreign_host || is_admin && foreign_origin
}

/// Whether a `Host` header names this machine.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn finish(response: Response, path: &str) -> hyper::Response<Body> {
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
    let body = whole(Bytes::from(response.body));
    // The headers are our own and well-formed, but a fault may carry any status.
    built.body(body).unwrap_or_else(|_: hyper::http::Error| {
        let mut plain = hyper::Response::new(whole(Bytes::from_static(b"bad status")));
        *plain.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    })
}
