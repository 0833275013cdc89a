//! A host as JavaScript is one: calls the exported class by the names that scripts use, and reads what comes back
//! without the help of any Rust type.

use accord_sync::Engine;
use js_sys::{Array, Function, JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};

/// 2026-11-22T10:00:00Z, as JavaScript has it: a number, with a fraction as `performance.timeOrigin` gives it.
pub(crate) const NOW: f64 = 1_795_341_600_000.25;

/// One engine, seen from JavaScript.
pub(crate) struct Host {
    engine: JsValue,
}

impl Host {
    pub(crate) fn new(seed: u32) -> Self {
        Self { engine: JsValue::from(Engine::new(seed)) }
    }

    /// Calls a method; an exception is an error.
    pub(crate) fn try_call_at(&self, method: &str, args: &[JsValue], now: f64) -> Result<Step, JsValue> {
        let function: Function = get(&self.engine, method).dyn_into().expect("the class has this method");
        let args: Array = args.iter().chain([&JsValue::from_f64(now)]).collect();
        function.apply(&self.engine, &args).map(Step)
    }

    pub(crate) fn try_call(&self, method: &str, args: &[JsValue]) -> Result<Step, JsValue> {
        self.try_call_at(method, args, NOW)
    }

    #[track_caller]
    pub(crate) fn call_at(&self, method: &str, args: &[JsValue], now: f64) -> Step {
        self.try_call_at(method, args, now).unwrap_or_else(|error| panic!("{method} threw {error:?}"))
    }

    #[track_caller]
    pub(crate) fn call(&self, method: &str, args: &[JsValue]) -> Step {
        self.call_at(method, args, NOW)
    }

    /// Starts a command written as JSON.
    #[track_caller]
    pub(crate) fn start(&self, command: &str) -> Step {
        self.call("start", &[json(command)])
    }

    /// Answers a `load` step.
    #[track_caller]
    pub(crate) fn loaded(&self, rows: &JsValue) -> Step {
        self.call("loaded", std::slice::from_ref(rows))
    }

    /// Answers an `http` step with bodies, each with the status 200.
    #[track_caller]
    pub(crate) fn answered(&self, bodies: &[&str]) -> Step {
        let answers: Array = bodies.iter().map(|body| answer(200, bytes(body))).collect();
        self.call("answered", &[answers.into()])
    }

    pub(crate) fn free(&self) {
        self.try_free().expect("free() works");
    }

    pub(crate) fn try_free(&self) -> Result<(), JsValue> {
        let free: Function = get(&self.engine, "free").dyn_into().expect("the class has free()");
        free.call0(&self.engine).map(drop)
    }

    /// The engine as scripts hold it.
    pub(crate) fn value(&self) -> &JsValue {
        &self.engine
    }
}

/// What the engine asks for.
pub(crate) struct Step(JsValue);

impl Step {
    pub(crate) fn kind(&self) -> String {
        self.text("type")
    }

    /// A member by its path, such as `error.code` or `requests.0.path`.
    pub(crate) fn at(&self, path: &str) -> JsValue {
        path.split('.').fold(self.0.clone(), |value, key| get(&value, key))
    }

    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> String {
        let value = self.at(path);
        value.as_string().unwrap_or_else(|| panic!("{path} is {value:?} in {}", self.json()))
    }

    pub(crate) fn json(&self) -> String {
        JSON::stringify(&self.0).ok().and_then(|text| text.as_string()).unwrap_or_default()
    }
}

pub(crate) fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(crate) fn json(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

pub(crate) fn bytes(text: &str) -> Uint8Array {
    Uint8Array::from(text.as_bytes())
}

/// An answer as the driver passes it on.
pub(crate) fn answer(status: u16, body: Uint8Array) -> JsValue {
    let answer = Object::new();
    for (key, value) in [("status", status.into()), ("headers", Object::new().into()), ("body", body.into())]
    {
        Reflect::set(&answer, &key.into(), &value).expect("a plain object takes a member");
    }
    answer.into()
}

/// A plain object of rows.
pub(crate) fn rows<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> JsValue {
    let object = Object::new();
    for (key, text) in rows {
        Reflect::set(&object, &key.into(), &text.into()).expect("a plain object takes a member");
    }
    object.into()
}

/// The names of an object's own members.
pub(crate) fn keys(value: &JsValue) -> Vec<String> {
    Object::keys(value.unchecked_ref::<Object>()).iter().filter_map(|key| key.as_string()).collect()
}
