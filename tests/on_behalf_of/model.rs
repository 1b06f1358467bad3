//! Callers, hang-ups, clock steps, and an endpoint that fails, hangs and panics, in any order: what holds in
//! all of them.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use easyauth::exchange::{ClaimsChallenge, OnBehalfOf, OnBehalfOfErrorKind, REFRESH_BEFORE_EXPIRY};
use proptest::prelude::*;

use crate::support::*;

const USERS: [&str; 3] = ["ann", "bob", "cid"];
const SCOPES: [&str; 2] = [READ, "https://vault.azure.net/.default"];
const CACHED: usize = 4;
/// Smaller steps back of the clock are taken for clocks of threads that differ.
const SKEW: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A caller asks and is polled once; with a claims challenge or without.
    Ask {
        user: usize,
        scope: usize,
        has_claims: bool,
    },
    /// Polls what was woken, up to so many polls.
    Run(usize),
    /// The client hangs up.
    HangUp(usize),
    /// The task is kept and no longer polled.
    Freeze(usize),
    /// The clock goes forward, or is set back.
    Clock(bool, Duration),
    Endpoint(Mode),
    /// The endpoint that hangs lets some requests through.
    Allow(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let mode = prop_oneof![
        4 => Just(Mode::Answers),
        1 => Just(Mode::Fails),
        1 => Just(Mode::Rejects),
        3 => Just(Mode::Hangs),
        1 => Just(Mode::Panics),
    ];
    let seconds = |range: std::ops::Range<u64>| range.prop_map(Duration::from_secs);
    prop_oneof![
        10 => (0..USERS.len(), 0..SCOPES.len(), prop::bool::weighted(0.15))
            .prop_map(|(user, scope, has_claims)| Step::Ask { user, scope, has_claims }),
        6 => (1..8_usize).prop_map(Step::Run),
        3 => any::<usize>().prop_map(Step::HangUp),
        1 => any::<usize>().prop_map(Step::Freeze),
        2 => (prop::bool::weighted(0.8), prop_oneof![seconds(1..200), seconds(1..4_000)])
            .prop_map(|(is_forward, by)| Step::Clock(is_forward, by)),
        3 => mode.prop_map(Step::Endpoint),
        2 => (1..4_usize).prop_map(Step::Allow),
    ]
}

struct Caller {
    task: Task<Exchanged>,
    user: usize,
    scope: usize,
    is_frozen: bool,
}

struct Model {
    on_behalf_of: OnBehalfOf,
    endpoint: Endpoint,
    mode: Mode,
    clock: SystemTime,
    /// How far the clock went forward in all: the time that passed.
    passed: Duration,
    /// By how much a token may seem younger than it is, because of small steps back.
    lag: Duration,
    /// By the number of the request that a token came from: when it was sent.
    sent: BTreeMap<usize, (Duration, Duration)>,
    callers: Vec<Caller>,
    /// By the number of the request that a token came from: whose it is.
    owners: BTreeMap<usize, (usize, usize)>,
}

impl Model {
    fn new() -> Self {
        Self {
            on_behalf_of: on_behalf_of().with_max_tokens(CACHED),
            endpoint: Endpoint::new(),
            mode: Mode::Answers,
            clock: at(NOW),
            passed: Duration::ZERO,
            lag: Duration::ZERO,
            sent: BTreeMap::new(),
            callers: Vec::new(),
            owners: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Ask { user, scope, has_claims } => self.ask(user, scope, has_claims),
            Step::Run(polls) => drop(self.run(polls)),
            Step::HangUp(which) => {
                if !self.callers.is_empty() {
                    let which = which % self.callers.len();
                    drop(self.callers.swap_remove(which));
                }
            }
            Step::Freeze(which) => {
                if !self.callers.is_empty() {
                    let which = which % self.callers.len();
                    self.callers[which].is_frozen = true;
                }
            }
            Step::Clock(true, by) => {
                self.clock += by;
                self.passed += by;
                self.read_clock();
            }
            Step::Clock(false, by) => {
                self.clock -= by;
                self.lag += by.min(SKEW);
                self.read_clock();
            }
            Step::Endpoint(mode) => self.set(mode),
            Step::Allow(requests) => self.endpoint.allow(requests),
        }
        assert!(self.endpoint.most_in_flight() <= 1, "two exchanges for one thing");
        assert!(self.on_behalf_of.cached_tokens() <= CACHED);
    }

    fn set(&mut self, mode: Mode) {
        self.mode = mode;
        self.endpoint.set(mode);
    }

    /// A request of another user, who hangs up. What a step back cancels between two readings of the clock
    /// cannot be seen.
    fn read_clock(&self) {
        drop(ask(&self.on_behalf_of, "dan", READ, &self.endpoint, self.clock).step());
    }

    fn ask(&mut self, user: usize, scope: usize, has_claims: bool) {
        let (on_behalf_of, endpoint) = (self.on_behalf_of.clone(), self.endpoint.clone());
        let (bearer, now) = (bearer(USERS[user]), self.clock);
        let asking = async move {
            if has_claims {
                let claims = ClaimsChallenge::parse("{}").unwrap();
                on_behalf_of
                    .token_with_claims(&bearer, SCOPES[scope], &claims, &endpoint, now)
                    .await
            } else {
                on_behalf_of.token(&bearer, SCOPES[scope], &endpoint, now).await
            }
        };
        let mut caller = Caller { task: Task::new(asking), user, scope, is_frozen: false };
        let (count, mode) = (self.endpoint.count(), self.mode);
        let result = caller.task.step();
        for number in count..self.endpoint.count() {
            self.sent.insert(number + 1, (self.passed, self.lag));
        }
        match result {
            None => self.callers.push(caller),
            Some(result) => {
                assert_eq!(self.endpoint.count(), count, "the first poll of a request hangs");
                // From the cache, or of an exchange in flight that ended just now.
                if let Ok(token) = &result
                    && mode != Mode::Answers
                    && mode != Mode::Hangs
                {
                    assert!(!has_claims, "a challenge is not answered from the cache");
                    let end = token.expires_at().unwrap();
                    assert!(end > now + REFRESH_BEFORE_EXPIRY, "too old");
                    assert!(end <= now + LIFETIME + SKEW, "of the future");
                    let (sent, lag) = self.sent[&parts(token).2];
                    let limit = sent + LIFETIME + self.lag.saturating_sub(lag);
                    assert!(self.passed + REFRESH_BEFORE_EXPIRY < limit, "too old by now");
                }
                self.check(&caller, result);
            }
        }
    }

    /// Polls what was woken. Returns `true` if nothing is left to poll.
    fn run(&mut self, polls: usize) -> bool {
        for _ in 0..polls {
            let is_ready = |caller: &Caller| !caller.is_frozen && caller.task.is_woken();
            let Some(which) = self.callers.iter().position(is_ready) else { return true };
            if let Some(result) = self.callers[which].task.step() {
                let caller = self.callers.swap_remove(which);
                self.check(&caller, result);
            }
        }
        false
    }

    /// A caller gets a token of the same user for the same scope, or an error that the endpoint caused.
    fn check(&mut self, caller: &Caller, result: Exchanged) {
        match result {
            Ok(token) => {
                let (user, scope, number) = parts(&token);
                assert_eq!(user, USERS[caller.user]);
                assert_eq!(scope, SCOPES[caller.scope].replace(['/', ':'], "-"));
                let owner = (caller.user, caller.scope);
                assert_eq!(*self.owners.entry(number).or_insert(owner), owner);
            }
            Err(error) => assert!(matches!(
                error.kind(),
                OnBehalfOfErrorKind::Transport
                    | OnBehalfOfErrorKind::Rejected
                    | OnBehalfOfErrorKind::Panicked
            )),
        }
    }

    /// Once the endpoint answers, every caller who is polled gets a token, and nothing stays in flight.
    fn finish(mut self) {
        self.set(Mode::Answers);
        for _ in 0..1_000 {
            if self.run(100) {
                break;
            }
        }
        assert!(self.callers.iter().all(|caller| caller.is_frozen), "a caller waits forever");
        self.callers.clear();
        // Errors are not cached.
        for user in USERS {
            for scope in SCOPES {
                let token =
                    run(self.on_behalf_of.token(&bearer(user), scope, &self.endpoint, self.clock));
                assert_eq!(parts(&token.expect("a token")).0, user);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving(steps in prop::collection::vec(step(), 0..120)) {
        let mut model = Model::new();
        for step in steps {
            model.take(step);
        }
        model.finish();
    }
}
