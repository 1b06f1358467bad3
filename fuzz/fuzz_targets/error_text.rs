#![no_main]

#[path = "../properties/mod.rs"]
#[expect(dead_code, reason = "the other targets check the other properties")]
mod properties;

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::error_text::check(input));
