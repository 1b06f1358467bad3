//! Servers of the Model Context Protocol (MCP): a rule for each tool.
//!
//! How clients find out where to get a token: [`ProtectedResource`](crate::ProtectedResource).

pub use crate::tool_call::{MAX_BODY_LEN, ToolCall, ToolCallError, ToolCallErrorKind};

#[cfg(feature = "verify")]
pub use policy::ToolPolicy;

#[cfg(feature = "verify")]
mod policy {
    use crate::{
        access::Requirement, rejection::Rejection, tool_call::ToolCall, verify::VerifiedToken,
    };

    /// What a token must permit to call each tool. A tool without a rule is rejected.
    ///
    /// The check needs the body of the request, because only that decides which tool is called. Headers
    /// such as `Mcp-Name` repeat it, and a client can send others.
    ///
    /// ```
    /// use easyauth::{Rejection, Requirement, mcp::ToolPolicy, verify::VerifiedToken};
    ///
    /// # fn check(body: &[u8], token: Option<&VerifiedToken>) -> Result<(), Rejection> {
    /// let policy = ToolPolicy::new()
    ///     .tool("list_mail", Requirement::scope("Mail.Read"))
    ///     .tool("send_mail", Requirement::all_scopes(["Mail.Read", "Mail.Send"]).not_by_agent());
    /// policy.check(body, token)
    /// # }
    /// ```
    #[derive(Debug, Clone, Default)]
    pub struct ToolPolicy {
        rules: Vec<(String, Requirement)>,
        others: Option<Requirement>,
    }

    impl ToolPolicy {
        /// A policy without rules, which rejects every call of a tool.
        #[must_use]
        pub fn new() -> Self {
            Self::default()
        }

        /// Sets the rule for a tool. If set twice, the last rule wins. Names are compared exactly.
        ///
        /// Name the scopes of the outer rule too, such as those of a `RequireLayer`. A 403 must name all scopes
        /// that the operation needs (MCP specification 2026-07-28, Authorization), and clients then request
        /// only those.
        #[must_use]
        pub fn tool(mut self, name: impl Into<String>, rule: impl Into<Requirement>) -> Self {
            let name = name.into();
            self.rules.retain(|(own, _)| *own != name);
            self.rules.push((name, rule.into()));
            self
        }

        /// Sets the rule for all tools without a rule of their own. See [`tool`](Self::tool).
        #[must_use]
        pub fn other_tools(self, rule: impl Into<Requirement>) -> Self {
            Self { others: Some(rule.into()), ..self }
        }

        /// Checks the body of a request. Messages that call no tool are allowed.
        ///
        /// `body` must be the text that the server reads. So reject a request that has a `Content-Encoding`
        /// other than `identity`, or a charset other than `utf-8`, and one that upgrades the connection.
        /// `RequireToolLayer` and `require_tool` do so.
        ///
        /// # Errors
        ///
        /// [`Rejection`]: 400 if it is undecided which tool is called, 401 without a token, 403 if the
        /// token does not permit the tool. The challenge names all scopes of the rule.
        pub fn check(&self, body: &[u8], token: Option<&VerifiedToken>) -> Result<(), Rejection> {
            self.apply(body, token).map(drop)
        }

        /// Like [`check`](Self::check), and returns the rule that the token meets.
        pub(crate) fn apply(
            &self,
            body: &[u8],
            token: Option<&VerifiedToken>,
        ) -> Result<Option<&Requirement>, Rejection> {
            let Some(call) = ToolCall::parse(body)? else { return Ok(None) };
            let rule = self.rules.iter().find(|(own, _)| own == call.tool());
            match (rule.map(|(_, rule)| rule).or(self.others.as_ref()), token) {
                (Some(rule), Some(token)) => {
                    token.authorize(rule)?;
                    Ok(Some(rule))
                }
                (Some(rule), None) => Err(Rejection::no_token_for(rule)),
                (None, Some(_)) => Err(Rejection::missing_rule()),
                (None, None) => Err(Rejection::no_token()),
            }
        }
    }
}
