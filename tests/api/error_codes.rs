//! Pasted errors and their meaning.

use std::collections::HashSet;

use easyauth::error_codes::{ErrorExplanation, KnownError, MAX_ERROR_TEXT_LEN, Responsible};

#[track_caller]
fn explain(text: &str) -> ErrorExplanation {
    ErrorExplanation::from_text(text).expect("an explanation")
}

/// The names of the known errors in a string, in the order of the explanation.
#[track_caller]
fn names(text: &str) -> Vec<&'static str> {
    explain(text).known().iter().map(|error| error.name()).collect()
}

#[test]
fn text_of_a_sign_in_page() {
    let explanation = explain(
        "Sorry, but we're having trouble signing you in.\r\n\
         AADSTS50011: The redirect URI 'https://canary.example/.auth/login/aad/callback' specified in the request \
         does not match the redirect URIs configured for the application 'canary'.\r\n\
         Request Id: 00000001-0000-4000-8000-000000000001\r\n\
         Correlation Id: 00000002-0000-4000-8000-000000000002\r\n\
         Timestamp: 2026-11-27T16:20:07Z",
    );
    assert_eq!(
        explanation.to_string(),
        "AADSTS50011: the redirect URI of the request is not registered for the application; the developer of \
         this service can fix it: register https://<host>/.auth/login/<provider>/callback as a redirect URI of \
         the platform type Web\n\
         correlation ID 00000002-0000-4000-8000-000000000002, trace ID \
         00000001-0000-4000-8000-000000000001, time 2026-11-27T16:20:07Z",
    );
}

#[test]
fn response_of_a_token_endpoint() {
    // The shape of Microsoft's own sample ("Microsoft Entra authentication and authorization error codes").
    let explanation = explain(
        r#"{"error":"invalid_grant","error_description":"AADSTS70002: Error validating credentials. AADSTS500133: Assertion is not within its valid time range. canary\r\nTrace ID: 00000001-0000-4000-8000-000000000001\r\nCorrelation ID: 00000002-0000-4000-8000-000000000002\r\nTimestamp: 2026-11-27 16:20:07Z","error_codes":[70002,500133],"timestamp":"2026-11-27 16:20:07Z","trace_id":"00000001-0000-4000-8000-000000000001","correlation_id":"00000002-0000-4000-8000-000000000002"}"#,
    );
    let names: Vec<_> = explanation.known().iter().map(|error| error.name()).collect();
    assert_eq!(names, ["AADSTS500133", "AADSTS70002", "invalid_grant"]);
    assert_eq!(explanation.primary().unwrap().responsible(), Responsible::Client);
    assert_eq!(explanation.trace_id(), Some("00000001-0000-4000-8000-000000000001"));
    assert_eq!(explanation.correlation_id(), Some("00000002-0000-4000-8000-000000000002"));
    assert_eq!(explanation.timestamp(), Some("2026-11-27 16:20:07Z"));
}

#[test]
fn other_forms_of_errors() {
    // The address of a failed redirect.
    assert_eq!(
        names(
            "https://h/.auth/login/aad/callback#error=invalid_client&error_description=AADSTS650053%3a+The+app"
        ),
        ["AADSTS650053", "invalid_client"],
    );
    // Azure Resource Manager (hashicorp/go-azure-helpers#51).
    assert_eq!(
        names(
            r#"{"error":{"code":"InvalidAuthenticationTokenAudience","message":"The access token has been obtained for wrong audience or resource 'https://graph.windows.net/'."}}"#
        ),
        ["InvalidAuthenticationTokenAudience"],
    );
    // Challenges (RFC 6750 section 3; Microsoft Entra, claims challenges).
    assert_eq!(
        names(r#"WWW-Authenticate: Bearer realm="", error="invalid_token", error_description="x""#),
        ["invalid_token"],
    );
    assert_eq!(
        names(
            r#"Bearer authorization_uri="https://h", error="insufficient_claims", claims="eyJh""#
        ),
        ["insufficient_claims"],
    );
    // Easy Auth's own log (AzureAD/azure-activedirectory-library-for-dotnet#495).
    assert_eq!(
        names("PID[11640] Warning JWT validation failed: IDX10214: Audience validation failed."),
        ["IDX10214"],
    );
    // JSON in a JSON string.
    assert_eq!(names(r#"{\"error_codes\":[7000222]}"#), ["AADSTS7000222"]);
}

#[test]
fn oauth_names_count_only_as_values_of_error() {
    assert_eq!(ErrorExplanation::from_text("the request was invalid_request, server_error"), None);
    assert_eq!(names("error=login_required"), ["login_required"]);
    assert_eq!(
        names(r#""error":"invalid_grant","suberror":"consent_required""#),
        ["consent_required", "invalid_grant",]
    );
}

#[test]
fn strings_without_a_code_are_not_explained() {
    for text in [
        "",
        "AADSTS",
        "AADSTS: no number",
        "AADSTS123: too short",
        "AADSTS123456789: too long",
        "aadsts50011",
        "error_codes",
        r#""error_codes":[]"#,
        r#""error_codes":["50011"]"#,
        r#""error_codes":[-50011,5e4]"#,
        r#""error_codes":[+50011]"#,
        "XInvalidAuthenticationTokenAudience",
        "500 Internal Server Error",
    ] {
        assert_eq!(ErrorExplanation::from_text(text), None, "{text}");
    }
}

#[test]
fn unknown_numbers_link_to_the_page_that_explains_them() {
    let explanation = explain("AADSTS1234567: canary");
    assert_eq!((explanation.primary(), explanation.unknown()), (None, &[1_234_567][..]));
    assert_eq!(
        explanation.to_string(),
        "AADSTS1234567: unknown code, see \
         https://login.microsoftonline.com/error?code=1234567",
    );
}

#[test]
fn only_codes_and_ids_of_the_text_are_shown() {
    let explanation = explain(
        "AADSTS50020: User account 'canary@contoso.example' ... Bearer eyJcanary.canary.canary \u{1b}[31m \
         Correlation ID: canary Trace ID: 00000001-0000-4000-8000-00000000000g Timestamp: 2026-11-27 canary",
    );
    let json = serde_json::to_string(&explanation).unwrap();
    let printed = format!("{explanation} {explanation:?} {json}");
    assert!(!printed.contains("canary") && !printed.contains('\u{1b}'), "{printed}");
    assert_eq!(explanation.correlation_id(), None);
    assert_eq!(explanation.trace_id(), None);
    assert_eq!(explanation.timestamp(), None);
}

/// The address of a failed redirect, as the browser shows it. Entra encodes a space as `+`; others write
/// `%20`.
#[test]
fn ids_and_times_of_an_address() {
    const ADDRESS: &str = "https://canary.example/.auth/login/aad/callback?error=invalid_client&error_description=\
        AADSTS650052%3a+The+app+needs+access+to+a+service.%0d%0a\
        Trace+ID%3a+00000001-0000-4000-8000-000000000001%0d%0a\
        Correlation+ID%3a+00000002-0000-4000-8000-000000000002%0d%0a\
        Timestamp%3a+2026-11-27+16%3a20%3a07Z&error_uri=https%3a%2f%2fcanary.example#";
    let upper = ADDRESS.replace("%3a", "%3A").replace("%0d%0a", "%0D%0A");
    for address in [ADDRESS, &upper, &ADDRESS.replace('+', "%20"), &ADDRESS.replace("%3a", ":")] {
        let explanation = explain(address);
        assert_eq!(names(address), ["AADSTS650052", "invalid_client"], "{address}");
        let id = explanation.correlation_id();
        assert_eq!(id, Some("00000002-0000-4000-8000-000000000002"), "{address}");
        assert_eq!(explanation.trace_id(), Some("00000001-0000-4000-8000-000000000001"));
        assert_eq!(explanation.timestamp(), Some("2026-11-27 16:20:07Z"));
    }
    let broken = explain("AADSTS50011%3a+Correlation+ID%3a+%0%zz%+1%ff%");
    assert_eq!((broken.correlation_id(), broken.timestamp()), (None, None));
}

/// A value that continues after an ID or a time is neither.
#[test]
fn ids_and_times_end_with_their_word() {
    #[track_caller]
    fn check(text: &str, correlation_id: Option<&str>, timestamp: Option<&str>) {
        let explanation = explain(&format!("AADSTS50011: {text}"));
        assert_eq!(explanation.correlation_id(), correlation_id);
        assert_eq!(explanation.timestamp(), timestamp);
    }
    const ID: &str = "00000002-0000-4000-8000-000000000002";
    const TIME: &str = "2026-11-27 16:20:07Z";
    for end in ["", " ", "\r\n", "\"", ",", ".", ")", "é"] {
        check(&format!("Correlation ID: {ID}{end}"), Some(ID), None);
        check(&format!("Timestamp: {TIME}{end}"), None, Some(TIME));
    }
    for end in ["0", "f", "x", "-0000", "_", "Z"] {
        check(&format!("Correlation ID: {ID}{end}"), None, None);
        check(&format!("Timestamp: {TIME}{end}"), None, None);
        // The next label counts.
        check(&format!("Correlation ID: {ID}{end}, correlation_id: {ID}"), Some(ID), None);
    }
}

#[test]
fn serialized_form() {
    let json = serde_json::to_value(explain("AADSTS70021: x")).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "errors": [{
                "name": "AADSTS70021",
                "meaning": "no federated credential of the application matches the client assertion",
                "responsible": "developer",
                "fix": "make issuer, subject and audience of the federated credential equal to those of the \
                        assertion, in the same case; a new one takes some minutes to work",
                "needsUser": false,
                "documented": true,
                "source": "Azure AD Workload Identity, troubleshooting",
            }],
            "unknown": [],
            "correlationId": null,
            "traceId": null,
            "timestamp": null,
        }),
    );
}

#[test]
fn long_texts_are_read_up_to_the_limit() {
    let code = "AADSTS50011";
    let fits = format!("{}{code}", " ".repeat(MAX_ERROR_TEXT_LEN - code.len()));
    assert_eq!(names(&fits), [code]);
    assert_eq!(
        ErrorExplanation::from_text(&format!("{} {code}", " ".repeat(MAX_ERROR_TEXT_LEN))),
        None
    );
    // The limit is inside a character.
    let text = format!("{code}{}", "é".repeat(MAX_ERROR_TEXT_LEN));
    assert_eq!(names(&text), [code]);
    // The number of codes is bounded.
    let many: Vec<String> =
        (1_000_000..1_002_000).map(|number| format!("AADSTS{number}")).collect();
    assert_eq!(explain(&many.join(" ")).unknown().len(), 16);
}

#[test]
fn every_known_error_has_a_name_and_a_fix() {
    let mut seen = HashSet::new();
    for error in KnownError::all() {
        let name = error.name();
        assert!(seen.insert(name), "{name} is a duplicate");
        assert_eq!(KnownError::of_name(name), Some(error));
        if let Some(number) = error.aadsts() {
            assert_eq!(name, format!("AADSTS{number}"));
            assert_eq!(KnownError::of_entra(number), Some(error));
            assert_eq!(names(&format!("{name}: text")), [name]);
        } else {
            assert_eq!(names(&format!("error={name}")), [name]);
        }
        for clause in [error.meaning(), error.fix(), error.source()] {
            assert!(
                !clause.is_empty() && !clause.ends_with('.') && !clause.contains("  "),
                "{name}: {clause}"
            );
        }
    }
    assert_eq!(KnownError::of_entra(1), None);
    assert_eq!(KnownError::of_name("AADSTS"), None);
    assert_eq!(KnownError::of_name("AADSTSx"), None);
    assert_eq!(KnownError::of_name("AADSTS+50011"), None);
    assert_eq!(KnownError::of_name("AADSTS050011"), None);
    // Undocumented codes are marked.
    assert!(!KnownError::of_entra(28000).unwrap().is_documented());
    assert!(KnownError::of_entra(50011).unwrap().is_documented());
}

/// Common errors of sign-ins with Easy Auth, and who can fix them.
#[test]
fn responsible_for_common_errors() {
    #[track_caller]
    fn check(number: u32, responsible: Responsible, needs_user: bool) {
        let error = KnownError::of_entra(number).unwrap_or_else(|| panic!("AADSTS{number}"));
        assert_eq!(
            (error.responsible(), error.needs_user()),
            (responsible, needs_user),
            "{number}"
        );
    }
    use Responsible::{Administrator, Client, Developer, Microsoft, User};
    for number in [
        28000, 50011, 50194, 70011, 90002, 90009, 500_011, 500_113, 650_053, 700_016, 700_022,
        700_054, 900_971, 901_002, 7_000_215, 7_000_218, 7_000_222, 9_000_411, 75011,
    ] {
        check(number, Developer, false);
    }
    for number in [16000, 50020, 50076, 50079, 50158, 53000, 53001, 65001, 65004, 90072, 165_000] {
        check(number, User, true);
    }
    for number in [50105, 53003, 90094] {
        check(number, Administrator, true);
    }
    check(9_010_010, Client, false);
    check(90033, Microsoft, false);
    let codes: Vec<_> =
        Responsible::ALL.iter().map(|who| format!("{}: {who}", who.code())).collect();
    assert_eq!(
        codes,
        [
            "developer: the developer of this service",
            "administrator: an administrator of the tenant",
            "user: the user",
            "client: the developer of the client",
            "microsoft: Microsoft",
        ],
    );
}
