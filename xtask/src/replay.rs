//! Replay bundles: what a user's browser exported of one cycle, played again on the native engine. Nothing of it leaves this
//! process; every text in a bundle was replaced before it was exported.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use accord_sync::{Answer, HttpRequest, HttpResponse, Machine, OffsetChange, Step, StepKind};
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const FORMAT: &str = "accord-replay/1";

/// What `sync.replayBundle()` gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    format: String,
    engine: String,
    seed: u32,
    faithful: bool,
    differs: Option<Differs>,
    crossings: Vec<Crossing>,
}

/// Where the exported steps stopped being those of the real cycle.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differs {
    at: usize,
    what: String,
}

/// One call into the engine, and the step that it returned; null where it threw.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Crossing {
    call: Call,
    now_ms: i64,
    command: Option<Value>,
    answers: Option<Vec<Brought>>,
    rows: Option<BTreeMap<String, String>>,
    offsets: Option<Vec<Offset>>,
    code: Option<String>,
    step: Value,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Call {
    Start,
    Answered,
    Loaded,
    Saved,
    Woke,
    Zoned,
    Failed,
    Cancel,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Brought {
    #[serde(rename_all = "camelCase")]
    Response {
        status: u16,
        retry_after: Option<String>,
        body: String,
    },
    Failure {
        failure: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Offset {
    from_ms: i64,
    minutes: i32,
}

/// Plays a bundle and prints its steps.
///
/// # Errors
/// When the file is no bundle, and when the engine takes another step than the bundle says; the first such step is named.
pub(crate) fn run(path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bundle = read(&text).with_context(|| format!("{} is no replay bundle", path.display()))?;
    let (table, difference) = play(&bundle)?;
    print!("{table}");
    if let Some(Differs { at, what }) = &bundle.differs {
        println!(
            "\nfrom step {at} on, the exported cycle is not the one that the user saw: {what}; \
             what follows it shows less"
        );
    }
    if bundle.engine != env!("CARGO_PKG_VERSION") {
        println!("\nrecorded with version {}, played with {}", bundle.engine, env!("CARGO_PKG_VERSION"));
    }
    match difference {
        Some(difference) => bail!("{difference}"),
        None => {
            println!("\n{} steps, the same as in the bundle", bundle.crossings.len());
            Ok(())
        }
    }
}

fn read(text: &str) -> Result<Bundle> {
    let bundle: Bundle = serde_json::from_str(text)?;
    if bundle.format != FORMAT {
        bail!("its format is {}, and not {FORMAT}", bundle.format);
    }
    if bundle.faithful != bundle.differs.is_none() {
        bail!("it says both that it is faithful and that it is not");
    }
    match bundle.crossings.first().map(|first| first.call) {
        Some(Call::Start) => Ok(bundle),
        _ => bail!("it does not begin with the start of a command"),
    }
}

/// The steps as a table, and the first one that differs.
fn play(bundle: &Bundle) -> Result<(String, Option<String>)> {
    let mut machine = Machine::new(bundle.seed);
    let began = bundle.crossings.first().map_or(0, |first| first.now_ms);
    let mut table = format!("{:>4} {:>9}  {:<9} {:<8} step\n", "n", "ms", "call", "kind");
    for (n, crossing) in bundle.crossings.iter().enumerate() {
        let step = match call(&mut machine, crossing).with_context(|| format!("at step {n}"))? {
            Some(step) => spelled(&step)?,
            None => Value::Null,
        };
        let name = format!("{:?}", crossing.call).to_lowercase();
        let kind = kind(&step);
        let _ =
            writeln!(table, "{n:>4} {:>9}  {name:<9} {kind:<8} {}", crossing.now_ms - began, about(&step));
        if let Some((place, expected, played)) = difference(&crossing.step, &step, String::new()) {
            let difference = format!(
                "step {n} ({kind}, after `{name}`) differs at {}: the bundle has {}, the engine {}",
                if place.is_empty() { "/" } else { &place },
                short(&expected),
                short(&played)
            );
            return Ok((table, Some(difference)));
        }
    }
    Ok((table, None))
}

/// None where the engine refuses the call, or panics.
fn call(machine: &mut Machine, crossing: &Crossing) -> Result<Option<Step>> {
    let at = crossing.now_ms;
    let lacks = |what: &str| anyhow::anyhow!("the call `{:?}` lacks its {what}", crossing.call);
    let step = match crossing.call {
        Call::Start => {
            let command = crossing.command.as_ref().ok_or_else(|| lacks("command"))?.to_string();
            guarded(|| machine.start(&command, at))
        }
        Call::Answered => {
            let answers = crossing.answers.as_ref().ok_or_else(|| lacks("answers"))?;
            let answers = answers.iter().map(answer).collect();
            guarded(|| machine.answered(answers, at))
        }
        Call::Loaded => {
            let rows = crossing.rows.as_ref().ok_or_else(|| lacks("rows"))?;
            let rows = rows.iter().map(|(key, text)| (key.clone(), text.clone())).collect();
            guarded(|| machine.loaded(rows, at))
        }
        Call::Zoned => {
            let offsets = crossing.offsets.as_ref().ok_or_else(|| lacks("offsets"))?.iter();
            let offsets = offsets
                .map(|offset| OffsetChange { from_ms: offset.from_ms, minutes: offset.minutes })
                .collect();
            guarded(|| machine.zoned(offsets, at))
        }
        Call::Failed => {
            let code = crossing.code.as_ref().ok_or_else(|| lacks("code"))?;
            guarded(|| machine.failed(code, at))
        }
        Call::Saved => guarded(|| machine.saved(at)),
        Call::Woke => guarded(|| machine.woke(at)),
        Call::Cancel => guarded(|| Ok(machine.cancel(at))),
    };
    Ok(step)
}

/// A panic is what a trap of the module is.
fn guarded(call: impl FnOnce() -> accord_sync::Result<Step>) -> Option<Step> {
    catch_unwind(AssertUnwindSafe(call)).ok().and_then(Result::ok)
}

fn answer(brought: &Brought) -> Answer {
    match brought {
        Brought::Response { status, retry_after, body } => Ok(HttpResponse {
            status: *status,
            retry_after: retry_after.clone(),
            body: body.clone().into_bytes(),
        }),
        Brought::Failure { failure } => Err(failure.clone()),
    }
}

/// A step as it crosses to JavaScript.
fn spelled(step: &Step) -> Result<Value> {
    let mut value = match &step.kind {
        StepKind::Http { requests } => {
            json!({ "type": "http", "requests": requests.iter().map(request).collect::<Vec<_>>() })
        }
        StepKind::Load { keys, prefix: None } => json!({ "type": "load", "keys": keys }),
        StepKind::Load { keys, prefix } => json!({ "type": "load", "keys": keys, "prefix": prefix }),
        StepKind::Save { put, remove } => {
            let put: Map<String, Value> =
                put.iter().map(|(key, text)| (key.clone(), Value::from(text.as_str()))).collect();
            json!({ "type": "save", "put": put, "remove": remove })
        }
        StepKind::Wait { until_ms } => json!({ "type": "wait", "untilMs": until_ms }),
        StepKind::Offsets { zone, from_ms, to_ms } => {
            json!({ "type": "offsets", "zone": zone, "fromMs": from_ms, "toMs": to_ms })
        }
        StepKind::Done { result } => {
            json!({ "type": "done", "result": serde_json::from_str::<Value>(result)? })
        }
        StepKind::Failed { error } => json!({ "type": "failed", "error": error }),
    };
    if let Value::Object(members) = &mut value {
        members.insert("progress".to_owned(), serde_json::to_value(step.progress)?);
    }
    Ok(value)
}

fn request(request: &HttpRequest) -> Value {
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
        .collect();
    let mut value = json!({
        "service": request.service.key(), "method": request.method, "path": request.path, "headers": headers,
    });
    if let (Value::Object(members), Some(body)) = (&mut value, &request.body) {
        members.insert("body".to_owned(), Value::from(body.as_str()));
    }
    value
}

fn kind(step: &Value) -> &str {
    step.get("type").and_then(Value::as_str).unwrap_or("–")
}

/// A step in one line: what it is about, without texts.
fn about(step: &Value) -> String {
    let list = |name: &str| step.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match kind(step) {
        "http" => counted(list("requests").iter().map(|request| {
            let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} {} {}", text("service"), text("method"), method_path(text("path")))
        })),
        "load" => match step.get("prefix").and_then(Value::as_str) {
            Some(prefix) => format!("all under {}", row(prefix)),
            None => counted(list("keys").iter().filter_map(Value::as_str).map(row)),
        },
        "save" => {
            let put = step.get("put").and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let removed = list("remove").iter().filter_map(Value::as_str);
            counted(put.map(|key| row(key)).chain(removed.map(|key| format!("−{}", row(key)))))
        }
        "wait" => format!("until {}", step.get("untilMs").unwrap_or(&Value::Null)),
        "offsets" => step.get("zone").and_then(Value::as_str).unwrap_or_default().to_owned(),
        "failed" => {
            let error = step.get("error").unwrap_or(&Value::Null);
            let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{}: {}", text("code"), text("message"))
        }
        "done" => finished(step.get("result").unwrap_or(&Value::Null)),
        _ => "the engine refused the call".to_owned(),
    }
}

/// What a report says in numbers.
fn finished(result: &Value) -> String {
    let side = |name: &str| {
        let counts = result.get(name)?;
        let of = |verb: &str| counts.get(verb).and_then(Value::as_u64);
        Some(format!("{name} +{} ~{} −{}", of("created")?, of("updated")?, of("deleted")?))
    };
    ["google", "crm"].into_iter().filter_map(side).collect::<Vec<_>>().join(", ")
}

/// A path without query, ids and addresses.
fn method_path(path: &str) -> String {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let mut before = "";
    let mut out = String::new();
    for part in path.split('/').skip(1) {
        let named = ["calendars", "events", "Events"].contains(&before) && part != "deleted";
        let _ = write!(out, "/{}", if named { "*" } else { part });
        before = part;
    }
    out
}

/// The family that a row belongs to.
fn row(key: &str) -> String {
    key.split_once('/').map_or_else(|| key.to_owned(), |(family, _)| format!("{family}/"))
}

/// Equal neighbours as one, with their number.
fn counted(items: impl Iterator<Item = String>) -> String {
    let mut groups: Vec<(String, usize)> = Vec::new();
    for item in items {
        match groups.last_mut() {
            Some((last, count)) if *last == item => *count += 1,
            _ => groups.push((item, 1)),
        }
    }
    let shown = |(item, count): (String, usize)| if count == 1 { item } else { format!("{item} ×{count}") };
    groups.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The first place where two values differ, and what is there in each.
fn difference(expected: &Value, played: &Value, place: String) -> Option<(String, Value, Value)> {
    match (expected, played) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let of = |members: &Map<String, Value>| members.get(key).cloned().unwrap_or(Value::Null);
                difference(&of(left), &of(right), format!("{place}/{key}"))
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut items = left.iter().zip(right).enumerate();
            items.find_map(|(index, (left, right))| difference(left, right, format!("{place}/{index}")))
        }
        _ if expected == played => None,
        _ => Some((place, expected.clone(), played.clone())),
    }
}

fn short(value: &Value) -> String {
    const MOST: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cycle that finds nothing switched on, as a browser exports it.
    fn bundle() -> Value {
        let mut machine = Machine::new(7);
        let first = spelled(&machine.start(r#"{"name":"run"}"#, 5_000).unwrap()).unwrap();
        let second = spelled(&machine.loaded(Vec::new(), 5_001).unwrap()).unwrap();
        assert_eq!((kind(&first), kind(&second)), ("load", "failed"));
        json!({
            "format": FORMAT, "engine": "0.0.1", "seed": 7, "faithful": true,
            "crossings": [
                { "call": "start", "nowMs": 5_000, "command": { "name": "run" }, "step": first },
                { "call": "loaded", "nowMs": 5_001, "rows": {}, "step": second },
            ],
        })
    }

    fn played(bundle: &Value) -> Result<(String, Option<String>)> {
        play(&read(&bundle.to_string())?)
    }

    /// I22: the native engine takes the recorded steps.
    #[test]
    fn the_same_steps_are_taken() {
        let (table, difference) = played(&bundle()).unwrap();
        assert_eq!(difference, None);
        assert!(table.contains("not-active") && table.lines().count() == 3, "{table}");
    }

    #[test]
    fn the_first_other_step_is_named() {
        let mut tampered = bundle();
        tampered["crossings"][1]["step"]["error"]["code"] = "offline".into();
        let difference = played(&tampered).unwrap().1.unwrap();
        assert!(
            difference.starts_with("step 1 (failed, after `loaded`) differs at /error/code"),
            "{difference}"
        );
        let mut other = bundle();
        other["crossings"][0]["step"]["keys"].as_array_mut().unwrap().pop();
        assert!(played(&other).unwrap().1.unwrap().starts_with("step 0 (load, after `start`)"));
        let mut threw = bundle();
        threw["crossings"][1]["step"] = Value::Null;
        assert!(played(&threw).unwrap().1.is_some());
    }

    /// Calls in the wrong order are refused, as they are across the boundary.
    #[test]
    fn a_refused_call_is_a_step_too() {
        let mut bundle = bundle();
        bundle["crossings"][1] = json!({ "call": "woke", "nowMs": 5_001, "step": null });
        assert_eq!(played(&bundle).unwrap().1, None);
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        let spoil = |change: fn(&mut Value)| {
            let mut bundle = bundle();
            change(&mut bundle);
            played(&bundle).map(drop).unwrap_err().to_string()
        };
        assert!(spoil(|b| b["format"] = "accord-replay/2".into()).contains("accord-replay/2"));
        assert!(spoil(|b| b["extra"] = 1.into()).contains("extra"));
        assert!(spoil(|b| b["crossings"][0]["extra"] = 1.into()).contains("extra"));
        assert!(spoil(|b| b["crossings"] = json!([])).contains("start"));
        assert!(spoil(|b| b["faithful"] = false.into()).contains("faithful"));
        assert!(
            spoil(|b| b["crossings"][1] = json!({ "call": "loaded", "nowMs": 1, "step": null }))
                .contains("step 1")
        );
        assert!(played(&json!("text")).is_err());
    }

    /// Paths and rows are told without ids.
    #[test]
    fn a_line_holds_no_ids() {
        assert_eq!(
            method_path("/calendar/v3/calendars/a%40b/events/x?sendUpdates=none"),
            "/calendar/v3/calendars/*/events/*"
        );
        assert_eq!(method_path("/crm/v8/Events/deleted?type=all"), "/crm/v8/Events/deleted");
        let step = json!({ "type": "save", "put": { "link/a": "", "link/b": "", "state": "" }, "remove": ["crm/1"] });
        assert_eq!(about(&step), "link/ ×2, state, −crm/");
    }
}
