//! `httpSettings`.

use super::{Findings, Lint, Section, Spot, placeholder::final_text, rule::rules};
use crate::settings::ForwardProxyConvention;

rules! {
    HT1 Warning: "sessions and tokens travel over plain HTTP",
        "authSettingsV2 schema, HttpSettings.requireHttps";
    HT3 Warning: "the convention has no header to read, so the platform goes on with its own address: \
        redirects after a sign-in lead past the proxy",
        "inferred from authSettingsV2 schema, ForwardProxy";
    HT4 Warning: "the headers are not read, because the convention is not Custom",
        "inferred from authSettingsV2 schema, ForwardProxy";
    HT5 Warning: "the platform's own pages, sign-in and sign-out among them, may not be found",
        "inferred from the default /.auth";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let http = lint.sections.at("httpSettings");
    let proxy = http.at("forwardProxy");
    let convention = proxy.at("convention");
    let believed = convention.json().and_then(ForwardProxyConvention::read);

    let require_https = http.at("requireHttps");
    let has_proxy = believed.as_ref().is_some_and(|own| *own != ForwardProxyConvention::NoProxy);
    if require_https.flag() == Some(false) && !has_proxy && !convention.is_unknown() {
        findings.add(
            &HT1,
            &require_https,
            "plain HTTP is let in, and no proxy is known that ends TLS in front",
            "set it to true; or say which headers of the proxy are believed, in forwardProxy",
        );
    }

    let headers = [proxy.at("customHostHeaderName"), proxy.at("customProtoHeaderName")];
    let is_custom = believed == Some(ForwardProxyConvention::Custom);
    if is_custom && !headers.iter().any(Spot::is_filled) {
        findings.add(
            &HT3,
            &convention,
            "the convention is Custom, and no header is named",
            "set customHostHeaderName, and customProtoHeaderName where the scheme changes",
        );
    }
    for header in
        headers.iter().filter(|header| !is_custom && !convention.is_unknown() && header.is_filled())
    {
        findings.add(
            &HT4,
            header,
            "a header is named, and the convention is not Custom",
            "set the convention to Custom, or remove the name",
        );
    }

    let prefix = http.at("routes").at("apiPrefix");
    if final_text(&prefix).is_some_and(|prefix| !prefix.starts_with('/') || prefix == "/") {
        let message = "the prefix is no path, or the whole site";
        findings.add(&HT5, &prefix, message, "begin it with a slash; /.auth is the default");
    }
}
