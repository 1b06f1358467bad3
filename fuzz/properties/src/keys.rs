//! Key sets. The input is the document.

use std::{collections::BTreeMap, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use easyauth::{
    resource::Cloud,
    verify::{Algorithm, Key, KeySet, KeyStore, MAX_KEYS, MetadataUri, Tenant},
};

use super::{
    json::{Json, Refused},
    metadata::document,
    secrets::{masked, masked_json, printed},
};

/// The members that a message may repeat, and those that decide. The parts of the key decide too: see
/// [`masked_part`].
const SHOWN: [&str; 8] =
    ["alg", "cloud_instance_name", "crv", "issuer", "key_ops", "kid", "kty", "use"];

/// The parts of a public key (RFC 7518 sections 6.2.1 and 6.3.1).
const PARTS: [&str; 4] = ["e", "n", "x", "y"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let result = KeySet::from_jwks(input);
    match (Expected::read(input), &result) {
        (Ok(expected), Ok(keys)) => {
            expected.assert_same(keys);
            expected.check_store(input);
        }
        (expected, result) => {
            assert!(expected.is_err(), "refused: {result:?}");
            assert!(result.is_err(), "accepted {result:?}");
        }
    }
    if let Ok(document) = document(input) {
        assert_eq!(all_printed(&document), all_printed(&masked_document(&document)));
    }
}

/// The expected key set.
struct Expected {
    kept: BTreeMap<String, PublicKey>,
    /// Positions, and key IDs where present.
    skipped: BTreeMap<usize, Option<String>>,
}

impl Expected {
    fn read(body: &[u8]) -> Result<Self, Refused> {
        let document = document(body)?;
        let Some(Json::List(list)) = document.once("keys")? else { return Err(Refused) };
        if list.len() > MAX_KEYS {
            return Err(Refused);
        }
        let mut found: BTreeMap<String, Vec<(usize, PublicKey)>> = BTreeMap::new();
        let mut skipped = BTreeMap::new();
        for (index, json) in list.iter().enumerate() {
            let id = key_id(json);
            match (id.clone(), PublicKey::read(json)) {
                (Some(id), Ok(key)) => found.entry(id).or_default().push((index, key)),
                _ => drop(skipped.insert(index, id)),
            }
        }
        // An ID that several keys share identifies none of them.
        found.retain(|id, keys| {
            let are_same = keys.windows(2).all(|pair| {
                let [(_, one), (_, other)] = pair else { return true };
                one == other
            });
            if !are_same {
                skipped.extend(keys.iter().map(|(index, _)| (*index, Some(id.clone()))));
            }
            are_same
        });
        let first = |keys: Vec<(usize, PublicKey)>| keys.into_iter().next().map(|(_, key)| key);
        let kept = found.into_iter().filter_map(|(id, keys)| Some((id, first(keys)?))).collect();
        Ok(Self { kept, skipped })
    }

    fn assert_same(&self, keys: &KeySet) {
        assert!(keys.keys().map(Key::id).eq(self.kept.keys()), "{keys:?}");
        assert_eq!(keys.len(), self.kept.len());
        assert_eq!(keys.is_empty(), self.kept.is_empty());
        for (id, expected) in &self.kept {
            let key = keys.key(id);
            assert_eq!(key.map(Key::id), Some(id.as_str()));
            assert_eq!(key.and_then(Key::algorithm), expected.algorithm());
            assert_eq!(key.and_then(Key::issuer), expected.issuer.as_deref());
            assert_eq!(key.and_then(Key::cloud_instance_name), expected.cloud.as_deref());
        }
        let skipped = keys.skipped().iter().map(|skipped| (skipped.index(), skipped.id()));
        let expected = self.skipped.iter().map(|(index, id)| (*index, id.as_deref()));
        assert!(skipped.eq(expected), "{keys:?}");
    }

    /// A store takes the same keys, and rejects a document without keys.
    fn check_store(&self, body: &[u8]) {
        let now = SystemTime::UNIX_EPOCH;
        let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &Tenant::any_organization()));
        let finished = store.begin_refresh(now).map(|mut refresh| {
            let named = refresh.metadata(include_bytes!("../../../tests/data/entra.metadata.json"));
            named.and_then(|_| refresh.finish(body)).is_ok()
        });
        assert_eq!(finished, Some(!self.kept.is_empty()));
        assert_eq!(store.len(now), self.kept.len());
    }
}

/// The ID of a key, if the key is an object.
fn key_id(json: &Json) -> Option<String> {
    json.distinct_members().ok()?;
    json.nullable_text("kid").ok()?.filter(|id| !id.is_empty())
}

/// A usable key, as what distinguishes it from others.
#[derive(PartialEq)]
struct PublicKey {
    curve: Option<String>,
    parts: [Vec<u8>; 2],
    algorithm: Option<String>,
    issuer: Option<String>,
    cloud: Option<String>,
}

impl PublicKey {
    fn read(json: &Json) -> Result<Self, Refused> {
        json.distinct_members()?;
        let purpose = json.nullable_text("use")?;
        let is_for_signatures = match json.once("key_ops")? {
            None | Some(Json::Null) => true,
            Some(Json::List(operations)) => {
                operations.iter().all(|operation| matches!(operation, Json::Text(_)))
                    && operations.contains(&Json::text("verify"))
            }
            Some(_) => false,
        };
        let mut is_private = false;
        for part in ["d", "p", "q", "dp", "dq", "qi", "oth"] {
            is_private |= json.once(part)?.is_some_and(|private| *private != Json::Null);
        }
        if purpose.is_some_and(|purpose| purpose != "sig") || !is_for_signatures || is_private {
            return Err(Refused);
        }
        let kind = json.nullable_text("kty")?;
        let (curve, parts, algorithms) = match kind.as_deref() {
            Some("RSA") => {
                let names = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].as_slice();
                (None, rsa(json)?, names)
            }
            Some("EC") => {
                let curve = json.nullable_text("crv")?;
                let (length, names) = match curve.as_deref() {
                    Some("P-256") => (32, ["ES256"].as_slice()),
                    Some("P-384") => (48, ["ES384"].as_slice()),
                    _ => return Err(Refused),
                };
                let point = [part(json, "x")?, part(json, "y")?];
                if point.iter().any(|coordinate| coordinate.len() != length) {
                    return Err(Refused);
                }
                (curve, point, names)
            }
            _ => return Err(Refused),
        };
        let algorithm = json.nullable_text("alg")?;
        if algorithm.as_deref().is_some_and(|name| !algorithms.contains(&name)) {
            return Err(Refused);
        }
        let issuer = json.nullable_text("issuer")?;
        let cloud = json.nullable_text("cloud_instance_name")?;
        Ok(Self { curve, parts, algorithm, issuer, cloud })
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::from_name(self.algorithm.as_deref()?)
    }
}

/// RFC 7518 section 3.3: at least 2048 bits. The limits above are those of aws-lc.
fn rsa(json: &Json) -> Result<[Vec<u8>; 2], Refused> {
    let number = |name| part(json, name).map(without_zeros);
    let (modulus, exponent) = (number("n")?, number("e")?);
    let is_odd = exponent.last().is_some_and(|byte| byte & 1 == 1);
    let fits = at_least_bits(&modulus, 2048) && !at_least_bits(&modulus, 8193);
    if fits && is_odd && at_least_bits(&exponent, 2) && !at_least_bits(&exponent, 34) {
        Ok([modulus, exponent])
    } else {
        Err(Refused)
    }
}

/// Returns `true` if a number without leading zeros has at least this many bits: it is 2^(bits - 1) or greater.
fn at_least_bits(number: &[u8], bits: u32) -> bool {
    let mut power = vec![0; usize::try_from(bits.div_ceil(8)).unwrap_or_default()];
    if let Some(first) = power.first_mut() {
        *first = 1_u8 << (bits.wrapping_sub(1) % 8);
    }
    (number.len(), number) >= (power.len(), power.as_slice())
}

fn part(json: &Json, name: &str) -> Result<Vec<u8>, Refused> {
    let text = json.nullable_text(name)?.ok_or(Refused)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused)
}

fn without_zeros(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}

fn all_printed(document: &Json) -> Vec<String> {
    let result = KeySet::from_jwks(document.to_string());
    let skipped = result.iter().flat_map(KeySet::skipped);
    let skipped = skipped.map(|key| format!("{key} {key:?}"));
    std::iter::once(printed(&result)).chain(skipped).collect()
}

/// The same document with other keys of the same length.
fn masked_document(document: &Json) -> Json {
    let masked_member = |(name, value): &(String, Json)| match value {
        Json::List(keys) if name == "keys" => Json::list(keys.iter().map(masked_key)),
        _ => masked_json(value, &[]),
    };
    let members = document.members().unwrap_or_default();
    Json::object(members.iter().map(|member| (member.0.as_str(), masked_member(member))))
}

fn masked_key(key: &Json) -> Json {
    let Ok(members) = key.members() else { return masked_json(key, &[]) };
    Json::object(members.iter().map(|(name, value)| {
        let value = match value {
            Json::Text(text) if PARTS.contains(&name.as_str()) => Json::Text(masked_part(text)),
            _ if SHOWN.contains(&name.as_str()) => value.clone(),
            _ => masked_json(value, &[]),
        };
        (name.as_str(), value)
    }))
}

/// Another number with as many bits, odd if this one is. Anything else stays not a number.
fn masked_part(text: &str) -> String {
    let Ok(mut bytes) = URL_SAFE_NO_PAD.decode(text) else { return format!("!{}", masked(text)) };
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    if let [_, middle @ .., _] = bytes.get_mut(zeros..).unwrap_or_default() {
        for byte in middle {
            *byte ^= 0x55;
        }
    }
    URL_SAFE_NO_PAD.encode(bytes)
}
