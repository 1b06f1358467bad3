//! Resource IDs of sites.

use std::collections::HashSet;

use easyauth::{
    Service,
    settings::{MAX_SITE_ID_LEN, SiteId, SiteIdError},
};

const SITE: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME";
const CONTAINER_APP: &str =
    "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/name";

#[track_caller]
fn site(text: &str) -> SiteId {
    text.parse().expect("a site")
}

/// Asserts the canonical form of `text`, which must be stable.
#[track_caller]
fn reads(text: &str, canonical: &str) {
    let site = site(text);
    assert_eq!(site.to_string(), canonical);
    assert_eq!(self::site(canonical), site);
    assert_eq!(self::site(canonical).to_string(), canonical);
}

#[track_caller]
fn rejected(text: &str, message: &str) {
    let error = text.parse::<SiteId>().expect_err("an error");
    assert_eq!(error.to_string(), message);
}

#[test]
fn the_parts() {
    let app = site("/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME");
    assert_eq!((app.service(), app.name(), app.slot()), (Service::AppService, "NAME", None));

    let slot = site(&format!("{SITE}/slots/Staging"));
    assert_eq!((slot.name(), slot.slot()), ("NAME", Some("Staging")));
    assert_eq!(slot.service(), Service::AppService);

    let app = site(CONTAINER_APP);
    assert_eq!((app.service(), app.name(), app.slot()), (Service::ContainerApps, "name", None));
}

#[test]
fn canonical_form() {
    reads(SITE, SITE);
    reads(CONTAINER_APP, CONTAINER_APP);
    reads(&format!("{SITE}/"), SITE);
    reads(&format!("{SITE}/slots/a/"), &format!("{SITE}/slots/a"));
    // Keywords in any case, names unchanged.
    reads("/SUBSCRIPTIONS/s/resourcegroups/g/PROVIDERS/microsoft.web/Sites/name/Slots/x", {
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/name/slots/x"
    });
    reads(&CONTAINER_APP.to_ascii_lowercase().replace("/s/", "/S/").replace("/g/", "/G/"), {
        CONTAINER_APP
    });
    // Percent-encoding is removed where it is not needed, and added where it is.
    reads(&SITE.replace("/G/", "/%28a%29_%2D.b/"), &SITE.replace("/G/", "/(a)_-.b/"));
    reads(&SITE.replace("/G/", "/Überblick/"), &SITE.replace("/G/", "/%C3%9Cberblick/"));
    reads(&SITE.replace("/G/", "/%c3%9cberblick/"), &SITE.replace("/G/", "/%C3%9Cberblick/"));
    reads(&SITE.replace("NAME", "%E4%BE%8B"), &SITE.replace("NAME", "%E4%BE%8B"));
    assert_eq!(site(&SITE.replace("NAME", "%E4%BE%8B")).name(), "例");
}

#[test]
fn ids_of_settings_lead_to_their_site() {
    for tail in ["/config", "/config/authsettingsV2", "/config/authsettingsV2/list"] {
        reads(&format!("{SITE}{tail}"), SITE);
        reads(&format!("{SITE}{}/", tail.to_lowercase()), SITE);
        reads(&format!("{SITE}/slots/a{tail}"), &format!("{SITE}/slots/a"));
    }
    for tail in ["/authConfigs", "/authConfigs/current", "/authconfigs/CURRENT/"] {
        reads(&format!("{CONTAINER_APP}{tail}"), CONTAINER_APP);
    }
}

#[test]
fn paths_of_other_resources() {
    #[track_caller]
    fn check(text: &str, number: usize) {
        let found = text.split('/').nth(number).unwrap();
        let found = if text.ends_with("//") { "" } else { found };
        let expected = "expected the end, a slot or the authentication settings";
        rejected(
            text,
            &format!("{expected} in segment {number} of the resource ID, found {found}"),
        );
    }
    check(&format!("{SITE}/config/authsettings"), 10); // version 1
    check(&format!("{SITE}/config/web"), 10);
    check(&format!("{SITE}/functions"), 9);
    check(&format!("{SITE}/config/slots/a"), 10);
    check(&format!("{SITE}/config/authsettingsV2/list/x"), 12);
    check(&format!("{SITE}/slots/a/slots/b"), 11);
    check(&format!("{SITE}//"), 9);
    check(&format!("{SITE}/.."), 9);
    check(&format!("{SITE}/authConfigs/current"), 9);
    check(&format!("{CONTAINER_APP}/config/authsettingsV2"), 9);
    check(&format!("{CONTAINER_APP}/slots/a"), 9);
    check(&format!("{CONTAINER_APP}/authConfigs/other"), 10);
    check(&format!("{CONTAINER_APP}/authConfigs/current/list"), 11);
}

#[test]
fn missing_keywords() {
    #[track_caller]
    fn check(text: &str, number: usize, expected: &str) {
        let found = text.split('/').nth(number).unwrap();
        let place = format!("segment {number} of the resource ID");
        rejected(text, &format!("expected {expected} in {place}, found {found}"));
    }
    let providers = "Microsoft.Web or Microsoft.App";
    check(&SITE.replace("subscriptions", "subscription"), 1, "subscriptions");
    check(&SITE.replace("subscriptions", "%73ubscriptions"), 1, "subscriptions");
    check(&SITE.replace("resourceGroups", "groups"), 3, "resourceGroups");
    check(&SITE.replace("/providers", "//providers"), 5, "providers");
    check(&SITE.replace("Microsoft.Web", "Microsoft.Network"), 6, providers);
    check(&SITE.replace("Microsoft.Web", ".."), 6, providers);
    check(&SITE.replace("sites", "serverfarms"), 7, "sites");
    check(&SITE.replace("sites", "containerApps"), 7, "sites");
    check(&CONTAINER_APP.replace("containerApps", "sites"), 7, "containerApps");
    check("//", 1, "subscriptions");

    #[track_caller]
    fn no_slash(text: &str) {
        let expected = "expected a resource ID that begins with a slash";
        rejected(text, &format!("{expected}, found {text}"));
    }
    no_slash("");
    no_slash(SITE.trim_start_matches('/'));
    let url = format!("https://management.azure.com{SITE}");
    no_slash(&url);
    no_slash(&format!(" {SITE}"));
}

#[test]
fn ids_that_end_too_early() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        rejected(text, &format!("expected {expected}, found the end of the resource ID"));
    }
    check("/subscriptions", "a subscription");
    check("/subscriptions/S", "resourceGroups");
    check("/subscriptions/S/resourceGroups", "a resource group");
    check("/subscriptions/S/resourceGroups/G", "providers");
    check("/subscriptions/S/resourceGroups/G/providers", "Microsoft.Web or Microsoft.App");
    check("/subscriptions/S/resourceGroups/G/providers/Microsoft.Web", "sites");
    check("/subscriptions/S/resourceGroups/G/providers/Microsoft.App", "containerApps");
    check(SITE.trim_end_matches("/NAME"), "an app name");
    check(CONTAINER_APP.trim_end_matches("/name"), "a container app name");
    check(&format!("{SITE}/slots"), "a slot name");
}

/// A name in a resource ID: its title, its rules, and the text before and after it.
#[derive(Clone, Copy)]
struct Part(&'static str, &'static str, &'static str, &'static str);

const SUBSCRIPTION: Part = Part(
    "a subscription",
    "1 to 36 ASCII letters, digits and -",
    "/subscriptions/",
    "/resourceGroups/G/providers/Microsoft.Web/sites/NAME",
);
const RESOURCE_GROUP: Part = Part(
    "a resource group",
    "1 to 90 letters, digits, -, _, ., ( and ), without a dot at the end",
    "/subscriptions/S/resourceGroups/",
    "/providers/Microsoft.Web/sites/NAME",
);
const APP: Part = Part(
    "an app name",
    "1 to 60 letters, digits and -, without - at the ends",
    "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/",
    "",
);
const SLOT: Part = Part(
    "a slot name",
    "1 to 59 letters, digits and -",
    "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME/slots/",
    "/config",
);
const APP_OF_CONTAINERS: Part = Part(
    "a container app name",
    "1 to 32 ASCII letters, digits and -, a letter first and no - at the end",
    "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/",
    "",
);
const NAMES: [Part; 5] = [SUBSCRIPTION, RESOURCE_GROUP, APP, SLOT, APP_OF_CONTAINERS];

impl Part {
    fn named(self, name: &str) -> Result<SiteId, SiteIdError> {
        let Self(_, _, before, after) = self;
        format!("{before}{name}{after}").parse()
    }

    /// Asserts that the name is rejected, and how the message shows it.
    #[track_caller]
    fn rejects(self, name: &str, shown: &str) {
        let Self(title, rules, ..) = self;
        let error = self.named(name).unwrap_err().to_string();
        assert_eq!(error, format!("expected {title} of {rules}, found {shown}"));
    }
}

#[test]
fn lengths_of_names() {
    for (part, limit) in
        [(SUBSCRIPTION, 36), (RESOURCE_GROUP, 90), (APP, 60), (SLOT, 59), (APP_OF_CONTAINERS, 32)]
    {
        assert!(part.named(&"a".repeat(limit)).is_ok());
        let long = "a".repeat(limit + 1);
        part.rejects(&long, &long);
    }
    // Characters, not bytes.
    assert!(RESOURCE_GROUP.named(&"例".repeat(90)).is_ok());
    assert!(RESOURCE_GROUP.named(&"例".repeat(91)).is_err());
}

#[test]
fn names_cannot_be_empty() {
    for part in [SUBSCRIPTION, RESOURCE_GROUP, SLOT] {
        part.rejects("", "an empty string");
    }
    let app = SiteId::app_service("S", "G", "").unwrap_err().to_string();
    let container_app = SiteId::container_app("S", "G", "").unwrap_err().to_string();
    for (part, error) in [(APP, app), (APP_OF_CONTAINERS, container_app)] {
        assert_eq!(error, format!("expected {} of {}, found an empty string", part.0, part.1));
    }
}

/// Characters that could change where a request goes, or break a line, are in no name, raw or encoded.
#[test]
fn hostile_characters_are_in_no_name() {
    for part in NAMES {
        for character in "?#\\%&=;:@+'\"<> \n\r\t\0\u{7f}\u{85}\u{202e}\u{feff}~!$,*|^".chars() {
            let bytes = character.to_string().into_bytes();
            let encoded =
                bytes.iter().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"));
            let is_plain = character == ' ' || character.is_ascii_graphic();
            let shown = if is_plain {
                character.to_string()
            } else {
                character.escape_unicode().to_string()
            };
            part.rejects(&format!("a{encoded}b"), &format!("a{shown}b"));
            if character != '%' {
                part.rejects(&format!("a{character}b"), &format!("a{shown}b"));
            }
        }
        // Encoded slashes, and names that are encoded twice.
        assert!(part.named("a%2Fb").is_err() && part.named("a%2fb").is_err());
        assert!(part.named("a%5Cb").is_err() && part.named("a%252Fb").is_err());
        // Relative segments.
        for dots in [".", "..", "%2e", "%2E%2e", ".%2e", "..."] {
            assert!(part.named(dots).is_err(), "{dots}");
        }
    }
}

#[test]
fn percent_encoding_of_utf8() {
    for part in NAMES {
        for name in ["%", "a%", "a%4", "%zz", "%+4", "%4%31", "%ff", "%c3", "%c0%af", "%ed%a0%80"] {
            let error = part.named(name).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("expected {} of percent-encoded UTF-8, found {name}", part.0)
            );
        }
        assert!(part.named("%61").is_ok());
    }
}

#[test]
fn characters_of_each_name() {
    for (part, allowed) in [
        (SUBSCRIPTION, "aZ0-"),
        (RESOURCE_GROUP, "aZ0-_.()é例"),
        (APP, "aZ0-é例"),
        (SLOT, "aZ0-é例"),
        (APP_OF_CONTAINERS, "aZ0-"),
    ] {
        for character in "aZ0-_.()é例".chars() {
            let name = format!("a{character}b");
            assert_eq!(part.named(&name).is_ok(), allowed.contains(character), "{name}");
        }
    }
}

#[test]
fn ends_of_each_name() {
    for (part, name) in [
        (RESOURCE_GROUP, "a."),
        (RESOURCE_GROUP, ".."),
        (APP, "-a"),
        (APP, "a-"),
        (APP_OF_CONTAINERS, "0a"),
        (APP_OF_CONTAINERS, "-a"),
        (APP_OF_CONTAINERS, "a-"),
    ] {
        part.rejects(name, name);
    }
    for (part, name) in [
        (SUBSCRIPTION, "-"),
        (RESOURCE_GROUP, ".a-"),
        (APP, "0a"),
        (SLOT, "-a-"),
        (APP_OF_CONTAINERS, "a0"),
    ] {
        assert!(part.named(name).is_ok(), "{name}");
    }
}

#[test]
fn length_of_the_whole() {
    let too_long = "/".repeat(MAX_SITE_ID_LEN + 1);
    rejected(&too_long, "expected a resource ID of at most 3072 bytes, found 3073");
    let message = "expected subscriptions in segment 1 of the resource ID, found ";
    rejected(&"/".repeat(MAX_SITE_ID_LEN), message);
    // The longest names fit in any spelling.
    let letter = "%F0%A0%80%80";
    let longest = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Web/sites/{}/slots/{}\
         /config/authsettingsV2/list/",
        "a".repeat(36),
        letter.repeat(90),
        letter.repeat(60),
        letter.repeat(59),
    );
    assert!(longest.parse::<SiteId>().is_ok());
}

#[test]
fn built_from_names() {
    let app = SiteId::app_service("S", "G", "NAME").unwrap();
    assert_eq!(app.to_string(), SITE);
    let slot = app.in_slot("a").unwrap();
    assert_eq!(slot.to_string(), format!("{SITE}/slots/a"));
    assert_eq!(slot.in_slot("b").unwrap().to_string(), format!("{SITE}/slots/b"));
    let container_app = SiteId::container_app("S", "G", "name").unwrap();
    assert_eq!(container_app.to_string(), CONTAINER_APP);
    // Names here are not decoded.
    let error = SiteId::app_service("S", "%61", "NAME").unwrap_err();
    assert!(error.to_string().ends_with("found %61"), "{error}");
    let error = app.in_slot("a/b").unwrap_err();
    assert_eq!(error.to_string(), format!("expected {} of {}, found a/b", SLOT.0, SLOT.1));
    let error = container_app.in_slot("a").unwrap_err();
    let message = "expected an app of App Service: container apps have no slots";
    assert_eq!(error.to_string(), message);
}

#[test]
fn compared_without_regard_to_case() {
    let app = site(SITE);
    let same = [
        SITE.to_ascii_lowercase(),
        SITE.to_ascii_uppercase(),
        format!("{SITE}/config"),
        SITE.replace("/G/", "/%47/"),
    ];
    let mut set = HashSet::from([app.clone()]);
    for text in same {
        assert_eq!(site(&text), app);
        assert!(!set.insert(site(&text)));
    }
    let other = [
        SITE.replace("/S/", "/T/"),
        SITE.replace("/G/", "/H/"),
        SITE.replace("NAME", "OTHER"),
        format!("{SITE}/slots/a"),
        format!("{SITE}/slots/b"),
        SITE.replace("Microsoft.Web/sites", "Microsoft.App/containerApps"),
        SITE.replace("NAME", "é"),
        SITE.replace("NAME", "É"), // only the letters of ASCII are folded
    ];
    for text in other {
        assert_ne!(site(&text), app);
        assert!(set.insert(site(&text)));
    }
}

/// Equal IDs have one hash, and others different ones.
#[test]
fn ids_hash_as_they_compare() {
    use std::hash::{BuildHasher, RandomState};
    let state = RandomState::new();
    let hash = |name: &str| state.hash_one(SiteId::app_service("S", "G", name).unwrap());
    assert_eq!(hash("orders"), hash("ORDERS"));
    assert_ne!(hash("orders"), hash("stock"));
}
