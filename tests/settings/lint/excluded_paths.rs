use easyauth::settings::Severity;

use super::{FILE, fires, fires_in, of_rule, passes, says, silent};

const PATHS: &str = "/globalValidation/excludedPaths";
const FIRST: &str = "/globalValidation/excludedPaths/0";
const PREFIX: &str = "/httpSettings/routes/apiPrefix";

fn paths(paths: &[&str]) -> String {
    serde_json::to_string(paths).unwrap()
}

#[test]
fn ex1_paths_begin_with_a_slash() {
    let finding = fires("EX1", FIRST, &[(PATHS, &paths(&["public"]))]);
    assert_eq!(finding.severity(), Severity::Warning);
    assert_eq!(
        finding.to_string(),
        "warning EX1 at /properties/globalValidation/excludedPaths/0 (line 18, column 25): the path does not begin with a slash; it is saved, and probably matches no request. Remedy: begin it with a slash",
    );
    // A fix would open the path.
    for path in ["api/public/*", " /public", "**", "^public", " ", "public/*/a", " /*"] {
        assert!(!fires("EX1", FIRST, &[(PATHS, &paths(&[path]))]).is_fixable(), "{path}");
    }
    let finding = fires("EX1", FIRST, &[(PATHS, &paths(&["https://contoso.example/public"]))]);
    assert!(!finding.is_fixable());
    says(&finding, "this is an address, not a path", "remove scheme and host");
    fires_in(FILE, "EX1", &[FIRST], &[(PATHS, &paths(&["public"]))]);
    let second = "/globalValidation/excludedPaths/1";
    fires("EX1", second, &[(PATHS, &paths(&["/health", "public"]))]);
    passes(&[(PATHS, &paths(&["/api/v1/health", "/webhook/callback", "/a/b/*"]))]);
    silent("EX1", &[(PATHS, r#"["<path>", "", 5, null]"#)]);
}

#[test]
fn ex2_a_star_is_the_last_segment() {
    let remedy = "write each path, or the folder and /*";
    for path in ["/api/public*", "/api/*/public", "/**", "/*/*", "/api/.*", "/*.html"] {
        let finding = fires("EX2", FIRST, &[(PATHS, &paths(&[path]))]);
        assert_eq!(finding.severity(), Severity::Warning);
        says(&finding, "a * is not the last segment", remedy);
    }
    for path in ["/^a", "/a\\d", "/a|b", "/[a-z]", "/a]", "/a?b=c", "/public$", "/a|b/*"] {
        let finding = fires("EX2", FIRST, &[(PATHS, &paths(&[path]))]);
        says(&finding, "this looks like a regular expression, or has a query", remedy);
    }
    passes(&[(PATHS, &paths(&["/odata/$metadata", "/orders(1)", "/c++", "/a.b"]))]);
    silent("EX2", &[(PATHS, &paths(&["/orders/{id}", "/*/${path}"]))]);
}

#[test]
fn ex3_not_everything_is_public() {
    let remedy = "exclude only the public paths";
    for path in ["/*", "*"] {
        let finding = fires("EX3", FIRST, &[(PATHS, &paths(&[path]))]);
        assert_eq!(finding.severity(), Severity::Warning);
        says(&finding, "the whole application is excluded", remedy);
    }
    let finding = fires("EX3", FIRST, &[(PATHS, &paths(&["/"]))]);
    says(&finding, "the start page is excluded, if not the whole application", remedy);
    passes(&[(PATHS, &paths(&["/a/*"]))]);
}

#[test]
fn ex4_paths_are_in_every_case() {
    let finding = fires("EX4", FIRST, &[(PATHS, &paths(&["/api/Public/*"]))]);
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "the path has capital letters, and is listed in this case only",
        "also list it in lower case",
    );
    let second = "/globalValidation/excludedPaths/1";
    let twice = paths(&["/Public", "/Public"]);
    fires_in(super::SITE, "EX4", &[FIRST, second], &[(PATHS, &twice)]);
    passes(&[(PATHS, &paths(&["/api/Public/*", "/API/Public/*"]))]);
    passes(&[(PATHS, &paths(&["/public", "/Public", "/public", "/Public"]))]);
    passes(&[(PATHS, &paths(&["/public"]))]);
}

#[test]
fn ex6_the_platform_has_its_own_paths() {
    for path in ["/.auth", "/.auth/*", "/.AUTH/login/aad"] {
        let finding = fires("EX6", FIRST, &[(PATHS, &paths(&[path]))]);
        assert_eq!(finding.severity(), Severity::Warning);
        says(&finding, "this is a path of the platform's own", "remove it");
    }
    let own = (PREFIX, "\"/Api/auth/\"");
    fires("EX6", FIRST, &[(PATHS, &paths(&["/api/auth/me"])), own]);
    fires("EX6", FIRST, &[(PATHS, &paths(&["/.auth/me"])), (PREFIX, "")]);
    passes(&[(PATHS, &paths(&["/.auth/me"])), own]);
    passes(&[(PATHS, &paths(&["/.authors"]))]);
    // A prefix that is none is another rule's matter.
    assert_eq!(of_rule(super::SITE, "EX6", &[(PATHS, &paths(&["/a"])), (PREFIX, "\"/\"")]), []);
}
