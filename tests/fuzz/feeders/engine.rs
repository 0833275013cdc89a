//! Stories for the engine, made from bytes: cycles against the local services, in which answers are damaged on their
//! way, stored rows are damaged between cycles, or events hold any text at all.
//!
//! The engine is driven as any host drives it, by the public [`Machine`].

use std::collections::BTreeMap;

use accord_sandbox::{Corpus, Request, World};
use accord_sync::{Answer, HttpRequest, HttpResponse, Machine, OffsetChange, StepKind};
use arbitrary::{Result, Unstructured};
use serde_json::{Value, json};

/// 2026-11-22T12:00:00Z
const NOON: i64 = 1_795_348_800_000;
const EVENTS: &str = "/calendar/v3/calendars/primary/events";
const MEETINGS: &str = "/crm/v8/Events";
const DIRECTIONS: [&str; 3] = ["two-way", "google-to-crm", "crm-to-google"];
/// More steps than any cycle of these few events takes, waits and repetitions included.
const MOST_STEPS: usize = 3_000;

/// A host with a storage in memory. While `damage` has bytes, answers are changed on their way.
struct Host<'a> {
    world: World,
    rows: BTreeMap<String, String>,
    damage: Option<Unstructured<'a>>,
    direction: &'static str,
    commands: u32,
}

impl Host<'_> {
    fn new(events: usize, direction: &'static str) -> Self {
        let mut world = World::new(1, NOON);
        world.fill(&Corpus::new(7, events));
        Host { world, rows: BTreeMap::new(), damage: None, direction, commands: 0 }
    }

    fn activate(&mut self) -> std::result::Result<Value, String> {
        let settings = json!({ "calendar": "ana@example.com", "direction": self.direction });
        self.run(json!({ "name": "activate", "settings": settings }))
    }

    /// Cycles until nothing is left over: the last report, or the code of a failure.
    fn settle(&mut self) -> std::result::Result<Value, String> {
        let mut report = Value::Null;
        for _ in 0..20 {
            report = self.run(json!({ "name": "run" }))?;
            if report["remaining"] == 0 {
                break;
            }
        }
        Ok(report)
    }

    /// One command. A panic, a loop without end and the engine's own word `internal` are findings.
    fn run(&mut self, command: Value) -> std::result::Result<Value, String> {
        self.commands += 1;
        let mut machine = Machine::new(self.commands);
        let mut step =
            machine.start(&command.to_string(), self.world.now_ms()).expect("nothing else is under way");
        for _ in 0..MOST_STEPS {
            let next = match step.kind {
                StepKind::Http { requests } => {
                    let answers = requests.iter().map(|request| self.ask(request)).collect();
                    machine.answered(answers, self.world.now_ms())
                }
                StepKind::Load { keys, prefix } => {
                    let wanted = |key: &String| match &prefix {
                        Some(prefix) => key.starts_with(prefix.as_str()),
                        None => keys.contains(key),
                    };
                    let found = self.rows.iter().filter(|(key, _)| wanted(key));
                    machine.loaded(
                        found.map(|(key, row)| (key.clone(), row.clone())).collect(),
                        self.world.now_ms(),
                    )
                }
                StepKind::Save { put, remove } => {
                    remove.iter().for_each(|key| drop(self.rows.remove(key)));
                    self.rows.extend(put);
                    machine.saved(self.world.now_ms())
                }
                StepKind::Wait { until_ms } => {
                    self.world.set_now_ms(until_ms.max(self.world.now_ms()));
                    machine.woke(self.world.now_ms())
                }
                // Any host gives what its own zone data say; these calendars are far from a change of the clocks.
                StepKind::Offsets { from_ms, .. } => {
                    machine.zoned(vec![OffsetChange { from_ms, minutes: 60 }], self.world.now_ms())
                }
                StepKind::Done { result } => {
                    return Ok(serde_json::from_str(&result).expect("a result is JSON"));
                }
                StepKind::Failed { error } => {
                    assert_ne!(error.code, "internal", "{}", error.message);
                    assert_ne!(error.code, "misuse", "{}", error.message);
                    return Err(error.code.to_owned());
                }
            };
            step = next.expect("each step is answered as it asks");
        }
        panic!("the command does not come to an end");
    }

    fn ask(&mut self, request: &HttpRequest) -> Answer {
        let mut sent = match request.service {
            accord_sync::Service::Google => Request::google(request.method, &request.path),
            accord_sync::Service::Zoho => Request::zoho(request.method, &request.path),
        };
        sent.headers.extend(request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        sent.body = request.body.clone().unwrap_or_default().into_bytes();
        self.world.set_now_ms(self.world.now_ms() + 100);
        let response = self.world.handle(&sent).expect("no fault is on order");
        let mut answer = HttpResponse {
            status: response.status,
            retry_after: response.header("retry-after").map(str::to_owned),
            body: response.body,
        };
        match &mut self.damage {
            // Without bytes the rest of the story is undisturbed.
            Some(u) if !u.is_empty() => damaged(u, &mut answer).unwrap_or(Ok(())).map(|()| answer),
            _ => Ok(answer),
        }
    }

    /// How many records were changed on either side by an action.
    fn writes(&mut self, action: impl FnOnce(&mut Self)) -> u64 {
        let written = |host: &Self| host.world.counters().google_writes + host.world.counters().crm_writes;
        let before = written(self);
        action(self);
        written(self) - before
    }

    /// A request of a person, which succeeds.
    fn person(&mut self, request: &Request) -> Value {
        let answer = self.world.handle(request).expect("no fault is on order");
        let body = String::from_utf8_lossy(&answer.body);
        assert!((200..300).contains(&answer.status), "{} {body}", answer.status);
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// A meeting typed into the CRM; its id.
    fn meeting(&mut self, title: &str, description: &str) -> String {
        let record = json!({ "Event_Title": title, "Description": description,
            "Meeting_Venue__s": "Client location", "Start_DateTime": "2026-12-03T10:00:00+01:00", "End_DateTime": "2026-12-03T11:00:00+01:00" });
        let answer = self.person(&Request::zoho("POST", MEETINGS).json(&json!({ "data": [record] })));
        answer["data"][0]["details"]["id"].as_str().expect("a created record has an id").to_owned()
    }

    /// Events that are there, in Google and in the CRM.
    fn counts(&self) -> (usize, usize) {
        let there = |event: &&Value| event["status"] != "cancelled";
        let google = self.world.google_events("ana@example.com");
        (google.iter().filter(there).count(), self.world.crm_event_count())
    }
}

/// Changes an answer, or loses it (`Err` inside). Most answers stay as they are, so that a story goes on.
fn damaged(u: &mut Unstructured<'_>, answer: &mut HttpResponse) -> Result<std::result::Result<(), String>> {
    match u.int_in_range(0..=15)? {
        0 => return Ok(Err("offline".to_owned())),
        1 => {
            answer.status =
                *u.choose(&[200, 204, 207, 304, 400, 401, 403, 404, 409, 410, 412, 429, 500, 503])?
        }
        2 => answer.body.truncate(u.choose_index(answer.body.len().max(1))?),
        3 => answer.body = noise(u)?.into_bytes(),
        4 => answer.retry_after = Some(noise(u)?),
        5..=9 => {
            if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
                for _ in 0..u.int_in_range(1..=3)? {
                    damage_one(u, &mut body)?;
                }
                answer.body = body.to_string().into_bytes();
            }
        }
        _ => {}
    }
    Ok(Ok(()))
}

/// Goes down to some value and replaces, removes or doubles it.
fn damage_one(u: &mut Unstructured<'_>, value: &mut Value) -> Result<()> {
    let stop = u.ratio(1, 5)?;
    match value {
        Value::Object(map) if !map.is_empty() && !stop => {
            let name = map.keys().nth(u.choose_index(map.len())?).cloned().unwrap_or_default();
            if u.ratio(1, 10)? {
                map.remove(&name);
            } else if let Some(inner) = map.get_mut(&name) {
                damage_one(u, inner)?;
            }
        }
        Value::Array(rows) if !rows.is_empty() && !stop => {
            let at = u.choose_index(rows.len())?;
            match u.int_in_range(0..=9)? {
                0 => drop(rows.remove(at)),
                1 => rows.push(rows[at].clone()),
                _ => damage_one(u, &mut rows[at])?,
            }
        }
        _ => {
            *value = match u.int_in_range(0..=9)? {
                0 => Value::Null,
                1 => json!(u.arbitrary::<bool>()?),
                2 => json!(u.arbitrary::<i64>()?),
                3 => json!(u.arbitrary::<f64>()?),
                4 => json!([]),
                5 => json!({}),
                6 => json!("9999-12-31T23:59:59-23:59"),
                7 => json!("cancelled"),
                _ => json!(noise(u)?),
            }
        }
    }
    Ok(())
}

fn noise(u: &mut Unstructured<'_>) -> Result<String> {
    let length = u.int_in_range(0..=40)?;
    Ok(String::from_utf8_lossy(u.bytes(length.min(u.len()))?).into_owned())
}

/// Answers of both services damaged on their way, in any direction. Whatever came of it, the next undisturbed cycle
/// succeeds, unless a damaged answer asked to wait.
pub(crate) fn answers(bytes: &[u8]) {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let mut host = Host::new(6, DIRECTIONS[usize::from(*first) % DIRECTIONS.len()]);
    host.damage = Some(Unstructured::new(rest));
    for round in 0..3 {
        let _ = host.activate();
        let _ = host.settle();
        host.world.edit(2, round);
        host.world.edit_crm(2, round);
        let event =
            json!({ "summary": "new", "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } });
        host.person(&Request::google("POST", EVENTS).json(&event));
        host.meeting("typed", "in the CRM");
    }
    host.damage = None;
    let ended = host.activate().and_then(|_| host.settle());
    assert!(ended.as_ref().err().is_none_or(|code| code == "rate-limited"), "{ended:?}");
}

/// Stored rows damaged between two cycles: the events have not changed, so none may be made twice or lost, on either side.
pub(crate) fn rows(bytes: &[u8]) {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let mut host = Host::new(6, DIRECTIONS[usize::from(*first) % DIRECTIONS.len()]);
    host.meeting("typed", "in the CRM");
    host.meeting("typed later", "in the CRM");
    assert!(host.activate().is_ok() && host.settle().is_ok());
    let before = host.counts();
    let mut u = Unstructured::new(rest);
    // Running out of bytes ends the damage.
    let _ = damage_rows(&mut u, &mut host.rows);
    if host.settle().is_err() {
        let _ = host.activate();
        let _ = host.settle();
    }
    assert_eq!(host.counts(), before, "{}: events were doubled or lost", host.direction);
}

fn damage_rows(u: &mut Unstructured<'_>, rows: &mut BTreeMap<String, String>) -> Result<()> {
    while !u.is_empty() && !rows.is_empty() {
        let key = rows.keys().nth(u.choose_index(rows.len())?).cloned().unwrap_or_default();
        let row = rows.get(&key).cloned().unwrap_or_default();
        match u.int_in_range(0..=4)? {
            // Browsers evict a storage whole.
            0 => rows.clear(),
            // One way back alone does not vanish: patches are kept whole, and nothing else would show that it is gone.
            4 if !key.starts_with("crm/") => drop(rows.remove(&key)),
            1 => drop(rows.insert(key, noise(u)?)),
            2 => drop(rows.insert(key, row.chars().take(u.choose_index(row.len().max(1))?).collect())),
            // Rows keep their keys: a storage that mixes them up is another matter.
            _ => {
                let at = u.choose_index(row.chars().count().max(1))?;
                let new = char::from(u.arbitrary::<u8>()?);
                drop(rows.insert(
                    key,
                    row.chars().enumerate().map(|(i, c)| if i == at { new } else { c }).collect(),
                ));
            }
        }
    }
    Ok(())
}

/// Events whose texts are anything at all, one typed in Google and one in the CRM. Synced once, the same texts seen
/// again change nothing on either side.
pub(crate) fn text(bytes: &[u8]) {
    let mut host = Host::new(0, "two-way");
    let mut u = Unstructured::new(bytes);
    let texts: Vec<String> = (0..5).map(|_| some_html(&mut u).unwrap_or_default()).collect();
    let event = json!({
        "id": "somehtml", "summary": texts[0], "location": texts[1], "description": texts[2],
        "start": { "dateTime": "2026-12-01T10:00:00+01:00" }, "end": { "dateTime": "2026-12-01T11:00:00+01:00" },
    });
    host.person(&Request::google("POST", EVENTS).json(&event));
    // The CRM takes no meeting without a title.
    let title: String = texts[3].trim().chars().take(100).collect();
    let meeting = host.meeting(&format!("m {title}"), &texts[4]);
    assert!(host.activate().is_ok());
    let report = host.settle();
    assert!(report.is_ok(), "{report:?}");
    assert_eq!(host.counts(), (2, 2));
    // A patch without effect gives a new version and a row in the delta; so does a record that is saved as it is.
    host.person(&Request::google("PATCH", &format!("{EVENTS}/somehtml")).json(&json!({})));
    let same = json!({ "data": [{ "Description": texts[4] }] });
    host.person(&Request::zoho("PUT", &format!("{MEETINGS}/{meeting}")).json(&same));
    // What was saved a moment ago is read back once lists cannot show anything late.
    for _ in 0..2 {
        let writes = host.writes(|host| {
            let report = host.settle();
            assert!(report.is_ok(), "{report:?}");
        });
        assert_eq!(writes, 0, "the same texts were written again: {texts:?} {:?}", host.world.crm_events());
        host.world.set_now_ms(host.world.now_ms() + 300_000);
    }
}

/// Pieces of HTML, entities, blanks of all kinds, and noise.
fn some_html(u: &mut Unstructured<'_>) -> Result<String> {
    const PIECES: [&str; 40] = [
        "<b>",
        "</b>",
        "<br>",
        "<br/>",
        "<p>",
        "</p>",
        "<ul>",
        "<li>",
        "</li>",
        "</ul>",
        "<ol>",
        "<a href=\"https://example.com/\">",
        "</a>",
        "<a",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<style>",
        "<table><tr><td>",
        "&amp;",
        "&lt;b&gt;",
        "&nbsp;",
        "&#x41;",
        "&#0;",
        "&#1114112;",
        "&",
        "&;",
        "\r\n",
        "\n",
        "\r",
        "\t",
        " ",
        "\u{a0}",
        "\u{2028}",
        "\u{200b}",
        "e\u{301}",
        "😀",
        "<",
        ">",
    ];
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=30)? {
        if u.ratio(2, 3)? {
            text += u.choose(&PIECES)?;
        } else {
            text += &noise(u)?;
        }
    }
    Ok(text)
}
