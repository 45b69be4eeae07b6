//! Services with good and bad material, and what is said of them.

mod documents;
mod legacy;

use super::testing::*;
use super::*;
use crate::attestation::testing::Key;
use time::macros::datetime;

#[test]
fn good_material_has_no_findings() {
    for (spec, file) in [
        (FULCIO, fulcio()),
        (TSA, tsa()),
        (REKOR, public(&Key::p256("log"))),
        (REKOR, public(&Key::p384())),
        (REKOR, public(&Key::ed25519())),
        ("oidc=https://oauth.example.com", String::new()),
    ] {
        let (_, findings) = look(spec, &file).unwrap();
        assert!(findings.is_empty(), "{spec}: {findings:?}");
    }
}

#[test]
fn what_clients_would_choke_on_is_refused() {
    let (top, key) = root();
    let (middle, _) = between();
    let stranger = Key::p256("stranger");
    let reversed = [top.pem(&key), middle.pem(&key)].concat();
    let forged = [middle.pem(&stranger), top.pem(&key)].concat();
    let no_ca = [middle.clone().without("2.5.29.19").pem(&key), top.pem(&key)].concat();
    let no_usage = [middle.clone().without(KEY_USAGE).pem(&key), top.pem(&key)].concat();
    let not_stamping = [stamp().without(EXTENDED).pem(&key), top.pem(&key)].concat();
    let lenient = stamp()
        .without(EXTENDED)
        .with(EXTENDED, false, &usage("1.3.6.1.5.5.7.3.8"));
    let not_critical = [lenient.pem(&key), top.pem(&key)].concat();
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (spec, file, expected) in [
        (FULCIO, reversed, "is not in order"),
        (FULCIO, forged, "is not signed by the one after it"),
        (FULCIO, no_ca, "is no CA"),
        (FULCIO, no_usage, "may not sign certificates"),
        (FULCIO, middle.pem(&key), "does not end with a root"),
        (FULCIO, String::new(), "no PEM certificate"),
        (FULCIO, private.to_owned(), "PRIVATE key"),
        (TSA, stamp().pem(&key), "holds one certificate"),
        (TSA, fulcio(), "begins with a CA"),
        (TSA, not_stamping, "not timeStamping alone"),
        (TSA, not_critical, "not timeStamping alone"),
        (REKOR, private.to_owned(), "PRIVATE key"),
        (REKOR, fulcio(), "holds a PEM block CERTIFICATE"),
        (REKOR, "rekor".to_owned(), "no PEM block"),
        (REKOR, public(&Key::ed25519()).repeat(2), "several keys"),
    ] {
        let why = stop(spec, &file);
        assert!(why.contains(expected), "{expected}: {why}");
        assert!(!why.contains("AAAA"), "{why}");
    }
    let (top, middle) = (top.pem(&key), between().0.pem(&key));
    let why = stop(FULCIO, &[top, middle].concat());
    assert!(why.contains("Put them so: CN=between | CN=root"), "{why}");
}

#[test]
fn expired_material_is_for_services_that_have_ended() {
    let late = datetime!(2031-01-01 00:00:00 UTC);
    let (top, key) = root();
    let mut middle = between().0;
    middle.valid[1] = "20301231235959Z";
    let chain = [middle.pem(&key), top.pem(&key)].concat();
    let at = |spec: &str| look_at(spec, &chain, None, late);
    let why = at(FULCIO).unwrap_err().stops.join(" / ");
    assert!(why.contains("expired certificate (CN=between"), "{why}");
    let (_, findings) = at(&format!("{FULCIO},status=expired,end=2030-01-01T00:00:00Z")).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let (_, findings) = at(&format!("{FULCIO},status=expired")).unwrap();
    assert!(findings[0].contains("no end="), "{findings:?}");
    let early = datetime!(2020-01-01 00:00 UTC);
    let (_, findings) = look_at(FULCIO, &fulcio(), None, early).unwrap();
    assert_eq!(findings.len(), 2, "not valid yet: {findings:?}");
    let why = stop(
        &format!("{REKOR},end=2025-01-01T00:00:00Z"),
        &public(&Key::ed25519()),
    );
    assert!(why.contains("ends before it begins"), "{why}");
}

#[test]
fn a_log_without_a_beginning_begins_now_and_that_is_said() {
    let spec = "ctfe=log.pub,uri=https://ct.example.com/log";
    let (instance, findings) = look(spec, &public(&Key::p256("log"))).unwrap();
    assert_eq!(instance.start, NOW);
    assert!(findings[0].contains("start="), "{findings:?}");
}

#[test]
fn calls_are_read_and_wrong_words_named() {
    let service: Service = "rekor=k.pub,url=https://r,origin=log.example.com,api=2,start-time=2026-01-01T00:00:00Z,status=expired,end=2027-01-01T00:00:00Z"
        .parse()
        .unwrap();
    assert_eq!((service.api, service.status), (2, Status::Expired));
    assert_eq!(service.origin.as_deref(), Some("log.example.com"));
    for (spec, expected) in [
        ("rekor", "KIND=FILE"),
        ("sigsum=k.pub,uri=https://r", "no kind of service"),
        ("rekor=k.pub", "wants its address"),
        ("rekor=,uri=https://r", "wants a file"),
        ("rekor=k.pub,uri=rekor.example.com", "wants its address"),
        ("rekor=k.pub,uri=https://r\u{7},api=1", "no URL"),
        (
            "fulcio=c.pem,uri=https://f,origin=x",
            "origin is not known here; there are uri, start, end, status and api",
        ),
        (
            "rekor=k.pub,uri=https://r,start=2026-01-01",
            "a time of UTC",
        ),
        (
            "rekor=k.pub,uri=https://r,start=2026-01-01T00:00:00+01:00",
            "a time of UTC",
        ),
        (
            "rekor=k.pub,uri=https://r,status=retired",
            "active or expired",
        ),
        ("rekor=k.pub,uri=https://r,api=0", "api is 1 or 2"),
        ("rekor=a,b.pub,uri=https://r", "comma"),
    ] {
        let why = spec.parse::<Service>().unwrap_err();
        assert!(why.contains(expected), "{spec}: {why}");
        assert!(!why.contains('\u{7}'));
    }
}

#[test]
fn an_end_that_is_known_is_not_forgotten_in_silence() {
    let key = public(&Key::p256("log"));
    let spec = "rekor=log.pub,uri=https://rekor.example.com";
    let known = Some(Known {
        start: datetime!(2025-01-01 00:00:00 UTC),
        end: Some(datetime!(2026-01-01 00:00:00 UTC)),
    });
    let (again, findings) = look_at(spec, &key, known, NOW).unwrap();
    assert_eq!(again.start, datetime!(2025-01-01 00:00:00 UTC));
    assert_eq!(again.end, None);
    assert!(
        findings[0].contains("had ended at 2026-01-01T00:00:00Z"),
        "{findings:?}"
    );
    // expired, it keeps its end
    let expired = format!("{spec},status=expired");
    let (expired, findings) = look_at(&expired, &key, known, NOW).unwrap();
    assert_eq!(expired.end, Some(datetime!(2026-01-01 00:00:00 UTC)));
    assert!(findings.is_empty(), "{findings:?}");
    let ended = format!("{REKOR},end=2026-02-01T00:00:00Z");
    let (_, findings) = look(&ended, &key).unwrap();
    assert!(findings[0].contains("write status=expired"), "{findings:?}");
}

#[test]
fn the_version_of_a_log_follows_from_its_origin() {
    let api = |spec: &str| spec.parse::<Service>().unwrap().api;
    assert_eq!(api(REKOR), 1);
    assert_eq!(api(&format!("{REKOR},origin=log.example.com")), 2);
    assert_eq!(api(&format!("{REKOR},origin=log.example.com,api=1")), 1);
    let edwards = public(&Key::ed25519());
    let why = stop(&format!("{REKOR},api=2"), &edwards);
    assert!(why.contains("write origin=NAME"), "{why}");
    // the id of an ECDSA log does not depend on its name
    let (_, findings) = look(&format!("{REKOR},api=2"), &public(&Key::p256("log"))).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let (_, findings) = look(&format!("{REKOR},api=1,origin=log"), &edwards).unwrap();
    assert!(findings[0].contains("api=1"), "{findings:?}");
    let ctfe = "ctfe=log.pub,uri=https://ct.example.com,origin=ct,start=2026-01-01T00:00:00Z";
    let (_, findings) = look(ctfe, &edwards).unwrap();
    assert!(findings[0].contains("is not used"), "{findings:?}");
}

#[test]
fn every_wrong_word_is_named_once() {
    let why = "rekor=k.pub,uri=nowhere,start=today,colour=red,status=old,uri=https://r"
        .parse::<Service>()
        .unwrap_err();
    assert_eq!(why.split("; ").count(), 5, "{why}");
    for word in [
        "start is",
        "colour is not known",
        "status is",
        "uri is said twice",
        "there are uri",
    ] {
        assert!(why.contains(word), "{word}: {why}");
    }
}
