//! Tokens whose signature is not checked.

use std::time::{Duration, UNIX_EPOCH};

use easyauth::{
    Caller, DecodeError, DecodeErrorKind, Groups, MAX_TOKEN_LEN, Segment, UnverifiedToken,
    resource::GRAPH,
};

use crate::support::{chain, compact, decode, token};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

#[track_caller]
fn rejected(token: &str, message: &str) -> DecodeError {
    let error = UnverifiedToken::decode(token).expect_err("an error");
    assert_eq!(error.to_string(), message);
    assert_eq!(chain(&error), message, "an error has no source that says more");
    error
}

#[track_caller]
fn payload_rejected(payload: impl AsRef<[u8]>, message: &str) {
    rejected(&compact("{}", payload), message);
}

#[test]
fn a_graph_token() {
    let token = UnverifiedToken::decode(&compact(
        include_str!("../data/graph-token-header.json"),
        include_str!("../data/graph-token-payload.json"),
    ))
    .unwrap();
    let header = token.header();
    assert_eq!((header.alg(), header.typ()), (Some("RS256"), Some("JWT")));
    assert!(header.kid().is_some() && header.kid() == header.x5t());
    assert!(header.is_protected());
    assert!(header.names().eq(["typ", "nonce", "alg", "x5t", "kid"]));
    assert!(token.has_audience(GRAPH));
    assert!(token.scopes().eq(["email", "openid", "profile", "User.Read"]));
    assert_eq!((token.caller(), token.version()), (Caller::User, Some("1.0")));
    assert_eq!(token.client_id(), Some("00000004-0000-4000-8000-000000000004"));
    assert_eq!(token.claim("name"), Some("José Sample"));
    assert!(token.claim_values("amr").eq(["pwd", "mfa"]));
    assert_eq!(token.claim_names().count(), 38);
    let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!((token.issued_at(), token.not_before()), (at(1_773_324_272), at(1_773_324_272)));
    assert_eq!(token.expires_at(), at(1_773_329_845));
    assert!(!token.is_bound_to_key() && !token.is_id_token());
}

#[test]
fn segments() {
    let opaque = "the token is opaque: expected a JWT of 3 segments";
    rejected("", opaque);
    rejected("e30", opaque);
    rejected("e30.e3", opaque);
    rejected("e3.e30.e30.e30", opaque);
    rejected("e30.e3.e30.e30.e30.e30", opaque);
    rejected("!.!.!.!", opaque);
    let encrypted = "the token is encrypted: only the API that it is for can read it";
    rejected("e30.a.b.c.d", encrypted);
    rejected("!.....", opaque);
    rejected("....", encrypted);
    assert!(UnverifiedToken::decode("e30.e30.").is_ok()); // alg none
    let length = MAX_TOKEN_LEN + 1;
    let error = rejected(
        &"a".repeat(length),
        "the token is too long: expected at most 256000 bytes, found 256001",
    );
    assert_eq!((error.kind(), error.segment()), (DecodeErrorKind::TooLong, None));
    rejected(&"a".repeat(MAX_TOKEN_LEN), opaque);
}

#[test]
fn base64url_without_padding() {
    #[track_caller]
    fn check(token: &str, segment: Segment, position: usize) {
        let message = format!("the {segment} of the token is not base64url at byte {position}");
        let error = rejected(token, &message);
        assert_eq!((error.kind(), error.segment()), (DecodeErrorKind::Base64, Some(segment)));
    }
    check("e30=.e30.", Segment::Header, 4);
    check(" e30.e30.", Segment::Header, 0);
    check("e3\n0.e30.", Segment::Header, 2);
    check("e30.e30=.", Segment::Payload, 4);
    check("e30.e30 .", Segment::Payload, 3);
    check("e30.eyJhIjoiPz8-In+.", Segment::Payload, 14); // the standard alphabet
    check("e30.e3.", Segment::Payload, 1); // stray last bits
    check("e30.e.", Segment::Payload, 1);
}

/// Tokens as people share them, and Microsoft's own samples, whose signatures are truncated.
#[test]
fn the_signature_is_ignored() {
    for rest in [
        "",
        ".",
        ".a",
        ".ab",
        ".abc",
        ".abcd",
        "._-",
        ".a=",
        ". ",
        ".a\n",
        ".a/b",
        ".[Signature]",
        ".<redacted>",
        "....",
        "...",
        "..",
        "....",
        ".[removed: 256 bytes.]",
        ".é",
    ] {
        assert!(UnverifiedToken::decode(&format!("e30.e30{rest}")).is_ok(), "{rest}");
    }
    // Other strings with dots are not tokens.
    for other in ["www.contoso.example.com", "e30.e3", "e30.bnVsbA", "W10.e30"] {
        let error = UnverifiedToken::decode(other).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Opaque, "{other}");
    }
    // An encrypted token has five segments, and its second is not JSON (RFC 7516 section 7.1).
    let kind = |token: &str| UnverifiedToken::decode(token).unwrap_err().kind();
    assert_eq!(kind("e30.YWJj.a.b.c"), DecodeErrorKind::Encrypted);
    assert_eq!(kind(&format!("e30.e30.{}", ".".repeat(MAX_TOKEN_LEN))), DecodeErrorKind::TooLong);
}

#[test]
fn json_objects() {
    rejected(&compact("", "{}"), "the header of the token is not valid JSON at byte 0");
    rejected(&compact("{", "{}"), "the header of the token is not valid JSON at byte 1");
    rejected(&compact("[]", "{}"), "the header of the token is not a JSON object");
    rejected(&compact(b"\xff", "{}"), "the header of the token is not UTF-8 at byte 0");
    payload_rejected("{]", "the payload of the token is not valid JSON at byte 1");
    payload_rejected("{} x", "the payload of the token is not valid JSON at byte 3");
    payload_rejected(b"{\"\xff\":1}", "the payload of the token is not UTF-8 at byte 2");
    // Some readers take an array for the claims in their order.
    payload_rejected("[1,2,\"s\",\"i\",\"a\"]", "the payload of the token is not a JSON object");
    payload_rejected("\"x\"", "the payload of the token is not a JSON object");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(127), "]".repeat(127));
    payload_rejected(deep, "the payload of the token is not valid JSON at byte 132");
    assert!(UnverifiedToken::decode(&compact(" {\n} ", "\t{ }\r\n")).is_ok());
}

#[test]
fn duplicate_members_are_rejected() {
    #[track_caller]
    fn check(json: &str, name: &str) {
        for (segment, token) in [("header", compact(json, "{}")), ("payload", compact("{}", json))]
        {
            rejected(&token, &format!("the {segment} of the token has a duplicate member: {name}"));
        }
    }
    check(r#"{"aud":"a","x":1,"aud":"a"}"#, "aud");
    check(r#"{"custom":1,"custom":2}"#, "custom");
    check(r#"{"a":null,"a":null}"#, "a");
    check(r#"{"a":1,"\u0061":2}"#, "a");
    check(r#"{"":1,"":2}"#, "");
    check(r#"{"a\nb":1,"a\nb":2}"#, r"a\u{a}b"); // cannot break a line
    for name in ["aud", "iss", "oid", "sub", "tid"] {
        check(&format!(r#"{{"{name}":"a","{}":"b"}}"#, name.to_uppercase()), name);
    }
    check(r#"{"Tid":"a","tID":"b"}"#, "tid");
    let many: Vec<String> = (0..1000).map(|index| format!("\"claim{index}\":{index}")).collect();
    let many = many.join(",");
    assert!(decode(format!("{{{many}}}")).is_ok());
    check(&format!("{{{many},\"claim500\":0}}"), "claim500");
    let long = "n".repeat(300);
    check(&format!(r#"{{"{long}":1,"{long}":2}}"#), &format!("{}...", &long[..256]));
    // Others may differ in case, and a single odd spelling is just another claim.
    assert_eq!(token(r#"{"Roles":"a","roles":"b","TID":"x"}"#).tenant_id(), None);
    let error = decode(r#"{"a":1,"a":1}"#).unwrap_err();
    assert_eq!((error.kind(), error.member_name()), (DecodeErrorKind::DuplicateMember, Some("a")));
    assert_eq!(error.segment(), Some(Segment::Payload));
}

#[test]
fn claims_have_their_types() {
    #[track_caller]
    fn check(claim: &str, values: &[&str]) {
        for value in values {
            let message = format!(
                "the payload of the token has a claim of the wrong JSON type or out of range: {claim}"
            );
            payload_rejected(format!(r#"{{"{claim}":{value}}}"#), &message);
        }
        assert!(decode(format!(r#"{{"{claim}":null}}"#)).is_ok());
    }
    for claim in ["iss", "sub", "tid", "oid", "azp", "appid", "idtyp"] {
        check(claim, &["1", "true", "{}", "[]", r#"["x"]"#]);
    }
    for claim in ["aud", "scp", "roles"] {
        check(claim, &["1", "true", "{}", "[1]", r#"["x",1]"#, "[null]", r#"[["x"]]"#]);
    }
    for claim in ["exp", "nbf", "iat"] {
        check(
            claim,
            &["true", "{}", "[1]", "-1", "253402300800", "1e300", "\"soon\"", "\"\"", "1e400"],
        );
    }
}

#[test]
fn audiences() {
    #[track_caller]
    fn check(aud: &str, audience: &str, expected: bool) {
        assert_eq!(token(&format!(r#"{{"aud":{aud}}}"#)).has_audience(audience), expected);
    }
    check(r#""api://my-api""#, "api://my-api", true);
    check(r#""api://my-api/""#, "api://my-api", true);
    check(r#""api://my-api""#, "api://my-api/", true);
    check(r#""api://my-api//""#, "api://my-api", false);
    check(r#""API://my-api""#, "api://my-api", false);
    check(r#"" api://my-api""#, "api://my-api", false);
    check(r#""api:\/\/my-api""#, "api://my-api", true);
    check(r#"["x","api://my-api"]"#, "api://my-api", true);
    check("[]", "api://my-api", false);
    check("[]", "", false);
    check(r#""""#, "", false);
    check(r#""/""#, "", false);
    check("null", "null", false);
    check(
        r#""6E74172B-be56-4843-9ff4-e66a39bb12e3""#,
        "6e74172b-BE56-4843-9ff4-e66a39bb12e3",
        true,
    );
    check(
        r#""6E74172Bxbe56-4843-9ff4-e66a39bb12e3""#,
        "6e74172bxbe56-4843-9ff4-e66a39bb12e3",
        false,
    );
    assert!(token(r#"{"aud":"a"}"#).has_audience(&"a".to_owned()));
    // A second audience of some first-party tokens, which is none.
    let copilot = token(r#"{"aud":"a","secaud":{"aud":"b","scp":"x"}}"#);
    assert!(!copilot.has_audience("b") && !copilot.has_scope("x"));
    assert_eq!(token("{}").audiences().count(), 0);
}

#[test]
fn scopes_and_roles() {
    #[track_caller]
    fn check(scp: &str, scopes: &[&str]) {
        assert!(token(&format!(r#"{{"scp":{scp}}}"#)).scopes().eq(scopes.iter().copied()));
    }
    check(r#""User.Read openid""#, &["User.Read", "openid"]);
    check(r#"" a  b ""#, &["a", "b"]);
    check(r#""""#, &[]);
    check(r#""/""#, &[]);
    check("null", &[]);
    check(r#""a,b""#, &["a,b"]);
    check(r#""a\tb""#, &["a\tb"]); // a space separates, nothing else
    check(r#"["a","b c"]"#, &["a", "b", "c"]); // other issuers
    let roles = token(r#"{"roles":"Sales Team"}"#);
    assert!(roles.app_roles().eq(["Sales Team"])); // one text is a list of one, and not split
    assert!(token(r#"{"roles":["a","b"]}"#).app_roles().eq(["a", "b"]));
    assert!(!token(r#"{"scp":"a"}"#).has_scope("A"));
    assert!(!token(r#"{"scp":"a"}"#).has_scope(""));
    assert!(!token("{}").has_any_scope(["a"]));
}

#[test]
fn callers() {
    #[track_caller]
    fn check(payload: &str, caller: Caller) {
        assert_eq!(token(payload).caller(), caller);
    }
    check(r#"{"idtyp":"app"}"#, Caller::App);
    check(r#"{"idtyp":"user"}"#, Caller::User);
    check(r#"{"idtyp":"device"}"#, Caller::Unknown);
    check(r#"{"idtyp":"app","scp":"x"}"#, Caller::App); // decisive
    check(r#"{"nonce":"n"}"#, Caller::User); // who signed in at a page
    check(r#"{"at_hash":"h"}"#, Caller::User);
    check(r#"{"c_hash":"h"}"#, Caller::User);
    check(r#"{"idtyp":"user","oid":"1","sub":"1"}"#, Caller::User);
    check(r#"{"scp":"x"}"#, Caller::User);
    check(r#"{"scp":"x","oid":"1","sub":"1"}"#, Caller::User);
    // The subject says it of organizations alone, so the issuer must be theirs.
    check(r#"{"oid":"1","sub":"1"}"#, Caller::Unknown);
    let of =
        |issuer: &str, more: &str| format!(r#"{{"iss":"{issuer}","oid":"1","sub":"1"{more}}}"#);
    let entra = "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";
    check(&of(entra, ""), Caller::App);
    check(&of(entra, r#","scp":"/""#), Caller::App); // agent tokens
    let of_tenant = |issuer: &str| of(&issuer.replace("TENANT", TENANT), "");
    for issuer in [
        "https://login.microsoftonline.us/TENANT/v2.0",
        "https://sts.windows.net/TENANT/",
        "https://sts.chinacloudapi.cn/TENANT/",
    ] {
        check(&of_tenant(issuer), Caller::App);
    }
    for issuer in [
        "https://login.microsoftonline.com/TENANT/v2.0/",
        "https://login.microsoftonline.com/te/TENANT/b2c_1_susi/v2.0/",
        "https://login.microsoftonline.com/common/v2.0",
        "https://contoso.ciamlogin.com/TENANT/v2.0",
        "https://contoso.b2clogin.com/TENANT/v2.0/",
        "https://sts.windows.net/TENANT",
        "",
    ] {
        check(&of_tenant(issuer), Caller::Unknown);
    }
    check(r#"{"oid":"1","sub":"2"}"#, Caller::Unknown);
    check(r#"{"oid":"1"}"#, Caller::Unknown);
    check("{}", Caller::Unknown);
    assert_eq!(Caller::App.as_str(), "app");
    assert_eq!((Caller::User.as_str(), Caller::Unknown.as_str()), ("user", "unknown"));
}

/// Access tokens of Microsoft's issuers name their client, so tokens without one are ID tokens.
#[test]
fn issuers_of_microsoft() {
    #[track_caller]
    fn check(issuer: &str, is_microsofts: bool) {
        let issuer = issuer.replace("TENANT", TENANT).replace('\\', r"\\");
        let token = token(&format!(r#"{{"iss":"{issuer}"}}"#));
        assert_eq!(token.is_id_token(), is_microsofts);
    }
    check("https://login.microsoftonline.com/TENANT/v2.0", true);
    check("https://sts.windows.net/TENANT/", true);
    check("https://sts.chinacloudapi.cn/TENANT/", true);
    check("https://login.sovcloud-identity.fr/TENANT/v2.0", true);
    check("https://contoso.ciamlogin.com/TENANT/v2.0", true);
    check("https://CONTOSO.ciamlogin.com:443/TENANT/v2.0", true);
    check("https://contoso.b2clogin.com/TENANT/v2.0/", true);
    check("https://contoso.b2clogin.cn/tfp/TENANT/b2c_1_susi/v2.0/", true);
    // Older addresses of B2C, and custom domains.
    check("https://login.microsoftonline.com/te/TENANT/b2c_1_susi/v2.0/", true);
    check("https://login.microsoftonline.com/tfp/TENANT/b2c_1_susi/v2.0/", true);
    check("https://login.contoso.com/TENANT/v2.0/", true);
    check("https://login.contoso.com/tfp/TENANT/b2c_1_susi/v2.0/", true);
    check("https://login.contoso.com/{tenantid}/v2.0/", true);
    // Others.
    check("https://accounts.google.com", false);
    check("accounts.google.com", false);
    check("https://contoso.auth0.com/", false);
    check("https://login.contoso.com/realms/v2.0", false);
    check("https://myciamlogin.com/x/v2.0", false);
    check("https://ciamlogin.com.attacker.example/x/v2.0", false);
    check("http://login.microsoftonline.com/TENANT/v2.0", false);
    // Their hosts are other ones.
    for other in ["evil.example?.", "evil.example#.", r"evil.example\.", "evil.example@"] {
        check(&format!("https://{other}login.microsoftonline.com/x/v2.0"), false);
    }
}

/// The payload is read as `serde_json` reads it.
#[test]
fn json_of_the_payload() {
    /// `position` is where the value of a claim is invalid.
    #[track_caller]
    fn check(value: &str, position: Option<usize>) {
        let start = r#"{"a":"#;
        let end = if position.is_some() { "" } else { "}" };
        let payload = format!("{start}{value}{end}");
        let peer = serde_json::from_str::<serde_json::Value>(&payload);
        assert_eq!(peer.is_err(), position.is_some(), "serde_json: {peer:?}");
        let error = decode(&payload).err().map(|error| error.to_string());
        let expected = position.map(|position| {
            let position = position + start.len();
            format!("the payload of the token is not valid JSON at byte {position}")
        });
        assert_eq!(error, expected, "{value}");
    }
    check("{}", None);
    check(" [ ] \r\n\t", None);
    check("[1,-0,0.5,1e5,1E+5,2.0e-7,true,false,null,\"\"]", None);
    check(r#"{"a":{"b":[{}]},"a":1}"#, None);
    check(r#""\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t""#, None);
    check("\"\u{7f}é\u{2028}\"", None);

    check("", Some(0));
    check("{", Some(1));
    check("[1,]", Some(3));
    check("[1 2]", Some(3));
    check("{\"a\" 1}", Some(5));
    check("{\"a\":1,}", Some(7));
    check("{a:1}", Some(1));
    check("[1}", Some(2));
    check("01", Some(1));
    check("1.", Some(2));
    check(".5", Some(0));
    check("+1", Some(0));
    check("-", Some(1));
    check("1e", Some(2));
    check("1e+", Some(3));
    check("tru", Some(0));
    check("nul", Some(0));
    check("falsy", Some(0));
    check("1 1", Some(2));
    check("\"a", Some(2));
    check("\"\n\"", Some(1));
    check("\"\u{1f}\"", Some(1));
    check(r#""\x""#, Some(1));
    check(r#""\u12""#, Some(1));
    check(r#""\u+123""#, Some(1));
    check(r#""\ud800""#, Some(1));
    check(r#""\ud800\n""#, Some(1));
    check(r#""\ud800\u0041""#, Some(1));
    check(r#""\ud800\ue000""#, Some(1));
    check(r#""\udc00""#, Some(1));
    check("\"\\", Some(1));
    check("\u{feff}{}", Some(0));
    check("'a'", Some(0));
    check("NaN", Some(0));

    // It nests as deep, too. Closed arrays do not count.
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(126), None);
    check(&nested(127), Some(127));
    check(&format!("[{}]", vec!["[]"; 1000].join(",")), None);
}

#[test]
fn identifiers() {
    let v2 = token(r#"{"azp":"A","appid":"B","ver":"2.0"}"#);
    assert_eq!((v2.client_id(), v2.version()), (Some("A"), Some("2.0")));
    let v1 = token(r#"{"appid":"B","ver":"1.0"}"#);
    assert_eq!((v1.client_id(), v1.version()), (Some("B"), Some("1.0")));
    assert_eq!(token(r#"{"ver":1}"#).version(), Some("1")); // Okta
    assert_eq!(token(r#"{"ver":{}}"#).version(), None);
    let none = token("{}");
    assert_eq!((none.client_id(), none.version(), none.issuer()), (None, None, None));
    assert_eq!((none.subject(), none.object_id(), none.tenant_id()), (None, None, None));
    let escaped = token(r#"{"iss":"https:\/\/sts.windows.net\/T\/","sub":"\u00e9"}"#);
    assert_eq!(
        (escaped.issuer(), escaped.subject()),
        (Some("https://sts.windows.net/T/"), Some("é"))
    );
}

#[test]
fn times() {
    #[track_caller]
    fn check(exp: &str, seconds: u64) {
        let token = token(&format!(r#"{{"exp":{exp},"nbf":{exp},"iat":{exp}}}"#));
        let expected = Some(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!((token.expires_at(), token.not_before()), (expected, expected));
        assert_eq!(token.issued_at(), expected);
    }
    check("1442514410", 1_442_514_410);
    check("\"1442514410\"", 1_442_514_410); // copies in activity logs
    check("4102444800.9", 4_102_444_800);
    check("1.9999999999", 1); // cut, not rounded
    check("1.5e9", 1_500_000_000);
    check("0", 0);
    check("-0", 0);
    check("253402300799", 253_402_300_799);
    let none = token("{}");
    assert_eq!((none.expires_at(), none.not_before(), none.issued_at()), (None, None, None));
    assert!(none.is_expired_at(UNIX_EPOCH), "what has no end cannot be relied on");
}

#[test]
fn groups() {
    #[track_caller]
    fn check(payload: &str, expected: &Groups<'_>) {
        assert_eq!(&token(payload).groups(), expected);
    }
    check(r#"{"groups":["a","b"]}"#, &Groups::Listed(vec!["a", "b"]));
    check(r#"{"groups":"a"}"#, &Groups::Listed(vec!["a"]));
    check(r#"{"groups":[]}"#, &Groups::Listed(vec![]));
    check("{}", &Groups::Absent);
    check(r#"{"groups":{"x":1}}"#, &Groups::Absent);
    check(r#"{"hasgroups":true}"#, &Groups::Overage);
    check(r#"{"hasgroups":"true","groups":["a"]}"#, &Groups::Overage);
    check(r#"{"hasgroups":false,"groups":["a"]}"#, &Groups::Listed(vec!["a"]));
    check(r#"{"_claim_names":{"groups":"src1"},"_claim_sources":{"src1":{}}}"#, &Groups::Overage);
    // Said twice is said: what is unknown must not become known.
    check(r#"{"_claim_names":{"groups":"a","groups":"b"},"groups":["G"]}"#, &Groups::Overage);
    check(r#"{"_claim_names":{"other":"src1"}}"#, &Groups::Absent);
    check(r#"{"_claim_names":"groups"}"#, &Groups::Absent);
    check(r#"{"_claim_names":["groups"]}"#, &Groups::Absent);
}

#[test]
fn booleans_as_entra_sends_them() {
    for (value, expected) in [
        ("true", Some(true)),
        ("\"1\"", Some(true)),
        ("\"true\"", Some(true)),
        ("1", Some(true)),
        ("false", Some(false)),
        ("\"0\"", Some(false)),
        ("\"false\"", Some(false)),
        ("0", Some(false)),
        ("\"yes\"", None),
        ("2", None),
        ("[]", None),
        ("null", None),
    ] {
        let token = token(&format!(r#"{{"xms_edov":{value}}}"#));
        assert_eq!(token.is_email_domain_verified(), expected, "{value}");
    }
    assert_eq!(token("{}").is_email_domain_verified(), None);
}

#[test]
fn tokens_of_other_kinds() {
    assert!(token(r#"{"cnf":{"kid":"x"}}"#).is_bound_to_key());
    assert!(!token(r#"{"cnf":null}"#).is_bound_to_key());
    for claim in ["nonce", "at_hash", "c_hash"] {
        assert!(token(&format!(r#"{{"{claim}":"x","roles":["a"]}}"#)).is_id_token());
        assert!(!token(&format!(r#"{{"{claim}":"x","scp":"a"}}"#)).is_id_token());
    }
    assert!(!token(r#"{"roles":["a"]}"#).is_id_token());
}

#[test]
fn headers_of_any_kind() {
    #[track_caller]
    fn check(header: &str, alg: Option<&str>) {
        let token = UnverifiedToken::decode(&compact(header, "{}")).unwrap();
        assert_eq!(token.header().alg(), alg);
    }
    check(r#"{"alg":"none"}"#, Some("none"));
    check(r#"{"alg":"ML-DSA-65"}"#, Some("ML-DSA-65"));
    check("{}", None);
    check(r#"{"alg":1}"#, None);
    let token = UnverifiedToken::decode(&compact(
        r#"{"nonce":1,"crit":["b64"],"cty":"JWT","jwk":{}}"#,
        "{}",
    ))
    .unwrap();
    let header = token.header();
    assert!(header.is_protected());
    assert_eq!((header.get("cty"), header.get("crit"), header.get("x")), (Some("JWT"), None, None));
    assert_eq!((header.kid(), header.typ(), header.x5t()), (None, None, None));
    assert_eq!(format!("{header:?}"), r#"TokenHeader["nonce", "crit", "cty", "jwk"]"#);
    assert!(!decode("{}").unwrap().header().is_protected());
}

#[test]
fn claims_of_your_own() {
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Custom {
        level: u8,
    }
    let good = token(r#"{"level":7,"name":"J\u00e9","x":"\/"}"#);
    assert_eq!(good.claims_as::<Custom>().unwrap().level, 7);
    let value: serde_json::Value = good.claims_as().unwrap();
    assert_eq!(value, serde_json::json!({"level": 7, "name": "Jé", "x": "/"}));

    let error = token(r#"{"level":"secret-value"}"#).claims_as::<Custom>().unwrap_err();
    assert_eq!((error.line(), error.column()), (1, 23));
    let message = "the claims do not match the requested type at line 1 column 23";
    assert_eq!(chain(&error), message);
    assert!(token("{}").claims_as::<Custom>().is_err());
    let error = token("{\n\n\"level\":true}").claims_as::<Custom>().unwrap_err();
    assert_eq!((error.line(), error.column()), (3, 12));
}

#[test]
fn debug_shows_names_and_no_values() {
    let token = token(r#"{"sub":"secret-value","a\nb":{"c":"secret-value"}}"#);
    assert_eq!(
        format!("{token:?}"),
        r#"Token { header: TokenHeader["typ", "alg"], claims: ["sub", "a\u{a}b"], .. }"#,
    );
}

/// Claims are found by a mark of their first letters and length; these have the same.
#[test]
fn names_that_begin_alike() {
    let token =
        token(r#"{"preferred_usernumbe":"1","preferred_username_":"2","preferred_colours_":"3"}"#);
    assert_eq!(token.claim("preferred_username_"), Some("2"));
    assert_eq!(token.claim("preferred_usernumbe"), Some("1"));
    assert_eq!(token.claim("preferred_colour_s"), None);
    assert_eq!(token.claim("preferred_usernames"), None);
}
