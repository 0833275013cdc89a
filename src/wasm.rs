//! The boundary to JavaScript: the only place that knows it. Bindings without logic.

use crate::api::http::{Answer, HttpResponse};
use crate::engine::machine::{Machine, Step};
use crate::error::Error;
use crate::model::time::OffsetChange;
use js_sys::{Array, Reflect, Uint8Array};
use serde::Serialize;
use std::collections::BTreeMap;
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
        let command = serde_wasm_bindgen::from_value(command).unwrap_or_default();
        outward(self.0.start(command, now_ms as i64))
    }

    /// Answers an `http` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn answered(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Answer[]")] answers: Array,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let answers = answers.iter().map(|answer| inward(&answer)).collect();
        outward(self.0.answered(answers, now_ms as i64))
    }

    /// Answers a `load` step.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn loaded(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Record<string, string>")] rows: JsValue,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        match serde_wasm_bindgen::from_value::<BTreeMap<String, String>>(rows) {
            Ok(rows) => outward(self.0.loaded(rows, now_ms as i64)),
            Err(_) => outward(self.0.failed("storage-failed", now_ms as i64)),
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
        #[wasm_bindgen(unchecked_param_type = "OffsetChange[]")] offsets: Array,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let number = |value: &JsValue, key: &str| field(value, key).as_f64().unwrap_or_default();
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

/// The hand-written part of the generated types: what goes in.
#[wasm_bindgen(typescript_custom_section)]
const INWARD: &str = r#"
/** What the engine is asked to do. */
export type Command =
    | { name: "calendars" }
    | { name: "checkAccess"; settings?: unknown }
    | { name: "activate"; settings: unknown }
    | { name: "run"; trigger?: "poll" | "manual"; deadlineMs?: number; batch?: boolean }
    | { name: "status" }
    | { name: "history" }
    | { name: "deactivate" }
    | { name: "forget" };

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
"#;

fn field(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
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

fn outward(step: crate::Result<Step>) -> Result<JsValue, JsValue> {
    let step = step.map_err(|error| thrown(&error))?;
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    step.serialize(&serializer).map_err(JsValue::from)
}

/// A JavaScript `Error` with a `code`.
fn thrown(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(error.message());
    let _ = Reflect::set(&thrown, &JsValue::from_str("code"), &JsValue::from_str(error.kind().code()));
    thrown.into()
}
