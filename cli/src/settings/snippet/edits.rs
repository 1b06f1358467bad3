//! The difference of two documents.

use serde_json::Value;

use crate::settings::sections::step;

/// One member that is set or removed. Lists change as a whole.
pub(super) struct Edit {
    /// The names of the members on the way.
    pub(super) path: Vec<String>,
    /// `None` if the member is removed.
    pub(super) value: Option<Value>,
}

impl Edit {
    /// The place as a JSON Pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        self.path.iter().map(|name| step(name)).collect()
    }
}

/// The members to set and to remove, so that `before` becomes `after`.
pub(super) fn edits(before: &Value, after: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    compare(&mut Vec::new(), before, after, &mut edits);
    edits
}

fn compare(path: &mut Vec<String>, before: &Value, after: &Value, edits: &mut Vec<Edit>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            edits.push(Edit { path: path.clone(), value: Some(after.clone()) });
        }
        return;
    };
    for (name, value) in new {
        path.push(name.clone());
        match old.get(name) {
            Some(own) => compare(path, own, value, edits),
            None => edits.push(Edit { path: path.clone(), value: Some(value.clone()) }),
        }
        path.pop();
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        let path = path.iter().chain([name]).cloned().collect();
        edits.push(Edit { path, value: None });
    }
}
