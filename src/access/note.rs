//! Useful facts about a token that opens an API.

use crate::kinds::kinds;

kinds! {
    /// A useful fact that does not prevent a token from opening an API. Prints as a clause.
    pub enum Note;
    fn clause as Display;

    /// The caller is an application, and the API itself decides what it may do, for instance by Azure
    /// role assignments. The token has no scope or role for this.
    RolesAtTheApi = "roles-at-the-api", "the caller is an application, and the API decides by the roles assigned to it";
    /// The token names the application by its client ID, but the requirement names an App ID URI that
    /// ends with that ID. This is the convention of Teams (`api://<domain>/<client id>`,
    /// `api://<domain>/botid-<client id>`, `api://auth-<id>/<client id>`).
    ClientIdAudience = "client-id-audience", "version 2.0 tokens have the client ID and version 1.0 tokens the App ID URI, so the API must accept both as its audience";
}
