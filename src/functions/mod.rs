//! Azure Functions custom handlers: the payload of a request, and the payload of the response.
//!
//! Besides HTTP triggers there are two other kinds of request. An MCP tool trigger has the headers of
//! the request in its context ([`ToolInvocation`]). Static Web Apps POST a user to the function that
//! assigns roles ([`RolesRequest`]).
//!
//! A function in Rust is a custom handler. The host of Azure Functions invokes it in one of two ways:
//!
//! - Forwarding: the function gets the original request, so read its headers directly; **you need
//!   nothing from this module**. The host does this if `host.json` has
//!   `"enableForwardingHttpRequest": true` under `customHandler` (or, newer,
//!   `"enableProxyingHttpRequest": true`), and the only bindings of the function are an HTTP trigger and
//!   its response.
//! - Otherwise the request is inside a JSON payload, and an [`Invocation`] has its headers.
//!
//! Both ways include the headers of Easy Auth (azure-functions-host: `DefaultHttpWorkerService`,
//! `HttpRequestExtensions`).
//!
//! Neither way says whether Easy Auth is on. If it is off, clients can forge its headers, so check the
//! [`Platform`](crate::Platform) before you read a payload. A custom handler has the environment of its host.
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, IdentityProvider, NoEasyAuth, Platform, Rejection};
//! use easyauth::{functions::{Invocation, InvocationResponse}, rejection::LoginRedirect};
//! use http::StatusCode;
//!
//! fn at_startup() -> Result<(), NoEasyAuth> {
//!     Platform::from_env().require_easy_auth()
//! }
//!
//! fn hello(invocation: &Invocation) -> Result<InvocationResponse, Rejection> {
//!     let user = EasyAuthPrincipal::from_headers(invocation)?;
//!     let user = user.ok_or_else(Rejection::unauthenticated)?;
//!     let text = format!("hello {}", user.id().unwrap_or("you"));
//!     Ok(InvocationResponse::new(StatusCode::OK).body(text))
//! }
//!
//! let payload = br#"{"Data":{"req":{"Url":"https://orders.example/api/order","Method":"GET","Query":{},
//!     "Headers":{"X-MS-CLIENT-PRINCIPAL-ID":["7"],"X-MS-CLIENT-PRINCIPAL-IDP":["aad"]}}},"Metadata":{}}"#;
//! let invocation = Invocation::parse(payload)?;
//! let login = LoginRedirect::to(&IdentityProvider::ENTRA)?;
//! let answer = hello(&invocation).unwrap_or_else(|rejection| {
//!     rejection.or_login(&login, invocation.method(), invocation.uri(), &invocation).into()
//! });
//! assert_eq!(
//!     answer.to_json("res"),
//!     r#"{"Logs":[],"Outputs":{"res":{"body":"hello 7","headers":{},"statusCode":"200"}},"ReturnValue":null}"#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod header_list;
mod invocation;
mod response;
mod roles;
mod tool;

pub use error::{InvocationError, InvocationErrorKind, RolesRequestError, RolesRequestErrorKind};
pub use invocation::{Invocation, MAX_INVOCATION_LEN};
pub use response::{InvalidHeader, InvocationResponse};
pub use roles::{MAX_ROLES_REQUEST_LEN, RolesRequest, roles_response};
pub use tool::ToolInvocation;
