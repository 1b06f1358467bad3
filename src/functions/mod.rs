//! Azure Functions with a custom handler: the payload that carries a request, and that of the answer.
//!
//! Beside HTTP triggers there are two more kinds of request: an MCP tool trigger has the headers of the request
//! in its context ([`ToolInvocation`]), and Static Web Apps POST a user to the function that assigns roles
//! ([`RolesRequest`]).
//!
//! The host of Azure Functions invokes a custom handler, which a function in Rust is, in one of two ways.
//! With `"enableForwardingHttpRequest": true` (or, newer, `"enableProxyingHttpRequest": true`) under
//! `customHandler` in `host.json`, a function whose only bindings are an HTTP trigger and its response gets
//! the request as it is: read its headers as anywhere else, **nothing here is needed**. Otherwise the request
//! is inside of a JSON payload, and an [`Invocation`] is where its headers are. The headers of Easy Auth are
//! there in each of these ways (azure-functions-host: `DefaultHttpWorkerService`, `HttpRequestExtensions`).
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, functions::{Invocation, InvocationResponse}};
//!
//! let payload = br#"{"Data":{"req":{"Url":"https://orders.example/api/order","Method":"GET","Query":{},
//!     "Headers":{"X-MS-CLIENT-PRINCIPAL-ID":["7"],"X-MS-CLIENT-PRINCIPAL-IDP":["aad"]}}},"Metadata":{}}"#;
//! let invocation = Invocation::parse(payload)?;
//! let user = EasyAuthPrincipal::from_headers(&invocation)?.expect("somebody is signed in");
//! assert_eq!((invocation.method(), user.id()), ("GET", Some("7")));
//!
//! let answer = InvocationResponse::new(http::StatusCode::OK).body("hello 7");
//! assert_eq!(
//!     answer.to_json("res"),
//!     r#"{"Logs":[],"Outputs":{"res":{"body":"hello 7","headers":{},"statusCode":"200"}},"ReturnValue":null}"#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod header_list;
mod invocation;
mod response;
mod roles;
mod tool;

pub use invocation::{Invocation, InvocationError, MAX_INVOCATION_LEN};
pub use response::{InvalidHeader, InvocationResponse};
pub use roles::{MAX_ROLES_REQUEST_LEN, RolesRequest, RolesRequestError, roles_response};
pub use tool::ToolInvocation;
