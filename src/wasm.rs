//! The boundary to JavaScript: the only place that knows it. Bindings without logic.

use crate::api::http::{Answer, HttpRequest, HttpResponse};
use crate::engine::io::Progress;
use crate::engine::machine::{Machine, Step, StepKind};
use crate::error::{Error, ErrorKind};
use crate::model::time::OffsetChange;
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// Runs one command at a time; the host performs each step and calls the method that answers it.
#[wasm_bindgen]
pub struct Engine(Machine);

#[wasm_bindgen]
impl Engine {
    /// An engine. The seed is its only source of chance: give it a random 32-bit number.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32) -> Self {
        Self(Machine::new(seed))
    }

    /// Begins a command.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn start(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Command")] command: JsValue,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        // As text, for the engine has a reader of JSON already: a second one, for JavaScript's own values, takes 6 KB of
        // the module after compression. What is no JSON is no command.
        let text =
            js_sys::JSON::stringify(&command).ok().and_then(|text| text.as_string()).unwrap_or_default();
        outward(self.0.start(&text, now_ms as i64))
    }

    /// Answers an `http` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn answered(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Answer[]")] answers: JsValue,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let answers = list(answers)?.iter().map(|answer| inward(&answer)).collect();
        outward(self.0.answered(answers, now_ms as i64))
    }

    /// Answers a `load` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn loaded(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Record<string, string>")] rows: JsValue,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        match texts_by_key(&rows) {
            Some(rows) => outward(self.0.loaded(rows, now_ms as i64)),
            None => outward(self.0.failed("storage-failed", now_ms as i64)),
        }
    }

    /// Answers a `save` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn saved(&mut self, #[wasm_bindgen(js_name = nowMs)] now_ms: f64) -> Result<JsValue, JsValue> {
        outward(self.0.saved(now_ms as i64))
    }

    /// Answers a `wait` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn woke(&mut self, #[wasm_bindgen(js_name = nowMs)] now_ms: f64) -> Result<JsValue, JsValue> {
        outward(self.0.woke(now_ms as i64))
    }

    /// Answers an `offsets` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn zoned(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "OffsetChange[]")] offsets: JsValue,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let number = |value: &JsValue, key: &str| field(value, key).as_f64().unwrap_or_default();
        let offsets = list(offsets)?;
        let offsets = offsets.iter().map(|change| OffsetChange {
            from_ms: number(&change, "fromMs") as i64,
            minutes: number(&change, "minutes") as i32,
        });
        outward(self.0.zoned(offsets.collect(), now_ms as i64))
    }

    /// Says that the step itself could not be done.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn failed(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "{ code: string }")] failure: JsValue,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let code = field(&failure, "code").as_string().unwrap_or_default();
        outward(self.0.failed(&code, now_ms as i64))
    }

    /// Ends the command at once.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn cancel(&mut self, #[wasm_bindgen(js_name = nowMs)] now_ms: f64) -> Result<JsValue, JsValue> {
        outward(Ok(self.0.cancel(now_ms as i64)))
    }
}

/// The text of a field as the engine compares it: `form` 0 is a title, 1 a place, 2 a description of Google, 3 one of the CRM;
/// `limit` is the most characters that the CRM takes. Tells a replay bundle which stored fingerprints stand for which texts.
#[wasm_bindgen(js_name = normalForm, unchecked_return_type = "string")]
pub fn normal_form(
    form: u32,
    #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
    limit: u32,
) -> JsValue {
    let text = text.as_string().unwrap_or_default();
    JsValue::from_str(&crate::wire::mapping::normal_form(form, &text, limit as usize))
}

/// The hand-written part of the generated types: what goes in, and the step, for an interface cannot extend a union.
#[wasm_bindgen(typescript_custom_section)]
const HAND_WRITTEN: &str = r#"
/** What the engine is asked to do. */
export type Command =
    | { name: "calendars" }
    | { name: "checkAccess"; settings?: unknown }
    | { name: "activate"; settings: unknown; lease?: boolean }
    | { name: "run"; trigger?: "poll" | "manual" | "crm-change"; crmIds?: string[]; deadlineMs?: number; batch?: boolean; lease?: boolean }
    | { name: "status" }
    | { name: "history" }
    | { name: "preview"; batch?: boolean }
    | { name: "verify"; sample?: number; batch?: boolean }
    | { name: "undo"; run?: number; googleId?: string; batch?: boolean; lease?: boolean }
    | { name: "putBack"; run: number; googleId: string; field: FieldName; batch?: boolean; lease?: boolean }
    | { name: "explain"; googleId: string }
    | { name: "resolve"; question: string; answer: "apply" | "restore" | "pair" | "separate"; lease?: boolean }
    | { name: "deactivate"; lease?: boolean }
    | { name: "forget"; lease?: boolean };

/** A mapped field. */
export type FieldName = "title" | "time" | "reminder" | "place" | "description" | "guests";

/** Why a field or an event was written. */
export type Rule =
    | "new" | "changed-in-google" | "changed-in-crm"
    | "conflict-newest" | "conflict-google" | "conflict-crm"
    | "source" | "deleted" | "edit-beats-deletion" | "answered" | "undo" | "put-back";

/** What a service answered, or why there is no answer. */
export type Answer =
    | { status: number; headers: Record<string, string>; body: Uint8Array }
    | { failure: string };

/** A change of a zone's offset from UTC. */
export interface OffsetChange {
    /** The instant from which the offset holds, in milliseconds since 1970. */
    fromMs: number;
    /** Minutes east of UTC. */
    minutes: number;
}

/** What the host does next, and how far the command is. */
export type Step = StepKind & { progress: Progress };
"#;

fn field(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// A list. Reading the length of something else would throw in the middle of a call, and leave the engine locked.
fn list(value: JsValue) -> Result<Array, JsValue> {
    value.dyn_into().map_err(|_| {
        thrown(&Error::new(ErrorKind::Misuse, "The engine was called in the wrong order, or without a list."))
    })
}

/// Rows; none when one of them is no text. Such a row is not an absent one: its event would look new.
fn texts_by_key(rows: &JsValue) -> Option<Vec<(String, String)>> {
    let rows = rows.dyn_ref::<js_sys::Object>()?;
    let mut texts = Vec::new();
    for key in js_sys::Object::keys(rows).iter() {
        texts.push((key.as_string()?, Reflect::get(rows, &key).ok()?.as_string()?));
    }
    Some(texts)
}

/// An answer without a usable status counts as no answer.
fn inward(answer: &JsValue) -> Answer {
    let status = field(answer, "status").as_f64().filter(|status| (100.0..1000.0).contains(status));
    let Some(status) = status else {
        return Err(field(answer, "failure").as_string().unwrap_or_else(|| "offline".to_owned()));
    };
    let body = field(answer, "body").dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
    let retry_after = field(&field(answer, "headers"), "retry-after").as_string();
    Ok(HttpResponse { status: status as u16, retry_after, body })
}

/// A step as an object, built by hand: bodies and rows cross as strings, results as the JSON that they are.
fn outward(step: crate::Result<Step>) -> Result<JsValue, JsValue> {
    let Step { kind, progress } = step.map_err(|error| thrown(&error))?;
    let step = Fields::new();
    step.set("progress", &how_far(progress));
    let name = match kind {
        StepKind::Http { requests } => {
            step.set("requests", &requests.iter().map(request).collect::<Array>());
            "http"
        }
        StepKind::Load { keys, prefix } => {
            step.texts("keys", &keys);
            if let Some(prefix) = prefix {
                step.text("prefix", &prefix);
            }
            "load"
        }
        StepKind::Save { put, remove } => {
            let rows = Fields::new();
            for (key, text) in &put {
                rows.text(key, text);
            }
            step.set("put", &rows);
            step.texts("remove", &remove);
            "save"
        }
        StepKind::Wait { until_ms } => {
            step.number("untilMs", until_ms as f64);
            "wait"
        }
        StepKind::Offsets { zone, from_ms, to_ms } => {
            step.text("zone", &zone);
            step.number("fromMs", from_ms as f64);
            step.number("toMs", to_ms as f64);
            "offsets"
        }
        StepKind::Done { result } => {
            step.set("result", &js_sys::JSON::parse(&result)?);
            "done"
        }
        StepKind::Failed { error } => {
            let failure = Fields::new();
            failure.text("code", error.code);
            failure.text("message", &error.message);
            if let Some(ms) = error.retry_after_ms {
                failure.number("retryAfterMs", ms as f64);
            }
            step.set("error", &failure);
            "failed"
        }
    };
    step.text("type", name);
    Ok(step.into())
}

fn how_far(Progress { phase, done, total }: Progress) -> JsValue {
    let fields = Fields::new();
    fields.text("phase", phase.name());
    fields.number("done", done.into());
    if let Some(total) = total {
        fields.number("total", total.into());
    }
    fields.into()
}

fn request(request: &HttpRequest) -> JsValue {
    let headers = Fields::new();
    for (name, value) in &request.headers {
        headers.text(name, value);
    }
    let fields = Fields::new();
    fields.text("service", request.service.key());
    fields.text("method", request.method);
    fields.text("path", &request.path);
    fields.set("headers", &headers);
    if let Some(body) = &request.body {
        fields.text("body", body);
    }
    fields.into()
}

#[wasm_bindgen]
extern "C" {
    /// An object under way. Its members are set by assignment: `Reflect.set` takes a quarter longer for a list of rows, for
    /// it looks after exceptions and takes names as JavaScript's own.
    #[wasm_bindgen(js_name = Object)]
    type Fields;

    #[wasm_bindgen(constructor, js_class = "Object")]
    fn new() -> Fields;

    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set(this: &Fields, key: &str, value: &JsValue);

    #[wasm_bindgen(method, structural, indexing_setter)]
    fn text(this: &Fields, key: &str, text: &str);

    /// Times and durations stay far below 2^53.
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn number(this: &Fields, key: &str, value: f64);
}

impl Fields {
    fn texts(&self, key: &str, texts: &[String]) {
        self.set(key, &texts.iter().map(|text| JsValue::from_str(text)).collect::<Array>());
    }
}

/// A JavaScript `Error` with a `code`.
fn thrown(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(error.message());
    let _ = Reflect::set(&thrown, &JsValue::from_str("code"), &JsValue::from_str(error.kind().code()));
    thrown.into()
}
