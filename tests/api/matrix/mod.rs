//! The diagnosis as a matrix: the source of the token, its kind, and the requirement. Each cell is pinned
//! in `tests/data/diagnosis-matrix.tsv`. A simulated tenant takes the steps of each cell.

mod platform;

use std::{
    fmt::Write as _,
    time::{Duration, UNIX_EPOCH},
};

use easyauth::{
    Requirement,
    access::{Fix, Outcome, Reason},
    resource,
};
use platform::{
    ARM, Api, Demand, From, GRAPH, NOW, ORDERS, ORDERS_API, SQL, World, accepts, app_token,
    expired_token, id_token, orders_v1, static_web_apps_token, user_token,
};
use serde_json::json;

const CELLS: &str = include_str!("../../data/diagnosis-matrix.tsv");

/// The requirements: the name of each, and the API and demand that it means.
fn wanted() -> Vec<(&'static str, Requirement, &'static Api, Demand)> {
    let read = Demand::Scope("Orders.Read");
    let on = |identifier: &str| Requirement::scope("Orders.Read").on(identifier);
    let user = Demand::Scope("user_impersonation");
    vec![
        ("graph", resource::GRAPH.into(), &GRAPH, Demand::Any),
        ("arm", resource::ARM.scope("user_impersonation").into(), &ARM, user),
        ("sql", resource::SQL_DATABASE.scope("user_impersonation").into(), &SQL, user),
        ("api://orders", on("api://orders"), &ORDERS_API, read),
        ("GUID", on(ORDERS), &ORDERS_API, read),
        ("api://GUID", on(&format!("api://{ORDERS}")), &ORDERS_API, read),
        (
            "app role",
            Requirement::app_role("Orders.Manage").on(ORDERS),
            &ORDERS_API,
            Demand::AppRole("Orders.Manage"),
        ),
        (
            "user role",
            Requirement::user_role("Orders.Admin").on(ORDERS),
            &ORDERS_API,
            Demand::UserRole("Orders.Admin"),
        ),
    ]
}

/// An origin, a token, and the world that has both.
type Row = (&'static str, &'static str, fn() -> World);

/// The tokens of each origin.
#[allow(clippy::too_many_lines)]
fn rows() -> Vec<Row> {
    const ARM_SCOPE: &str = "https://management.azure.com/user_impersonation";
    fn graph() -> String {
        user_token(&GRAPH, GRAPH.app_id, "email openid profile", false)
    }
    fn arm() -> String {
        user_token(&ARM, "https://management.azure.com", "user_impersonation", false)
    }
    fn stale_arm() -> String {
        expired_token(&ARM, "https://management.azure.com", "user_impersonation")
    }
    fn orders() -> String {
        user_token(&ORDERS_API, ORDERS, "Orders.Read", false)
    }
    /// Cut inside the payload.
    fn cut(token: &str) -> String {
        let message = token.rsplit_once('.').unwrap().0;
        let header = message.split_once('.').unwrap().0;
        format!("{header}.eyJhdWQiOiJ")
    }
    /// Cut inside the signature.
    fn cut_late(token: &str) -> String {
        token.split_at(token.len() - 100).0.to_owned()
    }
    fn unsigned(token: &str) -> String {
        format!("{}....", token.rsplit_once('.').unwrap().0)
    }
    fn store(access: String) -> World {
        World::new(From::Store("aad"), Some(access))
    }
    fn client(access: String) -> World {
        World::new(From::Client, Some(access))
    }
    fn pasted(access: String) -> World {
        World::new(From::Pasted, Some(access))
    }
    fn arm_site(access: String) -> World {
        store(access).with_sign_in(ARM_SCOPE)
    }
    vec![
        ("none", "nothing", || World::new(From::Store("aad"), None)),
        ("none", "ID token alone", || World::new(From::Store("aad"), None).with_id_token()),
        ("store", "Graph v1.0, protected", || store(graph())),
        ("store", "Graph v1.0, refresh token", || store(graph()).with_refresh_token()),
        ("store", "ARM v1.0", || arm_site(arm())),
        ("store", "ARM v1.0, expired", || arm_site(stale_arm())),
        ("store", "ARM v1.0, expired, refresh token", || {
            arm_site(stale_arm()).with_refresh_token()
        }),
        ("store", "Orders v2.0", || store(orders()).with_sign_in("api://orders/Orders.Read")),
        ("store", "Orders v1.0", || {
            store(orders_v1("api://orders")).with_sign_in("api://orders/Orders.Read")
        }),
        ("store", "SQL v1.0 without slash", || {
            let token =
                user_token(&SQL, "https://database.windows.net", "user_impersonation", false);
            store(token).with_sign_in("https://database.windows.net/user_impersonation")
        }),
        ("store", "personal account", || store("EwB0A8l6BAAU".to_owned())),
        ("store", "opaque", || store("qwertyuiop".to_owned())),
        ("store", "encrypted", || store("eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d".to_owned())),
        ("store", "ARM v1.0, truncated", || arm_site(cut(&arm()))),
        ("store", "ARM v1.0, signature truncated", || arm_site(cut_late(&arm()))),
        ("store", "ARM v1.0, unsigned", || arm_site(unsigned(&arm()))),
        ("google", "opaque", || World::new(From::Store("google"), Some("ya29.a0Af".to_owned()))),
        ("github", "opaque", || World::new(From::Store("github"), Some("gho_16C7".to_owned()))),
        ("auth0", "ARM v1.0, expired, refresh token", || {
            World::new(From::Store("auth0"), Some(stale_arm())).with_refresh_token()
        }),
        ("client", "Orders v2.0", || client(orders())),
        ("client", "Orders v1.0", || client(orders_v1("api://orders"))),
        ("client", "Orders v2.0, expired", || {
            client(expired_token(&ORDERS_API, ORDERS, "Orders.Read"))
        }),
        ("client", "Orders v2.0, app-only", || client(app_token(&ORDERS_API, ORDERS, &json!([])))),
        ("client", "Graph v1.0, protected", || client(graph())),
        ("client", "ARM v1.0", || client(arm())),
        ("client", "ID token", || client(id_token(true))),
        ("client", "ID token without nonce", || client(id_token(false))),
        ("client", "opaque", || client("qwertyuiop".to_owned())),
        ("client", "Orders v2.0, truncated", || client(cut(&orders()))),
        ("client", "Orders v2.0, signature truncated", || client(cut_late(&orders()))),
        ("client", "Orders v2.0, unsigned", || client(unsigned(&orders()))),
        ("client", "personal account", || client("EwB0A8l6BAAU".to_owned())),
        ("client", "SQL v1.0 without slash", || {
            let resource = "https://database.windows.net";
            client(user_token(&SQL, resource, "user_impersonation", false))
        }),
        ("client", "Static Web Apps", || client(static_web_apps_token())),
        ("exchange", "Graph v1.0, protected", || World::new(From::Exchange, Some(graph()))),
        ("exchange", "ARM v1.0, expired", || {
            World::new(From::Exchange, Some(stale_arm())).with_sign_in(ARM_SCOPE)
        }),
        ("pasted", "Graph v1.0, protected", || pasted(graph())),
        ("pasted", "ARM v1.0, app-only", || {
            pasted(app_token(&ARM, "https://management.azure.com", &json!([])))
        }),
        ("pasted", "ARM v1.0, unsigned", || pasted(unsigned(&arm())).with_sign_in(ARM_SCOPE)),
        ("pasted", "ARM v1.0, truncated", || pasted(cut(&arm())).with_sign_in(ARM_SCOPE)),
        ("pasted", "ID token", || pasted(id_token(true))),
        ("pasted", "GitHub's", || pasted("gho_16C7".to_owned())),
        ("pasted", "redacted", || pasted("[REDACTED]".to_owned())),
    ]
}

#[test]
fn each_cell_is_pinned_and_its_steps_lead_to_a_token_that_opens() {
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let mut table = String::from("origin\ttoken\twanted\toutcome\tsteps\n");
    let mut faults = String::new();
    for (origin, token, world) in rows() {
        for (name, requirement, api, demand) in wanted() {
            let mut world = world();
            let diagnosis = world.diagnose(&requirement, now);
            let steps: Vec<&str> = diagnosis.fixes().iter().map(Fix::code).collect();
            let (outcome, steps) = (diagnosis.outcome(), steps.join(" "));
            let line = format!("{origin}\t{token}\t{name}\t{}\t{steps}", outcome.code());
            writeln!(table, "{}", line.trim_end()).unwrap();
            let mut fault = |fault: String| writeln!(faults, "{line}: {fault}").unwrap();
            let opens = accepts(api, demand, world.access.as_deref());
            if outcome != Outcome::CannotTell && opens != (outcome == Outcome::Opens) {
                fault(format!("the API says {opens}"));
            }
            if diagnosis.fixes().is_empty() {
                // Only the kind of the string is known, or the step depends on what its audience means.
                let has_no_origin = ["GitHub's", "redacted"].contains(&token);
                let is_unclear = |reason: &Reason| matches!(reason, Reason::UnclearAudience { .. });
                let has_no_step = has_no_origin || diagnosis.reasons().iter().any(is_unclear);
                if outcome == Outcome::DoesNotOpen && !has_no_step {
                    fault("no step".to_owned());
                }
                continue;
            }
            // It says who must act, and no step within this site helps.
            if matches!(diagnosis.fixes(), [Fix::SignInAtThisApp]) {
                continue;
            }
            for step in diagnosis.fixes() {
                if let Err(error) = world.take(step) {
                    fault(format!("{}: {error}", step.code()));
                }
            }
            // The claims of a truncated token are unknown until the complete token is there. So are the
            // permissions of a user who calls instead of an application.
            if token.ends_with("truncated") || diagnosis.fixes().contains(&Fix::CallAsUser) {
                let next = world.diagnose(&requirement, now);
                // A token for another API does not show that the role is assigned.
                let assigned = diagnosis.fixes().contains(&Fix::AssignUserRole);
                let is_done = |step: &&Fix| assigned && **step == Fix::AssignUserRole;
                for step in next.fixes().iter().filter(|step| !is_done(step)) {
                    if let Err(error) = world.take(step) {
                        fault(format!("second round, {}: {error}", step.code()));
                    }
                }
            }
            if !accepts(api, demand, world.access.as_deref()) {
                fault("the steps do not lead to a token that opens".to_owned());
            }
            let after = world.diagnose(&requirement, now);
            if after.outcome() == Outcome::DoesNotOpen {
                fault(format!("afterwards: {after}"));
            }
        }
    }
    assert_eq!(faults, "");
    if table != CELLS {
        let place = std::env::temp_dir().join("diagnosis-matrix.tsv");
        std::fs::write(&place, table).unwrap();
        panic!("the cells differ from tests/data/diagnosis-matrix.tsv: see {}", place.display());
    }
}
