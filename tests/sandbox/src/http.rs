//! Requests and answers as plain values, and what both services need to read them: percent-encoding and query strings.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The bearer token with which the Google side takes a request for Ana's.
pub const GOOGLE_TOKEN: &str = "sandbox-google";
/// The bearer token of Ben, a colleague with an account of his own.
pub const GOOGLE_TOKEN_BEN: &str = "sandbox-google-ben";
/// The OAuth token that the Zoho side accepts for Ana, an administrator. Other people's are `sandbox-zoho-ben`
/// (a manager), `sandbox-zoho-chiara` (who reports to Ben) and `sandbox-zoho-dmitri` (who may only read).
pub const ZOHO_TOKEN: &str = "sandbox-zoho";

/// Which vendor a request is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Google Calendar API v3.
    Google,
    /// Zoho CRM API v8.
    Zoho,
}

impl Service {
    /// The name used in admin bodies and counters: `google` or `zoho`.
    pub fn name(self) -> &'static str {
        match self {
            Service::Google => "google",
            Service::Zoho => "zoho",
        }
    }

    /// The reverse of [`Service::name`].
    pub fn from_name(name: &str) -> Option<Service> {
        match name {
            "google" => Some(Service::Google),
            "zoho" => Some(Service::Zoho),
            _ => None,
        }
    }
}

/// One HTTP request: `path` starts with `/` and carries the query.
#[derive(Clone, Debug)]
pub struct Request {
    /// The vendor addressed.
    pub service: Service,
    /// Upper-case HTTP method.
    pub method: String,
    /// Path with query, still percent-encoded.
    pub path: String,
    /// Header names in any case.
    pub headers: Vec<(String, String)>,
    /// The raw body; empty when there is none.
    pub body: Vec<u8>,
}

impl Request {
    /// A request to Google that carries the accepted token.
    ///
    /// ```
    /// use accord_sandbox::{Request, World};
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// let answer = world.handle(&Request::google("GET", "/calendar/v3/users/me/calendarList")).unwrap();
    /// assert_eq!(answer.status, 200);
    /// ```
    pub fn google(method: &str, path: &str) -> Request {
        Request::new(Service::Google, method, path).header("Authorization", &format!("Bearer {GOOGLE_TOKEN}"))
    }

    /// A request to Google in Ben's name.
    ///
    /// ```
    /// use accord_sandbox::{Request, World};
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// let own = Request::google_as_ben("GET", "/calendar/v3/users/me/calendarList/primary");
    /// assert_eq!(world.handle(&own).unwrap().json()["id"], "ben@example.com");
    /// ```
    pub fn google_as_ben(method: &str, path: &str) -> Request {
        Request::new(Service::Google, method, path)
            .header("Authorization", &format!("Bearer {GOOGLE_TOKEN_BEN}"))
    }

    /// A request to Zoho that carries the accepted token.
    pub fn zoho(method: &str, path: &str) -> Request {
        Request::new(Service::Zoho, method, path)
            .header("Authorization", &format!("Zoho-oauthtoken {ZOHO_TOKEN}"))
    }

    /// A request without any header.
    pub fn new(service: Service, method: &str, path: &str) -> Request {
        Request {
            service,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds one header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Carries another token: another person's, or one that a token endpoint gave.
    ///
    /// ```
    /// use accord_sandbox::{Request, World};
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// let call = Request::zoho("GET", "/crm/v8/users?type=CurrentUser").bearer("sandbox-zoho-ben");
    /// assert_eq!(world.handle(&call).unwrap().json()["users"][0]["first_name"], "Ben");
    /// ```
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Request {
        let scheme = match self.service {
            Service::Google => "Bearer",
            Service::Zoho => "Zoho-oauthtoken",
        };
        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        self.header("Authorization", &format!("{scheme} {token}"))
    }

    /// Sets a JSON body and its content type.
    #[must_use]
    pub fn json(mut self, body: &serde_json::Value) -> Request {
        self.body = body.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    pub(crate) fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The decoded segments of the path, without the query.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').filter(|part| !part.is_empty()).map(decode).collect()
    }

    pub(crate) fn query(&self) -> Query {
        Query::parse(self.path.split_once('?').map_or("", |(_, query)| query))
    }

    /// The parameters of the query and of a form in the body, urlencoded or multipart: token endpoints are sent all
    /// three (reference, section 13).
    pub(crate) fn form(&self) -> Query {
        let mut form = self.query();
        let body = String::from_utf8_lossy(&self.body);
        let kind = self.header_value("content-type").unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
            let Some(boundary) = boundary.map(|text| text.trim_matches('"')) else { return form };
            for section in body.split(&format!("--{boundary}")) {
                let Some((head, value)) = section.split_once("\r\n\r\n") else { continue };
                let Some((_, name)) = head.split_once("name=\"") else { continue };
                let name = name.split('"').next().unwrap_or_default();
                form.0.push((name.to_owned(), value.trim_end_matches("\r\n").to_owned()));
            }
        } else {
            form.0.extend(Query::parse(body.trim()).0);
        }
        form
    }
}

/// One HTTP answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Response {
    pub(crate) fn empty(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
        Response { status, headers: vec![("content-type".into(), content_type.into())], body: body.into() }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `Null` when it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }
}

/// The connection broke before an answer arrived. Whether the request had an effect cannot be told from here,
/// as with a real lost connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was lost before an answer arrived")
    }
}

impl std::error::Error for Dropped {}

/// A parsed query string that keeps repeated parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Query {
        Query(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
                })
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// Percent-decodes; bytes that are not UTF-8 become replacement characters, so that no input can fail.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}
