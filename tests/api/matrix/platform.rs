//! A simulated tenant and site: what Microsoft Entra issues and what Easy Auth passes on. It follows their
//! documentation, not the code under test.

use std::collections::BTreeSet;

use easyauth::{
    AccessToken, Diagnosis, IdentityProvider, ProviderTokens, Requirement, access::Fix,
};
use serde_json::{Value, json};

use crate::support::compact;

pub(crate) const NOW: u64 = 1_773_329_000;
/// The client IDs of the app registration of the site, which is the Orders API, and of its client.
pub(crate) const ORDERS: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const CLIENT: &str = "00000004-0000-4000-8000-000000000004";
const ISSUER_V1: &str = "https://sts.windows.net/00000001-0000-4000-8000-000000000001/";
const ISSUER_V2: &str =
    "https://login.microsoftonline.com/00000001-0000-4000-8000-000000000001/v2.0";

/// An app registration, and what its API accepts.
pub(crate) struct Api {
    pub(crate) app_id: &'static str,
    /// The identifiers with which its scopes can begin.
    uris: &'static [&'static str],
    /// `requestedAccessTokenVersion`.
    version: u8,
    /// The audiences that the service accepts.
    pub(crate) accepts: &'static [&'static str],
    /// Azure role assignments decide what an application may do.
    rbac: bool,
}

pub(crate) const GRAPH: Api = Api {
    app_id: "00000003-0000-0000-c000-000000000000",
    uris: &["https://graph.microsoft.com", "https://graph.microsoft.com/"],
    version: 1,
    accepts: &["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"],
    rbac: false,
};
pub(crate) const ARM: Api = Api {
    app_id: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    uris: &["https://management.azure.com", "https://management.azure.com/"],
    version: 1,
    accepts: &["https://management.azure.com", "https://management.azure.com/"],
    rbac: true,
};
pub(crate) const SQL: Api = Api {
    app_id: "022907d3-0f1b-48f7-badc-1ba6abab6d66",
    uris: &["https://database.windows.net", "https://database.windows.net/"],
    version: 1,
    // microsoft-authentication-library-for-dotnet#747: not without the slash.
    accepts: &["https://database.windows.net/"],
    rbac: true,
};
pub(crate) const ORDERS_API: Api = Api {
    app_id: ORDERS,
    uris: &["api://orders", "api://6e74172b-be56-4843-9ff4-e66a39bb12e3"],
    version: 2,
    accepts: &[ORDERS, "api://orders", "api://6e74172b-be56-4843-9ff4-e66a39bb12e3"],
    rbac: false,
};
const APIS: [Api; 4] = [GRAPH, ARM, SQL, ORDERS_API];

const HOLDS: &str = "nothing to change";

/// The scopes of OpenID Connect, which are permissions of Microsoft Graph.
const OPENID: [&str; 4] = ["openid", "email", "profile", "offline_access"];

/// The source of the first access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Store(&'static str),
    Client,
    Exchange,
    Pasted,
}

/// A part that exists or is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    TokenStore,
    ClientSecret,
    RefreshToken,
    AppRole,
    UserRole,
}

/// Everything that a step can change.
pub(crate) struct World {
    pub(crate) from: From,
    pub(crate) access: Option<String>,
    id_token: Option<String>,
    parts: BTreeSet<Part>,
    /// `<app id>/<name>` of delegated permissions that are consented to.
    consents: BTreeSet<String>,
    login_scopes: Vec<String>,
}

impl World {
    pub(crate) fn new(from: From, access: Option<String>) -> Self {
        let mut parts = BTreeSet::new();
        if access.is_some() || from != From::Store("aad") {
            parts.insert(Part::TokenStore);
        }
        // If users sign in with another provider, the Entra provider is not set up.
        if access.is_some() && from == From::Store("aad") {
            parts.insert(Part::ClientSecret);
        }
        Self {
            from,
            access,
            id_token: None,
            parts,
            // The portal adds this one to each app registration.
            consents: BTreeSet::from([format!("{}/User.Read", GRAPH.app_id)]),
            login_scopes: OPENID[..3].iter().map(ToString::to_string).collect(),
        }
    }

    /// A site whose sign-ins provide this token: it has the necessary settings and consents.
    pub(crate) fn with_sign_in(mut self, scope: &str) -> Self {
        let api = api_of(scope).unwrap();
        self.consents.insert(format!("{}/{}", api.app_id, scope.rsplit_once('/').unwrap().1));
        self.login_scopes.push(scope.to_owned());
        self
    }

    pub(crate) fn with_refresh_token(mut self) -> Self {
        self.parts.insert(Part::RefreshToken);
        self
    }

    /// The token store has only the ID token, because the client secret is missing.
    pub(crate) fn with_id_token(mut self) -> Self {
        self.parts.insert(Part::TokenStore);
        Self { id_token: Some(id_token(true)), ..self }
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    pub(crate) fn diagnose(&self, wanted: &Requirement, now: std::time::SystemTime) -> Diagnosis {
        let access = self.access.as_deref();
        match self.from {
            From::Pasted => AccessToken::new(access.unwrap()).diagnose(wanted, now),
            From::Exchange => AccessToken::new(access.unwrap()).diagnose_requested(wanted, now),
            From::Client => {
                let bearer = format!("Bearer {}", access.unwrap());
                let headers = [("Authorization", bearer.as_str())];
                ProviderTokens::default().or_bearer(&headers).unwrap().diagnose(wanted, now)
            }
            From::Store(provider) => {
                let prefix = format!("X-MS-TOKEN-{}", provider.to_ascii_uppercase());
                let mut headers = Vec::new();
                let mut add = |name: &str, value: &str| {
                    headers.push((format!("{prefix}-{name}"), value.to_owned()));
                };
                if let Some(token) = access {
                    add("ACCESS-TOKEN", token);
                }
                if let Some(token) = &self.id_token {
                    add("ID-TOKEN", token);
                }
                if self.has(Part::RefreshToken) {
                    add("REFRESH-TOKEN", "r");
                }
                let provider = IdentityProvider::new(provider);
                let tokens = ProviderTokens::from_headers(&headers, &provider).unwrap();
                tokens.diagnose(wanted, now)
            }
        }
    }

    /// Takes one step. An error if it changes nothing, or if Entra or the platform rejects it.
    pub(crate) fn take(&mut self, step: &Fix) -> Result<(), String> {
        match step {
            Fix::EnableTokenStore => self.add(Part::TokenStore),
            Fix::SetClientCredential => self.add(Part::ClientSecret),
            Fix::AssignUserRole => self.add(Part::UserRole),
            Fix::GrantAppPermission => self.add(Part::AppRole),
            Fix::AddDelegatedPermission { api, scopes } => self.consent(api.identifier(), scopes),
            Fix::SetLoginParameters(parameters) => self.ask_for(&parameters.to_wire()),
            Fix::RequestRefreshToken(_) => Ok(()),
            step => {
                self.access = self.next_token(step)?;
                Ok(())
            }
        }
    }

    fn add(&mut self, part: Part) -> Result<(), String> {
        self.parts.insert(part).then_some(()).ok_or_else(|| HOLDS.to_owned())
    }

    fn consent(&mut self, identifier: &str, scopes: &[String]) -> Result<(), String> {
        let api = api_named(identifier).ok_or("no such API")?;
        let any = ["any".to_owned()];
        let names = if scopes.is_empty() { &any } else { scopes };
        let is_new = names
            .iter()
            .map(|name| self.consents.insert(format!("{}/{name}", api.app_id)))
            .fold(true, |all, new| all & new);
        is_new.then_some(()).ok_or_else(|| HOLDS.to_owned())
    }

    fn ask_for(&mut self, wire: &[String]) -> Result<(), String> {
        let [entry] = wire else { return Err("two entries".to_owned()) };
        let scopes = entry.strip_prefix("scope=").ok_or("no scope")?.split(' ');
        let scopes: Vec<String> = scopes.map(str::to_owned).collect();
        if self.login_scopes == scopes {
            return Err(HOLDS.to_owned());
        }
        self.login_scopes = scopes;
        Ok(())
    }

    /// The access token after a step that provides one.
    fn next_token(&mut self, step: &Fix) -> Result<Option<String>, String> {
        let has_user_role = self.has(Part::UserRole);
        Ok(Some(match step {
            Fix::SignInAgain if self.from == From::Store("google") => "ya29.fresh".to_owned(),
            // A custom provider that is Entra, whose tokens can be read.
            Fix::SignInAgain if matches!(self.from, From::Store(other) if other != "aad") => {
                user_token(&ARM, ARM.uris[0], "user_impersonation", false)
            }
            Fix::SignInAgain | Fix::SignInWithEntra | Fix::SignInWithWorkAccount => {
                if self.from != From::Pasted {
                    self.from = From::Store("aad");
                    if !self.has(Part::ClientSecret) || !self.has(Part::TokenStore) {
                        return Ok(None);
                    }
                }
                self.sign_in()?
            }
            Fix::Refresh => self.refresh()?,
            Fix::CallAsUser if self.from == From::Client => {
                user_token(&ORDERS_API, ORDERS, "Orders.Read", has_user_role)
            }
            // The complete token; the access token of the same sign-in; the token of a user.
            Fix::UseWholeToken | Fix::SendAccessToken | Fix::CallAsUser => self.sign_in()?,
            Fix::AskClient => {
                // A fresh token for the same API.
                let claims = self.access.as_deref().and_then(claims);
                let aud = claims.as_ref().map_or(ORDERS, |claims| claims["aud"].as_str().unwrap());
                let api = api_named(aud).ok_or("no such API")?;
                let scope = if api.app_id == ORDERS { "Orders.Read" } else { "user_impersonation" };
                user_token(api, aud, scope, has_user_role)
            }
            Fix::AskClientForToken { scopes } => {
                let scope = scopes.first().map_or("api://orders/Orders.Read", String::as_str);
                let api = api_of(scope).filter(|api| api.app_id == ORDERS).ok_or("another API")?;
                let (resource, name) = scope.rsplit_once('/').unwrap();
                let name = if name == ".default" { "Orders.Read" } else { name };
                user_token(api, resource, name, has_user_role)
            }
            Fix::ExchangeOnBehalfOf { scopes } => {
                let is_assertion = self.access.as_deref().is_some_and(is_assertion);
                is_assertion.then_some(()).ok_or("AADSTS50013")?;
                self.issue(&scopes.join(" "))?
            }
            Fix::RequestScopes(scopes) => self.issue(&scopes.join(" "))?,
            Fix::CallAsApp { scope } => {
                let scope = scope.as_deref().ok_or("no scope")?;
                let (resource, name) = scope.rsplit_once('/').ok_or("no name")?;
                let api = api_of(scope).filter(|_| name == ".default").ok_or("AADSTS1002012")?;
                let granted = self.has(Part::AppRole);
                app_token(
                    api,
                    resource,
                    &if granted { json!(["Orders.Manage"]) } else { json!([]) },
                )
            }
            other => return Err(format!("unknown step: {}", other.code())),
        }))
    }

    /// `/.auth/refresh`.
    fn refresh(&self) -> Result<String, String> {
        let From::Store(provider) = self.from else { return Err("401".to_owned()) };
        if !self.has(Part::RefreshToken) {
            return Err("403".to_owned());
        }
        match provider {
            "aad" => self.sign_in(),
            "google" | "microsoftaccount" => Ok("ya29.fresh".to_owned()),
            _ => Err("400".to_owned()),
        }
    }

    fn sign_in(&self) -> Result<String, String> {
        self.issue(&self.login_scopes.join(" "))
    }

    /// The response of the token endpoint for a user.
    fn issue(&self, scope: &str) -> Result<String, String> {
        let of_apis: Vec<&str> = scope.split(' ').filter(|one| !OPENID.contains(one)).collect();
        let Some(first) = of_apis.first() else {
            return Ok(user_token(&GRAPH, GRAPH.app_id, "email openid profile", false));
        };
        let (resource, _) = first.rsplit_once('/').ok_or("AADSTS70011")?;
        let api = api_of(first).ok_or("AADSTS500011")?;
        let mut names = Vec::new();
        for scope in of_apis {
            let (other, name) = scope.rsplit_once('/').ok_or("AADSTS70011")?;
            if other != resource {
                return Err("AADSTS28000".to_owned());
            }
            let of_api = format!("{}/", api.app_id);
            let mut consents = self.consents.iter().filter_map(|own| own.strip_prefix(&of_api));
            match name {
                ".default" => names.extend(consents),
                name if consents.any(|own| own == name) => names.push(name),
                _ => return Err("AADSTS65001".to_owned()),
            }
        }
        if names.is_empty() {
            return Err("AADSTS65001".to_owned());
        }
        Ok(user_token(api, resource, &names.join(" "), self.has(Part::UserRole)))
    }
}

/// The API of a scope: by its client ID or one of its App ID URIs, exactly (AADSTS500011 otherwise).
fn api_of(scope: &str) -> Option<&'static Api> {
    let (resource, _) = scope.rsplit_once('/')?;
    APIS.iter().find(|api| api.app_id == resource || api.uris.contains(&resource))
}

fn api_named(identifier: &str) -> Option<&'static Api> {
    APIS.iter().find(|api| api.app_id == identifier || api.uris.contains(&identifier))
}

/// "Access tokens in the Microsoft identity platform": the version of the API decides about the format,
/// and the audience of version 1.0 is what the request named.
fn token(api: &Api, resource: &str, mut claims: Value, exp: u64) -> String {
    let client = if api.version == 2 { "azp" } else { "appid" };
    let own = json!({
        "aud": if api.version == 2 { api.app_id } else { resource },
        "iss": if api.version == 2 { ISSUER_V2 } else { ISSUER_V1 },
        "ver": if api.version == 2 { "2.0" } else { "1.0" },
        client: CLIENT,
        "exp": exp,
        "oid": "00000003-0000-4000-8000-000000000003",
    });
    claims.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    // Only Microsoft Graph can verify its tokens.
    let nonce = if api.app_id == GRAPH.app_id { r#","nonce":"n""# } else { "" };
    compact(format!(r#"{{"typ":"JWT","alg":"RS256"{nonce}}}"#), claims.to_string())
}

pub(crate) fn user_token(api: &Api, resource: &str, scp: &str, has_role: bool) -> String {
    let role = has_role && api.app_id == ORDERS;
    let roles = if role { json!(["Orders.Admin"]) } else { json!([]) };
    token(api, resource, json!({"idtyp": "user", "scp": scp, "roles": roles}), NOW + 3600)
}

pub(crate) fn expired_token(api: &Api, resource: &str, scp: &str) -> String {
    token(api, resource, json!({"idtyp": "user", "scp": scp}), NOW - 60)
}

pub(crate) fn app_token(api: &Api, resource: &str, roles: &Value) -> String {
    token(api, resource, json!({"idtyp": "app", "roles": roles}), NOW + 3600)
}

/// A version 1.0 token of the Orders API, from before its version was changed.
pub(crate) fn orders_v1(resource: &str) -> String {
    let v1 = Api { version: 1, ..ORDERS_API };
    user_token(&v1, resource, "Orders.Read", false)
}

pub(crate) fn id_token(has_nonce: bool) -> String {
    let mut claims = json!({"aud": ORDERS, "iss": ISSUER_V2, "ver": "2.0", "exp": NOW + 3600});
    if has_nonce {
        claims["nonce"] = json!("n");
    }
    compact(r#"{"typ":"JWT","alg":"RS256"}"#, claims.to_string())
}

/// The token that Static Web Apps send to a linked API.
pub(crate) fn static_web_apps_token() -> String {
    let claims = json!({
        "iss": "https://orders.azurestaticapps.net/.auth", "sub": "1", "prn": "e30=",
        "aud": "https://orders.azurewebsites.net", "exp": NOW + 300,
    });
    compact(r#"{"typ":"JWT","alg":"RS256"}"#, claims.to_string())
}

fn claims(token: &str) -> Option<Value> {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Returns `true` if the site can exchange this token (otherwise AADSTS50013).
fn is_assertion(token: &str) -> bool {
    let Some(claims) = claims(token) else { return false };
    is_signed(token)
        && claims["aud"].as_str().is_some_and(|aud| ORDERS_API.accepts.contains(&aud))
        && claims.get("azp").or(claims.get("appid")).is_some()
        && claims["exp"].as_u64() > Some(NOW)
        && claims["idtyp"] == "user"
}

/// Entra's signatures have 256 bytes.
fn is_signed(token: &str) -> bool {
    token.split('.').nth(2).is_some_and(|signature| signature.len() == 342)
}

/// What an API requires in addition to its audience.
#[derive(Clone, Copy)]
pub(crate) enum Demand {
    Any,
    Scope(&'static str),
    AppRole(&'static str),
    UserRole(&'static str),
}

/// Returns `true` if an API accepts this token.
pub(crate) fn accepts(api: &Api, demand: Demand, access: Option<&str>) -> bool {
    let Some(access) = access else { return false };
    let Some(claims) = claims(access) else {
        // Microsoft Graph accepts the tickets of personal accounts.
        return access.starts_with("EwB") && api.app_id == GRAPH.app_id;
    };
    let is_app = claims["idtyp"] == "app";
    let has_role =
        |role: &str| claims["roles"].as_array().is_some_and(|own| own.contains(&json!(role)));
    let permitted = match demand {
        Demand::Any => claims["idtyp"].is_string(),
        Demand::Scope(_) if is_app => api.rbac,
        Demand::Scope(name) => {
            claims["scp"].as_str().is_some_and(|scp| scp.split(' ').any(|own| own == name))
        }
        Demand::AppRole(role) => is_app && has_role(role),
        Demand::UserRole(role) => !is_app && has_role(role),
    };
    permitted
        && is_signed(access)
        && claims["exp"].as_u64() > Some(NOW)
        && claims["aud"].as_str().is_some_and(|aud| api.accepts.contains(&aud))
}
