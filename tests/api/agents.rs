//! Agents of Microsoft Entra Agent ID, and managed identities.

use base64::{Engine as _, prelude::*};
use easyauth::{
    Actor, AgentMode, Caller, Diagnosis, EasyAuthPrincipal, Requirement, UnverifiedToken,
    access::Reason,
};
use serde_json::{Value, json};

const AGENT: &str = "aaaaaaaa-1111-2222-3333-444444444444";
const BLUEPRINT: &str = "30cf4c22-9985-4ef7-8756-91cc888176bd";

fn token(claims: &Value) -> UnverifiedToken {
    let payload = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    UnverifiedToken::decode(&format!("eyJhbGciOiJSUzI1NiJ9.{payload}.c2ln")).unwrap()
}

/// The same claims as the platform sends them.
fn principal(claims: &Value) -> EasyAuthPrincipal {
    let claims: Vec<Value> = claims
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(typ, val)| Some(json!({"typ": typ, "val": val.as_str()?})))
        .collect();
    let principal =
        json!({"auth_typ": "aad", "claims": claims, "name_typ": "name", "role_typ": "roles"});
    EasyAuthPrincipal::parse(&BASE64_STANDARD.encode(principal.to_string())).unwrap()
}

#[track_caller]
fn check(claims: &Value, caller: Caller, actor: Actor, mode: Option<AgentMode>) {
    let token = token(claims);
    assert_eq!((token.caller(), token.actor()), (caller, actor), "{claims}");
    assert_eq!(token.agent().map(|agent| agent.mode()), mode, "{claims}");
    let principal = principal(claims);
    assert_eq!((principal.caller(), principal.actor()), (caller, actor), "{claims}");
}

/// The three patterns of "Token claims reference for agents".
#[test]
fn the_three_patterns_are_told_apart() {
    let on_behalf_of =
        json!({"idtyp": "user", "azp": AGENT, "scp": "Files.Read", "xms_act_fct": "11"});
    check(&on_behalf_of, Caller::User, Actor::Agent, Some(AgentMode::OnBehalfOfUser));
    // The sample on that page.
    let autonomous = json!({
        "idtyp": "app", "appid": AGENT, "scp": "/", "xms_act_fct": "3 9 11", "xms_sub_fct": "9 3 11",
        "xms_idrel": "7 10", "xms_tnt_fct": "3 9", "xms_par_app_azp": BLUEPRINT,
    });
    check(&autonomous, Caller::App, Actor::Agent, Some(AgentMode::Autonomous));
    let agent_user = json!({
        "idtyp": "user", "azp": AGENT, "scp": "Files.Read", "xms_act_fct": "11", "xms_sub_fct": "13",
    });
    check(&agent_user, Caller::User, Actor::Agent, Some(AgentMode::AgentUser));

    let token = token(&autonomous);
    let agent = token.agent().unwrap();
    assert_eq!((agent.client_id(), agent.blueprint_id()), (Some(AGENT), Some(BLUEPRINT)));
    assert_eq!(format!("{agent:?}"), "Agent { mode: Autonomous, .. }");
}

#[test]
fn facets_are_numbers_in_any_order_and_unknown_ones_are_ignored() {
    #[track_caller]
    fn actor(act: Value, sub: Value, expected: Actor) {
        let claims = json!({"idtyp": "user", "scp": "x", "xms_act_fct": act, "xms_sub_fct": sub});
        assert_eq!(token(&claims).actor(), expected, "{claims}");
    }
    let no = Value::Null;
    for facets in ["11", "11 9 3", "3 11 9", "9 3 11", " 9  11 ", "99999999999999999999 11", "x 11"]
    {
        actor(facets.into(), no.clone(), Actor::Agent);
    }
    // Other numbers with the same digits.
    for facets in
        ["3 9", "1", "111", "1 1", "13", "15 17", "110 211", "-11 9", "+11 9", "11.0 9", "011"]
    {
        actor(facets.into(), no.clone(), Actor::NotAgent);
    }
    for facets in ["", " ", "none", "-11", "11,9", "x11"] {
        actor(facets.into(), no.clone(), Actor::Unknown);
    }
    actor(no.clone(), no.clone(), Actor::Unknown);
    // Forms that Entra does not write.
    actor(json!(["3", "11"]), no.clone(), Actor::Agent);
    actor(json!(11), no.clone(), Actor::Unknown);
    actor(json!({"11": 1}), no.clone(), Actor::Unknown);
    // An agent as the subject, but not as the actor: a contradiction, or half of the claims.
    actor("3 9".into(), "11".into(), Actor::Unknown);
    actor("3 9".into(), "3 13".into(), Actor::Unknown);
    actor(no.clone(), "11".into(), Actor::Unknown);
    actor("3 9".into(), "3 9".into(), Actor::NotAgent);
}

/// The parent of an agent is for logs: no rule grants or rejects by it.
#[test]
fn claims_for_audits_decide_nothing() {
    let claims = json!({
        "idtyp": "app", "appid": AGENT, "roles": "Files.Read.All", "xms_par_app_azp": BLUEPRINT,
        "xms_mirid": "/subscriptions/S/resourcegroups/G/providers/Microsoft.Compute/virtualMachines/V",
        "xms_idrel": "7 33", "xms_tnt_fct": "11", "xms_ficinfo": "CAAQABgAIAAoAzAAOAE",
    });
    check(&claims, Caller::App, Actor::Unknown, None);
    let identity = token(&claims);
    assert_eq!(
        identity.managed_identity_id(),
        Some("/subscriptions/S/resourcegroups/G/providers/Microsoft.Compute/virtualMachines/V")
    );
    assert_eq!(token(&json!({"xms_mirid": ["/x"]})).managed_identity_id(), None);
}

#[test]
fn codes_are_stable() {
    let actors = [Actor::Agent, Actor::NotAgent, Actor::Unknown].map(Actor::as_str);
    assert_eq!(actors, ["agent", "not-agent", "unknown"]);
    let modes = [
        AgentMode::OnBehalfOfUser,
        AgentMode::Autonomous,
        AgentMode::AgentUser,
        AgentMode::Unknown,
    ];
    assert_eq!(
        modes.map(AgentMode::as_str),
        ["on-behalf-of-user", "autonomous", "agent-user", "unknown"]
    );
    let unknown = token(&json!({"xms_act_fct": "11"}));
    assert_eq!(unknown.agent().unwrap().mode(), AgentMode::Unknown);
}

#[cfg(all(feature = "verify", feature = "testing"))]
mod verified {
    use std::time::SystemTime;

    use easyauth::{
        AccessToken,
        testing::{TestIssuer, TestToken},
        verify::{Tenant, VerifiedToken, Verifier},
    };

    use super::*;

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

    fn verified(issuer: &TestIssuer, draft: &TestToken<'_>, now: SystemTime) -> VerifiedToken {
        let tenant = Tenant::single(TENANT).unwrap();
        let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
        verifier.verify(&AccessToken::new(draft.sign()), &issuer.key_set(), now).unwrap()
    }

    #[test]
    fn test_tokens_follow_the_three_patterns() {
        let issuer = TestIssuer::new(TENANT).unwrap();
        let now = SystemTime::now();
        for v1 in [false, true] {
            let version = |draft: TestToken<'static>| if v1 { draft.v1() } else { draft.v2() };
            let issuer: &'static TestIssuer = Box::leak(Box::new(TestIssuer::new(TENANT).unwrap()));
            let user = || version(issuer.access_token(CLIENT, now).scope("Files.Read"));
            let app = || version(issuer.access_token_of_app(CLIENT, now).role("Files.Read.All"));
            for (draft, caller, mode) in [
                (user().agent(AGENT, BLUEPRINT), Caller::User, AgentMode::OnBehalfOfUser),
                (app().agent(AGENT, BLUEPRINT), Caller::App, AgentMode::Autonomous),
                (user().agent_user(AGENT, BLUEPRINT), Caller::User, AgentMode::AgentUser),
            ] {
                let token = verified(issuer, &draft, now);
                let agent = token.agent().unwrap();
                assert_eq!((token.caller(), agent.mode()), (caller, mode));
                assert_eq!(agent.client_id(), Some(AGENT));
                assert_eq!(agent.blueprint_id(), Some(BLUEPRINT));
            }
        }
        assert_eq!(
            verified(&issuer, &issuer.access_token(CLIENT, now).scope("x"), now).actor(),
            Actor::Unknown
        );
    }

    /// Rules for agents and rules against them both reject an unknown kind of caller.
    #[test]
    fn a_requirement_can_ask_for_agents_or_exclude_them() {
        let issuer = TestIssuer::new(TENANT).unwrap();
        let now = SystemTime::now();
        let draft = || issuer.access_token(CLIENT, now).scope("Files.Read");
        let agent = verified(&issuer, &draft().agent(AGENT, BLUEPRINT), now);
        let other = verified(&issuer, &draft().claim("xms_act_fct", "3 9"), now);
        let silent = verified(&issuer, &draft().claim("xms_par_app_azp", BLUEPRINT), now);

        let anyone = Requirement::scope("Files.Read");
        let only_agents = anyone.clone().by_agent();
        let no_agents = anyone.clone().not_by_agent();
        assert_eq!(
            (only_agents.actor(), no_agents.actor(), anyone.actor()),
            (Some(Actor::Agent), Some(Actor::NotAgent), None)
        );
        for token in [&agent, &other, &silent] {
            assert!(token.authorize(&anyone).is_ok());
        }
        assert!(agent.authorize(&only_agents).is_ok());
        assert!(other.authorize(&no_agents).is_ok());

        let denied = |token: &VerifiedToken, rule: &Requirement| {
            let denied = token.authorize(rule).unwrap_err();
            assert_eq!(
                denied.reasons().iter().map(Reason::code).collect::<Vec<_>>(),
                ["wrong-actor"]
            );
            denied.to_string()
        };
        let says = |message: &str| format!("the token does not meet the requirement: {message}");
        assert_eq!(
            denied(&agent, &no_agents),
            says("it is from an agent, and agents are excluded")
        );
        assert_eq!(
            denied(&other, &only_agents),
            says("it is not from an agent, which is required")
        );
        let unknown = says(
            "it does not say whether an agent acts: request the optional claims xms_act_fct and \
             xms_sub_fct in the app registration",
        );
        assert_eq!(denied(&silent, &no_agents), unknown);
        assert_eq!(denied(&silent, &only_agents), unknown);
        // The permission is needed besides.
        assert!(agent.authorize(&Requirement::scope("Mail.Read").by_agent()).is_err());
        // An agent that acts by itself has application permissions.
        let app = issuer.access_token_of_app(CLIENT, now).role("Files.Read.All");
        let app = verified(&issuer, &app.agent(AGENT, BLUEPRINT), now);
        assert!(
            app.authorize(&Requirement::app_role("Files.Read.All").by_app().by_agent()).is_ok()
        );
        assert!(
            app.authorize(&Requirement::app_role("Files.Read.All").by_user().by_agent()).is_err()
        );
    }
}

/// Diagnoses know the rule too.
#[test]
fn a_diagnosis_says_that_agents_are_excluded() {
    let claims = json!({
        "aud": "https://management.azure.com", "idtyp": "user", "scp": "user_impersonation",
        "xms_act_fct": "11", "exp": 4_000_000_000_u64,
    });
    let raw = format!(
        "eyJhbGciOiJSUzI1NiJ9.{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()),
        "A".repeat(342)
    );
    let rule = Requirement::from(easyauth::resource::ARM.scope("user_impersonation"));
    let now = std::time::SystemTime::now();
    let diagnose = |rule: Requirement| -> Diagnosis {
        easyauth::AccessToken::new(raw.clone()).diagnose(rule, now)
    };
    let codes = |diagnosis: &Diagnosis| -> Vec<&'static str> {
        diagnosis.reasons().iter().map(Reason::code).collect()
    };
    assert_eq!(codes(&diagnose(rule.clone())), Vec::<&str>::new());
    assert_eq!(codes(&diagnose(rule.not_by_agent())), ["wrong-actor"]);
}
