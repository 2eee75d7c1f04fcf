use std::time::Duration;

use object_store::aws::AmazonS3Builder;

use super::*;

// The suite's own: one server for the tests of both.
#[allow(dead_code)]
#[path = "../../tests/suite/harness/s3.rs"]
mod s3;

/// An empty place of each kind, with what keeps it alive.
fn places() -> Vec<(Box<dyn std::any::Any>, Uploads)> {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::in_folder(&folder.path().join("deep/uploads")).unwrap();
    let server = s3::S3::start();
    let bucket = bucket(&server, s3::SECRET, s3::BUCKET);
    bucket.check().unwrap();
    vec![(Box::new(folder), uploads), (Box::new(server), bucket)]
}

fn bucket(server: &s3::S3, secret: &str, name: &str) -> Uploads {
    let builder = AmazonS3Builder::new()
        .with_endpoint(server.endpoint())
        .with_region("eu-central-1")
        .with_access_key_id(s3::KEY)
        .with_secret_access_key(secret);
    Uploads {
        store: Arc::new(Bucket::with(builder, name, "some/where").unwrap()),
    }
}

fn content(uploads: &Uploads, owner: &str, id: &str) -> Result<String, Error> {
    let mut text = String::new();
    uploads.read(owner, id)?.read_to_string(&mut text)?;
    Ok(text)
}

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(60)
}

#[test]
fn what_was_kept_is_read_back_by_its_owner_only() {
    for (_kept, uploads) in places() {
        let kept = uploads.keep("one", "a1", &mut "text".as_bytes()).unwrap();
        assert_eq!(kept.size, 4);
        assert_eq!(
            kept.sha256,
            "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
        );
        assert_eq!(content(&uploads, "one", "a1").unwrap(), "text");
        assert!(matches!(content(&uploads, "other", "a1"), Err(Error::NotFound)));
        assert!(uploads.keep("one", "a1", &mut "more".as_bytes()).is_err());
        assert_eq!(content(&uploads, "one", "a1").unwrap(), "text");
        uploads.copy("one", "a1", "a2").unwrap();
        assert!(matches!(uploads.copy("one", "none", "a3"), Err(Error::NotFound)));
        uploads.delete("one", "a1").unwrap();
        uploads.delete("one", "a1").unwrap();
        assert!(matches!(content(&uploads, "one", "a1"), Err(Error::NotFound)));
        assert_eq!(content(&uploads, "one", "a2").unwrap(), "text");
    }
}

#[test]
fn files_change_hands_whole() {
    for (_kept, uploads) in places() {
        for id in ["a1", "a2", "a3"] {
            uploads.keep("one", id, &mut id.as_bytes()).unwrap();
        }
        uploads
            .hand_over("one", "other", &["a1".to_owned(), "a2".to_owned()])
            .unwrap();
        assert_eq!(content(&uploads, "other", "a1").unwrap(), "a1");
        assert_eq!(content(&uploads, "other", "a2").unwrap(), "a2");
        assert!(content(&uploads, "one", "a1").is_err());
        assert_eq!(content(&uploads, "one", "a3").unwrap(), "a3");
        for wrong in ["../a3", "missing"] {
            assert!(uploads.hand_over("one", "other", &[wrong.to_owned()]).is_err());
        }
        uploads.hand_over("one", "other", &[]).unwrap();
    }
}

#[test]
fn shared_files_outlive_the_folder_they_came_from() {
    for (_kept, uploads) in places() {
        uploads.keep("one", "a1", &mut "words".as_bytes()).unwrap();
        let ids = ["a1".to_owned(), "missing".to_owned()];
        uploads.share("one", "other", &ids).unwrap();
        uploads.share("one", "other", &ids).unwrap();
        uploads.delete_all("one").unwrap();
        uploads.delete_all("one").unwrap();
        assert!(content(&uploads, "one", "a1").is_err());
        assert_eq!(content(&uploads, "other", "a1").unwrap(), "words");
        assert!(uploads.share("other", "third", &["../a1".to_owned()]).is_err());
    }
}

#[test]
fn what_is_old_or_unwanted_is_found_and_deleted() {
    for (_kept, uploads) in places() {
        for id in ["a1", "a2", "a3"] {
            uploads.keep("one", id, &mut id.as_bytes()).unwrap();
        }
        let mut ids = uploads.ids("one").unwrap();
        ids.sort();
        assert_eq!(ids, ["a1", "a2", "a3"]);
        assert!(uploads.ids("nobody").unwrap().is_empty());
        uploads.delete("one", "a1").unwrap();
        assert!(content(&uploads, "one", "a1").is_err());
        assert_eq!(uploads.older_than(SystemTime::UNIX_EPOCH).unwrap(), []);
        let mut found = uploads.older_than(later()).unwrap();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        let ids: Vec<_> = found.iter().map(|found| found.id.as_deref()).collect();
        assert_eq!(ids, [Some("a2"), Some("a3")]);
        uploads.delete_found(&found[0]).unwrap();
        uploads.delete_found(&found[0]).unwrap();
        assert!(content(&uploads, "one", "a2").is_err());
        assert_eq!(content(&uploads, "one", "a3").unwrap(), "a3");
    }
}

#[test]
fn pictures_that_cannot_be_had_now_are_no_missing_pictures() {
    let mut server = s3::S3::start();
    let uploads = bucket(&server, s3::SECRET, s3::BUCKET);
    uploads.keep("one", "a1", &mut "text".as_bytes()).unwrap();
    let card = || {
        let row = [("name", "n"), ("alt", "a"), ("image", "cartellino-file:a1")];
        let row = row.map(|(name, text)| (name.to_owned(), crate::card::Value::text(text)));
        let rows = crate::card::Value::List(vec![crate::card::Value::Group(row.into())]);
        Card {
            sections: vec![crate::card::Section {
                key: "s".into(),
                title: "S".into(),
                fields: vec![crate::card::Field {
                    id: "+f".into(),
                    label: "F".into(),
                    value: crate::card::Value::Group(vec![("collection".into(), rows)]),
                }],
            }],
        }
    };
    let files = ["a1".to_owned()];
    let filled = uploads.filled("one", &files, card()).unwrap();
    assert!(format!("{filled:?}").contains("dGV4dA=="), "{filled:?}");
    server.stop();
    assert!(uploads.filled("one", &files, card()).is_err());
    server.start_again();
    assert_eq!(uploads.filled("one", &files, card()).unwrap(), filled);
    uploads.delete("one", "a1").unwrap();
    uploads.filled("one", &files, card()).unwrap();
}

#[test]
fn a_bucket_that_is_not_ours_is_noticed_at_the_start() {
    let mut server = s3::S3::start();
    assert!(bucket(&server, "guessed", s3::BUCKET).check().is_err());
    assert!(bucket(&server, s3::SECRET, "others").check().is_err());
    server.stop();
    assert!(bucket(&server, s3::SECRET, s3::BUCKET).check().is_err());
}

#[test]
fn addresses_are_folders_or_buckets() {
    let read = |text: &str| text.parse::<Address>();
    let folder = |path: &str| Ok(Address::Folder(path.into()));
    assert_eq!(read("file:uploads"), folder("uploads"));
    assert_eq!(read("file:///srv/cards"), folder("/srv/cards"));
    let bucket = |name: &str, prefix: &str| {
        Ok(Address::Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        })
    };
    assert_eq!(read("s3://cards"), bucket("cards", ""));
    assert_eq!(read("s3://cards/a/b/"), bucket("cards", "a/b"));
    for wrong in [
        "uploads",
        "file:",
        "s3://",
        "s3://A",
        "s3://Cards",
        "s3:cards",
        "https://cards",
        "",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::in_folder(&folder.path().join("deep/uploads")).unwrap();
    let server = s3::S3::start();
    let bucket = bucket(&server, s3::SECRET, s3::BUCKET);
    std::fs::write(folder.path().join("secret"), "mine").unwrap();
    for id in [
        "../../secret",
        "/etc/passwd",
        "..",
        "",
        "a/b",
        "a\0b",
        "A",
        ".part",
        "a.part",
    ] {
        assert!(
            uploads.read("one", id).is_err() && bucket.read("one", id).is_err(),
            "{id}"
        );
        assert!(
            uploads.keep("one", id, &mut "x".as_bytes()).is_err()
                && bucket.keep("one", id, &mut "x".as_bytes()).is_err(),
            "{id}"
        );
        assert!(
            uploads.delete("one", id).is_err() && bucket.delete("one", id).is_err(),
            "{id}"
        );
    }
    uploads.delete_all("../..").unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("secret")).unwrap(), "mine");
}

#[test]
fn the_owner_is_in_no_path_and_strangers_cannot_look() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("uploads");
    let uploads = Uploads::in_folder(&root).unwrap();
    uploads.keep("sessionid42", "a1", &mut "text".as_bytes()).unwrap();
    let found = uploads.older_than(SystemTime::now() + Duration::from_secs(9)).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id.as_deref(), Some("a1"));
    assert!(!found[0].place.to_string_lossy().contains("sessionid42"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&found[0].place), 0o600);
        assert_eq!(mode(found[0].place.parent().unwrap()), 0o700);
        assert_eq!(mode(&root), 0o700);
    }
}
