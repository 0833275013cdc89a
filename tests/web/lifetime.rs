//! How long engines live: what they are after they were freed, called from within a call, and what of them stays in memory.

use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::host::{Host, NOW, answer, json};
use super::{activated, empty, world};

fn memory_bytes() -> u32 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

#[wasm_bindgen_test]
fn an_engine_that_was_freed_refuses_every_call_and_others_go_on() {
    let other = Host::new(2);
    other.start(r#"{"name":"status"}"#);
    for (method, args) in [
        ("start", vec![json(r#"{"name":"status"}"#)]),
        ("answered", vec![Array::new().into()]),
        ("loaded", vec![empty()]),
        ("saved", vec![]),
        ("woke", vec![]),
        ("cancel", vec![]),
    ] {
        let host = Host::new(1);
        host.start(r#"{"name":"status"}"#);
        host.free();
        let error = host.try_call(method, &args).err().unwrap_or_else(|| panic!("{method} was accepted"));
        assert!(error.is_instance_of::<js_sys::Error>(), "{method} threw {error:?}");
        assert!(host.try_free().is_err(), "freed twice");
    }
    assert_eq!(other.loaded(&empty()).text("result.state"), "off");
}

/// Getters are the only code of the page that can run inside of a call.
#[wasm_bindgen_test]
fn a_call_from_within_a_call_is_refused_and_harms_nothing() {
    let host = Host::new(1);
    host.start(r#"{"name":"calendars"}"#);
    let answers = Function::new_with_args(
        "engine, seen, now",
        "return [{ get status() { try { engine.woke(now); seen.push('accepted'); } catch { seen.push('refused'); } return 200; },
            headers: {}, body: new Uint8Array([123, 125]) }];",
    );
    let seen = Array::new();
    let answers =
        answers.call3(&JsValue::UNDEFINED, host.value(), &seen, &NOW.into()).expect("the answers are made");
    assert_eq!(host.call("answered", &[answers]).kind(), "done");
    assert_eq!(seen.get(0).as_string().as_deref(), Some("refused"));
    assert_eq!(host.start(r#"{"name":"status"}"#).kind(), "load");
}

#[wasm_bindgen_test]
fn a_hundred_cycles_give_their_memory_back() {
    let (stored, nothing) = (activated(&Host::new(1)), empty());
    // What a cycle that writes leaves is read by the next one, as a page goes on for days.
    let cycle = |seed| {
        let host = Host::new(seed);
        let mut step = host.start(r#"{"name":"run","batch":true}"#);
        for at in 0..40 {
            step = match step.kind().as_str() {
                "load" => host.loaded(if at == 0 { &stored } else { &nothing }),
                "save" => host.call("saved", &[]),
                "offsets" => host.call("zoned", &[json(r#"[{"fromMs":0,"minutes":60}]"#)]),
                "http" => {
                    let bodies = world(&step);
                    host.answered(&bodies.iter().map(String::as_str).collect::<Vec<_>>())
                }
                _ => break,
            };
        }
        assert_eq!(step.at("result.crm.created").as_f64(), Some(1.0), "{}", step.json());
        host.free();
    };
    (0..5).for_each(cycle);
    let before = memory_bytes();
    (5..105).for_each(cycle);
    assert_eq!(memory_bytes(), before, "100 cycles made the memory grow");
}

#[wasm_bindgen_test]
fn a_body_of_megabytes_is_given_back() {
    let big = Uint8Array::new_with_length(8 * 1024 * 1024).fill(b' ', 0, 8 * 1024 * 1024);
    let read = || {
        let host = Host::new(1);
        host.start(r#"{"name":"calendars"}"#);
        let answers = Array::of1(&answer(200, big.clone()));
        assert_eq!(host.call("answered", &[answers.into()]).kind(), "wait", "blanks are no JSON");
        host.free();
    };
    read();
    let before = memory_bytes();
    (0..20).for_each(|_| read());
    assert_eq!(memory_bytes(), before, "20 more bodies of 8 MB made the memory grow");
}
