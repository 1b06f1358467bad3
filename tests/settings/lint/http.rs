use super::{fires, passes};

const HTTPS: &str = "/httpSettings/requireHttps";
const CONVENTION: &str = "/httpSettings/forwardProxy/convention";
const HOST: &str = "/httpSettings/forwardProxy/customHostHeaderName";
const PREFIX: &str = "/httpSettings/routes/apiPrefix";

#[test]
fn ht1_plain_http_is_refused() {
    fires("HT1", HTTPS, &[(HTTPS, "false")]);
    // A proxy that ends TLS, as in a container behind nginx.
    passes(&[(HTTPS, "false"), (CONVENTION, "\"Standard\"")]);
}

#[test]
fn ht3_a_custom_convention_has_headers() {
    fires("HT3", CONVENTION, &[(CONVENTION, "\"Custom\"")]);
    passes(&[(CONVENTION, "\"Custom\""), (HOST, "\"X-Original-Host\"")]);
}

#[test]
fn ht4_headers_have_a_custom_convention() {
    fires("HT4", HOST, &[(HOST, "\"X-Original-Host\"")]);
    passes(&[(HOST, "\"\"")]);
}

#[test]
fn ht5_the_prefix_is_a_path() {
    fires("HT5", PREFIX, &[(PREFIX, "\".auth\"")]);
    fires("HT5", PREFIX, &[(PREFIX, "\"/\"")]);
    passes(&[(PREFIX, "\"/api/auth\"")]);
}
