//! Which requests fetch keys, which ones wait, and what happens when a client hangs up.

use std::{
    collections::BTreeMap,
    error::Error as _,
    future::Future,
    sync::{Arc, LazyLock, Mutex, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant, SystemTime},
};

use easyauth::{
    AccessToken, IdToken, Rejection, TransportError,
    verify::{
        FIRST_BACKOFF, FetchKeysBlocking, KEY_LIFETIME, Keys, REFRESH_INTERVAL, REFRESH_LEASE,
        RefreshError, UNKNOWN_KEY_INTERVAL, Verifier, VerifyError, VerifyErrorKind,
    },
};

use crate::{
    source::{
        METADATA, Mode, Source, Task, Timer, bounded, document, finish, long_lived, run_all, store,
    },
    support::*,
};

use VerifyErrorKind::{KeysUnavailable, UnknownKey};

type Answer = Result<(), VerifyError>;

/// A token for any time, which is signed once for each key.
fn token(kid: &str) -> AccessToken {
    static TOKENS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let sign = || long_lived().with_header("kid", kid).sign();
    let mut tokens = TOKENS.lock().unwrap();
    AccessToken::new(tokens.entry(kid.to_owned()).or_insert_with(sign).as_str())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn late() -> SystemTime {
    at(NOW) + UNKNOWN_KEY_INTERVAL
}

/// Keys with a source and a timer that the test controls.
struct Setup {
    source: Source,
    timer: Timer,
    keys: Keys,
}

impl Setup {
    /// Without keys yet. The source has this one.
    fn empty(ids: &[&str]) -> Self {
        let (source, timer) = (Source::new(ids), Timer::default());
        let sleep = timer.clone();
        let keys = Keys::fetched(store(), source.clone())
            .with_sleep(move |duration| sleep.sleep(duration));
        Self { source, timer, keys }
    }

    /// With the key `old`, while the source has `old` and `new`.
    fn rollover() -> Self {
        let setup = Self::empty(&["old"]);
        assert!(setup.refresh(at(NOW)).unwrap());
        setup.source.publish(document(&["old", "new"]));
        setup
    }

    fn request(&self, kid: &str, now: SystemTime) -> Task<Answer> {
        static VERIFIER: LazyLock<Verifier> = LazyLock::new(verifier);
        let (keys, token) = (self.keys.clone(), token(kid));
        Task::new(async move { VERIFIER.verify_fetching(&keys, &token, now).await.map(drop) })
    }

    fn verify(&self, kid: &str, now: SystemTime) -> Result<(), VerifyErrorKind> {
        kind(self.request(kid, now).run().expect("nothing to wait for"))
    }

    fn background(
        &self,
        now: SystemTime,
    ) -> impl Future<Output = Result<bool, RefreshError>> + use<> {
        let keys = self.keys.clone();
        async move { keys.refresh_if_due(now).await }
    }

    fn refresh(&self, now: SystemTime) -> Result<bool, RefreshError> {
        finish(self.background(now))
    }

    fn began(&self) -> usize {
        self.source.began()
    }
}

fn kind(answer: Answer) -> Result<(), VerifyErrorKind> {
    answer.map_err(|error| error.kind())
}

fn kinds(answers: Vec<Option<Answer>>) -> Vec<Option<Result<(), VerifyErrorKind>>> {
    answers.into_iter().map(|answer| answer.map(kind)).collect()
}

/// An error with all its sources, as a log has it.
fn chain(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Asserts 503 with `Retry-After`, and the cause for the log.
#[track_caller]
fn is_unavailable(answer: Answer, retry_after: u64, cause: &str) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), KeysUnavailable);
    assert_eq!(error.to_string(), "the keys to verify the token are not available");
    assert_eq!(error.retry_after(), Some(seconds(retry_after)));
    assert_eq!(chain(&error).strip_prefix(&format!("{error}: ")), Some(cause));
    assert_eq!(error, error.clone());
    let rejection = Rejection::from(error);
    assert_eq!(rejection.status(), 503);
    assert_eq!(rejection.headers()["retry-after"], *retry_after.to_string());
    assert!(!rejection.headers().contains_key("www-authenticate"));
}

#[test]
fn a_token_brings_its_key() {
    let setup = Setup::empty(&["organizations-key"]);
    assert_eq!(setup.verify("organizations-key", at(NOW)), Ok(()));
    assert_eq!(setup.verify("organizations-key", at(NOW)), Ok(()));
    let (keys, id) = (setup.keys.clone(), IdToken::new(Draft::id().sign()));
    let result =
        finish(async move { id_verifier().verify_fetching(&keys, &id, at(NOW)).await.map(drop) });
    assert_eq!((result, setup.began()), (Ok(()), 1));
    // A new key: at once if the last fetch is long ago.
    setup.source.publish(document(&["new"]));
    assert_eq!(setup.verify("new", late() - seconds(1)), Err(UnknownKey));
    assert_eq!(setup.began(), 1);
    assert_eq!(setup.verify("new", late()), Ok(()));
    assert_eq!(setup.began(), 2);
    // A token with a known key never causes a fetch, even if it is invalid.
    let expired = AccessToken::new(Draft::access().with("exp", 1).with("nbf", 0).sign());
    let (keys, now) = (setup.keys.clone(), late() + UNKNOWN_KEY_INTERVAL);
    let error = finish(async move { verifier().verify_fetching(&keys, &expired, now).await });
    assert_eq!(error.unwrap_err().kind(), VerifyErrorKind::Expired);
    assert_eq!(setup.began(), 2);
}

#[test]
fn fixed_keys_are_never_fetched() {
    let keys = Keys::fixed(KEYS.clone());
    let request = |kid: &str| {
        let (keys, token) = (keys.clone(), token(kid));
        finish(async move { verifier().verify_fetching(&keys, &token, at(NOW)).await.map(drop) })
    };
    assert_eq!(kind(request("organizations-key")), Ok(()));
    let error = request("new").unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (UnknownKey, None));
}

/// Key rollover: all requests that need the new key wait for one fetch.
#[test]
fn all_of_50_requests_with_a_new_key_pass() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Hangs);
    let mut tasks: Vec<_> = (0..50).map(|_| setup.request("new", late())).collect();
    tasks.push(setup.request("invented", late()));
    assert!(run_all(&mut tasks).iter().all(Option::is_none));
    // Requests whose key is known go on.
    assert_eq!(setup.verify("old", late()), Ok(()));
    setup.source.set(Mode::Answers);
    let mut answers = kinds(run_all(&mut tasks));
    assert_eq!(answers.pop(), Some(Some(Err(UnknownKey))));
    assert_eq!(answers, vec![Some(Ok(())); 50]);
    assert_eq!(setup.began(), 2);
}

#[test]
fn a_failed_fetch_is_503_for_all_who_waited() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Hangs);
    let mut tasks: Vec<_> = (0..50).map(|_| setup.request("new", late())).collect();
    assert!(run_all(&mut tasks).iter().all(Option::is_none));
    setup.source.set(Mode::Fails);
    for answer in run_all(&mut tasks) {
        is_unavailable(answer.unwrap(), 5, "the keys could not be fetched: told to fail");
    }
    // And for those that come before the next attempt.
    let soon = late() + FIRST_BACKOFF - seconds(1);
    let answer = setup.request("new", soon).run().unwrap();
    let same = setup.request("new", soon).run().unwrap();
    assert_eq!(answer, same);
    // The failure of another fetch is another error.
    let other = Setup::rollover();
    other.source.set(Mode::Fails);
    assert_ne!(answer, other.request("new", late()).run().unwrap());
    is_unavailable(answer, 5, "the keys could not be fetched: told to fail");
    assert_eq!(setup.verify("old", soon), Ok(()));
    assert_eq!(setup.began(), 2);
    // The refresh in the background makes up for it, long before unknown keys may cause a fetch.
    setup.source.set(Mode::Answers);
    assert!(!setup.refresh(soon).unwrap());
    assert!(setup.refresh(late() + FIRST_BACKOFF).unwrap());
    assert_eq!(setup.verify("new", late() + FIRST_BACKOFF), Ok(()));
    assert_eq!(setup.verify("invented", late() + FIRST_BACKOFF), Err(UnknownKey));
}

/// A hang-up at each await point: the next request goes on with the same fetch.
#[test]
fn a_client_that_hangs_up_delays_no_request() {
    for (polls, documents) in [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1)] {
        for is_empty in [true, false] {
            let setup = if is_empty { Setup::empty(&["new"]) } else { Setup::rollover() };
            let began = setup.began();
            setup.source.set(Mode::Hangs);
            setup.source.allow(documents);
            let mut leader = setup.request("new", late());
            for _ in 0..polls {
                assert!(leader.step().is_none());
            }
            let mut waiting = setup.request("new", late());
            waiting.run();
            drop(leader);
            assert!(waiting.run().is_none());
            drop(waiting);
            assert!(setup.keys.store().unwrap().last_error().is_none());
            // No request waits any more. The next one continues the fetch.
            setup.source.set(Mode::Answers);
            assert_eq!(setup.verify("new", late() + seconds(1)), Ok(()));
            assert_eq!(setup.began() - began, 1);
            assert!(setup.refresh(late() + REFRESH_INTERVAL).unwrap());
        }
    }
}

/// The waiter is woken when the one who drove the fetch is gone.
#[test]
fn a_waiter_takes_over() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Hangs);
    let mut leader = setup.request("new", late());
    let mut waiter = setup.request("new", late());
    assert!(leader.run().is_none() && waiter.run().is_none());
    drop(leader);
    setup.source.allow(1);
    assert!(waiter.is_woken());
    assert!(waiter.run().is_none());
    setup.source.allow(1);
    assert_eq!(kind(waiter.run().unwrap()), Ok(()));
    assert_eq!(setup.began(), 2);
}

/// Futurelock: the leader is kept and never polled again.
#[test]
fn a_leader_that_is_not_polled_blocks_no_request() {
    for polls in 1..6 {
        let setup = Setup::rollover();
        setup.source.set(Mode::Hangs);
        let mut leader = setup.request("new", late());
        for _ in 0..polls {
            assert!(leader.step().is_none());
        }
        let mut waiter = setup.request("new", late());
        assert!(waiter.run().is_none());
        setup.source.set(Mode::Answers);
        assert_eq!(kind(waiter.run().unwrap()), Ok(()));
        // Polled after all, it passes as well.
        assert_eq!(kind(leader.run().unwrap()), Ok(()));
        assert_eq!(setup.began(), 2);
    }
}

#[test]
fn no_request_waits_longer_than_the_lease() {
    for is_empty in [true, false] {
        let setup = if is_empty { Setup::empty(&["new"]) } else { Setup::rollover() };
        setup.source.set(Mode::Hangs);
        let mut tasks: Vec<_> = (0..3).map(|_| setup.request("new", late())).collect();
        assert!(run_all(&mut tasks).iter().all(Option::is_none));
        setup.timer.advance(REFRESH_LEASE - seconds(1));
        let mut latecomer = setup.request("new", late());
        assert!(latecomer.run().is_none());
        // One is kept and not polled.
        let _stuck = tasks.remove(0);
        tasks.push(latecomer);
        assert!(run_all(&mut tasks).iter().all(Option::is_none));
        setup.timer.advance(seconds(1));
        for answer in run_all(&mut tasks) {
            is_unavailable(answer.unwrap(), 5, "the keys were not fetched in time");
        }
        setup.source.set(Mode::Answers);
        assert!(setup.refresh(late() + FIRST_BACKOFF).unwrap());
        assert_eq!(setup.verify("new", late() + FIRST_BACKOFF), Ok(()));
    }
}

/// Each episode of waiting gets the whole lease, even if the fetch paused before.
#[test]
fn a_fetch_that_paused_has_its_time_again() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Hangs);
    let mut leader = setup.request("new", late());
    assert!(leader.run().is_none());
    setup.timer.advance(REFRESH_LEASE - seconds(1));
    drop(leader);
    let mut next = setup.request("new", late());
    assert!(next.run().is_none());
    setup.timer.advance(REFRESH_LEASE - seconds(1));
    assert!(next.run().is_none());
    setup.source.set(Mode::Answers);
    assert_eq!(kind(next.run().unwrap()), Ok(()));
    assert_eq!(setup.began(), 2);
}

/// A fetch without waiters whose lease has ended. A request for an unknown key continues it, because it may
/// not begin another one. The background refresh replaces it.
#[test]
fn an_abandoned_fetch_is_continued_or_replaced() {
    let abandoned = || {
        let setup = Setup::rollover();
        setup.source.set(Mode::Hangs);
        let mut leader = setup.request("new", late());
        assert!(leader.run().is_none());
        drop(leader);
        setup.source.set(Mode::Answers);
        setup
    };
    let after = late() + REFRESH_LEASE;
    let setup = abandoned();
    assert_eq!((setup.verify("new", after), setup.began()), (Ok(()), 2));
    let setup = abandoned();
    assert!(setup.refresh(after).unwrap());
    assert_eq!((setup.verify("new", after), setup.began()), (Ok(()), 3));
    let setup = abandoned();
    assert!(setup.refresh(after - seconds(1)).unwrap());
    assert_eq!((setup.verify("new", after), setup.began()), (Ok(()), 2));
}

const TIMED_OUT: &str = "the keys could not be fetched: operation timed out";

/// The time limit of a fetcher does not stop while the fetch pauses. What that fetch comes to says nothing about
/// the source: the next request begins it again.
#[test]
fn a_fetch_that_expires_while_it_pauses_begins_again() {
    for polls in 1..3 {
        for is_empty in [true, false] {
            let setup = if is_empty { Setup::empty(&["new"]) } else { Setup::rollover() };
            let began = setup.began();
            let mut leader = setup.request("new", late());
            (0..polls).for_each(|_| assert!(leader.step().is_none()));
            drop(leader);
            setup.source.expire();
            let mut tasks: Vec<_> = (0..3).map(|_| setup.request("new", late())).collect();
            assert_eq!(kinds(run_all(&mut tasks)), vec![Some(Ok(())); 3]);
            assert_eq!(setup.began() - began, 2);
            assert!(setup.keys.store().unwrap().last_error().is_none());
        }
    }
    // The background, too.
    let setup = Setup::rollover();
    setup.request("new", late()).step();
    setup.source.expire();
    assert!(setup.refresh(late()).unwrap());
    assert_eq!((setup.verify("new", late()), setup.began()), (Ok(()), 3));
}

/// The source fails: that is found out by the second attempt, which a request has waited for.
#[test]
fn a_fetch_that_fails_while_it_pauses_begins_again_once() {
    let setup = Setup::rollover();
    setup.request("new", late()).step();
    setup.source.set(Mode::Fails);
    let answer = setup.request("new", late()).run().unwrap();
    is_unavailable(answer, 5, "the keys could not be fetched: told to fail");
    assert_eq!(setup.began(), 3);
    assert!(!setup.refresh(late() + FIRST_BACKOFF - seconds(1)).unwrap());
    // One that was waited for all the time is not repeated.
    assert!(setup.refresh(late() + FIRST_BACKOFF).is_err());
    assert_eq!(setup.began(), 4);
}

/// Clients that hang up again and again: they cause two connections at most, and their failures do not prolong
/// the backoff.
#[test]
fn hang_ups_do_not_prolong_the_backoff() {
    for is_empty in [true, false] {
        let setup = if is_empty { Setup::empty(&["new"]) } else { Setup::rollover() };
        let mut now = late();
        for wait in if is_empty { [5, 5, 5, 5] } else { [5, 10, 20, 40] } {
            let began = setup.began();
            for _ in 0..2 {
                assert!(setup.request("invented", now).step().is_none());
                setup.source.expire();
            }
            is_unavailable(setup.request("new", now).run().unwrap(), wait, TIMED_OUT);
            assert!(setup.request("invented", now + seconds(wait - 1)).run().unwrap().is_err());
            assert_eq!(setup.began() - began, 2);
            now += seconds(wait);
        }
        // The background waits for five seconds only.
        let now = if is_empty { now } else { now - seconds(40 - 5) };
        assert!(setup.refresh(now).unwrap());
        assert_eq!(setup.verify("new", now), Ok(()));
    }
}

/// A fetch whose lease has ended, and that a request still waits for.
#[test]
fn a_fetch_that_requests_wait_for_is_not_replaced() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Hangs);
    let mut request = setup.request("new", late());
    assert!(request.run().is_none());
    let mut background = Task::new(setup.background(late() + REFRESH_LEASE));
    assert!(background.run().is_none());
    assert_eq!(setup.began(), 2);
    setup.source.set(Mode::Answers);
    assert_eq!(kind(request.run().unwrap()), Ok(()));
    assert!(background.run().unwrap().unwrap());
    assert_eq!(setup.began(), 2);
}

/// A fetch that the caller drives. Requests wait for it while its lease lasts, but none can continue it.
#[test]
fn a_fetch_of_the_caller_delays_requests_for_its_lease_only() {
    let setup = Setup::rollover();
    let store = setup.keys.store().unwrap();
    let refresh = store.begin_refresh_for_unknown_key(late()).unwrap();
    assert!(setup.request("new", late() + REFRESH_LEASE - seconds(1)).run().is_none());
    assert_eq!(setup.verify("new", late() + REFRESH_LEASE), Err(KeysUnavailable));
    assert_eq!(setup.began(), 1);
    drop(refresh);
}

/// Unknown keys cause one fetch in five minutes. A failed one is repeated after a backoff.
#[test]
fn invented_keys_cause_one_fetch_in_five_minutes() {
    let backoffs = [0, 5, 15, 35, 75, 155, 315].as_slice();
    for (mode, fetches) in [
        (Mode::Answers, [0, 300].as_slice()),
        (Mode::Hangs, [0, 300].as_slice()),
        (Mode::Fails, backoffs),
        (Mode::Panics, backoffs),
    ] {
        let setup = Setup::rollover();
        setup.source.set(mode);
        let mut began = Vec::new();
        for second in 0..=315 {
            let before = setup.began();
            setup.request("invented", late() + seconds(second)).run();
            began.extend((setup.began() > before).then_some(second));
        }
        assert_eq!(began, fetches, "{mode:?}");
    }
}

/// A client that comes back when `Retry-After` says makes the store fetch, also without a refresh in the
/// background.
#[test]
fn clients_that_come_back_when_they_are_told() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Fails);
    let mut now = late();
    for (failures, wait) in (1..).zip([5, 10, 20, 40, 80, 160, 300, 300]) {
        let cause = "the keys could not be fetched: told to fail";
        is_unavailable(setup.request("new", now).run().unwrap(), wait, cause);
        assert_eq!(setup.began(), 1 + failures);
        is_unavailable(setup.request("new", now + seconds(wait - 5)).run().unwrap(), 5, cause);
        assert_eq!(setup.verify("new", now + seconds(wait - 1)), Err(KeysUnavailable));
        assert_eq!(setup.began(), 1 + failures);
        now += seconds(wait);
    }
    setup.source.set(Mode::Answers);
    assert_eq!(setup.verify("new", now), Ok(()));
    // After a success it starts over.
    setup.source.set(Mode::Fails);
    now += UNKNOWN_KEY_INTERVAL;
    let answer = setup.request("newer", now).run().unwrap();
    is_unavailable(answer, 5, "the keys could not be fetched: told to fail");
}

/// Failed fetches for unknown keys delay none that a store without keys needs.
#[test]
fn a_store_whose_keys_have_lapsed_fetches_at_once() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Fails);
    let lapsed = at(NOW) + KEY_LIFETIME;
    for before in [300, 295, 285, 265, 225, 145] {
        assert_eq!(setup.verify("new", lapsed - seconds(before)), Err(KeysUnavailable));
    }
    assert_eq!(setup.began(), 7);
    let cause = "the keys could not be fetched: told to fail";
    is_unavailable(setup.request("new", lapsed).run().unwrap(), 10, cause);
    assert_eq!(setup.began(), 8);
    setup.source.set(Mode::Answers);
    assert_eq!(setup.verify("new", lapsed + seconds(10)), Ok(()));
}

/// Clients invent keys and hang up, at each await point, every 3 minutes for two days. Keys are still
/// refreshed every hour.
#[test]
fn hang_ups_do_not_delay_the_hourly_refresh() {
    let setup = Setup::rollover();
    let mut due = at(NOW) + REFRESH_INTERVAL;
    let mut unknown = 0;
    for step in 1..=2 * 24 * 20 {
        let now = at(NOW + 180 * step);
        let began = setup.began();
        for polls in 1..=5 {
            let mut task = setup.request("invented", now);
            (0..polls).for_each(|_| drop(task.step()));
        }
        unknown += setup.began() - began;
        setup.refresh(now).unwrap();
        if now >= due {
            assert_eq!(setup.keys.store().unwrap().last_success(), Some(now));
            due = now + REFRESH_INTERVAL;
        }
        assert_eq!(setup.verify("old", now), Ok(()));
    }
    assert!(unknown <= 2 * 24 * 12, "{unknown}");
}

#[test]
fn the_background_joins_a_fetch_and_drives_it() {
    let setup = Setup::rollover();
    setup.source.set(Mode::Hangs);
    let mut request = setup.request("new", late());
    assert!(request.run().is_none());
    let mut background = Task::new(setup.background(late()));
    assert!(background.run().is_none());
    drop(request);
    setup.source.set(Mode::Answers);
    assert!(background.run().unwrap().unwrap());
    assert_eq!((setup.verify("new", late()), setup.began()), (Ok(()), 2));
    assert!(!setup.refresh(late()).unwrap());
}

#[test]
fn the_refresh_in_the_background() {
    let setup = Setup::empty(&["old"]);
    assert!(setup.refresh(at(NOW)).unwrap());
    assert!(!setup.refresh(at(NOW) + REFRESH_INTERVAL - seconds(1)).unwrap());
    setup.source.set(Mode::Fails);
    let mut now = at(NOW) + REFRESH_INTERVAL;
    for wait in [5, 10, 20, 40, 80, 160, 300, 300] {
        let error = setup.refresh(now).unwrap_err();
        assert_eq!(error.to_string(), "the keys could not be fetched");
        assert!(!setup.refresh(now + seconds(wait - 1)).unwrap());
        // Fetches for unknown keys do not prolong the backoff.
        setup.request("invented", now + seconds(wait - 1)).run();
        now += seconds(wait);
    }
    assert_eq!(setup.verify("old", now), Ok(()));
}

/// A fetch for an unknown key does not count as the hourly refresh.
#[test]
fn the_hourly_refresh_has_its_own_timer() {
    let setup = Setup::rollover();
    let due = at(NOW) + REFRESH_INTERVAL;
    assert_eq!(setup.verify("new", due - seconds(1)), Ok(()));
    assert!(setup.refresh(due).unwrap());
    assert_eq!(setup.began(), 3);
}

/// Without any key the backoff alone decides.
#[test]
fn a_store_that_starts_without_network_recovers() {
    let setup = Setup::empty(&["old"]);
    setup.source.set(Mode::Fails);
    let mut now = at(NOW);
    for (attempt, wait) in [5, 10, 20].into_iter().enumerate() {
        let answer = setup.request("old", now).run().unwrap();
        is_unavailable(answer, wait, "the keys could not be fetched: told to fail");
        assert_eq!(setup.verify("old", now + seconds(wait - 1)), Err(KeysUnavailable));
        assert_eq!(setup.began(), attempt + 1);
        now += seconds(wait);
    }
    setup.source.set(Mode::Answers);
    assert_eq!(setup.verify("old", now), Ok(()));
    // Keys that are gone after a day are fetched at once.
    assert_eq!(setup.verify("old", now + KEY_LIFETIME), Ok(()));
    assert_eq!(setup.began(), 5);
}

/// A panic is a failure of the fetch, not of the request that drove it.
#[test]
fn a_fetcher_that_panics() {
    for documents in 0..2 {
        let setup = Setup::rollover();
        setup.source.set(Mode::Hangs);
        setup.source.allow(documents);
        let mut tasks: Vec<_> = (0..3).map(|_| setup.request("new", late())).collect();
        assert!(run_all(&mut tasks).iter().all(Option::is_none));
        setup.source.set(Mode::Panics);
        for answer in run_all(&mut tasks) {
            is_unavailable(answer.unwrap(), 5, "the fetcher of the keys panicked");
        }
        setup.source.set(Mode::Answers);
        assert_eq!(setup.verify("old", late()), Ok(()));
        assert!(setup.refresh(late() + FIRST_BACKOFF).unwrap());
        assert_eq!(setup.verify("new", late() + FIRST_BACKOFF), Ok(()));
    }
}

/// A sleep that panics, as those of runtimes do outside of them, leaves the wait to a thread.
#[test]
fn a_sleep_that_panics() {
    bounded(|| {
        let source = Source::new(&["old"]);
        source.set(Mode::Hangs);
        let store = store().with_lease(Duration::from_millis(20));
        let keys = Keys::fetched(store, source)
            .with_sleep(|_| -> std::future::Ready<()> { panic!("no runtime") });
        wait_for_the_lease(keys);
    });
}

#[test]
fn a_thread_ends_the_wait_where_there_is_no_sleep() {
    bounded(|| {
        let source = Source::new(&["old"]);
        source.set(Mode::Hangs);
        wait_for_the_lease(Keys::fetched(store().with_lease(Duration::from_millis(20)), source));
    });
}

/// The same for one that panics when it is polled, as that of a runtime that has ended does.
#[test]
fn a_sleep_that_panics_later() {
    bounded(|| {
        let source = Source::new(&["old"]);
        source.set(Mode::Hangs);
        let store = store().with_lease(Duration::from_millis(20));
        let keys = Keys::fetched(store, source)
            .with_sleep(|_| std::future::poll_fn(|_| -> Poll<()> { panic!("no runtime") }));
        wait_for_the_lease(keys);
    });
}

/// Each request measures its wait with the sleep of its own runtime. If a runtime is blocked or dropped, requests of
/// other runtimes go on.
#[test]
fn requests_of_two_runtimes() {
    for is_gone in [true, false] {
        let source = Source::new(&["old"]);
        source.set(Mode::Hangs);
        let (own, other) = (Timer::default(), Timer::default());
        let sleeps = Mutex::new(vec![own.clone(), other]);
        let keys = Keys::fetched(store(), source).with_sleep(move |lease| {
            let (timer, is_other) = {
                let mut sleeps = sleeps.lock().unwrap();
                (sleeps.pop().unwrap(), sleeps.len() == 1)
            };
            let mut sleep = Box::pin(timer.sleep(lease));
            std::future::poll_fn(move |context| {
                assert!(!is_other || !is_gone || context.waker().will_wake(Waker::noop()), "gone");
                sleep.as_mut().poll(context)
            })
        });
        let start = || {
            let (keys, token) = (keys.clone(), token("old"));
            async move { verifier().verify_fetching(&keys, &token, at(NOW)).await.map(drop) }
        };
        // It is kept, and its runtime does not poll it any more.
        let mut stuck = Box::pin(start());
        let mut context = Context::from_waker(Waker::noop());
        assert!(stuck.as_mut().poll(&mut context).is_pending());
        let mut request = Task::new(start());
        assert!(request.run().is_none());
        own.advance(REFRESH_LEASE - seconds(1));
        assert!(request.run().is_none());
        own.advance(seconds(1));
        is_unavailable(request.run().unwrap(), 5, "the keys were not fetched in time");
    }
}

/// A short lease ends the wait of requests. The fetch goes on for the background refresh.
#[test]
fn the_background_waits_for_its_own_time() {
    let mut setup = Setup::empty(&["old"]);
    let sleep = setup.timer.clone();
    let lease = Duration::from_millis(100);
    setup.keys = Keys::fetched(store().with_lease(lease), setup.source.clone())
        .with_sleep(move |duration| sleep.sleep(duration));
    setup.source.set(Mode::Hangs);
    let mut background = Task::new(setup.background(at(NOW)));
    assert!(background.run().is_none());
    for _ in 0..10 {
        let mut request = setup.request("old", at(NOW));
        assert!(request.run().is_none());
        setup.timer.advance(lease);
        is_unavailable(request.run().unwrap(), 5, "the keys were not fetched in time");
        assert!(background.run().is_none());
    }
    assert!(setup.keys.store().unwrap().last_error().is_none());
    setup.source.set(Mode::Answers);
    assert!(background.run().unwrap().unwrap());
    assert_eq!((setup.verify("old", at(NOW)), setup.began()), (Ok(()), 1));
    // It does not wait forever.
    setup.source.set(Mode::Hangs);
    let mut background = Task::new(setup.background(at(NOW) + REFRESH_INTERVAL));
    assert!(background.run().is_none());
    setup.timer.advance(REFRESH_LEASE - seconds(1));
    assert!(background.run().is_none());
    setup.timer.advance(seconds(1));
    let error = background.run().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the keys were not fetched in time");
}

/// A fetcher that hangs while requests with a short lease follow each other: another fetch begins after a minute.
#[test]
fn requests_with_a_short_lease_do_not_prolong_a_fetch_that_hangs() {
    let mut setup = Setup::empty(&["old"]);
    let sleep = setup.timer.clone();
    setup.keys = Keys::fetched(store().with_lease(seconds(6)), setup.source.clone())
        .with_sleep(move |duration| sleep.sleep(duration));
    setup.source.set(Mode::Hangs);
    let mut now = at(NOW);
    let mut last = setup.request("old", now);
    assert!(last.run().is_none());
    let mut waited = Duration::ZERO;
    while setup.keys.store().unwrap().last_error().is_none() {
        setup.timer.advance(seconds(3));
        (now, waited) = (now + seconds(3), waited + seconds(3));
        let mut next = setup.request("old", now);
        assert!(next.run().is_none());
        setup.timer.advance(seconds(3));
        (now, waited) = (now + seconds(3), waited + seconds(3));
        is_unavailable(last.run().unwrap(), 5, "the keys were not fetched in time");
        last = next;
        assert!(waited <= 2 * REFRESH_LEASE, "the fetch hangs for {waited:?}");
    }
    assert!(waited >= REFRESH_LEASE, "{waited:?}");
    is_unavailable(last.run().unwrap(), 5, "the keys were not fetched in time");
    setup.source.set(Mode::Answers);
    assert_eq!(setup.verify("old", now + FIRST_BACKOFF), Ok(()));
    assert_eq!(setup.began(), 2);
}

/// The thread measures the wait of each task separately.
#[test]
fn a_thread_ends_the_wait_of_requests_and_not_that_of_the_background() {
    bounded(|| {
        let source = Source::new(&["old"]);
        source.set(Mode::Hangs);
        let keys = Keys::fetched(store().with_lease(Duration::from_millis(20)), source.clone());
        let mut background = Task::new({
            let keys = keys.clone();
            async move { keys.refresh_if_due(at(NOW)).await }
        });
        assert!(background.run().is_none());
        for _ in 0..3 {
            let mut request = waiting(&keys);
            while !request.is_woken() {
                thread::sleep(Duration::from_millis(1));
            }
            is_unavailable(request.run().unwrap(), 5, "the keys were not fetched in time");
            assert!(background.run().is_none());
        }
        assert!(keys.store().unwrap().last_error().is_none());
        source.set(Mode::Answers);
        assert!(background.run().unwrap().unwrap());
        assert_eq!(source.began(), 1);
    });
}

/// Blocks until the request is woken, which only the end of the lease does.
#[track_caller]
fn wait_for_the_lease(keys: Keys) {
    let mut task = waiting(&keys);
    while !task.is_woken() {
        thread::sleep(Duration::from_millis(1));
    }
    is_unavailable(task.run().unwrap(), 5, "the keys were not fetched in time");
    // The failure is recorded like any other.
    let error = keys.store().unwrap().last_error().expect("a failure");
    assert_eq!(error.to_string(), "the keys were not fetched in time");
}

/// A request that waits for a fetch.
#[track_caller]
fn waiting(keys: &Keys) -> Task<Answer> {
    let (keys, token) = (keys.clone(), token("old"));
    let mut task =
        Task::new(
            async move { verifier().verify_fetching(&keys, &token, at(NOW)).await.map(drop) },
        );
    assert!(task.run().is_none());
    task
}

/// The thread measures the wait of those who wait now: a request that arrives after another hung up has the whole
/// lease, and without requests the fetch pauses and does not fail. A slow machine only prolongs the waits.
#[test]
fn a_thread_gives_each_episode_of_waiting_its_lease() {
    bounded(|| {
        let lease = Duration::from_millis(100);
        let source = Source::new(&["old"]);
        source.set(Mode::Hangs);
        let keys = Keys::fetched(store().with_lease(lease), source.clone());
        drop(waiting(&keys));
        thread::sleep(3 * lease);
        // The fetch has paused.
        assert!(keys.store().unwrap().last_error().is_none());
        drop(waiting(&keys));
        thread::sleep(lease * 6 / 10);
        let start = Instant::now();
        let mut task = waiting(&keys);
        while !task.is_woken() {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(start.elapsed() >= lease);
        is_unavailable(task.run().unwrap(), 5, "the keys were not fetched in time");
        assert_eq!(source.began(), 1);
    });
}

/// A lease can be shorter, and not longer.
#[test]
fn the_lease() {
    for (lease, expected) in [(seconds(5), seconds(5)), (Duration::MAX, REFRESH_LEASE)] {
        let store = store().with_lease(lease);
        let first = store.begin_refresh(at(NOW)).unwrap();
        assert!(store.begin_refresh(at(NOW) + expected - seconds(1)).is_none());
        assert!(store.begin_refresh(at(NOW) + expected).is_some());
        drop(first);
    }
}

/// Requests that read the clock, and come to the store after others that read it later. Time does not count twice.
#[test]
fn readings_of_the_clock_that_lag_behind() {
    let setup = Setup::rollover();
    assert_eq!(setup.verify("invented", late()), Err(UnknownKey));
    for _ in 0..10 {
        assert_eq!(setup.verify("invented", late() - seconds(100)), Err(UnknownKey));
        assert_eq!(setup.verify("invented", late()), Err(UnknownKey));
    }
    assert_eq!(setup.began(), 2);
}

/// A clock that is set back or ahead delays nothing and keeps nothing for longer.
#[test]
fn a_clock_that_is_set_back() {
    let day = KEY_LIFETIME;
    for back in [seconds(1), seconds(60), seconds(1800), REFRESH_INTERVAL, day, 30 * day] {
        let setup = Setup::rollover();
        let mut now = at(NOW) - back;
        assert_eq!(setup.verify("old", now), Ok(()), "{back:?}");
        assert!(!setup.refresh(now).unwrap(), "{back:?}");
        assert_eq!(setup.verify("new", now), Err(UnknownKey), "{back:?}");
        // An unknown key after five minutes, an hour after the last refresh at the latest.
        now += UNKNOWN_KEY_INTERVAL + seconds(60);
        assert_eq!(setup.verify("new", now), Ok(()), "{back:?}");
        now += REFRESH_INTERVAL;
        assert!(setup.refresh(now).unwrap(), "{back:?}");
        // A key that is gone is gone after a day.
        setup.source.publish(document(&["new"]));
        now += REFRESH_INTERVAL;
        assert!(setup.refresh(now).unwrap(), "{back:?}");
        assert_eq!(setup.verify("old", now + day - REFRESH_INTERVAL), Err(UnknownKey), "{back:?}");
    }
}

/// The clock is set back while requests wait: those that came before pass as well.
#[test]
fn a_clock_that_is_set_back_while_requests_wait() {
    let setup = Setup::empty(&["old"]);
    setup.source.set(Mode::Hangs);
    let now = at(NOW) + 2 * KEY_LIFETIME;
    let mut tasks = [setup.request("old", now), setup.request("old", now - KEY_LIFETIME)];
    assert!(run_all(&mut tasks).iter().all(Option::is_none));
    setup.source.set(Mode::Answers);
    assert_eq!(kinds(run_all(&mut tasks)), vec![Some(Ok(())); 2]);
}

/// The clock is set ahead during the first fetch: its keys are as old as the clock says. That does not tell that
/// a key does not exist.
#[test]
fn a_clock_that_is_set_ahead_while_requests_wait() {
    for ahead in [KEY_LIFETIME - seconds(1), KEY_LIFETIME, 20_000 * KEY_LIFETIME] {
        let setup = Setup::empty(&["old"]);
        setup.source.set(Mode::Hangs);
        let now = at(NOW);
        let early = now - ahead;
        let mut tasks = [setup.request("old", early), setup.request("old", now)];
        assert!(run_all(&mut tasks).iter().all(Option::is_none));
        setup.source.set(Mode::Answers);
        let expected = if ahead < KEY_LIFETIME { Ok(()) } else { Err(KeysUnavailable) };
        assert_eq!(kinds(run_all(&mut tasks)), [Some(Ok(())), Some(expected)], "{ahead:?}");
        // The next request fetches them at once.
        assert_eq!(setup.verify("old", now), Ok(()));
        assert_eq!(setup.verify("invented", now), Err(UnknownKey));
    }
}

/// Keys that were seen by a clock far ahead do not outlive a day, even if no fetch succeeds.
#[test]
fn a_clock_that_was_ahead() {
    let setup = Setup::empty(&["old"]);
    assert!(setup.refresh(at(NOW) + 365 * KEY_LIFETIME).unwrap());
    setup.source.set(Mode::Fails);
    setup.request("invented", at(NOW)).run();
    assert_eq!(setup.verify("old", at(NOW) + KEY_LIFETIME - seconds(1)), Ok(()));
    assert_eq!(setup.verify("old", at(NOW) + KEY_LIFETIME), Err(KeysUnavailable));
}

/// Requests also wait for a refresh by code that does its own input and output.
#[test]
fn requests_wait_for_a_refresh_by_hand() {
    let setup = Setup::rollover();
    let store = setup.keys.store().unwrap();
    let mut refresh = store.begin_refresh_for_unknown_key(late()).unwrap();
    let error = verifier().verify(&token("new"), store, late()).unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (KeysUnavailable, Some(FIRST_BACKOFF)));
    let mut tasks: Vec<_> = (0..3).map(|_| setup.request("new", late())).collect();
    assert!(run_all(&mut tasks).iter().all(Option::is_none));
    refresh.metadata(METADATA).unwrap();
    refresh.finish(&document(&["old", "new"])).unwrap();
    assert_eq!(kinds(run_all(&mut tasks)), vec![Some(Ok(())); 3]);

    // An abandoned refresh is not a failure, and the next one is due at once.
    let later = late() + UNKNOWN_KEY_INTERVAL;
    let refresh = store.begin_refresh_for_unknown_key(later).unwrap();
    let mut task = setup.request("newer", later);
    assert!(task.run().is_none());
    drop(refresh);
    is_unavailable(task.run().unwrap(), 5, "the refresh was dropped before its end");
    assert!(store.last_error().is_none());
    assert!(store.begin_refresh_for_unknown_key(later).is_none());
    assert!(setup.refresh(later).unwrap());
    assert_eq!(setup.verify("newer", later), Err(UnknownKey));
}

/// A refresh by hand that hangs: requests stop waiting for it.
#[test]
fn a_refresh_by_hand_that_hangs() {
    let setup = Setup::rollover();
    let store = setup.keys.store().unwrap();
    let refresh = store.begin_refresh_for_unknown_key(late()).unwrap();
    let mut task = setup.request("new", late());
    assert!(task.run().is_none());
    setup.timer.advance(REFRESH_LEASE);
    is_unavailable(task.run().unwrap(), 5, "the keys were not fetched in time");
    assert!(setup.refresh(late() + FIRST_BACKOFF).unwrap());
    drop(refresh);
    assert!(store.last_error().is_none());
}

/// A fetcher that blocks until the test opens it.
struct Gate(Mutex<mpsc::Receiver<Mode>>, Source);

impl FetchKeysBlocking for Gate {
    fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        if let Ok(mode) = self.0.lock().unwrap().recv() {
            self.1.set(mode);
        }
        FetchKeysBlocking::fetch(&self.1, uri)
    }
}

/// The blocking twin: threads wait for the thread that fetches, whatever the outcome.
#[test]
fn threads_wait_for_the_fetch_in_flight() {
    bounded(|| {
        for (mode, expected) in [
            (Mode::Answers, Ok(())),
            (Mode::Fails, Err("the keys could not be fetched")),
            (Mode::Panics, Err("the fetcher of the keys panicked")),
        ] {
            let source = Source::new(&["old"]);
            let (open, gate) = mpsc::channel();
            let keys = Keys::fetched_blocking(store(), Gate(Mutex::new(gate), source.clone()));
            // One message for each document.
            open.send(Mode::Answers).unwrap();
            open.send(Mode::Answers).unwrap();
            assert!(keys.refresh_if_due_blocking(at(NOW)).unwrap());
            source.publish(document(&["old", "new"]));
            let (verifier, token) = (verifier(), token("new"));
            let verify = || verifier.verify_fetching_blocking(&keys, &token, late());
            thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(verify)).collect();
                open.send(mode).unwrap();
                drop(open);
                for thread in threads {
                    let result = thread.join().unwrap().map(drop);
                    let cause = result.map_err(|error| error.source().unwrap().to_string());
                    assert_eq!(cause.as_ref().map_err(String::as_str).copied(), expected);
                }
            });
            assert_eq!(source.began(), 2);
            assert!(keys.refresh_if_due_blocking(late()).is_ok());
        }
    });
}

#[test]
fn threads_wait_no_longer_than_the_lease() {
    bounded(|| {
        let source = Source::new(&["old"]);
        let store = store().with_lease(Duration::from_millis(20));
        let keys = Keys::fetched_blocking(store, source.clone());
        let store = keys.store().unwrap();
        let refresh = store.begin_refresh(at(NOW)).unwrap();
        let verify = |now| verifier().verify_fetching_blocking(&keys, &token("old"), now).map(drop);
        is_unavailable(verify(at(NOW)), 5, "the keys were not fetched in time");
        assert_eq!((source.began(), kind(verify(at(NOW) + FIRST_BACKOFF))), (0, Ok(())));
        drop(refresh);
    });
}

/// Many threads poll one fetch: all pass, and it is fetched once.
#[test]
fn many_threads_drive_one_fetch() {
    bounded(|| {
        for _ in 0..50 {
            let source = Source::new(&["old"]);
            let keys = Keys::fetched(store(), source.clone());
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        let (keys, token) = (keys.clone(), token("old"));
                        let verify = async move {
                            verifier().verify_fetching(&keys, &token, at(NOW)).await.map(drop)
                        };
                        let mut task = Task::new(verify);
                        loop {
                            match task.run() {
                                Some(answer) => return assert_eq!(kind(answer), Ok(())),
                                None => thread::yield_now(),
                            }
                        }
                    });
                }
            });
            assert_eq!((source.began(), source.delivered()), (1, 1));
        }
    });
}

/// Keys that are dropped while a fetch pauses take it with them.
#[test]
fn a_paused_fetch_is_dropped_with_its_keys() {
    let source = Arc::new(());
    let held = Arc::clone(&source);
    struct Stuck(#[allow(dead_code, reason = "counted")] Arc<()>);
    impl easyauth::verify::FetchKeys for Stuck {
        fn fetch(&self, _: &str) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send {
            std::future::pending()
        }
    }
    let keys = Keys::fetched(store(), Stuck(held));
    let timer = Timer::default();
    let sleep = timer.clone();
    let keys = keys.with_sleep(move |duration| sleep.sleep(duration));
    let mut task = Task::new({
        let keys = keys.clone();
        async move { keys.refresh_if_due(at(NOW)).await.is_ok() }
    });
    assert!(task.run().is_none());
    drop(task);
    assert_eq!(Arc::strong_count(&source), 2);
    drop(keys);
    assert_eq!(Arc::strong_count(&source), 1);
}
