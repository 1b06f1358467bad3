//! Resource ids of sites.

use std::collections::HashSet;

use easyauth::settings::{MAX_SITE_ID_LEN, SiteId, SiteIdError, SiteKind, SitePart};

const SITE: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME";
const CONTAINER_APP: &str =
    "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/name";

#[track_caller]
fn site(text: &str) -> SiteId {
    text.parse().expect("a site")
}

/// What the canonical form of `text` is. It must be stable.
#[track_caller]
fn reads(text: &str, canonical: &str) {
    let site = site(text);
    assert_eq!(site.to_string(), canonical);
    assert_eq!(self::site(canonical), site);
    assert_eq!(self::site(canonical).to_string(), canonical);
}

#[track_caller]
fn refused(text: &str, message: &str) -> SiteIdError {
    let error = text.parse::<SiteId>().expect_err("an error");
    assert_eq!(error.to_string(), message);
    error
}

#[test]
fn the_parts() {
    let app = site("/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME");
    assert_eq!((app.subscription(), app.resource_group(), app.name()), ("S", "G", "NAME"));
    assert_eq!((app.kind(), app.slot()), (SiteKind::AppService, None));

    let slot = site(&format!("{SITE}/slots/Staging"));
    assert_eq!((slot.name(), slot.slot()), ("NAME", Some("Staging")));
    assert_eq!(slot.kind(), SiteKind::AppService);

    let app = site(CONTAINER_APP);
    assert_eq!((app.subscription(), app.resource_group(), app.name()), ("S", "G", "name"));
    assert_eq!((app.kind(), app.slot()), (SiteKind::ContainerApp, None));
}

#[test]
fn canonical_form() {
    reads(SITE, SITE);
    reads(CONTAINER_APP, CONTAINER_APP);
    reads(&format!("{SITE}/"), SITE);
    reads(&format!("{SITE}/slots/a/"), &format!("{SITE}/slots/a"));
    // Words in any case, names as they are.
    reads("/SUBSCRIPTIONS/s/resourcegroups/g/PROVIDERS/microsoft.web/Sites/name/Slots/x", {
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/name/slots/x"
    });
    reads(&CONTAINER_APP.to_ascii_lowercase().replace("/s/", "/S/").replace("/g/", "/G/"), {
        CONTAINER_APP
    });
    // Percent-encoding is taken away where it is not needed, and put where it is.
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
fn what_leads_elsewhere() {
    #[track_caller]
    fn check(text: &str, number: usize) {
        let message = format!(
            "segment {number} of the resource id leads away from a site and its authentication \
             settings"
        );
        assert_eq!(refused(text, &message), SiteIdError::Trailing { number });
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
fn words_that_are_not_there() {
    #[track_caller]
    fn check(text: &str, number: usize, expected: &str) {
        refused(text, &format!("segment {number} of the resource id is not {expected}"));
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

    refused("", "the resource id does not start with a slash");
    refused(SITE.trim_start_matches('/'), "the resource id does not start with a slash");
    let url = format!("https://management.azure.com{SITE}");
    refused(&url, "the resource id does not start with a slash");
    refused(&format!(" {SITE}"), "the resource id does not start with a slash");
}

#[test]
fn what_ends_too_early() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        refused(text, &format!("the resource id ends where {expected} should be"));
    }
    check("/subscriptions", "the subscription");
    check("/subscriptions/", "the subscription");
    check("/subscriptions/S", "resourceGroups");
    check("/subscriptions/S/resourceGroups", "the resource group");
    check("/subscriptions/S/resourceGroups/G", "providers");
    check("/subscriptions/S/resourceGroups/G/providers", "Microsoft.Web or Microsoft.App");
    check("/subscriptions/S/resourceGroups/G/providers/Microsoft.Web", "sites");
    check("/subscriptions/S/resourceGroups/G/providers/Microsoft.App", "containerApps");
    check(SITE.trim_end_matches("/NAME"), "the name of the app");
    check(CONTAINER_APP.trim_end_matches("/name"), "the name of the container app");
    check(&format!("{SITE}/slots/"), "the name of the slot");
}

/// Each name, with what stands in front of it and behind it.
const NAMES: [(SitePart, &str, &str); 5] = [
    (
        SitePart::Subscription,
        "/subscriptions/",
        "/resourceGroups/G/providers/Microsoft.Web/sites/NAME",
    ),
    (
        SitePart::ResourceGroup,
        "/subscriptions/S/resourceGroups/",
        "/providers/Microsoft.Web/sites/NAME",
    ),
    (SitePart::App, "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/", ""),
    (
        SitePart::Slot,
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME/slots/",
        "/config",
    ),
    (
        SitePart::ContainerApp,
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/",
        "",
    ),
];

fn named(part: SitePart, name: &str) -> Result<SiteId, SiteIdError> {
    let (_, before, after) = NAMES.into_iter().find(|(own, ..)| *own == part).expect("a row");
    format!("{before}{name}{after}").parse()
}

#[test]
fn lengths_of_names() {
    #[track_caller]
    fn check(part: SitePart, limit: usize) {
        assert!(named(part, &"a".repeat(limit)).is_ok());
        let error = named(part, &"a".repeat(limit + 1)).unwrap_err();
        assert_eq!(error, SiteIdError::NameTooLong { part, limit });
        assert_eq!(error.to_string(), format!("{part} has more than {limit} characters"));
    }
    check(SitePart::Subscription, 36);
    check(SitePart::ResourceGroup, 90);
    check(SitePart::App, 60);
    check(SitePart::Slot, 59);
    check(SitePart::ContainerApp, 32);
    // Characters, not bytes.
    assert!(named(SitePart::ResourceGroup, &"例".repeat(90)).is_ok());
    assert!(named(SitePart::ResourceGroup, &"例".repeat(91)).is_err());
}

#[test]
fn names_cannot_be_empty() {
    for (part, title) in [
        (SitePart::Subscription, "the subscription"),
        (SitePart::ResourceGroup, "the resource group"),
        (SitePart::Slot, "the name of the slot"),
    ] {
        let error = named(part, "").unwrap_err();
        assert_eq!(error, SiteIdError::Empty { part });
        assert_eq!(error.to_string(), format!("{title} is empty"));
    }
    let error = SiteId::app_service("S", "G", "").unwrap_err();
    assert_eq!(error.to_string(), "the name of the app is empty");
    let error = SiteId::container_app("S", "G", "").unwrap_err();
    assert_eq!(error.to_string(), "the name of the container app is empty");
}

/// What could change where a request goes, or break a line: in no name, raw or encoded.
#[test]
fn hostile_characters_are_in_no_name() {
    for (part, ..) in NAMES {
        for character in "?#\\%&=;:@+'\"<> \n\r\t\0\u{7f}\u{85}\u{202e}\u{feff}~!$,*|^".chars() {
            let bytes = character.to_string().into_bytes();
            let encoded =
                bytes.iter().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"));
            let error = SiteIdError::Character { part, number: 2 };
            assert_eq!(named(part, &format!("a{encoded}b")).unwrap_err(), error);
            if character != '%' {
                assert_eq!(named(part, &format!("a{character}b")).unwrap_err(), error);
            }
            assert_eq!(error.to_string(), format!("character 2 of {part} is not allowed"));
        }
        // Encoded slashes, and what is encoded twice.
        assert!(named(part, "a%2Fb").is_err() && named(part, "a%2fb").is_err());
        assert!(named(part, "a%5Cb").is_err() && named(part, "a%252Fb").is_err());
        // Segments that walk.
        for dots in [".", "..", "%2e", "%2E%2e", ".%2e", "..."] {
            assert!(named(part, dots).is_err(), "{dots}");
        }
    }
}

#[test]
fn percent_encoding_of_utf8() {
    for (part, ..) in NAMES {
        for name in ["%", "a%", "a%4", "%zz", "%+4", "%4%31", "%ff", "%c3", "%c0%af", "%ed%a0%80"] {
            let error = named(part, name).unwrap_err();
            assert_eq!(error, SiteIdError::Encoding { part }, "{name}");
            assert_eq!(error.to_string(), format!("{part} is not percent-encoded UTF-8"));
        }
        assert!(named(part, "%61").is_ok());
    }
}

#[test]
fn characters_of_each_name() {
    #[track_caller]
    fn check(part: SitePart, allowed: &str) {
        for character in "aZ0-_.()é例".chars() {
            let name = format!("a{character}b");
            assert_eq!(named(part, &name).is_ok(), allowed.contains(character), "{name}");
        }
    }
    check(SitePart::Subscription, "aZ0-");
    check(SitePart::ResourceGroup, "aZ0-_.()é例");
    check(SitePart::App, "aZ0-é例");
    check(SitePart::Slot, "aZ0-é例");
    check(SitePart::ContainerApp, "aZ0-");
}

#[test]
fn ends_of_each_name() {
    #[track_caller]
    fn check(part: SitePart, name: &str, allowed: bool) {
        let expected = if allowed { Ok(()) } else { Err(SiteIdError::NameEnds { part }) };
        assert_eq!(named(part, name).map(drop), expected);
    }
    check(SitePart::Subscription, "-", true);
    check(SitePart::ResourceGroup, ".a-", true);
    check(SitePart::ResourceGroup, "a.", false);
    check(SitePart::ResourceGroup, "..", false);
    check(SitePart::App, "-a", false);
    check(SitePart::App, "a-", false);
    check(SitePart::App, "0a", true);
    check(SitePart::Slot, "-a-", true);
    check(SitePart::ContainerApp, "a0", true);
    check(SitePart::ContainerApp, "0a", false);
    check(SitePart::ContainerApp, "-a", false);
    check(SitePart::ContainerApp, "a-", false);
    assert_eq!(
        named(SitePart::App, "a-").unwrap_err().to_string(),
        "the name of the app starts or ends with a character that is only allowed inside"
    );
}

#[test]
fn length_of_the_whole() {
    let length = MAX_SITE_ID_LEN + 1;
    let error =
        refused(&"/".repeat(length), "the resource id is 3073 bytes long, over the limit of 3072");
    assert_eq!(error, SiteIdError::TooLong { length });
    refused(&"/".repeat(MAX_SITE_ID_LEN), "segment 1 of the resource id is not subscriptions");
    // The longest names fit, however they are written.
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
    // Names here are names, not segments.
    let part = SitePart::ResourceGroup;
    let error = SiteId::app_service("S", "%61", "NAME").unwrap_err();
    assert_eq!(error, SiteIdError::Character { part, number: 1 });

    assert_eq!(
        app.in_slot("a/b").unwrap_err(),
        SiteIdError::Character { part: SitePart::Slot, number: 2 }
    );
    let error = container_app.in_slot("a").unwrap_err();
    assert_eq!(error, SiteIdError::NoSlots);
    assert_eq!(error.to_string(), "a container app has no slots");
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
    assert_eq!(format!("{app:?}"), format!("SiteId({SITE})"));
}

/// Ids that are the same are found in a map, and others are not all in one place.
#[test]
fn ids_hash_as_they_compare() {
    use std::hash::{BuildHasher, RandomState};
    let state = RandomState::new();
    let hash = |name: &str| state.hash_one(SiteId::app_service("S", "G", name).unwrap());
    assert_eq!(hash("orders"), hash("ORDERS"));
    assert_ne!(hash("orders"), hash("stock"));
}
