//! Stories for the sandbox, made from bytes: up to twenty requests and turns of the world's knobs, put together from
//! real pieces and from noise. The fuzz target and the default tests tell the same stories.
//!
//! Ids and tokens of earlier answers come back in later requests, so that a story gets past the first refusal.

use accord_sandbox::{Request, Response, Service, Site, Start, Switches, encode};
use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

#[path = "words.rs"]
mod words;

use words::*;

/// The instant at which every story begins: 2026-11-22T12:00:00Z.
const NOON: i64 = 1_795_348_800_000;
const STEPS: usize = 20;

/// Tells one story and gives back what was answered, as text: equal bytes, equal stories.
///
/// # Panics
/// When an answer is neither a success nor a refusal in the vendor's shape. The sandbox itself must not panic.
pub(crate) fn tell(bytes: &[u8]) -> String {
    let mut u = Unstructured::new(bytes);
    let mut story = Story::begin(&mut u);
    // Running out of bytes ends a story.
    let _ = story.go_on(&mut u);
    story.told
}

struct Story {
    site: Site,
    google_ids: Vec<String>,
    crm_ids: Vec<String>,
    tokens: Vec<String>,
    etags: Vec<String>,
    faulty: bool,
    told: String,
}

impl Story {
    fn begin(u: &mut Unstructured<'_>) -> Story {
        // Few events keep stories fast; what they need, they make.
        let events = usize::from(u.arbitrary::<u8>().unwrap_or(0) % 4);
        let start = Start { seed: 1, events, now_ms: Some(NOON), ..Start::default() };
        let site = Site::new(&start, NOON);
        let google_ids = ids_of(site.world.google_events("primary"));
        let crm_ids = ids_of(site.world.crm_events());
        Story {
            site,
            google_ids,
            crm_ids,
            tokens: Vec::new(),
            etags: Vec::new(),
            faulty: false,
            told: String::new(),
        }
    }

    fn go_on(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        for _ in 0..STEPS {
            if u.is_empty() {
                break;
            }
            match u.int_in_range(0..=29)? {
                0 => self.turn_a_switch(u)?,
                1 => self.move_the_clock(u)?,
                2 => self.ask_admin(u)?,
                3..=15 => self.ask(google(self, u)?),
                _ => self.ask(zoho(self, u)?),
            }
        }
        Ok(())
    }

    fn turn_a_switch(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let switch = u.choose(Switches::ALL)?;
        let value = u.choose(switch.values)?;
        assert!(self.site.world.switches().set(switch.name, value).is_ok());
        Ok(())
    }

    fn move_the_clock(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let now = match u.int_in_range(0..=3)? {
            0 => u.arbitrary()?,
            1 => NOON,
            _ => self.site.world.now_ms().saturating_add(u.arbitrary::<i32>()?.into()),
        };
        self.site.world.set_now_ms(now);
        Ok(())
    }

    fn ask_admin(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (method, path) = *u.choose(ADMIN)?;
        let body = match u.int_in_range(0..=2)? {
            // Its default would make thousands of events.
            _ if path == "/sandbox/fill" => r#"{"events":3}"#.to_owned(),
            0 => (*u.choose(ADMIN_BODIES)?).to_owned(),
            1 => json(self, u, ADMIN_NAMES, 0)?.to_string(),
            _ => noise(u)?,
        };
        // A rule may stay behind and answer anything at all.
        self.faulty |= path == "/sandbox/faults" && method == "POST";
        let now = self.site.world.now_ms();
        let answer = self.site.admin(method, path, body.as_bytes(), now);
        let told = serde_json::from_slice::<Value>(&answer.body);
        assert!(told.is_ok(), "admin answers are JSON: {method} {path} {body}");
        assert!(matches!(answer.status, 200 | 400 | 404), "{method} {path} {body}: {}", answer.status);
        Ok(())
    }

    fn ask(&mut self, request: Request) {
        match self.site.world.handle(&request) {
            Ok(answer) => {
                if !self.faulty {
                    check(&request, &answer);
                }
                self.remember(request.service, &answer);
                self.told += &format!("> {} {}\n", answer.status, String::from_utf8_lossy(&answer.body));
            }
            Err(lost) => assert!(self.faulty, "{lost}"),
        }
    }

    fn remember(&mut self, service: Service, answer: &Response) {
        let body = answer.json();
        let mut stack = vec![&body];
        while let Some(value) = stack.pop() {
            match value {
                Value::Object(map) => {
                    for (name, value) in map {
                        let into = match name.as_str() {
                            "id" if service == Service::Google => &mut self.google_ids,
                            "id" => &mut self.crm_ids,
                            "nextPageToken" | "nextSyncToken" | "next_page_token" | "access_token" => {
                                &mut self.tokens
                            }
                            "etag" | "Modified_Time" => &mut self.etags,
                            _ => {
                                stack.push(value);
                                continue;
                            }
                        };
                        if let Some(text) = value.as_str().filter(|_| into.len() < 200) {
                            into.push(text.to_owned());
                        }
                    }
                }
                Value::Array(rows) => stack.extend(rows),
                _ => {}
            }
        }
    }

    fn id(&self, service: Service, u: &mut Unstructured<'_>) -> Result<String> {
        let ids = if service == Service::Google { &self.google_ids } else { &self.crm_ids };
        Ok(match u.int_in_range(0..=7)? {
            0 => noise(u)?,
            1 => (*u.choose(IDS)?).to_owned(),
            _ if ids.is_empty() => "chosen1".to_owned(),
            // One of the newest four: a story that goes on with what it made.
            _ => ids[ids.len() - 1 - u.choose_index(ids.len().min(4))?].clone(),
        })
    }

    fn value(&self, u: &mut Unstructured<'_>) -> Result<String> {
        Ok(match u.int_in_range(0..=9)? {
            0 => noise(u)?,
            1 => self.id(*u.choose(&[Service::Google, Service::Zoho])?, u)?,
            2 | 3 if !self.tokens.is_empty() => u.choose(&self.tokens)?.clone(),
            4 if !self.etags.is_empty() => u.choose(&self.etags)?.clone(),
            5 | 6 => (*u.choose(TIMES)?).to_owned(),
            _ => (*u.choose(TEXTS)?).to_owned(),
        })
    }
}

fn ids_of(rows: Vec<Value>) -> Vec<String> {
    rows.iter().filter_map(|row| row.get("id").and_then(Value::as_str).map(str::to_owned)).collect()
}

/// What every answer must be when nothing was ordered to go wrong.
fn check(request: &Request, answer: &Response) {
    let what = || {
        format!(
            "{} {} {:?} {} answered {} {}",
            request.method,
            request.path,
            request.headers,
            String::from_utf8_lossy(&request.body),
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )
    };
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    // The pages where a person gives consent answer with pages, or send the browser back.
    if ["/oauth/v2/auth", "/o/oauth2/v2/auth"].contains(&request.path.split('?').next().unwrap_or_default()) {
        let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let goes_back = answer.status == 302 && answer.header("location").is_some();
        let is_refusal = (400..=499).contains(&answer.status) && (is_page || body.is_some());
        assert!(goes_back || is_refusal, "{}", what());
        return;
    }
    match answer.status {
        204 | 304 => assert!(answer.body.is_empty(), "{}", what()),
        200..300 => {
            let is_json =
                answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
            assert!(!is_json || body.is_some(), "{}", what());
        }
        400..=499 | 501 => {
            let Some(body) = body else { panic!("no JSON: {}", what()) };
            let shown = match request.service {
                Service::Google => {
                    body.pointer("/error/code") == Some(&json!(answer.status))
                        && body.pointer("/error/errors/0/reason").is_some_and(Value::is_string)
                        // The token endpoint has errors of OAuth's shape (RFC 6749, section 5.2).
                        || body.get("error").is_some_and(Value::is_string)
                }
                Service::Zoho => {
                    let flat = body.get("code").or(body.pointer("/data/0/code"));
                    let listed = || body.as_object().and_then(|map| map.values().next()?.pointer("/0/code"));
                    flat.or_else(listed).is_some_and(Value::is_string)
                        || body.get("error").is_some_and(Value::is_string)
                }
            };
            assert!(shown, "{}", what());
        }
        _ => panic!("{}", what()),
    }
}

/// Mostly the first, which is the usual one.
fn usual<'a, T: ?Sized>(u: &mut Unstructured<'_>, of: &'a [&'a T]) -> Result<&'a T> {
    Ok(if u.ratio(3, 4)? {
        of.first().copied().ok_or(arbitrary::Error::EmptyChoose)?
    } else {
        *u.choose(of)?
    })
}

/// A path of a route, with its method, or now and then with another one.
fn route(
    story: &Story,
    u: &mut Unstructured<'_>,
    service: Service,
    routes: &[(&'static str, &str)],
) -> Result<(&'static str, String)> {
    let (method, route) = *u.choose(routes)?;
    let mut path = route.to_owned();
    for (mark, value) in [
        ("{calendar}", usual(u, CALENDARS)?.to_owned()),
        ("{module}", usual(u, MODULES)?.to_owned()),
        ("{id}", story.id(service, u)?),
    ] {
        path = path.replace(mark, &encode(&value));
    }
    Ok((if u.ratio(1, 12)? { u.choose(METHODS)? } else { method }, path))
}

fn google(story: &Story, u: &mut Unstructured<'_>) -> Result<Request> {
    let (method, path) = match u.int_in_range(0..=11)? {
        0 => (*u.choose(METHODS)?, any_path(u)?),
        1 => return batch(story, u),
        _ => route(story, u, Service::Google, GOOGLE_ROUTES)?,
    };
    let body = body(story, u, GOOGLE_SOUND, GOOGLE_NAMES)?;
    request(story, u, Service::Google, (method, path), GOOGLE_PARAMETERS, body)
}

/// Inner calls from the same pieces, and now and then a broken envelope.
fn batch(story: &Story, u: &mut Unstructured<'_>) -> Result<Request> {
    let mut text = String::new();
    for index in 0..u.int_in_range(1..=4)? {
        let kind = if u.ratio(1, 10)? { "text/plain" } else { "application/http" };
        let (method, mut target) = route(story, u, Service::Google, GOOGLE_ROUTES)?;
        let body = body(story, u, GOOGLE_SOUND, GOOGLE_NAMES)?;
        match u.int_in_range(0..=7)? {
            0 => target = "/batch/calendar/v3".to_owned(),
            1 => target = noise(u)?,
            2 => target = format!("https://www.googleapis.com{target}"),
            _ => {}
        }
        text += &format!(
            "--b\r\nContent-Type: {kind}\r\nContent-ID: <{index}>\r\n\r\n{method} {target}\r\n\r\n{body}\r\n"
        );
    }
    text += if u.ratio(1, 8)? { "--b" } else { "--b--\r\n" };
    let mut request = Request::google("POST", "/batch/calendar/v3").header(
        "Content-Type",
        if u.ratio(1, 8)? { "multipart/mixed" } else { "multipart/mixed; boundary=b" },
    );
    request.body = text.into_bytes();
    Ok(request)
}

fn zoho(story: &Story, u: &mut Unstructured<'_>) -> Result<Request> {
    let (method, path) = match u.int_in_range(0..=11)? {
        0 => (*u.choose(METHODS)?, any_path(u)?),
        1 | 2 => {
            let body = json!({ "select_query": query(story, u)? });
            return request(story, u, Service::Zoho, ("POST", "/crm/v8/coql".into()), &[], body);
        }
        _ => route(story, u, Service::Zoho, ZOHO_ROUTES)?,
    };
    let rows = u.int_in_range(1..=3)?;
    let rows = (0..rows).map(|_| body(story, u, ZOHO_SOUND, ZOHO_NAMES)).collect::<Result<Vec<_>>>()?;
    let body = if u.ratio(1, 8)? { json(story, u, ZOHO_NAMES, 0)? } else { json!({ "data": rows }) };
    request(story, u, Service::Zoho, (method, path), ZOHO_PARAMETERS, body)
}

/// A COQL text from its words: half of them sound, the others only nearly.
fn query(story: &Story, u: &mut Unstructured<'_>) -> Result<String> {
    if u.ratio(1, 2)? {
        let limit = u.int_in_range(0..=2_001)?;
        let by = u.choose(ZOHO_NAMES)?;
        let module = usual(u, MODULES)?;
        let (field, value) = (u.choose(ZOHO_NAMES)?, story.value(u)?);
        let operator = u.choose(&["=", "!=", "<", ">", "in", "like", "is"])?;
        return Ok(format!(
            "select id, {by} from {module} where {field} {operator} '{value}' order by id asc limit 0, {limit}"
        ));
    }
    let mut text = format!("select {} from {}", u.choose(ZOHO_NAMES)?, usual(u, MODULES)?);
    for _ in 0..u.int_in_range(0..=12)? {
        text.push(' ');
        match u.int_in_range(0..=5)? {
            0 => text += u.choose(ZOHO_NAMES)?,
            1 => text += &format!("'{}'", story.value(u)?),
            _ => text += u.choose(COQL_WORDS)?,
        }
    }
    Ok(text)
}

fn request(
    story: &Story,
    u: &mut Unstructured<'_>,
    service: Service,
    (method, mut path): (&str, String),
    parameters: &[&str],
    body: Value,
) -> Result<Request> {
    let most = if parameters.is_empty() || u.ratio(1, 2)? { 0 } else { 3 };
    for _ in 0..u.int_in_range(0..=most)? {
        path.push(if path.contains('?') { '&' } else { '?' });
        path += u.choose(parameters)?;
        path.push('=');
        path += &encode(&story.value(u)?);
    }
    let mut request = match (service, u.int_in_range(0..=29)?) {
        (service, 0) => Request::new(service, method, &path).header("Authorization", &noise(u)?),
        (service, 1..=3) => Request::new(service, method, &path).header("Authorization", u.choose(TOKENS)?),
        (Service::Google, _) => Request::google(method, &path),
        (Service::Zoho, _) => Request::zoho(method, &path),
    };
    if u.ratio(1, 3)? {
        let name = *u.choose(HEADERS)?;
        request = request.header(name, &story.value(u)?);
    }
    Ok(match u.int_in_range(0..=19)? {
        0 => Request { body: noise(u)?.into_bytes(), ..request },
        1 => {
            let mut bytes = body.to_string().into_bytes();
            bytes.truncate(u.choose_index(bytes.len().max(1))?);
            Request { body: bytes, ..request }
        }
        2 => request,
        _ => request.json(&body),
    })
}

/// A body that passes, as it is or with a few members more or less.
fn body(story: &Story, u: &mut Unstructured<'_>, sound: &[&str], names: &[&str]) -> Result<Value> {
    let mut value: Value = serde_json::from_str(u.choose(sound)?).unwrap_or_default();
    if u.ratio(1, 2)? {
        return Ok(value);
    }
    if let Some(map) = value.as_object_mut() {
        for _ in 0..u.int_in_range(1..=3)? {
            let name = *u.choose(names)?;
            if u.ratio(1, 5)? {
                map.remove(name);
            } else {
                map.insert(name.to_owned(), json(story, u, names, 1)?);
            }
        }
    }
    Ok(value)
}

/// JSON whose member names a service knows and whose values it may or may not expect.
fn json(story: &Story, u: &mut Unstructured<'_>, names: &[&str], depth: usize) -> Result<Value> {
    let kind = u.int_in_range(0..=11)?;
    Ok(match (kind, depth) {
        (0..=3, 0..=3) | (_, 0) => {
            let mut map = Map::new();
            for _ in 0..u.int_in_range(0..=4)? {
                let value = json(story, u, names, depth + 1)?;
                map.insert((*u.choose(names)?).to_owned(), value);
            }
            Value::Object(map)
        }
        (4 | 5, 1..=3) => {
            let rows = u.int_in_range(0..=3)?;
            Value::Array((0..rows).map(|_| json(story, u, names, depth + 1)).collect::<Result<_>>()?)
        }
        (6, _) => u.choose(&[json!(null), json!(true), json!(false)])?.clone(),
        (7, _) => json!(u.arbitrary::<i64>()?),
        (8, _) => json!(u.arbitrary::<i16>()?),
        (9, _) => json!(u.arbitrary::<f32>()?),
        _ => Value::String(story.value(u)?),
    })
}

fn any_path(u: &mut Unstructured<'_>) -> Result<String> {
    let mut path = String::new();
    for _ in 0..u.int_in_range(0..=5)? {
        path.push('/');
        path += u.choose(PIECES)?;
    }
    if u.ratio(1, 4)? {
        path += &noise(u)?;
    }
    Ok(path)
}

fn noise(u: &mut Unstructured<'_>) -> Result<String> {
    let length = u.int_in_range(0..=24)?;
    Ok(String::from_utf8_lossy(u.bytes(length.min(u.len()))?).into_owned())
}
