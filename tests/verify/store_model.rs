//! A model of the key store: requests, hang-ups, clock steps, and a source that fails, hangs and panics, in
//! any order.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime},
};

use easyauth::{
    AccessToken, TransportError,
    verify::{
        FIRST_BACKOFF, KEY_LIFETIME, Keys, REFRESH_INTERVAL, REFRESH_LEASE, Refresh, RefreshError,
        UNKNOWN_KEY_INTERVAL, Verifier, VerifyErrorKind,
    },
};
use proptest::prelude::*;

use crate::{
    source::{METADATA, Mode, Source, Task, Timer, document, long_lived, store},
    support::*,
};

const KIDS: [&str; 3] = ["old", "new", "invented"];
/// Smaller steps back of the clock are taken for clocks of threads that differ.
const SKEW: Duration = Duration::from_secs(120);
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
enum Step {
    /// A request whose token names one of the keys is polled once.
    Request(usize),
    /// Polls what was woken, up to so many polls.
    Run(usize),
    /// The client hangs up.
    HangUp(usize),
    /// The task is kept and no longer polled.
    Freeze(usize),
    /// A request on another runtime, whose thread blocks after the first poll.
    Stall(usize),
    /// Code that does its own input and output begins a refresh.
    Begin,
    /// One of those refreshes delivers the document, fails or is dropped, perhaps after it was replaced.
    Deliver(usize),
    Fail(usize),
    Abandon(usize),
    /// Time passes.
    Pass(Duration),
    /// The clock is set, ahead or back.
    SetClock(bool, Duration),
    Source(Mode),
    /// The time limit of the fetch in flight ends.
    Expire,
    /// The source that hangs lets some documents through.
    Allow(usize),
    /// The document has these of the two keys.
    Publish(bool, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let seconds = |range: std::ops::Range<u64>| range.prop_map(Duration::from_secs);
    let mode = prop_oneof![
        3 => Just(Mode::Answers),
        1 => Just(Mode::Fails),
        2 => Just(Mode::Hangs),
        1 => Just(Mode::Panics),
    ];
    prop_oneof![
        8 => (0..KIDS.len()).prop_map(Step::Request),
        5 => (1..6_usize).prop_map(Step::Run),
        3 => any::<usize>().prop_map(Step::HangUp),
        1 => any::<usize>().prop_map(Step::Freeze),
        1 => (0..KIDS.len()).prop_map(Step::Stall),
        2 => Just(Step::Begin),
        2 => any::<usize>().prop_map(Step::Deliver),
        1 => any::<usize>().prop_map(Step::Fail),
        1 => any::<usize>().prop_map(Step::Abandon),
        4 => seconds(1..100).prop_map(Step::Pass),
        2 => seconds(100..400).prop_map(Step::Pass),
        2 => seconds(1000..10_000).prop_map(Step::Pass),
        1 => seconds(80_000..100_000).prop_map(Step::Pass),
        1 => (any::<bool>(), prop_oneof![seconds(1..200), seconds(1..200_000)])
            .prop_map(|(is_ahead, by)| Step::SetClock(is_ahead, by)),
        4 => mode.prop_map(Step::Source),
        2 => Just(Step::Expire),
        2 => (1..4_usize).prop_map(Step::Allow),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(old, new)| Step::Publish(old, new)),
    ]
}

/// A request that waits.
struct Request {
    task: Task<Result<(), VerifyErrorKind>>,
    kid: usize,
    /// When it came, in the time that passed and in the time that the clock went forward.
    came: Duration,
    forward: Duration,
    /// How many fetches had succeeded then.
    delivered: (usize, usize),
    is_frozen: bool,
    /// Whether keys may be unavailable: see [`Model::blame`].
    is_excused: bool,
}

/// A refresh by code that does its own input and output.
struct ByHand {
    refresh: Refresh<'static>,
    number: usize,
    /// When it began, in the time that passed and in the time that the clock went forward.
    began: (Duration, Duration),
}

/// What takes long to make.
struct Parts {
    verifier: Verifier,
    tokens: [AccessToken; 3],
    /// Without keys, with the old one, with the new one, with both.
    documents: [Vec<u8>; 4],
}

static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let token = |kid| AccessToken::new(long_lived().with_header("kid", kid).sign());
    Parts {
        verifier: verifier(),
        tokens: KIDS.map(token),
        documents: [&[][..], &["old"], &["new"], &["old", "new"]].map(document),
    }
});

#[allow(clippy::struct_excessive_bools, reason = "each is independent")]
struct Model {
    source: Source,
    timer: Timer,
    keys: Keys,
    /// The same keys in a runtime whose threads are blocked.
    stalled: Keys,
    by_hand: Vec<ByHand>,
    parts: &'static Parts,
    published: [bool; 2],
    mode: Mode,

    clock: SystemTime,
    /// How far the clock went forward in all: the time that a store can observe.
    forward: Duration,
    requests: Vec<Request>,
    background: Option<Task<()>>,

    /// Fetches that were seen to begin, to end and to succeed.
    began: usize,
    ended: usize,
    delivered: usize,
    /// How many refreshes by hand were seen to succeed, and how many fetches began in all, both kinds together.
    delivered_by_hand: usize,
    fetches: usize,
    /// When the last fetch began.
    last_began: (Duration, Duration),
    /// Whether the last fetch that began has succeeded.
    is_settled: bool,
    /// When the last one that succeeded began: in time that passed, and forward.
    last_success: Option<(Duration, Duration)>,
    last_seen: [Option<Duration>; 2],
    /// Which keys the document of the last success had.
    last_document: [bool; 2],
    last_for_unknown: Option<Duration>,
    /// Whether an unknown key caused the last fetch that began.
    is_for_unknown: bool,
    /// How many such fetches have failed since the last success, and whether the last one did.
    failures: (u32, bool),
    last_error: Option<Arc<RefreshError>>,
    /// When the source last did not answer.
    unwell: Duration,
    /// By how much the store may be late, because it takes small steps back for the clocks of threads
    /// that differ, and cannot see what a step back cancels between two readings of the clock.
    lag: Duration,
    /// How far the clock went forward, and whether it was set back, since the store last read it.
    unread: Duration,
    is_set_back: bool,
    /// Whether the source gave a reason to fail since the last success.
    is_excused: bool,
    /// How many fetches had begun when one expired that no task waited for.
    expired: Option<usize>,
}

impl Model {
    fn new() -> Self {
        let (source, timer) = (Source::new(&["old"]), Timer::default());
        let sleep = timer.clone();
        let keys = Keys::fetched(store(), source.clone())
            .with_sleep(move |duration| sleep.sleep(duration));
        Self {
            source,
            timer,
            stalled: keys.clone().with_sleep(|duration| Timer::default().sleep(duration)),
            keys,
            by_hand: Vec::new(),
            parts: &PARTS,
            published: [true, false],
            mode: Mode::Answers,
            clock: at(NOW),
            forward: Duration::ZERO,
            requests: Vec::new(),
            background: None,
            began: 0,
            ended: 0,
            delivered: 0,
            delivered_by_hand: 0,
            fetches: 0,
            last_began: Default::default(),
            is_settled: false,
            last_success: None,
            last_seen: [None; 2],
            last_document: [false; 2],
            last_for_unknown: None,
            is_for_unknown: false,
            failures: Default::default(),
            last_error: None,
            unwell: Duration::ZERO,
            lag: Duration::ZERO,
            unread: Duration::ZERO,
            is_set_back: false,
            is_excused: false,
            expired: None,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Request(kid) => self.request(kid, self.keys.clone()),
            Step::Run(polls) => drop(self.run(polls)),
            Step::HangUp(which) => {
                if !self.requests.is_empty() {
                    let which = which % self.requests.len();
                    drop(self.requests.swap_remove(which));
                }
            }
            Step::Freeze(which) => {
                if !self.requests.is_empty() {
                    let which = which % self.requests.len();
                    self.requests[which].is_frozen = true;
                    // Its wait lasts on, and can end the fetch.
                    self.blame();
                }
            }
            Step::Stall(kid) => {
                let before = self.requests.len();
                self.request(kid, self.stalled.clone());
                if let Some(request) = self.requests.get_mut(before) {
                    request.is_frozen = true;
                    self.blame();
                }
            }
            Step::Begin => self.begin_by_hand(),
            Step::Deliver(which) => self.end_by_hand(which, Self::deliver_by_hand),
            Step::Fail(which) => self.end_by_hand(which, |_, by_hand| {
                by_hand.refresh.fail(TransportError::new("told to fail"));
            }),
            Step::Abandon(which) => self.end_by_hand(which, |_, by_hand| drop(by_hand)),
            Step::Pass(time) => self.pass(time),
            Step::SetClock(true, by) => {
                self.forward(by);
                if !self.is_settled {
                    // The keys of a fetch in flight may be a day old by now.
                    self.blame();
                }
            }
            Step::SetClock(false, by) => {
                self.clock -= by;
                self.lag += by.min(SKEW) + std::mem::take(&mut self.unread);
                self.is_set_back = true;
            }
            Step::Source(mode) => {
                self.mode = mode;
                self.source.set(mode);
                self.unwell = self.timer.now();
                if mode != Mode::Answers {
                    self.blame();
                }
            }
            Step::Expire => self.expire(),
            Step::Allow(documents) => self.source.allow(documents),
            Step::Publish(old, new) => {
                self.published = [old, new];
                self.unwell = self.timer.now();
                if self.published == [false, false] {
                    self.blame();
                }
                self.source.publish(self.document().to_vec());
            }
        }
    }

    fn document(&self) -> &'static [u8] {
        let [old, new] = self.published;
        &self.parts.documents[usize::from(old) + 2 * usize::from(new)]
    }

    fn begin_by_hand(&mut self) {
        // It borrows the store of the model.
        let keys: &'static Keys = Box::leak(Box::new(self.keys.clone()));
        if let Some(refresh) = keys.store().unwrap().begin_refresh(self.clock) {
            self.begin(false);
            let (number, began) = (self.fetches, self.last_began);
            self.by_hand.push(ByHand { refresh, number, began });
            // Requests may wait for it in vain.
            self.blame();
            self.unwell = self.timer.now();
        }
    }

    fn end_by_hand(&mut self, which: usize, end: impl FnOnce(&mut Self, ByHand)) {
        if !self.by_hand.is_empty() {
            let which = which % self.by_hand.len();
            let by_hand = self.by_hand.swap_remove(which);
            self.blame();
            self.unwell = self.timer.now();
            end(self, by_hand);
            self.look();
        }
    }

    fn deliver_by_hand(&mut self, by_hand: ByHand) {
        let ByHand { mut refresh, number, began } = by_hand;
        refresh.metadata(METADATA).unwrap();
        if refresh.finish(self.document()).is_ok() {
            self.delivered_by_hand += 1;
            self.succeed(number, began);
        }
    }

    /// A fetch begins.
    fn begin(&mut self, is_for_unknown: bool) {
        self.fetches += 1;
        self.last_began = (self.timer.now(), self.forward);
        self.is_settled = false;
        self.is_for_unknown = is_for_unknown;
    }

    /// A fetch succeeds. If another one began after it, what becomes of that one counts.
    fn succeed(&mut self, number: usize, began: (Duration, Duration)) {
        if number == self.fetches {
            self.is_settled = true;
            self.is_excused = self.mode != Mode::Answers || !self.by_hand.is_empty();
            self.failures = Default::default();
        }
        if self.last_success.is_none_or(|last| last <= began) {
            self.last_success = Some(began);
            self.last_document = self.published;
        }
        for (key, is_published) in self.last_seen.iter_mut().zip(self.published) {
            if is_published {
                *key = (*key).max(Some(began.1));
            }
        }
    }

    /// Keys may be unavailable now, to the requests that wait, and until the next success.
    fn blame(&mut self) {
        self.is_excused = true;
        self.requests.iter_mut().for_each(|request| request.is_excused = true);
    }

    /// A fetch that expires while no task waits for it does not count as a failure, unless it happens again.
    fn expire(&mut self) {
        let is_paused = self.requests.is_empty() && self.background.is_none();
        // The attempt that follows is one more.
        let is_first = self.expired.is_none_or(|began| self.began > began + 1);
        if !is_paused || !is_first {
            self.blame();
            self.unwell = self.timer.now();
        }
        self.expired = Some(self.began);
        self.source.expire();
    }

    /// The clock goes forward.
    fn forward(&mut self, by: Duration) {
        self.clock += by;
        self.forward += by;
        if self.is_set_back {
            self.lag += by;
        } else {
            self.unread += by;
        }
    }

    fn request(&mut self, kid: usize, keys: Keys) {
        let (token, now) = (&self.parts.tokens[kid], self.clock);
        let verifier = &self.parts.verifier;
        let verify = async move {
            let result = verifier.verify_fetching(&keys, token, now).await;
            result.map(drop).map_err(|error| error.kind())
        };
        let mut request = Request {
            task: Task::new(verify),
            kid,
            came: self.timer.now(),
            forward: self.forward,
            delivered: (self.delivered, self.delivered_by_hand),
            is_frozen: false,
            is_excused: self.is_excused,
        };
        let answer = request.task.step();
        let is_for_unknown = self.begins() && !self.keys.store().unwrap().is_empty(now);
        if is_for_unknown {
            self.check_interval();
        }
        self.look();
        self.is_for_unknown |= is_for_unknown;
        if let Some(answer) = answer {
            self.check(&request, answer);
        } else {
            self.must_not_be_known(&request, "waits");
            self.requests.push(request);
        }
    }

    /// A fetch for an unknown key begins, some time after the last one, or after the backoff if that failed.
    fn check_interval(&mut self) {
        let Some(last) = self.last_for_unknown.replace(self.forward) else { return };
        // The store may not have read the clock since it began.
        let since = self.forward - last;
        let (failures, has_failed) = self.failures;
        let backoff = FIRST_BACKOFF * 2_u32.pow(failures.saturating_sub(1).min(6));
        let interval =
            if has_failed { backoff.min(UNKNOWN_KEY_INTERVAL) } else { UNKNOWN_KEY_INTERVAL };
        self.failures.1 = false;
        assert!(since >= interval, "unknown keys cause a fetch after {since:?} of {interval:?}");
    }

    /// Polls what was woken. Returns `true` if nothing is left to poll.
    fn run(&mut self, polls: usize) -> bool {
        for _ in 0..polls {
            if let Some(task) = &mut self.background
                && task.is_woken()
            {
                if task.step().is_some() {
                    self.background = None;
                }
                self.look();
                continue;
            }
            let is_ready = |request: &Request| !request.is_frozen && request.task.is_woken();
            let Some(which) = self.requests.iter().position(is_ready) else { return true };
            let answer = self.requests[which].task.step();
            self.look();
            if let Some(answer) = answer {
                let request = self.requests.swap_remove(which);
                self.check(&request, answer);
            }
        }
        false
    }

    fn settle(&mut self) {
        for _ in 0..1000 {
            if self.run(100) {
                return;
            }
        }
        panic!("tasks wake each other without end");
    }

    /// Lets time pass, while a task refreshes keys every minute.
    fn pass(&mut self, time: Duration) {
        let end = self.timer.now() + time;
        self.settle();
        while self.timer.now() < end {
            let now = self.timer.now();
            let next = self.timer.next().unwrap_or(end).min(end).min(now + MINUTE);
            self.timer.advance(next - now);
            self.forward(next - now);
            if self.mode != Mode::Answers || self.published == [false, false] {
                self.unwell = next;
            }
            if self.background.is_none() {
                // Its first poll reads the clock.
                (self.unread, self.is_set_back) = (Duration::ZERO, false);
                let (keys, now) = (self.keys.clone(), self.clock);
                self.background =
                    Some(Task::new(async move { drop(keys.refresh_if_due(now).await) }));
            }
            self.settle();
            self.check_time();
        }
    }

    /// Returns `true` if a fetch has begun, and not a second attempt after the first one failed.
    fn begins(&self) -> bool {
        self.source.began() > self.began && self.source.ended() == self.ended
    }

    /// Records what the source observed.
    fn look(&mut self) {
        if self.begins() {
            self.begin(false);
        }
        self.began = self.source.began();
        self.ended = self.source.ended();
        let error = self.keys.store().unwrap().last_error();
        let is_same = self.last_error.as_ref().map(Arc::as_ptr) == error.as_ref().map(Arc::as_ptr);
        if error.is_some() && !is_same && self.is_for_unknown {
            self.failures = (self.failures.0 + 1, true);
        }
        self.last_error = error;
        if self.source.delivered() > self.delivered {
            self.delivered = self.source.delivered();
            // An empty document does not count as success.
            if self.published != [false, false] {
                self.succeed(self.fetches, self.last_began);
            }
        }
    }

    fn check_time(&self) {
        let now = self.timer.now();
        for request in self.requests.iter().filter(|request| !request.is_frozen) {
            let waited = now - request.came;
            assert!(waited < REFRESH_LEASE, "a request waits for {waited:?}");
        }
        let healthy_since = match self.last_success {
            Some((success, _)) => self.unwell.max(success),
            None => self.unwell,
        };
        assert!(
            now - healthy_since <= 2 * REFRESH_INTERVAL + self.lag,
            "the hourly refresh is late"
        );
    }

    /// Keys that were seen within 24 hours are known.
    fn must_not_be_known(&self, request: &Request, but: &str) {
        if let Some(Some(seen)) = self.last_seen.get(request.kid) {
            let age = self.forward.saturating_sub(*seen);
            assert!(age >= KEY_LIFETIME, "a key that was seen {age:?} ago {but}");
        }
    }

    fn check(&self, request: &Request, answer: Result<(), VerifyErrorKind>) {
        match answer {
            Ok(()) => {
                // A key that was not seen for 24 hours is gone, once the store has read the clock.
                let seen = self.last_seen.get(request.kid).copied().flatten();
                let age = request.forward.saturating_sub(seen.expect("the key was seen"));
                let is_young = age < KEY_LIFETIME + self.lag;
                assert!(is_young || self.is_set_back, "a key that was seen {age:?} ago verifies");
            }
            Err(VerifyErrorKind::KeysUnavailable) => {
                assert!(request.is_excused || self.is_excused, "no keys though the source is well");
                self.must_not_be_known(request, "is not available");
            }
            Err(VerifyErrorKind::UnknownKey) => {
                self.must_not_be_known(request, "is not known");
                // Even if it has lapsed since.
                let is_published = self.last_document.get(request.kid) == Some(&true);
                assert!(!is_published, "401 for a key of the last document");
                // Only a fetch that succeeded can tell, and recently.
                let (_, success) = self.last_success.expect("some fetch succeeded");
                let is_new = (self.delivered, self.delivered_by_hand) != request.delivered;
                assert!(is_new || self.is_settled, "401 though the last fetch did not succeed");
                let age = request.forward.saturating_sub(success);
                assert!(
                    is_new || age < UNKNOWN_KEY_INTERVAL + self.lag,
                    "401 by what was true {age:?} ago"
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// The store cannot see clock steps that cancel each other between two readings.
#[test]
fn a_clock_that_goes_back_and_forth() {
    let mut model = Model::new();
    model.pass(Duration::from_secs(1));
    model.take(Step::SetClock(false, Duration::from_secs(1372)));
    model.take(Step::SetClock(true, Duration::from_secs(420)));
    model.take(Step::Request(1));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100, // about 2 s in the dev profile
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens(
        has_keys in prop::bool::weighted(0.8),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut model = Model::new();
        if has_keys {
            model.pass(2 * UNKNOWN_KEY_INTERVAL);
        }
        for step in steps {
            model.take(step);
        }
        // Afterwards the store recovers.
        model.take(Step::Source(Mode::Answers));
        model.take(Step::Publish(true, true));
        model.pass(2 * REFRESH_INTERVAL);
        model.take(Step::Request(0));
        model.take(Step::Request(1));
        assert!(model.requests.iter().all(|request| request.is_frozen));
    }
}
