//! Forms of access tokens, and their diagnoses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    AccessToken, Diagnosis, IdentityProvider, ProviderTokens, Requirement, UnverifiedToken,
    access::{Fix, Note, Outcome, Reason},
    resource::{
        AI_SEARCH, ARM, BATCH, COSMOS_DB, Cloud, DATA_EXPLORER, GRAPH, KEY_VAULT, OSS_RDBMS,
        Resource, SERVICE_BUS, SQL_DATABASE, STORAGE, SYNAPSE, Scope,
    },
};

use crate::support::{compact, header, token};

const NOW: u64 = 1_773_329_000;
const END: u64 = NOW + 600;
/// The client IDs of your own API and of another API.
const OWN: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const OTHER: &str = "00000004-0000-4000-8000-000000000004";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn arm() -> Requirement {
    ARM.scope("user_impersonation").into()
}

fn arm_jwt() -> String {
    compact(
        r#"{"typ":"JWT","alg":"RS256"}"#,
        format!(
            r#"{{"aud":"https://management.azure.com","exp":{END},"scp":"user_impersonation"}}"#
        ),
    )
}

fn codes(diagnosis: &Diagnosis) -> (Outcome, Vec<&'static str>, Vec<&'static str>) {
    let reasons = diagnosis.reasons().iter().map(Reason::code).collect();
    (diagnosis.outcome(), reasons, diagnosis.fixes().iter().map(Fix::code).collect())
}

/// Recognizes what was pasted, and repeats none of it.
#[track_caller]
fn check(text: &str, outcome: Outcome, reason: &str, steps: &[&str], sentence: &str) {
    let diagnosis = AccessToken::new(text).diagnose(arm(), now());
    assert_eq!(codes(&diagnosis), (outcome, vec![reason], steps.to_vec()));
    assert_eq!(diagnosis.reasons()[0].to_string(), sentence);
    assert_eq!(diagnosis.opens(), outcome == Outcome::Opens);
    let longest = text.split('.').max_by_key(|part| part.len()).unwrap();
    let printed = format!("{diagnosis} {diagnosis:?}");
    assert!(longest.len() < 8 || !printed.contains(longest), "{printed}");
}

#[test]
fn cut_tokens_are_not_taken_for_encrypted_or_opaque_ones() {
    let sentence = "it is incomplete: a part of it was cut off";
    let step = &["use-whole-token"][..];
    let jwt = arm_jwt();
    let dots: Vec<usize> = jwt.match_indices('.').map(|(at, _)| at).collect();
    for text in [
        jwt[..dots[0]].to_owned(),
        jwt[..dots[0] + 9].to_owned(),
        jwt[..dots[1] - 4].to_owned(),
        format!("{}...", &jwt[..dots[0]]),
        format!("{}...", &jwt[..dots[1] - 6]), // as a log shortens it
        format!("{}\u{2026}", &jwt[..dots[1] - 6]),
        format!("{}...{}", &jwt[..dots[0] + 9], &jwt[dots[1] - 4..]), // in the middle
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9....".to_owned(),
    ] {
        check(&text, Outcome::DoesNotOpen, "truncated", step, sentence);
    }
    // A whole one is none of that.
    assert!(AccessToken::new(jwt).diagnose(arm(), now()).opens());
}

#[test]
fn without_its_signature_no_api_accepts_a_token() {
    let sentence = "its signature is missing or was replaced, or its algorithm is none, so no API \
                    accepts it";
    let jwt = arm_jwt();
    let (claims, _) = jwt.rsplit_once('.').unwrap();
    for signature in ["", ".", "....", ".[Signature]", ".<redacted>", ".***", ".\u{2026}"] {
        let text = format!("{claims}{signature}");
        check(&text, Outcome::DoesNotOpen, "unsigned", &["use-whole-token"], sentence);
    }
    for alg in ["none", "None"] {
        let text = arm_jwt().replacen(
            arm_jwt().split('.').next().unwrap(),
            compact(format!(r#"{{"alg":"{alg}"}}"#), "").split('.').next().unwrap(),
            1,
        );
        check(&text, Outcome::DoesNotOpen, "unsigned", &["use-whole-token"], sentence);
    }
    let diagnosis = AccessToken::new(format!("{claims}.")).diagnose(arm(), now());
    assert_eq!(
        diagnosis.summary().to_string(),
        format!(
            "this token does not open Azure Resource Manager, although its claims fit: {sentence}"
        ),
    );
    // What its claims say is still said.
    let vault = AccessToken::new(format!("{claims}.")).diagnose(KEY_VAULT, now());
    assert_eq!(codes(&vault).1, ["wrong-audience", "unsigned"]);
}

#[test]
fn what_is_not_a_token_is_recognized() {
    let principal = header(r#"{"auth_typ":"aad","claims":[{"typ":"oid","val":"1"}]}"#);
    for (text, what) in [
        (
            principal.as_str(),
            "the value of X-MS-CLIENT-PRINCIPAL, which identifies the caller and opens no API",
        ),
        (
            "AppServiceAuthSession=Zm9vYmFyZm9vYmFy",
            "a session cookie, which only this site accepts",
        ),
        ("gho_16C7e42F292c6912E7710c838347Ae178B4a", "a token of GitHub"),
        ("github_pat_11ABCDEFG0", "a token of GitHub"),
        ("ya29.a0AfH6SMBx", "an access token of Google"),
        ("1.AXoASampleRefreshToken", "a refresh token, which only the token endpoint accepts"),
        // Three segments, as a JWT has.
        (
            "0.AXoASample-RefreshToken.AgABAAEAAAD.Sample_Rest",
            "a refresh token, which only the token endpoint accepts",
        ),
        ("1.AXoASample.AgABAAEAAAD", "a refresh token, which only the token endpoint accepts"),
        ("ya29.c.c0ASRK0Ga", "an access token of Google"),
        ("[REDACTED]", "a placeholder instead of a token"),
        ("<access_token>", "a placeholder instead of a token"),
        ("${TOKEN}", "a placeholder instead of a token"),
    ] {
        check(text, Outcome::DoesNotOpen, "not-a-token", &[], &format!("it is {what}"));
    }
    let sentence = "it is not a JWT but an opaque token";
    check("qwertyuiop", Outcome::CannotTell, "opaque", &[], sentence);
    let sentence = "it is encrypted, so only the API that it was issued for can read it";
    check("eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d", Outcome::CannotTell, "encrypted", &[], sentence);
    // Five segments that begin with no header are not encrypted either.
    let sentence = "it is not a JWT but an opaque token";
    check("a.b.c.d.e", Outcome::CannotTell, "opaque", &[], sentence);
    // An application token of Facebook.
    check("123456|abcDEF", Outcome::CannotTell, "opaque", &[], sentence);
}

#[test]
fn whether_a_personal_account_opens_graph_cannot_be_told() {
    let ticket = AccessToken::new("EwB0A8l6BAAUO9chh8cJscQLmU");
    let graph = ticket.diagnose(GRAPH.scope("User.Read"), now());
    assert_eq!(codes(&graph), (Outcome::CannotTell, vec!["personal-account"], vec![]));
    assert!(!graph.opens());
    assert_eq!(
        graph.to_string(),
        "undecided whether this token opens Microsoft Graph: it is not a JWT but an opaque token \
         of a personal Microsoft account, which Microsoft Graph accepts and APIs of Azure do not",
    );
    assert_eq!(ticket.diagnose(arm(), now()).outcome(), Outcome::DoesNotOpen);
    let json = serde_json::to_value(&graph).unwrap();
    assert_eq!((&json["opens"], &json["outcome"]), (&false.into(), &"cannot-tell".into()));
}

/// The platform can report that a token has expired even if the token cannot be read.
#[test]
fn an_opaque_token_that_has_expired_is_renewed() {
    let end = "2026-03-12T15:20:00Z";
    let check = |token: &str, more: &[(&str, &str)], reasons: &[&str], steps: &[&str]| {
        let mut headers =
            vec![("X-MS-TOKEN-AAD-ACCESS-TOKEN", token), ("X-MS-TOKEN-AAD-EXPIRES-ON", end)];
        headers.extend_from_slice(more);
        let tokens = ProviderTokens::from_headers(&headers, &IdentityProvider::ENTRA).unwrap();
        let later = now() + Duration::from_secs(3600);
        let diagnosis = tokens.diagnose(GRAPH, later);
        assert_eq!(codes(&diagnosis), (Outcome::DoesNotOpen, reasons.to_vec(), steps.to_vec()));
    };
    let refresh = ("X-MS-TOKEN-AAD-REFRESH-TOKEN", "r");
    let personal = ["personal-account", "expired"];
    check("EwB0A8l6", &[refresh], &personal, &["refresh"]);
    check("EwB0A8l6", &[], &personal, &["sign-in-again", "request-refresh-token"]);
    check("qwertyuiop", &[refresh], &["opaque", "expired"], &["refresh"]);
}

/// A user's token for this audience, with the scope `Orders.Read`.
fn aud(audience: &str) -> String {
    format!(r#"{{"aud":"{audience}","exp":{END},"scp":"Orders.Read user_impersonation"}}"#)
}

#[track_caller]
fn audience(
    wanted: &Requirement,
    audience: &str,
    outcome: Outcome,
    reason: &str,
    scope: Option<&str>,
) {
    let diagnosis = token(&aud(audience)).diagnose(wanted, now());
    let reasons: Vec<&str> = diagnosis.reasons().iter().map(Reason::code).collect();
    assert_eq!((diagnosis.outcome(), reasons.join(" ").as_str()), (outcome, reason));
    let asked = diagnosis.login_parameters().map(|parameters| parameters.to_wire().concat());
    let scope = scope.map(|scope| format!("scope=openid email profile {scope}"));
    assert_eq!(asked, scope);
}

#[test]
fn the_client_id_and_its_app_id_uri_are_one_application() {
    let on = |identifier: &str| Requirement::scope("Orders.Read").on(identifier);
    let uri = format!("api://{OWN}");
    let opens =
        |wanted: &str, actual: &str| audience(&on(wanted), actual, Outcome::Opens, "", None);
    opens(&uri, OWN);
    opens(OWN, &uri);
    opens(&uri, &OWN.to_ascii_uppercase());
    // One rule of Entra makes them equal, so there is nothing to note.
    assert!(token(&aud(OWN)).diagnose(on(&uri), now()).notes().is_empty());
    let scope = Scope::parse(&format!("{uri}/Orders.Read")).unwrap();
    assert!(token(&aud(OWN)).diagnose(scope, now()).opens());
    let steps = Some(format!("api://{OTHER}/Orders.Read"));
    let other = on(&format!("api://{OTHER}"));
    audience(&other, OWN, Outcome::DoesNotOpen, "wrong-audience", steps.as_deref());

    // The conventions of Teams: nothing leads from there to itself.
    for convention in
        ["contoso.com/", "contoso.com/botid-", "auth-00000001-0000-4000-8000-000000000001/"]
    {
        let wanted = on(&format!("api://{convention}{OWN}"));
        let diagnosis = token(&aud(OWN)).diagnose(&wanted, now());
        assert_eq!(codes(&diagnosis), (Outcome::Opens, vec![], vec![]));
        assert_eq!(diagnosis.notes(), [Note::ClientIdAudience]);
        assert_eq!(Note::ClientIdAudience.code(), "client-id-audience");
        assert!(diagnosis.to_string().ends_with(
            "; note: version 2.0 tokens have the client ID and version 1.0 tokens the App ID URI, so \
             the API must accept both as its audience"
        ));
        assert!(!token(&aud(OTHER)).diagnose(&wanted, now()).opens());
        // The token of the other version.
        let v1 = token(&aud(&format!("api://{convention}{OWN}"))).diagnose(on(OWN), now());
        assert_eq!(v1.outcome(), Outcome::Opens);
    }

    // Another App ID URI can be of any client ID, and so nothing is prescribed.
    let unclear = |wanted: &Requirement, actual: &str| {
        audience(wanted, actual, Outcome::CannotTell, "unclear-audience", None);
    };
    unclear(&on("api://orders"), OWN);
    unclear(&on(OWN), "api://orders");
    unclear(&on("api://myCompany/orders"), "api://mycompany/orders");
    unclear(&Requirement::from(Resource::new("Orders", &["api://orders"])), OWN);
    let both = Resource::new("Orders", &["api://orders"]).with_app_id(OTHER);
    let scope = Some("api://orders/.default");
    audience(&both.into(), OWN, Outcome::DoesNotOpen, "wrong-audience", scope);
    let scope = Some("api://orders/Orders.Read");
    audience(&on("api://orders"), "api://other", Outcome::DoesNotOpen, "wrong-audience", scope);
    let graph = GRAPH.app_id().unwrap();
    audience(&on("api://orders"), graph, Outcome::DoesNotOpen, "wrong-audience", scope);
    let case = token(&aud("api://mycompany")).diagnose(on("api://myCompany"), now());
    assert_eq!(
        case.summary().to_string(),
        "undecided whether this token opens api://myCompany: it is for api://mycompany, and \
         api://myCompany is required: the two differ only in case, and audiences are compared exactly",
    );
    let other = token(&aud(OWN)).diagnose(on("api://orders"), now());
    assert_eq!(
        other.summary().to_string(),
        format!(
            "undecided whether this token opens api://orders: it is for {OWN}, and api://orders \
             may be another name of the same API: version 2.0 tokens have the client ID and \
             version 1.0 tokens the App ID URI; compare both with the app registration"
        ),
    );
}

/// The services that compare the slash at the end of their audience.
#[test]
fn the_right_api_in_the_wrong_form() {
    #[track_caller]
    fn check(api: Resource, right: &str, wrong: &str, scope: &str) {
        audience(&api.into(), right, Outcome::Opens, "", None);
        audience(&api.into(), wrong, Outcome::DoesNotOpen, "wrong-audience-form", Some(scope));
        assert!(api.has_audience(right) && !api.has_audience(wrong));
        assert_eq!(Resource::of_audience(wrong), Some(api));
    }
    check(
        OSS_RDBMS,
        "https://ossrdbms-aad.database.windows.net",
        "https://ossrdbms-aad.database.windows.net/",
        "https://ossrdbms-aad.database.windows.net/.default",
    );
    check(
        SYNAPSE,
        "https://dev.azuresynapse.net",
        "https://dev.azuresynapse.net/",
        "https://dev.azuresynapse.net/.default",
    );
    check(
        BATCH,
        "https://batch.core.windows.net/",
        "https://batch.core.windows.net",
        "https://batch.core.windows.net//.default",
    );
    check(
        SQL_DATABASE,
        "https://database.windows.net/",
        "https://database.windows.net",
        "https://database.windows.net//user_impersonation",
    );
    // A vault, or a service principal name, is a form that Key Vault does not take.
    let vault = Requirement::from(KEY_VAULT);
    let scope = Some("https://vault.azure.net/user_impersonation");
    for form in ["https://kv-x.vault.azure.net/", "spn:cfa8b339-82a2-471a-a3c9-0fc0be7a4093"] {
        audience(&vault, form, Outcome::DoesNotOpen, "wrong-audience-form", scope);
    }
    let diagnosis = token(&aud("https://kv-x.vault.azure.net/")).diagnose(vault, now());
    assert_eq!(
        diagnosis.summary().to_string(),
        "this token does not open Azure Key Vault: it is for Azure Key Vault, but with the audience \
         https://kv-x.vault.azure.net/, which this API rejects",
    );
    // The vault of another cloud is another API.
    let gov = Requirement::from(KEY_VAULT.in_cloud(Cloud::UsGov));
    let scope = Some("https://vault.usgovcloudapi.net/user_impersonation");
    audience(&gov, "https://vault.azure.net", Outcome::DoesNotOpen, "wrong-audience", scope);
    let form = "https://kv-x.vault.usgovcloudapi.net";
    audience(&gov, form, Outcome::DoesNotOpen, "wrong-audience-form", scope);
    // The Department of Defense has the addresses of Azure Government.
    let dod = Requirement::from(KEY_VAULT.in_cloud(Cloud::UsGovDod));
    audience(&dod, form, Outcome::DoesNotOpen, "wrong-audience-form", scope);
    // Azure Cosmos DB has another app ID in Azure Government.
    let gov = Requirement::from(COSMOS_DB.in_cloud(Cloud::UsGov));
    let scope = Some("https://cosmos.azure.us/.default");
    let public = COSMOS_DB.app_id().unwrap();
    audience(&gov, public, Outcome::DoesNotOpen, "wrong-audience", scope);
}

/// Unknown addresses neither fit nor differ, and no scope can be derived from them.
#[test]
fn an_api_that_is_unknown_in_the_cloud() {
    #[track_caller]
    fn check(api: Resource, actual: &str, sentence: &str) {
        let wanted = Requirement::audience(api);
        audience(&wanted, actual, Outcome::CannotTell, "unknown-api", None);
        let diagnosis = token(&aud(actual)).diagnose(wanted, now());
        assert_eq!(diagnosis.reasons()[0].to_string(), sentence);
    }
    let singapore = ARM.in_cloud(Cloud::Singapore);
    let unknown = "the audiences of Azure Resource Manager (Singapore) are unknown: name its App ID \
                   URI instead";
    for actual in ["https://management.azure.com", ARM.app_id().unwrap(), "api://orders"] {
        check(singapore, actual, unknown);
    }
    check(
        DATA_EXPLORER.in_cloud(Cloud::UsGov),
        "2746ea77-4702-4b45-80ca-3c97e680e8b7",
        "the audiences of Azure Data Explorer (UsGov) are unknown: name its App ID URI instead",
    );
    check(
        Resource::new("Orders", &[]),
        "api://orders",
        "the audiences of Orders are unknown: name its App ID URI instead",
    );
    // The scope is missing from any token for that API. No step requests it.
    let wanted = Requirement::from(singapore.scope("Missing"));
    let lacks = token(&aud("https://management.azure.com")).diagnose(&wanted, now());
    let reasons = vec!["unknown-api", "missing-permission"];
    assert_eq!(codes(&lacks), (Outcome::DoesNotOpen, reasons, vec![]));
    // That API may be able to verify a protected token.
    let wanted = Requirement::audience(AI_SEARCH.in_cloud(Cloud::Germany));
    let protected =
        |payload: String| UnverifiedToken::decode(&compact(r#"{"nonce":"n"}"#, payload)).unwrap();
    let search = protected(aud("https://search.sovcloud-api.de")).diagnose(&wanted, now());
    assert_eq!(codes(&search), (Outcome::CannotTell, vec!["unknown-api"], vec![]));
    let france = Requirement::audience(ARM.in_cloud(Cloud::France));
    let unclear = protected(aud(ARM.app_id().unwrap())).diagnose(&france, now());
    assert_eq!(codes(&unclear), (Outcome::CannotTell, vec!["unclear-audience"], vec![]));
    // Your own API cannot, under whichever name.
    let own = Requirement::audience("api://orders");
    let unclear = protected(aud(OWN)).diagnose(&own, now());
    let reasons = vec!["unclear-audience", "protected"];
    assert_eq!(codes(&unclear), (Outcome::DoesNotOpen, reasons, vec![]));
    let other = protected(aud("https://vault.azure.net")).diagnose(&france, now());
    assert_eq!(codes(&other).1, ["wrong-audience", "protected"]);
    // Only the app ID of the API in this cloud is unknown.
    for actual in [ARM.app_id().unwrap(), "spn:797f4846-ba00-4fd7-ba43-dac1f8f63013"] {
        audience(&france, actual, Outcome::CannotTell, "unclear-audience", None);
    }
    let scope = Some("https://management.sovcloud-api.fr/user_impersonation");
    let public = "https://management.azure.com";
    audience(&france, public, Outcome::DoesNotOpen, "wrong-audience", scope);
}

#[test]
fn an_api_is_wanted_as_people_have_it_at_hand() {
    let arm = "https://management.azure.com";
    for pasted in [
        "https://management.azure.com/.default",
        "https://management.azure.com/user_impersonation",
        "https://management.azure.com/subscriptions?api-version=2022-12-01",
        "HTTPS://Management.Azure.COM",
        " https://management.azure.com/.default/.default ",
        "management.azure.com",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013/.default",
    ] {
        let wanted = Requirement::audience(pasted);
        assert_eq!(wanted, Requirement::audience(ARM), "{pasted}");
        audience(&wanted, arm, Outcome::Opens, "", None);
    }
    let vault = Requirement::audience("https://myvault.vault.azure.net/secrets/x");
    audience(&vault, "https://vault.azure.net", Outcome::Opens, "", None);
    // A scope once made of a scope is never printed.
    let own = Requirement::audience("api://orders/.default");
    let scope = Some("api://orders/.default");
    audience(&own, "api://other", Outcome::DoesNotOpen, "wrong-audience", scope);

    // The host of one instance, where instances have audiences of their own.
    let one =
        Requirement::scope("user_impersonation").on("https://Contoso.crm4.dynamics.com/api/data");
    audience(&one, "https://contoso.crm4.dynamics.com", Outcome::Opens, "", None);
    let scope = Some("https://contoso.crm4.dynamics.com/user_impersonation");
    audience(
        &one,
        "https://other.crm4.dynamics.com",
        Outcome::DoesNotOpen,
        "wrong-audience-form",
        scope,
    );
    let blob = Requirement::audience("https://account1.blob.core.windows.net/container/blob");
    audience(&blob, "https://storage.azure.com", Outcome::Opens, "", None);
    audience(&blob, "https://account1.blob.core.windows.net", Outcome::Opens, "", None);
    let scope = Some("https://storage.azure.com/user_impersonation");
    audience(&blob, "https://vault.azure.net", Outcome::DoesNotOpen, "wrong-audience", scope);
    assert!(!token(&aud("https://account2.blob.core.windows.net")).diagnose(blob, now()).opens());

    // This one is of Service Bus, of Event Hubs, and of Relay.
    let namespace = Requirement::audience("https://orders.servicebus.windows.net");
    audience(&namespace, "https://servicebus.azure.net/", Outcome::Opens, "", None);
    audience(&namespace, "https://eventhubs.azure.net", Outcome::Opens, "", None);
    let other = token(&aud("https://vault.azure.net")).diagnose(namespace, now());
    assert_eq!(codes(&other).2, ["name-the-api"]);
    assert!(other.to_string().ends_with(
        ". To fix it, say which API is meant: Azure Service Bus (https://servicebus.azure.net) or \
         Azure Event Hubs (https://eventhubs.azure.net) or Azure Relay (https://relay.azure.net)"
    ));
    // Nor is it guessed for a token that cannot be read, if its source is known.
    let github = |headers: &[(&str, &str)]| {
        let tokens = ProviderTokens::from_headers(headers, &IdentityProvider::GITHUB).unwrap();
        let tokens = tokens.or_bearer(headers).unwrap();
        codes(
            &tokens.diagnose(Requirement::audience("https://orders.servicebus.windows.net"), now()),
        )
        .2
    };
    assert_eq!(github(&[("X-MS-TOKEN-GITHUB-ACCESS-TOKEN", "gho_x")]), ["name-the-api"]);
    assert_eq!(github(&[("Authorization", "Bearer gho_x")]), ["name-the-api"]);
    assert_eq!(github(&[]), ["name-the-api"]);
    let pasted = AccessToken::new("gho_x");
    let pasted = pasted.diagnose(Requirement::audience("orders.servicebus.windows.net"), now());
    assert_eq!(codes(&pasted).2, [""; 0]);
    assert_eq!(
        SERVICE_BUS.default_scope().as_str(),
        "https://servicebus.azure.net//user_impersonation"
    );
}

/// Azure authorizes applications by role assignments, so their tokens have no scope.
#[test]
fn an_application_needs_no_scope_where_roles_are_at_the_api() {
    #[track_caller]
    fn check(api: Resource, opens: bool) {
        let uri = api.default_scope().api().unwrap().to_owned();
        let payload = format!(r#"{{"aud":"{uri}","exp":{END},"idtyp":"app"}}"#);
        let diagnosis = token(&payload).diagnose(api.scope("user_impersonation"), now());
        assert_eq!(diagnosis.opens(), opens, "{api}");
        assert_eq!(diagnosis.notes().contains(&Note::RolesAtTheApi), opens);
        assert_eq!(Note::RolesAtTheApi.code(), "roles-at-the-api");
        // What the token itself must have is not there.
        let role = Requirement::app_role("Reader").on(api);
        assert!(!token(&payload).diagnose(role, now()).opens());
        // A user needs it.
        let user = payload.replace(r#""app""#, r#""user""#);
        assert!(!token(&user).diagnose(api.scope("user_impersonation"), now()).opens());
    }
    for api in [ARM, STORAGE, KEY_VAULT, SQL_DATABASE] {
        check(api, true);
    }
    check(GRAPH, false);
}

#[test]
fn tokens_that_cannot_be_exchanged() {
    let exchange = |payload: &str| {
        let bearer = format!("Bearer {}", compact(r#"{"alg":"RS256"}"#, payload));
        let tokens = ProviderTokens::default().or_bearer(&[("Authorization", bearer.as_str())]);
        codes(&tokens.unwrap().diagnose(arm(), now()))
    };
    let issuer = "https://login.microsoftonline.com/00000001-0000-4000-8000-000000000001/v2.0";
    let own = format!(r#"{{"aud":"{OWN}","iss":"{issuer}","exp":{END}"#);
    let (_, reasons, steps) = exchange(&format!(r#"{own},"azp":"{OTHER}","scp":"a"}}"#));
    assert_eq!(reasons, ["wrong-audience", "missing-permission"]);
    assert_eq!(steps, ["add-delegated-permission", "exchange-on-behalf-of"]);
    // An ID token without nonce: an access token of Entra names its client (msal-dotnet#2611).
    let (_, reasons, steps) = exchange(&format!("{own}}}"));
    assert_eq!(reasons, ["wrong-audience", "id-token", "missing-permission"]);
    assert_eq!(steps[0], "ask-client-for-token");
    assert!(!token(&format!("{own}}}")).diagnose(Requirement::audience(OWN), now()).opens());
    // Those of other issuers need not.
    let foreign = own.replace(issuer, "https://login.example.com");
    assert!(token(&format!("{foreign}}}")).diagnose(Requirement::audience(OWN), now()).opens());

    // Static Web Apps' `X-MS-AUTH-TOKEN` (AADSTS50013).
    let (_, reasons, steps) = exchange(&format!(
        r#"{{"iss":"https://orders.azurestaticapps.net/.auth","aud":"https://orders.azurewebsites.net","exp":{END}}}"#
    ));
    assert_eq!(reasons, ["wrong-audience", "static-web-apps", "missing-permission"]);
    assert_eq!(steps, ["sign-in-at-this-app"]);
}

#[test]
fn thousands_of_audiences_make_a_short_message() {
    let audiences: Vec<String> = (0..8000).map(|number| format!("\"api://a{number}\"")).collect();
    let payload = format!(r#"{{"aud":[{}],"exp":{END},"scp":"a"}}"#, audiences.join(","));
    let diagnosis = token(&payload).diagnose(ARM, now());
    let Reason::WrongAudience { actual, .. } = &diagnosis.reasons()[0] else { panic!() };
    assert!(actual.len() < 10);
    let shown = "it is for api://a0 and api://a1 and api://a2 and api://a3 and api://a4 and api://a5 and \
                 api://a6 and api://a7 and others, not for Azure Resource Manager";
    assert_eq!(diagnosis.reasons()[0].to_string(), shown);
    assert!(format!("{diagnosis:?}").len() < 2000);
    // One among many is found.
    let with = payload.replace("api://a7999", "https://management.azure.com");
    assert!(token(&with).diagnose(ARM, now()).opens());

    let many = (0..20).map(|number| format!("P{number}"));
    let lacks = token(&payload).diagnose(Requirement::all_scopes(many), now());
    assert_eq!(
        lacks.reasons()[0].to_string(),
        "it lacks the scope P0 and the scope P1 and the scope P2 and the scope P3 and the scope P4 and \
         the scope P5 and the scope P6 and the scope P7 and 12 more",
    );
}

#[test]
fn debug_is_escaped_and_bounded_as_display_is() {
    let long = format!("api://{}", "x".repeat(60_000));
    let diagnosis = token(&aud(&long)).diagnose(ARM, now());
    let debug = format!("{diagnosis:?} {diagnosis:#?} {:?}", diagnosis.reasons());
    assert!(debug.len() < 5000, "{}", debug.len());
    assert!(debug.contains("api: ApiName(Azure Resource Manager (https"), "{debug}");
    let wild = token(&aud(r"a\u001b[2J\n")).diagnose(ARM, now());
    let debug = format!("{wild:?}");
    assert!(debug.contains(r"a\u{1b}[2J\u{a}") && !debug.contains(char::is_control), "{debug}");
    assert!(
        debug
            .starts_with("Diagnosis { api: Some(\"Azure Resource Manager\"), outcome: DoesNotOpen")
    );
    let api = Requirement::audience(&long);
    assert!(format!("{:?}", token(&aud("a")).diagnose(api, now())).len() < 5000);
}

/// Diagnoses and `renewal_at` give the same renewal.
#[test]
fn renewal_and_diagnosis_agree() {
    for provider in IdentityProvider::ALL.iter().cloned().chain([IdentityProvider::new("auth0")]) {
        for refresh in ["", "r"] {
            let prefix = format!("X-MS-TOKEN-{}", provider.as_str().to_ascii_uppercase());
            let stale = arm_jwt();
            let headers = [
                (format!("{prefix}-ACCESS-TOKEN"), stale.as_str()),
                (format!("{prefix}-REFRESH-TOKEN"), refresh),
            ];
            let tokens = ProviderTokens::from_headers(&headers, &provider).unwrap();
            let later = now() + Duration::from_secs(3600);
            let renewal = tokens.renewal_at(later).unwrap().code();
            let step = tokens.diagnose(arm(), later).fixes()[0].code();
            assert_eq!(step.trim_end_matches("-again"), renewal, "{provider:?}");
            let refreshable = ["aad", "google", "microsoftaccount"].contains(&provider.as_str());
            assert_eq!(renewal == "refresh", refreshable && !refresh.is_empty(), "{provider:?}");
        }
    }
}
