//! The module's memory. The allocator of the standard library, dlmalloc, is as fast and takes 6 KB more of the module.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();
