//! How long tokens stay in the cache, and how many.

use std::time::Duration;

use easyauth::exchange::{MAX_CACHED_TOKENS, OnBehalfOfErrorKind, REFRESH_BEFORE_EXPIRY};

use crate::support::*;

/// Whether the second of two requests is answered from the cache.
#[track_caller]
fn is_cached(endpoint: &Endpoint, later: impl Fn(u64) -> u64) -> bool {
    let on_behalf_of = on_behalf_of();
    let ann = bearer("ann");
    run(on_behalf_of.token(&ann, READ, endpoint, at(NOW))).unwrap();
    assert_eq!(endpoint.count(), 1);
    run(on_behalf_of.token(&ann, READ, endpoint, at(later(NOW)))).unwrap();
    endpoint.count() == 1
}

#[test]
fn tokens_are_exchanged_anew_five_minutes_before_their_expiry() {
    let margin = LIFETIME.as_secs() - REFRESH_BEFORE_EXPIRY.as_secs();
    assert_eq!(margin, 3300);
    for (later, expected) in
        [(0, true), (1, true), (margin - 1, true), (margin, false), (9_999, false)]
    {
        assert_eq!(is_cached(&Endpoint::new(), |now| now + later), expected, "{later}");
    }
}

/// A clock that is set back changes the age of no token.
#[test]
fn a_clock_that_goes_back() {
    for back in [120, 121, 3_299, NOW] {
        assert!(is_cached(&Endpoint::new(), |now| now - back), "{back}");
    }
}

/// A request that passes an old time does not empty the cache for all others.
#[test]
fn a_late_reading_of_the_clock() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    for (user, now) in [("ann", NOW), ("bob", NOW + 1_000), ("cid", NOW + 1_000)] {
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(now))).unwrap();
    }
    for user in ["ann", "bob", "cid"] {
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(NOW + 500))).unwrap();
    }
    assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (3, 3));
}

/// A token that has expired by now does not come back when the clock is set back, nor does that of an agent.
#[test]
fn a_clock_that_goes_back_after_some_time() {
    for on_behalf_of in [on_behalf_of(), on_behalf_of().for_agent(AGENT)] {
        let endpoint = Endpoint::new();
        // How many requests the endpoint gets for a token at this time.
        let ask = |now: u64| {
            let before = endpoint.count();
            run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(now))).unwrap();
            endpoint.count() - before
        };
        let all = ask(NOW);
        assert_eq!(ask(NOW + 3_299), 0);
        // Readings of two threads.
        assert_eq!(ask(NOW + 3_299 - 120), 0);
        assert_eq!(ask(NOW + 3_299), 0);
        // The clock is set back by 2899 seconds, so the token, of which 301 seconds are left, expires at 701.
        assert_eq!(ask(NOW + 400), 0);
        assert_eq!(ask(NOW + 401), all);
        assert_eq!(ask(NOW + 401 + 3_299), 0);
        assert_eq!(ask(NOW + 401 + 3_300), all);
    }
}

/// The clock is set back during an exchange, so the age of its token is unknown.
#[test]
fn a_clock_that_goes_back_during_an_exchange() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let mut slow = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    assert!(slow.step().is_none() && slow.step().is_none());
    endpoint.set(Mode::Answers);
    run(on_behalf_of.token(&bearer("bob"), READ, &endpoint, at(NOW - 3_600))).unwrap();
    assert!(slow.step().expect("a token").is_ok());
    assert_eq!(on_behalf_of.cached_tokens(), 1);
    run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (3, 1));
}

#[test]
fn lifetimes_of_the_endpoint() {
    let body =
        |lifetime: &str| format!(r#"{{"token_type":"Bearer",{lifetime}"access_token":"ann~s~1"}}"#);
    let cases = [
        // Entra's, and that of continuous access evaluation.
        (r#""expires_in":3599,"#, true),
        (r#""expires_in":86399,"#, true),
        (r#""expires_in":301,"#, true),
        // As good as expired.
        (r#""expires_in":300,"#, false),
        (r#""expires_in":0,"#, false),
        // Unknown.
        ("", false),
        (r#""expires_in":null,"#, false),
        (r#""expires_in":18446744073709551615,"#, false),
    ];
    for (lifetime, expected) in cases {
        let endpoint = Endpoint::with(200, &body(lifetime));
        assert_eq!(is_cached(&endpoint, |now| now), expected, "{lifetime}");
    }
}

#[test]
fn users_and_scopes_are_apart() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    let scopes =
        [READ, "https://graph.microsoft.com/Mail.Read", "https://vault.azure.net/.default"];
    for _ in 0..2 {
        for user in ["ann", "bob"] {
            for scope in scopes {
                let token = run(on_behalf_of.token(&bearer(user), scope, &endpoint, at(NOW)));
                let (of, what, _) = parts(&token.unwrap());
                assert_eq!((of.as_str(), what), (user, scope.replace(['/', ':'], "-")));
            }
        }
    }
    assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (6, 6));
}

/// A new sign-in of the same user is another assertion.
#[test]
fn another_token_of_the_same_user_is_exchanged() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    let other = jwt(&format!(r#"{{"aud":"{CLIENT}","oid":"ann","scp":"access","uti":"2"}}"#));
    for token in [bearer("ann"), other] {
        run(on_behalf_of.token(&token, READ, &endpoint, at(NOW))).unwrap();
    }
    assert_eq!(endpoint.count(), 2);
}

#[test]
fn clones_share_the_cache_and_agents_do_not_share_tokens() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    run(on_behalf_of.clone().token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    assert_eq!(endpoint.count(), 1);
    let agent = on_behalf_of.clone().for_agent(AGENT);
    run(agent.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (3, 3));
}

#[test]
fn an_invalid_agent_finds_no_token_of_the_service() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    // An empty string: the setting with the agent is missing.
    for agent in ["", "agent", "user"] {
        let agent = on_behalf_of.clone().for_agent(agent);
        let error = run(agent.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap_err();
        assert_eq!(error.kind(), OnBehalfOfErrorKind::InvalidRequest);
    }
    assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (1, 1));
}

#[test]
fn the_oldest_token_makes_room() {
    assert_eq!(MAX_CACHED_TOKENS, 10_000);
    let (on_behalf_of, endpoint) = (on_behalf_of().with_max_tokens(2), Endpoint::new());
    let ask = |user: &str, later: u64| {
        let before = endpoint.count();
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(NOW + later))).unwrap();
        assert!(on_behalf_of.cached_tokens() <= 2);
        endpoint.count() > before
    };
    assert!(ask("ann", 0) && ask("bob", 1) && !ask("ann", 2));
    // Ann's is the oldest.
    assert!(ask("cid", 3) && !ask("bob", 4) && !ask("cid", 4) && ask("ann", 5));
    // A token that is exchanged anew becomes the youngest.
    assert!(ask("cid", 3_400) && !ask("cid", 3_401));
}

#[test]
fn expired_tokens_are_dropped() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    for user in ["ann", "bob", "cid"] {
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(NOW))).unwrap();
    }
    assert_eq!(on_behalf_of.cached_tokens(), 3);
    let later = at(NOW) + LIFETIME;
    run(on_behalf_of.token(&bearer("dan"), READ, &endpoint, later)).unwrap();
    assert_eq!(on_behalf_of.cached_tokens(), 1);
}

#[test]
fn a_cache_without_room() {
    let (on_behalf_of, endpoint) = (on_behalf_of().with_max_tokens(0), Endpoint::new());
    for _ in 0..2 {
        run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    }
    assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (2, 0));
}

#[test]
fn times_at_the_ends_of_the_clock() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    let mut latest = at(0);
    for bit in (0..63).rev() {
        latest = latest.checked_add(Duration::from_secs(1 << bit)).unwrap_or(latest);
    }
    for now in [at(0), latest, at(0)] {
        run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, now)).unwrap();
    }
    assert!(endpoint.count() >= 2);
}
