//! The payloads between the host of Azure Functions and a custom handler.

use easyauth::{
    EasyAuthPrincipal, HeaderSource, IdentityProvider, PrincipalErrorKind, ProviderTokens,
    Rejection,
    functions::{
        Invocation, InvocationError, InvocationErrorKind, InvocationResponse, MAX_INVOCATION_LEN,
        MAX_ROLES_REQUEST_LEN, RolesRequest, RolesRequestErrorKind, ToolInvocation, roles_response,
    },
    rejection::LoginRedirect,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// A payload with these bindings.
fn payload(data: &str) -> String {
    format!(
        r#"{{"Data":{{{data}}},"Metadata":{{"Headers":{{"Host":"h"}},"sys":{{"MethodName":"m"}}}}}}"#
    )
}

/// A binding with these headers, and the members that the host writes (azure-functions-host,
/// `HttpRequestExtensions.GetRequestAsJObject`).
fn request(binding: &str, headers: &str) -> String {
    format!(
        r#""{binding}":{{"Url":"https://h/api/o?code=canary","Method":"POST","Query":{{"code":"canary"}},
        "Headers":{headers},"Params":{{}},"Identities":[{{"IsAuthenticated":false,"Claims":[]}}],
        "Body":"{{\"a\":1}}"}}"#
    )
}

#[track_caller]
fn read(headers: &str) -> Invocation {
    Invocation::parse(payload(&request("req", headers)).as_bytes()).expect("an invocation")
}

#[track_caller]
fn rejected(payload: impl AsRef<[u8]>, kind: InvocationErrorKind, message: &str) {
    let error = Invocation::parse(payload.as_ref()).expect_err("an error");
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
}

#[test]
fn headers_are_those_of_the_request() {
    let invocation = read(
        r#"{"x-ms-client-principal-id":["7"],"X-MS-CLIENT-PRINCIPAL-NAME":"José \u0022S\u0022",
        "X-Ms-Client-Principal-Idp":["aad"],"X-MS-TOKEN-AAD-REFRESH-TOKEN":["canary"],"Accept":["a","b"],
        "accept":"c","Empty":[]}"#,
    );
    assert_eq!((invocation.binding(), invocation.method()), ("req", &Method::POST));
    assert_eq!(invocation.uri(), "https://h/api/o?code=canary");
    let user = EasyAuthPrincipal::from_headers(&invocation).unwrap().unwrap();
    assert_eq!((user.id(), user.name()), (Some("7"), Some("José \"S\"")));
    let tokens = ProviderTokens::from_headers(&invocation, &IdentityProvider::ENTRA).unwrap();
    assert_eq!(tokens.refresh_token().unwrap().expose_secret(), "canary");
    let accept: Vec<&[u8]> = (0..).map_while(|index| invocation.header("ACCEPT", index)).collect();
    assert_eq!(accept, [b"a", b"b", b"c"]);
    assert_eq!(invocation.header("empty", 0), None);
    assert_eq!(invocation.header("Host", 0), None); // of the metadata
    assert_eq!(
        format!("{invocation:?}"),
        "Invocation { binding: \"req\", method: \"POST\", headers: [\"x-ms-client-principal-id\", \
         \"X-MS-CLIENT-PRINCIPAL-NAME\", \"X-Ms-Client-Principal-Idp\", \
         \"X-MS-TOKEN-AAD-REFRESH-TOKEN\", \"Accept\", \"accept\", \"Empty\"], .. }",
    );
    assert!(EasyAuthPrincipal::from_headers(&read("{}")).unwrap().is_none());
}

/// The host writes the query as the client sent it (azure-functions-host, `GetRequestAsJObject`).
#[test]
fn an_address_is_percent_encoded() {
    #[track_caller]
    fn check(sent: &str, expected: &str) {
        let request = request("req", "{}").replace("https://h/api/o?code=canary", sent);
        let invocation = Invocation::parse(payload(&request).as_bytes()).unwrap();
        assert_eq!(invocation.uri().to_string(), expected);
    }
    let plain = "https://h.example:8443/api/a%20b-._~!$&'()*+,;=:@/?q=[1]/?%zz&%C3%A9";
    check(plain, plain);
    check("http://[::1]:7071/api", "http://[::1]:7071/api");
    let longest = format!("https://h/{}", "a".repeat(65_534 - "https://h/".len()));
    check(&longest, &longest);
    check(
        r#"https://h/api?q={\"a\":\"<é b>\"}|\\^`"#,
        "https://h/api?q=%7B%22a%22:%22%3C%C3%A9%20b%3E%22%7D%7C%5C%5E%60",
    );
}

/// A browser is sent to sign in, and comes back to the function.
#[test]
fn an_anonymous_browser_is_sent_to_sign_in() {
    let login = LoginRedirect::to(&IdentityProvider::ENTRA).unwrap();
    let payload = payload(&request("req", r#"{"Accept":["text/html"]}"#).replace("POST", "GET"));
    let invocation = Invocation::parse(payload.as_bytes()).unwrap();
    let handle = || -> Result<InvocationResponse, Rejection> {
        let user = EasyAuthPrincipal::from_headers(&invocation)?;
        user.ok_or_else(Rejection::unauthenticated)?;
        Ok(InvocationResponse::new(StatusCode::OK))
    };
    let answer: InvocationResponse = handle().unwrap_or_else(|rejection| {
        rejection.or_login(&login, invocation.method(), invocation.uri(), &invocation).into()
    });
    let answer = value(&answer.to_json("res"));
    let answer = &answer["Outputs"]["res"];
    assert_eq!(answer["statusCode"], "302");
    assert_eq!(
        answer["headers"]["location"],
        "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fo%3Fcode%3Dcanary",
    );
}

#[test]
fn repeated_headers_are_rejected() {
    for headers in [
        r#"{"X-MS-CLIENT-PRINCIPAL-ID":["a","b"]}"#,
        r#"{"X-MS-CLIENT-PRINCIPAL-ID":["a"],"x-ms-client-principal-id":["a"]}"#,
        r#"{"X-MS-CLIENT-PRINCIPAL-ID":"a","X-MS-CLIENT-PRINCIPAL-ID":"a"}"#,
    ] {
        let error = EasyAuthPrincipal::from_headers(&read(headers)).unwrap_err();
        assert_eq!(error.kind(), PrincipalErrorKind::Header);
        assert!(crate::support::chain(&error).ends_with("expected one value, found more"));
    }
}

#[test]
fn the_trigger_is_the_binding_with_headers() {
    let others = r#""message":"{}","document":{"Url":1,"Headers":"canary"},"number":1,"list":[]"#;
    let found = payload(&format!("{others},{}", request("request", "{}")));
    assert_eq!(Invocation::parse(found.as_bytes()).unwrap().binding(), "request");

    let two = payload(&format!("{},{}", request("req", "{}"), r#""document":{"Headers":{"a":1}}"#));
    let message = "the invocation has more than one binding with headers: use parse_named";
    rejected(&two, InvocationErrorKind::Ambiguous, message);
    let named = Invocation::parse_named(two.as_bytes(), "req").unwrap();
    assert_eq!(named.binding(), "req");

    // Of two members with the same name neither counts, in either order.
    for headers in [r#""Headers":{},"Headers":1"#, r#""Headers":1,"Headers":{}"#] {
        let two = payload(&format!("{},\"document\":{{{headers}}}", request("req", "{}")));
        rejected(two, InvocationErrorKind::Ambiguous, message);
    }

    let none = "the invocation has no HTTP trigger, or none with this name";
    rejected(payload(others), InvocationErrorKind::NoHttpTrigger, none);
    rejected(payload(""), InvocationErrorKind::NoHttpTrigger, none);
    for name in ["REQ", "message", "number", ""] {
        let error = Invocation::parse_named(two.as_bytes(), name).unwrap_err();
        assert_eq!(error.kind(), InvocationErrorKind::NoHttpTrigger, "{name}");
    }
}

#[test]
fn rejects_invalid_invocations() {
    let json = InvocationErrorKind::Json;
    rejected("", json, "the invocation is not valid JSON at byte 0");
    rejected(b"{\"\xff\"}", json, "the invocation is not valid JSON at byte 2");
    rejected("{} x", json, "the invocation is not valid JSON at byte 3");
    let message = "expected an invocation with an object Data";
    for text in ["[]", "{}", r#"{"data":{}}"#, r#"{"Data":null}"#, r#"{"Data":"{}"}"#] {
        rejected(text, InvocationErrorKind::NotAnInvocation, message);
    }
    let message = "the invocation has a duplicate member: Data";
    rejected(r#"{"Data":{},"Data":{}}"#, InvocationErrorKind::DuplicateMember, message);
    let message = "the invocation has two bindings with the same name";
    rejected(payload(r#""a":1,"a":{}"#), InvocationErrorKind::DuplicateBinding, message);
    rejected(payload(r#""a":1,"\u0061":2"#), InvocationErrorKind::DuplicateBinding, message);
}

#[test]
fn rejects_invalid_requests() {
    #[track_caller]
    fn check(members: &str, kind: InvocationErrorKind, message: &str) {
        let payload = payload(&format!(r#""req":{{{members}}}"#));
        rejected(&payload, kind, message);
        let named = Invocation::parse_named(payload.as_bytes(), "req").unwrap_err();
        assert_eq!((named.kind(), named.to_string().as_str()), (kind, message));
    }
    for member in ["Url", "Method", "Headers"] {
        let kind = InvocationErrorKind::DuplicateMember;
        let value = if member == "Headers" { "{}" } else { r#""a""# };
        let members = format!(r#""Headers":{{}},"Url":"","Method":"","{member}":{value}"#);
        check(&members, kind, &format!("the invocation has a duplicate member: {member}"));
    }
    let invalid = InvocationErrorKind::InvalidMember;
    let message =
        |member: &str| format!("a member of the HTTP trigger is missing or invalid: {member}");
    check(r#""Headers":{},"Method":"GET""#, invalid, &message("Url"));
    check(r#""Headers":{},"Method":"GET","Url":1"#, invalid, &message("Url"));
    check(r#""Headers":{},"Url":"u""#, invalid, &message("Method"));
    check(r#""Headers":{},"Url":"u","Method":null"#, invalid, &message("Method"));
    let too_long = format!("https://h/{}", "a".repeat(65_535 - "https://h/".len()));
    for url in ["", " ", "https://", "https:// h/", "https://h:1:2/", too_long.as_str()] {
        let members = format!(r#""Headers":{{}},"Url":"{url}","Method":"GET""#);
        check(&members, invalid, &message("Url"));
    }
    for method in ["", "GET ", "a b", "é"] {
        let members = format!(r#""Headers":{{}},"Url":"u","Method":"{method}""#);
        check(&members, invalid, &message("Method"));
    }
    for value in ["null", "1", "{}", "[1]", r#"["a",null]"#, r#"[["a"]]"#] {
        let members = format!(r#""Headers":{{"a":{value}}},"Url":"u","Method":"GET""#);
        check(&members, invalid, &message("Headers"));
    }
}

#[test]
fn the_length_of_an_invocation_is_limited() {
    let length = MAX_INVOCATION_LEN + 1;
    let message = "the invocation is too long: expected at most 104857600 bytes, found 104857601";
    rejected(vec![b' '; length], InvocationErrorKind::TooLong, message);
}

/// The time for many values with escapes is linear.
#[test]
fn escapes_take_linear_time() {
    let values = vec![r#""\n""#; 200_000].join(",");
    let invocation = read(&format!(r#"{{"a":[{values}]}}"#));
    assert_eq!(invocation.header("A", 199_999), Some(&b"\n"[..]));
}

/// What the host sends with `enableForwardingHttpRequest` or `enableProxyingHttpRequest`: the headers of the
/// request, and its own beside them (azure-functions-host, `DefaultHttpWorkerService`).
#[test]
fn a_forwarded_request_is_read_as_it_is() {
    let forwarded = [
        ("X-MS-CLIENT-PRINCIPAL-ID", "7"),
        ("X-MS-CLIENT-PRINCIPAL-IDP", "aad"),
        ("X-Azure-Functions-HostVersion", "4.1041.200"),
        ("X-Azure-Functions-InvocationId", "00000003-0000-4000-8000-000000000003"),
    ];
    let user = EasyAuthPrincipal::from_headers(&forwarded).unwrap().unwrap();
    assert_eq!(user.id(), Some("7"));
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// The names are those of azure-functions-host (`HttpScriptInvocationResult`, `HttpOutputBindingResponse`), and
/// the status is a string, as there.
#[test]
fn a_response_is_an_output() {
    let answer = InvocationResponse::new(StatusCode::FORBIDDEN)
        .header("Content-Type", "text/plain")
        .and_then(|answer| answer.header("content-type", "text/html"))
        .and_then(|answer| answer.header("WWW-Authenticate", "Bearer realm=\"a\""))
        .unwrap()
        .body("canary \"\n");
    let expected = r#"{"Outputs":{"res\"":{"body":"canary \"\n","headers":{"content-type":"text/html",
        "www-authenticate":"Bearer realm=\"a\""},"statusCode":"403"}},"Logs":[],"ReturnValue":null}"#;
    assert_eq!(value(&answer.to_json("res\"")), value(expected));
    assert_eq!(format!("{answer:?}"), "InvocationResponse(403 Forbidden)");
}

/// The host writes `ReturnValue` over an output of this name (`WorkerFunctionInvoker.HandleReturnParameter`).
#[test]
fn an_output_named_return_is_the_return_value() {
    let answer = InvocationResponse::new(StatusCode::OK).body("hello");
    let expected = r#"{"Outputs":{},"Logs":[],
        "ReturnValue":{"body":"hello","headers":{},"statusCode":"200"}}"#;
    assert_eq!(value(&answer.to_json("$return")), value(expected));
}

#[test]
fn a_rejection_becomes_a_response() {
    let rejection = Rejection::unauthenticated().with_realm("orders").unwrap();
    let answer = InvocationResponse::from(&rejection);
    assert_eq!(InvocationResponse::from(rejection.clone()), answer);
    let payload: Value = serde_json::from_str(&answer.to_json("res")).unwrap();
    assert_eq!(
        payload["Outputs"]["res"],
        json!({
            "statusCode": "401",
            "headers": {
                "cache-control": "no-store",
                "content-type": "application/problem+json",
                "vary": "Accept, Authorization, Cookie",
                "www-authenticate": "Bearer realm=\"orders\"",
            },
            "body": rejection.body(),
        }),
    );
}

/// A value from a peer must not add headers, nor split the response.
#[test]
fn a_header_that_no_response_can_have_is_rejected() {
    let add = |name: &str, value: &str| InvocationResponse::new(StatusCode::OK).header(name, value);
    for name in ["", "a b", "a:", "X-A\r\nX-B", "X-A\n", "X-\0", "é", "(x)"] {
        let error = add(name, "v").expect_err(name);
        assert_eq!(error.to_string(), "the name of the header has an invalid byte");
    }
    for value in ["a\r\nSet-Cookie: canary=1", "a\nb", "a\rb", "\0", "\u{7f}", "é"] {
        let error = add("Location", value).expect_err(value);
        assert_eq!(error.to_string(), "the value of the header has an invalid byte");
        assert!(!format!("{error:?}").contains("canary"));
    }
    for value in ["", "a\tb", "/x?y=\u{7e}"] {
        assert!(add("Location", value).is_ok());
    }
}

#[test]
fn the_number_of_bindings_is_limited() {
    let bindings = |count: usize| {
        (0..count).map(|number| format!(r#""b{number}":1"#)).collect::<Vec<_>>().join(",")
    };
    let most = payload(&format!("{},{}", bindings(999), request("req", "{}")));
    assert!(Invocation::parse(most.as_bytes()).is_ok());
    let message = "the invocation has more than 1000 bindings";
    rejected(payload(&bindings(1001)), InvocationErrorKind::TooManyBindings, message);
}

/// The context of an MCP tool trigger (azure-functions-mcp-extension#20, azure-functions-nodejs-library#370).
fn context(transport: &str) -> String {
    format!(
        r#"{{"name":"hello","arguments":{{"transport":{{"properties":{{"headers":{{"X-MS-CLIENT-PRINCIPAL-ID":
        "canary"}}}}}}}},"sessionid":"1","clientinfo":{{}},"transport":{transport}}}"#
    )
}

const TRANSPORT: &str = r#"{"name":"http-streamable","properties":{"headers":{"x-ms-client-principal-id":"7",
    "X-MS-CLIENT-PRINCIPAL-IDP":"aad","X-MS-TOKEN-AAD-ACCESS-TOKEN":"secret"}}}"#;

#[test]
fn the_headers_of_an_mcp_tool_call_are_those_of_its_transport() {
    #[track_caller]
    fn check(call: Result<ToolInvocation, InvocationError>) {
        let call = call.expect("a tool call");
        let user = EasyAuthPrincipal::from_headers(&call).unwrap().unwrap();
        assert_eq!((call.tool(), user.id()), ("hello", Some("7")));
        let tokens = ProviderTokens::from_headers(&call, user.provider()).unwrap();
        assert_eq!(tokens.access_token().unwrap().expose_secret(), "secret");
        assert_eq!(
            format!("{call:?}"),
            "ToolInvocation { tool: \"hello\", headers: [\"x-ms-client-principal-id\", \
             \"X-MS-CLIENT-PRINCIPAL-IDP\", \"X-MS-TOKEN-AAD-ACCESS-TOKEN\"], .. }",
        );
    }
    let context = context(TRANSPORT);
    check(ToolInvocation::from_context(context.as_bytes()));
    // The extension itself reads these names in any case.
    let upper = context
        .replace("\"transport\":{\"name", "\"Transport\":{\"Name")
        .replace("properties", "Properties");
    check(ToolInvocation::from_context(upper.as_bytes()));
    // A custom handler gets an object, or a string that contains one.
    let object = payload(&format!(r#""other":"x","context":{context}"#));
    check(ToolInvocation::parse_named(object.as_bytes(), "context"));
    let text = payload(&format!(r#""context":{}"#, serde_json::to_string(&context).unwrap()));
    check(ToolInvocation::parse_named(text.as_bytes(), "context"));
}

/// The arguments of a tool come from the client, and so do the bindings of tool properties.
#[test]
fn a_client_cannot_forge_the_headers_of_a_tool_call() {
    let forged = serde_json::to_string(&context(TRANSPORT)).unwrap();
    let payload = payload(&format!(
        r#""greeting":{forged},"context":{}"#,
        context(r#"{"properties":{"headers":{}}}"#)
    ));
    let call = ToolInvocation::parse_named(payload.as_bytes(), "context").unwrap();
    assert!(EasyAuthPrincipal::from_headers(&call).unwrap().is_none());
    let none = ToolInvocation::parse_named(payload.as_bytes(), "Context").unwrap_err();
    assert_eq!(none.kind(), InvocationErrorKind::NoToolTrigger);
}

#[test]
fn rejects_invalid_tool_calls() {
    #[track_caller]
    fn check(context: &str, kind: InvocationErrorKind, message: &str) {
        let error = ToolInvocation::from_context(context.as_bytes()).expect_err(context);
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
    let none = "the invocation has no MCP tool trigger with this name";
    for text in ["[]", "{}", "1", r#"{"name":"hello","arguments":{}}"#] {
        check(text, InvocationErrorKind::NoToolTrigger, none);
    }
    let headers = "the MCP tool trigger has no transport.properties.headers: update the MCP extension, and have \
                   clients use the Streamable HTTP endpoint";
    for transport in [
        "null",
        "{}",
        r#"{"properties":[]}"#,
        r#"{"properties":{"headers":[]}}"#,
        r#"{"properties":{"headers":{"a":1}}}"#,
    ] {
        check(&context(transport), InvocationErrorKind::NoTransportHeaders, headers);
    }
    let twice = InvocationErrorKind::DuplicateMember;
    let message = |member: &str| format!("the invocation has a duplicate member: {member}");
    check(r#"{"transport":{},"Transport":{}}"#, twice, &message("transport"));
    let two = r#"{"transport":{"properties":{"headers":{},"Headers":{}}}}"#;
    check(two, twice, &message("headers"));
    // Also if the other one has the wrong type.
    for two in [r#"{"name":1,"Name":"a"}"#, r#"{"name":"a","name":null}"#] {
        check(two, twice, &message("name"));
    }
    let data = format!(r#"{{"Data":null,"Data":{{"context":{}}}}}"#, context(TRANSPORT));
    let error = ToolInvocation::parse_named(data.as_bytes(), "context").unwrap_err();
    assert_eq!((error.kind(), error.to_string()), (twice, message("Data")));
    check("{", InvocationErrorKind::Json, "the invocation is not valid JSON at byte 1");
    for text in
        ["", "[]", r#"{"Data":{}}"#, r#"{"Data":{"context":"{"}}"#, r#"{"Data":{"context":1}}"#]
    {
        assert!(ToolInvocation::parse_named(text.as_bytes(), "context").is_err(), "{text}");
    }
    let two = payload(r#""context":1,"context":2"#);
    let error = ToolInvocation::parse_named(two.as_bytes(), "context").unwrap_err();
    assert_eq!(error.kind(), InvocationErrorKind::DuplicateBinding);
    let length = MAX_INVOCATION_LEN + 1;
    let error = ToolInvocation::from_context(&vec![b' '; length]).unwrap_err();
    assert_eq!(error.kind(), InvocationErrorKind::TooLong);
}

/// What Static Web Apps POST to the function of `rolesSource` (staticwebdev/roles-function).
#[test]
fn a_roles_request_has_a_user_and_a_token() {
    let body = br#"{"identityProvider":"aad","userId":"0123456789abcdef0123456789abcdef",
        "userDetails":"ana@contoso.example","claims":[{"typ":"name","val":"Ana"},{"typ":"groups","val":"g1"},
        {"typ":"groups","val":"g2"}],"accessToken":"canary","unknown":1}"#;
    let request = RolesRequest::parse(body).unwrap();
    let user = request.user();
    assert_eq!(user.provider(), &IdentityProvider::ENTRA);
    assert_eq!(user.id(), Some("0123456789abcdef0123456789abcdef"));
    assert_eq!((user.name(), user.claim("name")), (Some("ana@contoso.example"), Some("Ana")));
    assert!(user.claim_values("groups").eq(["g1", "g2"]));
    assert!(!user.is_in_role("authenticated"));
    assert_eq!(request.access_token().unwrap().expose_secret(), "canary");
    let debug = format!("{request:?}");
    assert!(
        debug.contains("AccessToken(6 bytes)")
            && !debug.contains("canary")
            && !debug.contains("ana@")
    );
    // A sign-in without an API has no token.
    for token in ["", r#","accessToken":null"#, r#","accessToken":"""#] {
        let body = format!(r#"{{"identityProvider":"github","userId":"7"{token}}}"#);
        assert!(RolesRequest::parse(body.as_bytes()).unwrap().access_token().is_none());
    }
}

#[test]
fn a_roles_response_lists_roles() {
    let none: [&str; 0] = [];
    assert_eq!(roles_response(none), r#"{"roles":[]}"#);
    assert_eq!(roles_response(["admin", "a\"b"]), r#"{"roles":["admin","a\"b"]}"#);
}

#[test]
fn rejects_invalid_roles_requests() {
    #[track_caller]
    fn check(body: impl AsRef<[u8]>, kind: RolesRequestErrorKind, message: &str) {
        let error = RolesRequest::parse(body.as_ref()).expect_err("an error");
        assert_eq!((error.kind(), crate::support::chain(&error).as_str()), (kind, message));
    }
    // staticwebdev/roles-function#8.
    let empty = "the body is empty: host the roles function in the API of the static web app";
    check(" \n", RolesRequestErrorKind::Empty, empty);
    check("{", RolesRequestErrorKind::Json, "the body is not valid JSON at byte 1");
    check(b"\xff", RolesRequestErrorKind::Json, "the body is not valid JSON at byte 0");
    check("[]", RolesRequestErrorKind::NotAnObject, "the body is not a JSON object");
    let user = "the user in the body is invalid: the client principal";
    let provider = format!("{user} does not name its identity provider");
    check(r#"{"userId":"7"}"#, RolesRequestErrorKind::User, &provider);
    for member in ["identityProvider", "userId", "userDetails", "claims"] {
        let value = if member == "claims" { "[]" } else { r#""x""# };
        let body = format!(r#"{{"{member}":{value},"{member}":{value}}}"#);
        let message = format!("{user} has a duplicate member: {member}");
        check(body, RolesRequestErrorKind::User, &message);
    }
    let message = "the body has a duplicate member: accessToken";
    let body = r#"{"accessToken":"x","accessToken":"x"}"#;
    check(body, RolesRequestErrorKind::DuplicateMember, message);
    let message = "the body has a member of the wrong JSON type: accessToken";
    let body = r#"{"identityProvider":"aad","accessToken":1}"#;
    check(body, RolesRequestErrorKind::InvalidMember, message);
    let body = vec![b' '; MAX_ROLES_REQUEST_LEN + 1];
    let message = "the body is too long: expected at most 524288 bytes, found 524289";
    check(body, RolesRequestErrorKind::TooLong, message);
}
