//! Callers who need the same token at the same time.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use easyauth::exchange::OnBehalfOfErrorKind;

use crate::support::*;

const SCOPES: [&str; 3] = [
    "https://graph.microsoft.com/User.Read",
    "https://graph.microsoft.com/Mail.Read",
    "https://vault.azure.net/.default",
];

#[test]
fn sixty_four_tasks_ten_users_three_scopes_thirty_exchanges() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    runtime.block_on(async {
        let tasks: Vec<_> = (0..64)
            .map(|task| {
                let (on_behalf_of, endpoint) = (on_behalf_of.clone(), endpoint.clone());
                tokio::spawn(async move {
                    for round in 0..30 {
                        // Each task in another order.
                        let which = (round * 7 + task) % 30;
                        let (user, scope) = (format!("user{}", which / 3), SCOPES[which % 3]);
                        let token =
                            on_behalf_of.token(&bearer(&user), scope, &endpoint, at(NOW)).await;
                        let (of, what, _) = parts(&token.unwrap());
                        assert_eq!((of, what), (user, scope.replace(['/', ':'], "-")));
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!((endpoint.count(), endpoint.most_in_flight()), (30, 1));
    assert_eq!(on_behalf_of.cached_tokens(), 30);
}

#[test]
fn threads_share_an_exchange_too() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    thread::scope(|scope| {
        for task in 0..16_usize {
            let (on_behalf_of, endpoint) = (&on_behalf_of, &endpoint);
            scope.spawn(move || {
                for round in 0..30 {
                    let which = (round * 7 + task) % 30;
                    let (user, scope) = (format!("user{}", which / 3), SCOPES[which % 3]);
                    let token =
                        on_behalf_of.token_blocking(&bearer(&user), scope, endpoint, at(NOW));
                    assert_eq!(parts(&token.unwrap()).0, user);
                }
            });
        }
    });
    assert_eq!((endpoint.count(), endpoint.most_in_flight()), (30, 1));
    // Tasks find what threads have cached.
    run(on_behalf_of.token(&bearer("user0"), SCOPES[0], &endpoint, at(NOW))).unwrap();
    assert_eq!(endpoint.count(), 30);
}

/// Some futures work only inside of the runtime of their task, so a thread begins its own exchange.
#[test]
fn a_thread_does_not_wait_for_the_exchange_of_a_task() {
    let (on_behalf_of, hanging) = (on_behalf_of(), Endpoint::new());
    hanging.set(Mode::Hangs);
    let mut task = ask(&on_behalf_of, "ann", READ, &hanging, at(NOW));
    assert!(task.step().is_none());
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn({
        let on_behalf_of = on_behalf_of.clone();
        move || {
            let endpoint = Endpoint::new();
            let token = on_behalf_of.token_blocking(&bearer("ann"), READ, &endpoint, at(NOW));
            sender.send(parts(&token.unwrap())).unwrap();
        }
    });
    let (user, ..) = receiver.recv_timeout(Duration::from_secs(20)).expect("a token");
    assert_eq!(user, "ann");
}

#[test]
fn a_caller_who_hangs_up_does_not_fail_the_others() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let mut first = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    let mut second = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    let mut third = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    assert!(first.step().is_none() && first.step().is_none());
    assert!(second.step().is_none() && third.step().is_none());
    drop(first);
    endpoint.allow(1);
    assert!(second.is_woken() && third.is_woken());
    // One that is kept and no longer polled does not matter either.
    let token = third.step().expect("a token").unwrap();
    let again = second.step().expect("the same token").unwrap();
    assert_eq!(parts(&token), parts(&again));
    assert_eq!(endpoint.count(), 1);
}

#[test]
fn an_exchange_that_nobody_waits_for_is_dropped() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let mut first = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    assert!(first.step().is_none() && first.step().is_none());
    drop(first);
    endpoint.set(Mode::Answers);
    let token = run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW)));
    assert_eq!(parts(&token.unwrap()).2, 2);
    assert_eq!(endpoint.most_in_flight(), 1, "the first one was dropped");
}

#[test]
fn waiters_share_an_error_and_it_is_not_cached() {
    let cases = [
        (Mode::Fails, OnBehalfOfErrorKind::Transport),
        (Mode::Rejects, OnBehalfOfErrorKind::Rejected),
        (Mode::Panics, OnBehalfOfErrorKind::Panicked),
    ];
    for (mode, kind) in cases {
        let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
        endpoint.set(Mode::Hangs);
        let mut tasks: Vec<_> =
            (0..3).map(|_| ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW))).collect();
        assert!(tasks.iter_mut().all(|task| task.step().is_none()));
        endpoint.set(mode);
        for task in &mut tasks {
            let error = task.step().expect("an error").unwrap_err();
            assert_eq!(error.kind(), kind);
        }
        assert_eq!((endpoint.count(), on_behalf_of.cached_tokens()), (1, 0));
        endpoint.set(Mode::Answers);
        run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
        assert_eq!(endpoint.count(), 2);
    }
}

/// A runtime that ends while it drives an exchange leaves it to the others.
#[test]
fn a_runtime_that_ends() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (other, slow) = (on_behalf_of.clone(), endpoint.clone());
    runtime.spawn(async move { other.token(&bearer("ann"), READ, &slow, at(NOW)).await });
    wait_until(|| endpoint.count() > 0);
    let mut second = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    assert!(second.step().is_none());
    runtime.shutdown_background();
    endpoint.allow(1);
    let mut token = None;
    wait_until(|| {
        if second.is_woken() {
            token = second.step();
        }
        token.is_some()
    });
    assert_eq!(parts(&token.unwrap().unwrap()).0, "ann");
    assert_eq!(endpoint.count(), 1);
}

#[track_caller]
fn wait_until(mut is_done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_done() {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn values_are_shared_between_threads() {
    fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let on_behalf_of = on_behalf_of();
    is_shared(&on_behalf_of);
    is_shared(&run(on_behalf_of.token(&bearer("ann"), READ, &Endpoint::new(), at(NOW))).unwrap());
    let arc = Arc::new(Endpoint::new());
    run(on_behalf_of.token(&bearer("bob"), READ, &arc, at(NOW))).unwrap();
    on_behalf_of.token_blocking(&bearer("cid"), READ, &arc, at(NOW)).unwrap();
    assert_eq!(arc.count(), 2);
}
