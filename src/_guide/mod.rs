//! The guide: how to set a service up, and why the crate works as it does.
//!
//! | page | read it when |
//! |---|---|
//! | [`production`] | you put a service into production: environment, keys, readiness, order of layers |
//! | [`extractors_and_layers`] | you choose between extractors and layers, or get an unexpected 401, 403 or 500 |
//! | [`audiences`] | a token is rejected for its audience, or you choose between v1.0 and v2.0 tokens |
//! | [`container_apps`] | the service runs on Azure Container Apps |
//! | [`on_behalf_of`] | you call further APIs as the caller |
//! | [`operations`] | you set up logs, metrics and probes, or look for the cause of an incident |
//! | [`mcp`] | the service is an MCP server, or agents call it |
//! | [`settings`] | you change `authSettingsV2` |
//! | [`testing`] | you test without Azure |
//! | [`threat_model`] | you want to know what the crate promises, and what it does not |
//! | [`design`] | you want to know why the API looks as it does |
//! | [`comparison`] | you choose a crate |

#[doc = include_str!("audiences.md")]
pub mod audiences {}

#[doc = include_str!("comparison.md")]
pub mod comparison {}

#[doc = include_str!("container_apps.md")]
pub mod container_apps {}

#[doc = include_str!("design.md")]
pub mod design {}

#[doc = include_str!("extractors_and_layers.md")]
pub mod extractors_and_layers {}

#[doc = include_str!("on_behalf_of.md")]
pub mod on_behalf_of {}

#[doc = include_str!("operations.md")]
pub mod operations {}
#[doc = include_str!("mcp.md")]
pub mod mcp {}

#[doc = include_str!("production.md")]
pub mod production {}

#[doc = include_str!("settings.md")]
pub mod settings {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("../../SECURITY.md")]
pub mod threat_model {}
