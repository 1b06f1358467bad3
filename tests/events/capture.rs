//! A subscriber that keeps every event.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// The events that a function emitted, one line each: level, message, and the other fields.
pub(crate) fn capture(run: impl FnOnce()) -> Vec<String> {
    capture_and(|| {}, run)
}

/// The same, with a sink that does this at every event.
pub(crate) fn capture_and(
    sink: impl Fn() + Send + Sync + 'static,
    run: impl FnOnce(),
) -> Vec<String> {
    let lines = Arc::default();
    let events = Events { lines: Arc::clone(&lines), sink: Box::new(sink) };
    tracing::subscriber::with_default(events, run);
    let lines = lines.lock().unwrap();
    lines.clone()
}

struct Events {
    lines: Arc<Mutex<Vec<String>>>,
    sink: Box<dyn Fn() + Send + Sync>,
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("easyauth")
    }

    fn event(&self, event: &Event<'_>) {
        assert_eq!(event.metadata().target(), "easyauth");
        let mut line = Line::default();
        event.record(&mut line);
        let level = event.metadata().level();
        self.lines.lock().unwrap().push(format!("{level} {}{}", line.message, line.fields));
        (self.sink)();
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            let _ = write!(self.fields, " {}={value:?}", field.name());
        }
    }
}
