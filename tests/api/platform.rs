//! Which service is detected, and whether identity headers can be trusted there.

use easyauth::{Platform, Service};

#[track_caller]
fn check(environment: &[(&str, &str)], service: Option<Service>, easy_auth: bool) -> Platform {
    let platform = Platform::detect(|name| {
        environment.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
    });
    assert_eq!((platform.service(), platform.has_easy_auth()), (service, easy_auth));
    assert_eq!(platform.require_easy_auth().is_ok(), easy_auth);
    platform
}

const SITE: (&str, &str) = ("WEBSITE_SITE_NAME", "orders");
const APP: (&str, &str) = ("CONTAINER_APP_NAME", "orders");
const WORKER: (&str, &str) = ("FUNCTIONS_WORKER_RUNTIME", "custom");
const ON: (&str, &str) = ("WEBSITE_AUTH_ENABLED", "True");

#[test]
fn tells_the_platforms_apart() {
    check(&[SITE, ON], Some(Service::AppService), true);
    check(&[SITE, WORKER, ON], Some(Service::Functions), true);
    check(&[SITE, ("FUNCTIONS_EXTENSION_VERSION", "~4"), ON], Some(Service::Functions), true);
    check(&[APP], Some(Service::ContainerApps), false);
    check(&[APP, WORKER], Some(Service::ContainerApps), false); // Functions on Container Apps
    check(&[], None, false);
    check(&[("WEBSITE_SITE_NAME", "")], None, false);
}

#[test]
fn the_variable_is_read_as_the_functions_host_reads_it() {
    for on in ["True", "true", "TRUE", " true "] {
        check(&[SITE, ("WEBSITE_AUTH_ENABLED", on)], Some(Service::AppService), true);
    }
    for off in ["False", "", "1", "yes", "trueish"] {
        check(&[SITE, ("WEBSITE_AUTH_ENABLED", off)], Some(Service::AppService), false);
    }
    check(&[SITE], Some(Service::AppService), false);
    // Set by hand where the platform does not set it, it proves nothing.
    check(&[ON], None, false);
    check(&[APP, ON], Some(Service::ContainerApps), false);
    check(&[WORKER, ON], Some(Service::Functions), false); // the local Functions host
}

#[test]
fn container_apps_need_a_declaration() {
    let trusted = check(&[APP], Some(Service::ContainerApps), false).trust_container_apps();
    assert!(trusted.has_easy_auth() && trusted.require_easy_auth().is_ok());
    assert!(
        check(&[SITE, ON], Some(Service::AppService), true).trust_container_apps().has_easy_auth()
    );
    assert!(
        !check(&[SITE], Some(Service::AppService), false).trust_container_apps().has_easy_auth()
    );
    assert!(!check(&[], None, false).trust_container_apps().has_easy_auth());
}

#[test]
fn any_front_end_can_be_declared() {
    for (platform, service) in [
        (Platform::trusting_headers(), None),
        (Platform::static_web_apps(), Some(Service::StaticWebApps)),
    ] {
        assert_eq!((platform.service(), platform.has_easy_auth()), (service, true));
        assert_eq!(platform.require_easy_auth(), Ok(()));
    }
    // Tests run without a front end.
    assert_eq!(Platform::from_env(), Platform::detect(|name| std::env::var(name).ok()));
}

#[test]
fn says_why_not() {
    #[track_caller]
    fn check_error(environment: &[(&str, &str)], service: Option<Service>, message: &str) {
        let error = check(environment, service, false).require_easy_auth().unwrap_err();
        assert_eq!((error.service(), error.to_string().as_str()), (service, message));
    }
    check_error(
        &[APP],
        Some(Service::ContainerApps),
        "container apps do not say whether authentication is on: declare it with \
         Platform::trust_container_apps",
    );
    let off = "authentication is off: WEBSITE_AUTH_ENABLED is not true";
    check_error(&[SITE], Some(Service::AppService), off);
    check_error(&[SITE, WORKER], Some(Service::Functions), off);
    check_error(
        &[],
        None,
        "no known front end overwrites identity headers here: declare one with \
         Platform::trusting_headers or Platform::static_web_apps",
    );
}
