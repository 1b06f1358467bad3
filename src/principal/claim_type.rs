//! The short and the long name of a claim.

use crate::debug::debug;

/// A claim with a short name in tokens and a long name, a URI, after the platform's claim mapping.
///
/// The table is the default inbound map of Microsoft's own token library (`ClaimTypeMapping.cs` in
/// azure-activedirectory-identitymodel-extensions-for-dotnet). It has 73 short names for 71 long names,
/// because `sub` and `nameid` name the same claim, and so do `roles` and `role`.
///
/// Lookups in this crate accept either name. The claims that code names most have a constant;
/// [`find`](Self::find) finds every claim.
///
/// ```
/// use easyauth::ClaimType;
///
/// assert_eq!(ClaimType::OID.short(), "oid");
/// assert_eq!(ClaimType::OID.long(), "http://schemas.microsoft.com/identity/claims/objectidentifier");
/// assert_eq!(ClaimType::find("nameid"), Some(ClaimType::SUB));
/// assert_eq!(ClaimType::find("preferred_username"), None); // it has one name only
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimType {
    short: &'static str,
    other_short: Option<&'static str>,
    long: &'static str,
}

/// Defines the table. Claims that code names have a constant, with the second short name in parentheses.
macro_rules! claim_types {
    ($($($constant:ident $(($other:literal))?:)? $short:literal => $long:literal;)+) => {
        impl ClaimType {
            $($(
                #[doc = concat!("`", $short, "`", $(" or `", $other, "`",)? ", `", $long, "`.")]
                pub const $constant: Self =
                    Self { short: $short, other_short: other!($($other)?), long: $long };
            )?)+

            /// Every claim of the table.
            pub const ALL: &[Self] = &[
                $(Self { short: $short, other_short: other!($($($other)?)?), long: $long }),+
            ];
        }
    };
}

macro_rules! other {
    () => {
        None
    };
    ($name:literal) => {
        Some($name)
    };
}

#[rustfmt::skip]
claim_types! {
    "actort" => "http://schemas.xmlsoap.org/ws/2009/09/identity/claims/actor";
    "birthdate" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/dateofbirth";
    EMAIL: "email" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
    FAMILY_NAME: "family_name" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname";
    "gender" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/gender";
    GIVEN_NAME: "given_name" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname";
    SUB("nameid"): "sub" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
    "website" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/webpage";
    UNIQUE_NAME: "unique_name" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
    OID: "oid" => "http://schemas.microsoft.com/identity/claims/objectidentifier";
    SCP: "scp" => "http://schemas.microsoft.com/identity/claims/scope";
    TID: "tid" => "http://schemas.microsoft.com/identity/claims/tenantid";
    ACR: "acr" => "http://schemas.microsoft.com/claims/authnclassreference";
    "adfs1email" => "http://schemas.xmlsoap.org/claims/EmailAddress";
    "adfs1upn" => "http://schemas.xmlsoap.org/claims/UPN";
    AMR: "amr" => "http://schemas.microsoft.com/claims/authnmethodsreferences";
    "authmethod" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod";
    "certapppolicy" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/applicationpolicy";
    "certauthoritykeyidentifier" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/authoritykeyidentifier";
    "certbasicconstraints" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/basicconstraints";
    "certeku" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/eku";
    "certissuer" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/issuer";
    "certissuername" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/issuername";
    "certkeyusage" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/keyusage";
    "certnotafter" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/notafter";
    "certnotbefore" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/notbefore";
    "certpolicy" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/certificatepolicy";
    "certpublickey" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/rsa";
    "certrawdata" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/rawdata";
    "certserialnumber" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/serialnumber";
    "certsignaturealgorithm" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/signaturealgorithm";
    "certsubject" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/subject";
    "certsubjectaltname" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/san";
    "certsubjectkeyidentifier" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/subjectkeyidentifier";
    "certsubjectname" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/subjectname";
    "certtemplateinformation" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/certificatetemplateinformation";
    "certtemplatename" => "http://schemas.microsoft.com/2012/12/certificatecontext/extension/certificatetemplatename";
    "certthumbprint" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/thumbprint";
    "certx509version" => "http://schemas.microsoft.com/2012/12/certificatecontext/field/x509version";
    "clientapplication" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-client-application";
    "clientip" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-client-ip";
    "clientuseragent" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-client-user-agent";
    "commonname" => "http://schemas.xmlsoap.org/claims/CommonName";
    "denyonlyprimarygroupsid" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/denyonlyprimarygroupsid";
    "denyonlyprimarysid" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/denyonlyprimarysid";
    "denyonlysid" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/denyonlysid";
    "devicedispname" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/displayname";
    "deviceid" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/identifier";
    "deviceismanaged" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/ismanaged";
    "deviceostype" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/ostype";
    "deviceosver" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/osversion";
    "deviceowner" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/userowner";
    "deviceregid" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/registrationid";
    "endpointpath" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-endpoint-absolute-path";
    "forwardedclientip" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-forwarded-client-ip";
    "group" => "http://schemas.xmlsoap.org/claims/Group";
    "groupsid" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid";
    IDP: "idp" => "http://schemas.microsoft.com/identity/claims/identityprovider";
    "insidecorporatenetwork" => "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork";
    "isregistereduser" => "http://schemas.microsoft.com/2012/01/devicecontext/claims/isregistereduser";
    "ppid" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/privatepersonalidentifier";
    "primarygroupsid" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid";
    "primarysid" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid";
    "proxy" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-proxy";
    "pwdchgurl" => "http://schemas.microsoft.com/ws/2012/01/passwordchangeurl";
    "pwdexpdays" => "http://schemas.microsoft.com/ws/2012/01/passwordexpirationdays";
    "pwdexptime" => "http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime";
    "relyingpartytrustid" => "http://schemas.microsoft.com/2012/01/requestcontext/claims/relyingpartytrustid";
    ROLES("role"): "roles" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    UPN: "upn" => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
    "winaccountname" => "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname";
}

impl ClaimType {
    /// Finds a claim by its short or long name. Names are case-sensitive (RFC 7519 section 10.1.1).
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let long = name.starts_with("http://");
        Self::ALL.iter().copied().find(|row| {
            if long { row.long == name } else { row.short == name || row.other_short == Some(name) }
        })
    }

    /// The name in tokens, such as `oid`.
    #[must_use]
    pub const fn short(self) -> &'static str {
        self.short
    }

    /// The second short name, if the claim has one: `nameid` for `sub`, `role` for `roles`.
    #[must_use]
    pub const fn other_short(self) -> Option<&'static str> {
        self.other_short
    }

    /// The name after claim mapping, a URI.
    #[must_use]
    pub const fn long(self) -> &'static str {
        self.long
    }

    #[inline]
    fn has_name(self, name: &str) -> bool {
        self.long == name || self.short == name || self.other_short == Some(name)
    }
}

impl AsRef<str> for ClaimType {
    /// The short name.
    fn as_ref(&self) -> &str {
        self.short
    }
}

debug! { ClaimType, |own| "ClaimType({})", own.short }

/// All names of a claim that was requested by one of them.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    requested: &'a str,
    known: Option<ClaimType>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(name: &'a str) -> Self {
        Self { requested: name, known: ClaimType::find(name) }
    }

    pub(crate) fn of_type(claim: ClaimType) -> Self {
        Self { requested: claim.short, known: Some(claim) }
    }

    /// Only one name: the short name of a known claim if `has` returns `true` for it, or the requested name.
    pub(crate) fn only_one(self, has: impl FnOnce(&str) -> bool) -> Self {
        let requested = self.known.map(ClaimType::short).filter(|short| has(short));
        Self { requested: requested.unwrap_or(self.requested), known: None }
    }

    #[inline]
    pub(crate) fn contain(&self, name: &str) -> bool {
        self.known.map_or(name == self.requested, |known| known.has_name(name))
    }
}
