//! Finds headers of Easy Auth anywhere in a JSON document, also in the documents and the requests in its strings.

use serde_json::Value;

use super::{
    Header, is_bearer,
    json::{of_element, values},
    scan::{self, is_name_letter, name_of},
};

/// How many strings can be around a document: Application Insights has two. The stack is the limit.
const MAX_STRINGS: usize = 3;

/// Returns the headers of Easy Auth in the document. A header with the same value twice counts once.
pub(super) fn find(value: &Value) -> Result<Vec<Header>, String> {
    let mut found = Vec::new();
    collect(value, MAX_STRINGS, &mut found)?;
    scan::remove_repeated(&mut found);
    Ok(found)
}

fn collect(value: &Value, strings: usize, found: &mut Vec<Header>) -> Result<(), String> {
    match value {
        Value::Object(members) => {
            if let Some((name, value)) = of_element(value) {
                add(name, value, found)?;
            }
            for (name, value) in members {
                if !add(name, value, found)? {
                    collect(value, strings, found)?;
                }
            }
        }
        Value::Array(elements) => {
            // `[name, value, name, value]`
            for (name, value) in elements.iter().zip(elements.iter().skip(1)) {
                if let Some(name) = name.as_str()
                    && value.as_str().and_then(name_of).is_none()
                {
                    add(name, value, found)?;
                }
            }
            elements.iter().try_for_each(|element| collect(element, strings, found))?;
        }
        Value::String(text) => {
            let inner = strings.checked_sub(1).zip(serde_json::from_str(text).ok());
            match inner {
                Some((strings, value)) => collect(&value, strings, found)?,
                None => found.extend(scan::find(text)?),
            }
        }
        _ => {}
    }
    Ok(())
}

/// Adds a header of Easy Auth. Returns `false` for another member. The name can be the end of a path, as in
/// OpenTelemetry: `http.request.header.x-ms-client-principal-id`.
fn add(path: &str, value: &Value, found: &mut Vec<Header>) -> Result<bool, String> {
    let last = path.rsplit(|letter| !is_name_letter(letter)).next();
    let Some(name) = last.and_then(name_of) else { return Ok(false) };
    for value in values(value) {
        if !value.is_empty() && (name != "AUTHORIZATION" || is_bearer(value.as_bytes())) {
            scan::check_whole(&name, &value, "")?;
            found.push((name.clone(), value.into_bytes()));
        }
    }
    Ok(true)
}
