//! Where the service runs, and whether headers can be believed there.

use easyauth::{Host, Platform};

#[track_caller]
fn check(environment: &[(&str, &str)], host: Host, easy_auth: bool) -> Platform {
    let platform = Platform::detect(|name| {
        environment.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
    });
    assert_eq!((platform.host(), platform.has_easy_auth()), (host, easy_auth));
    assert_eq!(platform.require_easy_auth().is_ok(), easy_auth);
    platform
}

const SITE: (&str, &str) = ("WEBSITE_SITE_NAME", "orders");
const APP: (&str, &str) = ("CONTAINER_APP_NAME", "orders");
const WORKER: (&str, &str) = ("FUNCTIONS_WORKER_RUNTIME", "custom");
const ON: (&str, &str) = ("WEBSITE_AUTH_ENABLED", "True");

#[test]
fn tells_the_platforms_apart() {
    check(&[SITE, ON], Host::AppService, true);
    check(&[SITE, WORKER, ON], Host::Functions, true);
    check(&[SITE, ("FUNCTIONS_EXTENSION_VERSION", "~4"), ON], Host::Functions, true);
    check(&[APP], Host::ContainerApps, false);
    check(&[APP, WORKER], Host::ContainerApps, false); // Functions on Container Apps
    check(&[], Host::Unknown, false);
    check(&[("WEBSITE_SITE_NAME", "")], Host::Unknown, false);
}

#[test]
fn the_variable_is_read_as_the_functions_host_reads_it() {
    for on in ["True", "true", "TRUE", " true "] {
        check(&[SITE, ("WEBSITE_AUTH_ENABLED", on)], Host::AppService, true);
    }
    for off in ["False", "", "1", "yes", "trueish"] {
        check(&[SITE, ("WEBSITE_AUTH_ENABLED", off)], Host::AppService, false);
    }
    check(&[SITE], Host::AppService, false);
    // Set by hand where the platform does not set it, it proves nothing.
    check(&[ON], Host::Unknown, false);
    check(&[APP, ON], Host::ContainerApps, false);
    check(&[WORKER, ON], Host::Functions, false); // the local Functions host
}

#[test]
fn container_apps_need_a_declaration() {
    let trusted = check(&[APP], Host::ContainerApps, false).trust_container_apps();
    assert!(trusted.has_easy_auth() && trusted.require_easy_auth().is_ok());
    assert!(check(&[SITE, ON], Host::AppService, true).trust_container_apps().has_easy_auth());
    assert!(!check(&[SITE], Host::AppService, false).trust_container_apps().has_easy_auth());
    assert!(!check(&[], Host::Unknown, false).trust_container_apps().has_easy_auth());
}

#[test]
fn any_front_end_can_be_declared() {
    for (platform, host) in [
        (Platform::trusting_headers(), Host::Unknown),
        (Platform::static_web_apps(), Host::StaticWebApps),
    ] {
        assert_eq!((platform.host(), platform.has_easy_auth()), (host, true));
        assert_eq!(platform.require_easy_auth(), Ok(()));
    }
    // Tests run where there is no front end.
    assert_eq!(Platform::from_env(), Platform::detect(|name| std::env::var(name).ok()));
}

#[test]
fn says_why_not() {
    #[track_caller]
    fn check_error(environment: &[(&str, &str)], host: Host, message: &str) {
        let error = check(environment, host, false).require_easy_auth().unwrap_err();
        assert_eq!((error.host(), error.to_string().as_str()), (host, message));
    }
    check_error(
        &[APP],
        Host::ContainerApps,
        "container apps do not say whether authentication is on: declare it with \
         Platform::trust_container_apps",
    );
    let off = "authentication is off: WEBSITE_AUTH_ENABLED is not true";
    check_error(&[SITE], Host::AppService, off);
    check_error(&[SITE, WORKER], Host::Functions, off);
    check_error(
        &[],
        Host::Unknown,
        "no known front end overwrites identity headers here: declare one with \
         Platform::trusting_headers or Platform::static_web_apps",
    );
}
