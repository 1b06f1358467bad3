//! Client credentials: secrets, assertions of an identity, assertions signed with a certificate.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::Poll,
    thread,
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{
    exchange::{CredentialSource, OnBehalfOf, TokenEndpoint},
    resource::{Cloud, TOKEN_EXCHANGE},
};
use serde_json::{Value, json};

use crate::support::*;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn with(source: CredentialSource) -> OnBehalfOf {
    OnBehalfOf::new(TokenEndpoint::entra(TENANT).unwrap(), CLIENT, source)
}

#[test]
fn an_assertion_is_fetched_for_each_exchange() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let source = CredentialSource::assertions(move || {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, std::io::Error>(format!("assertion-{number}")) }
    });
    assert_eq!(format!("{source:?}"), "CredentialSource(assertions)");
    let (on_behalf_of, endpoint) = (with(source), Endpoint::new());
    for user in ["ann", "bob", "ann"] {
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(NOW))).unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
    for (number, request) in endpoint.requests().iter().enumerate() {
        assert_eq!(request["client_assertion_type"], JWT_BEARER);
        assert_eq!(request["client_assertion"], format!("assertion-{number}"));
        assert!(!request.contains_key("client_secret"));
    }
}

#[test]
fn a_certificate_signs_what_entra_documents() {
    let source = CredentialSource::certificate(b"certificate", |message| {
        assert_eq!(message.split(|byte| *byte == b'.').count(), 2);
        Ok::<_, std::io::Error>(b"signature".to_vec())
    });
    assert_eq!(format!("{source:?}"), "CredentialSource(certificate)");
    let (on_behalf_of, endpoint) = (with(source), Endpoint::new());
    for user in ["ann", "bob"] {
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(NOW))).unwrap();
    }
    let thumbprint = digest(&SHA256, b"certificate");
    let claims = endpoint.requests().into_iter().map(|request| {
        let segments: Vec<Vec<u8>> = request["client_assertion"]
            .split('.')
            .map(|segment| BASE64_URL_SAFE_NO_PAD.decode(segment).unwrap())
            .collect();
        let header: Value = serde_json::from_slice(&segments[0]).unwrap();
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(thumbprint);
        assert_eq!(header, json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}));
        assert_eq!(segments[2], b"signature");
        serde_json::from_slice::<Value>(&segments[1]).unwrap()
    });
    let claims: Vec<Value> = claims.collect();
    for claims in &claims {
        let mut expected = json!({
            "aud": format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"),
            "iss": CLIENT, "sub": CLIENT, "nbf": NOW, "exp": NOW + 600,
        });
        expected["jti"] = claims["jti"].clone();
        assert_eq!(*claims, expected);
    }
    assert_ne!(claims[0]["jti"], claims[1]["jti"]);
}

#[test]
fn a_signature_that_fails() {
    let source = CredentialSource::certificate(b"", |_| Err::<Vec<u8>, _>("the vault is closed"));
    let error = run(with(source).token(&bearer("ann"), READ, &Endpoint::new(), at(NOW)));
    let message = "the client credential is not available: the vault is closed";
    assert_eq!(chain(&error.unwrap_err()), message);
}

/// A credential that is woken during a poll, which then parks its thread, as channels do.
#[test]
fn a_wake_up_during_a_poll_that_blocks() {
    let source = CredentialSource::assertions(|| {
        let mut is_first = true;
        poll_fn(move |context| {
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(Ok::<_, std::io::Error>("assertion".to_owned()));
            }
            let (waker, (done, end)) = (context.waker().clone(), mpsc::channel());
            thread::spawn(move || {
                waker.wake();
                // Long enough for the other thread to park.
                thread::sleep(Duration::from_millis(100));
                done.send(()).unwrap();
            });
            end.recv().unwrap();
            Poll::Pending
        })
    });
    let (done, end) = mpsc::channel();
    thread::spawn(move || {
        let token = with(source).token_blocking(&bearer("ann"), READ, &Endpoint::new(), at(NOW));
        done.send(token.is_ok()).unwrap();
    });
    assert_eq!(end.recv_timeout(Duration::from_secs(20)), Ok(true));
}

/// "Configure an application to trust a managed identity".
#[test]
fn audiences_of_the_clouds() {
    let audience = |cloud: Cloud| match cloud {
        Cloud::Public => "api://AzureADTokenExchange",
        Cloud::UsGov | Cloud::UsGovDod => "api://AzureADTokenExchangeUSGov",
        Cloud::China => "api://AzureADTokenExchangeChina",
        Cloud::France => "api://AzureADTokenExchangeFrance",
        Cloud::Germany => "api://AzureADTokenExchangeGermany",
        Cloud::Singapore => "api://AzureADTokenExchangeGovSG",
        other => panic!("{other:?}"),
    };
    for cloud in Cloud::ALL {
        let endpoint = TokenEndpoint::in_cloud(TENANT, *cloud).unwrap();
        assert_eq!(endpoint.exchange_audience(), audience(*cloud));
        // The same fact in the table of APIs.
        let resource = TOKEN_EXCHANGE.in_cloud(*cloud);
        assert_eq!(resource.audience_uris(), [audience(*cloud)]);
    }
    let hosts = [
        ("login.usgovcloudapi.net", Cloud::UsGov),
        ("LOGIN.microsoftonline.us", Cloud::UsGov),
        ("login.chinacloudapi.cn", Cloud::China),
        ("westus2.login.microsoft.com", Cloud::Public),
        ("contoso.ciamlogin.com", Cloud::Public),
        ("login.contoso.com", Cloud::Public),
    ];
    for (host, cloud) in hosts {
        let endpoint = TokenEndpoint::of_authority(&format!("https://{host}/{TENANT}")).unwrap();
        assert_eq!(endpoint.exchange_audience(), audience(cloud), "{host}");
    }
    let local = TokenEndpoint::insecure_loopback("http://127.0.0.1:8080/token").unwrap();
    assert_eq!(local.exchange_audience(), audience(Cloud::Public));
}
