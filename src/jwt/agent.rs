//! Agents of Microsoft Entra Agent ID, as tokens name them.

use super::{Caller, Token};
use crate::debug::debug;
use crate::kinds::codes;

/// The facet of an agent identity ("Token claims reference for agents", Microsoft Entra Agent ID).
const AGENT_IDENTITY: &str = "11";
/// The facet of the user account of an agent (same page).
const AGENT_USER: &str = "13";

codes! {
    /// Whether the caller is an AI agent, with its own identity in Microsoft Entra Agent ID. [`Caller`] says
    /// whether it acts as a user or as an application.
    ///
    /// Entra says so in the optional claims `xms_act_fct` and `xms_sub_fct`. An app registration must request
    /// them; without them the answer is [`Unknown`](Self::Unknown).
    pub enum Actor;
    pub fn as_str;

    /// An agent.
    Agent = "agent";
    /// An application that is not an agent.
    NotAgent = "not-agent";
    /// The token does not say, or contradicts itself.
    Unknown = "unknown";
}

impl Actor {
    /// Reads the facets of the actor and of the subject: numbers in any order, separated by spaces.
    /// Unknown numbers are ignored (same page).
    pub(crate) fn of<'a>(
        actor: impl Iterator<Item = &'a str>,
        subject: impl Iterator<Item = &'a str>,
    ) -> Self {
        let (mut has_facets, mut is_agent) = (false, false);
        for facet in facets(actor) {
            has_facets = true;
            is_agent |= facet == AGENT_IDENTITY;
        }
        let is_of_agent =
            || facets(subject).any(|facet| matches!(facet, AGENT_IDENTITY | AGENT_USER));
        if is_agent {
            Self::Agent
        } else if has_facets && !is_of_agent() {
            Self::NotAgent
        } else {
            Self::Unknown
        }
    }
}

fn facets<'a>(values: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let is_number =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    values.flat_map(|value| value.split(' ')).filter(is_number)
}

/// The agent that acts: see [`Token::agent`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Agent<'a> {
    client_id: Option<&'a str>,
    blueprint_id: Option<&'a str>,
    mode: AgentMode,
}

codes! {
    /// As whom an agent acts.
    pub enum AgentMode;
    pub fn as_str;

    /// On behalf of a human user.
    OnBehalfOfUser = "on-behalf-of-user";
    /// By itself, with application permissions.
    Autonomous = "autonomous";
    /// By itself, through the agent's user account.
    AgentUser = "agent-user";
    /// The token does not say.
    Unknown = "unknown";
}

impl AgentMode {
    fn of<'a>(caller: Caller, mut subject: impl Iterator<Item = &'a str>) -> Self {
        match caller {
            Caller::User if subject.any(|facet| facet == AGENT_USER) => Self::AgentUser,
            Caller::User => Self::OnBehalfOfUser,
            Caller::App => Self::Autonomous,
            Caller::Unknown => Self::Unknown,
        }
    }
}

impl<'a> Agent<'a> {
    /// The client ID of the agent identity (`azp`, `appid`).
    #[must_use]
    pub fn client_id(&self) -> Option<&'a str> {
        self.client_id
    }

    /// The client ID of the blueprint that the agent was created from (`xms_par_app_azp`). For logs only:
    /// a blueprint can have many agents, so do not authorize by it (same page).
    #[must_use]
    pub fn blueprint_id(&self) -> Option<&'a str> {
        self.blueprint_id
    }

    /// As whom the agent acts.
    #[must_use]
    pub fn mode(&self) -> AgentMode {
        self.mode
    }
}

debug! { Agent<'_>, |own| mode: own.mode, .. }

impl<T> Token<T> {
    /// Whether an agent acts. [`Requirement::not_by_agent`](crate::Requirement::not_by_agent) and
    /// [`by_agent`](crate::Requirement::by_agent) decide by this.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::of(self.claim_values("xms_act_fct"), self.claim_values("xms_sub_fct"))
    }

    /// The agent that acts; `None` if no agent acts or the token does not say. [`caller`](Self::caller)
    /// is the user or the application that it acts as.
    #[must_use]
    pub fn agent(&self) -> Option<Agent<'_>> {
        (self.actor() == Actor::Agent).then(|| Agent {
            client_id: self.client_id(),
            blueprint_id: self.claim("xms_par_app_azp"),
            mode: AgentMode::of(self.caller(), facets(self.claim_values("xms_sub_fct"))),
        })
    }

    /// The Azure resource ID of the managed identity that is calling (`xms_mirid`). For logs only: the
    /// claim is not documented.
    #[must_use]
    pub fn managed_identity_id(&self) -> Option<&str> {
        self.claim("xms_mirid")
    }
}
