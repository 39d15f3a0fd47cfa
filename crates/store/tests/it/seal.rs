//! Free text at rest.

use std::os::unix::fs::PermissionsExt as _;

use model::id::ResponseId;
use store::StoreError;
use store::seal::Keyring;
use uuid::Uuid;

use crate::world::Folder;

#[test]
fn a_text_is_unsealed_by_the_keyring_that_sealed_it_also_after_a_restart() {
    let folder = Folder::new();
    let id = ResponseId::from_uuid(Uuid::now_v7());
    let sealed = Keyring::open(folder.path()).expect("a key is made").seal(id, "Be kind. 你好");

    let again = Keyring::open(folder.path()).expect("the key is read");

    assert_eq!(again.unseal(id, &sealed).expect("it opens"), "Be kind. 你好");
}

#[test]
fn those_who_open_a_new_folder_at_once_have_the_same_key() {
    const AT_ONCE: usize = 16;
    for _ in 0..20 {
        let folder = Folder::new();
        let start = std::sync::Barrier::new(AT_ONCE);

        let keyrings: Vec<Keyring> = std::thread::scope(|scope| {
            let open = || {
                start.wait();
                Keyring::open(folder.path())
            };
            let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(open)).collect();
            let opened = threads.into_iter().map(|thread| thread.join().expect("no panic"));
            opened.collect::<Result<_, _>>().expect("each opens")
        });

        let id = ResponseId::from_uuid(Uuid::now_v7());
        let sealed = keyrings[0].seal(id, "Be kind.");
        for keyring in &keyrings {
            assert_eq!(keyring.unseal(id, &sealed).expect("the same key"), "Be kind.");
        }
        let files = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(files, 1, "the drafts are gone");
    }
}

#[test]
fn a_text_opens_for_no_other_response_and_not_with_another_key() {
    let (folder, other) = (Folder::new(), Folder::new());
    let keyring = Keyring::open(folder.path()).expect("a key is made");
    let stranger = Keyring::open(other.path()).expect("a key is made");
    let id = ResponseId::from_uuid(Uuid::now_v7());
    let sealed = keyring.seal(id, "Be kind.");

    let elsewhere = keyring.unseal(ResponseId::from_uuid(Uuid::now_v7()), &sealed);
    let by_stranger = stranger.unseal(id, &sealed);

    assert!(matches!(elsewhere, Err(StoreError::Sealed)));
    assert!(matches!(by_stranger, Err(StoreError::Sealed)));
}

#[test]
fn what_a_later_key_seals_names_it_and_earlier_texts_still_open() {
    let folder = Folder::new();
    let id = ResponseId::from_uuid(Uuid::now_v7());
    let early = Keyring::open(folder.path()).expect("a key is made").seal(id, "early");
    std::fs::write(folder.path().join("text-2.key"), [7; 32]).expect("a key is added");

    let keyring = Keyring::open(folder.path()).expect("both keys are read");
    let late = keyring.seal(id, "late");

    assert_eq!(early.key[..4], [0, 0, 0, 1]);
    assert_eq!(late.key[..4], [0, 0, 0, 2]);
    assert_eq!(keyring.unseal(id, &early).expect("it opens"), "early");
    assert_eq!(keyring.unseal(id, &late).expect("it opens"), "late");
}

#[test]
fn nobody_else_can_read_a_key_and_a_torn_one_is_refused() {
    let folder = Folder::new();
    Keyring::open(folder.path()).expect("a key is made");
    let path = folder.path().join("text-1.key");

    let mode = path.metadata().expect("it is there").permissions().mode();
    std::fs::write(&path, [1; 5]).expect("it can be torn");

    assert_eq!(mode & 0o777, 0o600);
    assert!(matches!(Keyring::open(folder.path()), Err(StoreError::File { .. })));
}
