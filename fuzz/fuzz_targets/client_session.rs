#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| easyauth_fuzz_properties::client_session::check(input));
