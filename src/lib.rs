#![doc = include_str!("../README.md")]
#![cfg_attr(easyauth_docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod access;
mod base64;
mod escape;
mod groups;
pub mod headers;
mod json;
mod jwt;
mod platform;
mod principal;
pub mod resource;
pub mod settings;
mod tokens;

pub use access::{Diagnosis, Requirement};
pub use groups::Groups;
pub use headers::HeaderSource;
pub use jwt::*;
pub use platform::{Host, NoEasyAuth, Platform};
pub use principal::{
    Claim, ClaimType, Claims, EasyAuthPrincipal, IdentityProvider, PrincipalError, Shape,
    me::{MAX_ME_LEN, MeError, Session},
};
pub use tokens::{
    AccessToken, AccessTokenSecret, AuthenticationToken, EXPIRY_SKEW, ExpiresOn, IdToken,
    NotABearerToken, ProviderTokens, RefreshToken, Renewal,
};
