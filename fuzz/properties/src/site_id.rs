//! Resource IDs of sites. The input is the ID.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use easyauth::{
    AccessToken, Service,
    resource::Cloud,
    settings::{MAX_SITE_ID_LEN, SiteId, SiteIdError},
};

/// The address of Azure Resource Manager in each of these clouds, and a token for it.
const CLOUDS: [(Cloud, &str, &str); 2] = [
    (
        Cloud::Public,
        "management.azure.com",
        "e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tIn0.",
    ),
    (
        Cloud::UsGov,
        "management.usgovcloudapi.net",
        "e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQudXNnb3ZjbG91ZGFwaS5uZXQifQ.",
    ),
];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let result = text.parse::<SiteId>();
    match (Expected::read(text), &result) {
        (Some(expected), Ok(site)) => {
            expected.assert_same(site);
            check_printed(site);
            check_case(text, site);
            check_requests(site);
        }
        (expected, result) => {
            assert!(expected.is_none(), "refused {expected:?}: {result:?}");
            assert!(result.is_err(), "accepted {result:?}");
        }
    }
    check_names(text);
    check_errors(text);
}

/// The printed form is the path of the same site.
fn check_printed(site: &SiteId) {
    let text = site.to_string();
    let again = text.parse::<SiteId>();
    assert_eq!(again.as_ref(), Ok(site));
    assert!(again.is_ok_and(|again| hash(&again) == hash(site) && again.to_string() == text));
    assert!(Expected::read(&text).is_some());

    let is_plain = |next: char| next.is_ascii_alphanumeric() || "-_.()%/".contains(next);
    assert!(text.chars().all(is_plain), "{text}");
    let mut segments = text.split('/').skip(1);
    assert!(segments.all(|segment| !["", ".", ".."].contains(&segment)), "{text}");
}

/// IDs are case-insensitive, and may end with a slash.
fn check_case(text: &str, site: &SiteId) {
    for other in [text.to_ascii_uppercase(), text.to_ascii_lowercase(), format!("{text}/")] {
        let one_slash = !text.ends_with('/') && other.len() <= MAX_SITE_ID_LEN;
        if one_slash || other.len() == text.len() {
            let other = other.parse::<SiteId>();
            assert_eq!(other.as_ref(), Ok(site));
            assert!(other.is_ok_and(|other| hash(&other) == hash(site)));
        }
    }
}

fn hash(site: &SiteId) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(site)
}

/// Requests go to the settings of the site at Azure Resource Manager.
fn check_requests(site: &SiteId) {
    let (settings, has_list) = match site.service() {
        Service::ContainerApps => ("/authConfigs/current", false),
        _ => ("/config/authsettingsV2", true),
    };
    for (cloud, host, token) in CLOUDS {
        let (requests, token) = (site.requests().cloud(cloud), AccessToken::new(token));
        let list = requests.list(&token);
        assert_eq!(list.is_ok(), has_list);
        for (request, operation) in [(requests.get(&token), ""), (list, "/list")] {
            let Ok(request) = request else {
                assert_eq!((operation, has_list), ("/list", false), "refused: {request:?}");
                continue;
            };
            let uri = request.uri();
            assert_eq!((uri.scheme_str(), uri.host()), (Some("https"), Some(host)));
            assert_eq!(uri.path(), format!("{site}{settings}{operation}"));
            assert!(uri.query().is_some_and(|query| query.starts_with("api-version=")));
            assert!(!format!("{request:?}").contains(token.expose_secret()));
        }
    }
}

/// Uses the input as each of the names, without percent-encoding.
fn check_names(text: &str) {
    let slot = SiteId::app_service("S", "G", "N").and_then(|site| site.in_slot(text));
    let sites = [
        (Name::Subscription, SiteId::app_service(text, "G", "N")),
        (Name::ResourceGroup, SiteId::app_service("S", text, "N")),
        (Name::App, SiteId::app_service("S", "G", text)),
        (Name::Slot, slot),
        (Name::ContainerApp, SiteId::container_app("S", "G", text)),
    ];
    for (name, site) in sites {
        assert_eq!(name.can_be(text), site.is_ok(), "{name:?}: {site:?}");
        site.iter().for_each(check_printed);
    }
}

/// Messages show what was found, on one line and bounded.
fn check_errors(text: &str) {
    let segments: Vec<&str> = text.split('/').collect();
    for place in 0..segments.len().min(16) {
        for part in ["%".to_owned(), "\r\n..".to_owned(), "é ".repeat(500)] {
            let mut segments = segments.clone();
            segments.get_mut(place).into_iter().for_each(|segment| *segment = &part);
            check_message(&segments.join("/").parse());
        }
    }
    check_message(&SiteId::app_service("S", &format!("{text}/"), "N"));
    check_message(&SiteId::container_app("S", "G", &format!("{text}/")));
}

fn check_message(result: &Result<SiteId, SiteIdError>) {
    let Err(error) = result else { return };
    let message = error.to_string();
    assert!(message.starts_with("expected "), "{message}");
    assert!(message.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{message:?}");
    // 256 characters, each escaped.
    assert!(message.len() < 3000, "{}", message.len());
}

/// The parts of an ID, by another reader.
#[derive(Debug)]
struct Expected {
    subscription: String,
    resource_group: String,
    service: Service,
    name: String,
    slot: Option<String>,
}

impl Expected {
    fn read(text: &str) -> Option<Self> {
        let path = text.strip_prefix('/').filter(|_| text.len() <= MAX_SITE_ID_LEN)?;
        let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        let (first, rest) = segments.split_first_chunk::<8>()?;
        let [word_1, subscription, word_2, resource_group, word_3, provider, collection, name] =
            *first;
        let words = [word_1, word_2, word_3, provider, collection].map(str::to_ascii_lowercase);
        let (service, of_name, settings): (_, _, &[&str]) = match words
            .each_ref()
            .map(String::as_str)
        {
            ["subscriptions", "resourcegroups", "providers", "microsoft.web", "sites"] => {
                (Service::AppService, Name::App, &["config", "authsettingsv2", "list"])
            }
            ["subscriptions", "resourcegroups", "providers", "microsoft.app", "containerapps"] => {
                (Service::ContainerApps, Name::ContainerApp, &["authconfigs", "current"])
            }
            _ => return None,
        };
        let (slot, rest) = match rest {
            [word, slot, rest @ ..]
                if of_name == Name::App && word.eq_ignore_ascii_case("slots") =>
            {
                (Some(Name::Slot.read(slot)?), rest)
            }
            rest => (None, rest),
        };
        let mut pairs = rest.iter().zip(settings);
        let leads_to_settings = rest.len() <= settings.len()
            && pairs.all(|(segment, word)| segment.eq_ignore_ascii_case(word));
        leads_to_settings.then_some(Self {
            subscription: Name::Subscription.read(subscription)?,
            resource_group: Name::ResourceGroup.read(resource_group)?,
            service,
            name: of_name.read(name)?,
            slot,
        })
    }

    fn assert_same(&self, site: &SiteId) {
        assert_eq!((site.service(), site.name()), (self.service, self.name.as_str()));
        assert_eq!(site.slot(), self.slot.as_deref());

        let new = match self.service {
            Service::ContainerApps => SiteId::container_app,
            _ => SiteId::app_service,
        };
        let app = new(&self.subscription, &self.resource_group, &self.name);
        let same =
            app.and_then(|app| self.slot.iter().try_fold(app, |app, slot| app.in_slot(slot)));
        assert_eq!(same.map(|same| same.to_string()), Ok(site.to_string()));
        assert_eq!(site.in_slot("staging").is_ok(), self.service == Service::AppService);
    }
}

/// The rules for names in an ID ("Naming rules and restrictions for Azure resources").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Subscription,
    ResourceGroup,
    App,
    Slot,
    ContainerApp,
}

impl Name {
    fn read(self, segment: &str) -> Option<String> {
        let mut parts = segment.split('%');
        let mut bytes = parts.next()?.as_bytes().to_vec();
        for part in parts {
            let (digits, rest) = part.split_at_checked(2)?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
            bytes.extend(rest.bytes());
        }
        String::from_utf8(bytes).ok().filter(|name| self.can_be(name))
    }

    fn can_be(self, name: &str) -> bool {
        let only_ascii = matches!(self, Self::Subscription | Self::ContainerApp);
        let signs = if self == Self::ResourceGroup { "-_.()" } else { "-" };
        let allowed = |next: char| {
            signs.contains(next)
                || if only_ascii { next.is_ascii_alphanumeric() } else { next.is_alphanumeric() }
        };
        let (limit, not_first, not_last) = match self {
            Self::Subscription => (36, "", ""),
            Self::ResourceGroup => (90, "", "."),
            Self::App => (60, "-", "-"),
            Self::Slot => (59, "", ""),
            Self::ContainerApp => (32, "-0123456789", "-"),
        };
        (1..=limit).contains(&name.chars().count())
            && name.chars().all(allowed)
            && !name.starts_with(|first| not_first.contains(first))
            && !name.ends_with(|last| not_last.contains(last))
    }
}
