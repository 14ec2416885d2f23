//! Who may come in: specialists and the hashes of their devices' tokens, in memory.

use crate::StorageError;
use crate::ports::{NewDevice, Person, Specialists};
use kabinet_domain::attendance::Identities;
use kabinet_domain::{Ids, Sensitive, SpecialistId, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;

/// What is known of everybody at one moment.
#[derive(Debug, Default)]
struct Known {
    version: i64,
    people: HashMap<SpecialistId, Arc<Person>>,
    tokens: HashMap<[u8; 32], SpecialistId>,
    identities: Arc<Identities>,
}

#[derive(Debug)]
pub struct People {
    store: Arc<dyn Specialists>,
    known: RwLock<Known>,
    /// One change at a time, so that each finds memory as the one before left it. Storage has one writer anyway.
    changing: Mutex<()>,
}

impl People {
    /// # Errors
    /// When storage fails.
    pub async fn load(store: Arc<dyn Specialists>) -> Result<Self, StorageError> {
        let people = Self { store, known: RwLock::default(), changing: Mutex::default() };
        people.reload().await?;
        Ok(people)
    }

    /// Reads everybody anew if anything has changed, by this process or by the command line beside it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn refresh(&self) -> Result<(), StorageError> {
        if self.store.version().await? == self.read().version { Ok(()) } else { self.reload().await }
    }

    async fn reload(&self) -> Result<(), StorageError> {
        let roster = self.store.roster().await?;
        let people: HashMap<_, _> = roster.people.into_iter().map(|person| (person.id, Arc::new(person))).collect();
        let mut identities = Identities::default();
        people.values().for_each(|person| add_identities(&mut identities, person));
        let identities = Arc::new(identities);
        let tokens = roster.devices.into_iter().map(|device| (device.token_hash, device.specialist)).collect();
        let mut known = self.write();
        // What was read may be older than what somebody else has put here meanwhile.
        if roster.version >= known.version {
            *known = Known { version: roster.version, people, tokens, identities };
        }
        Ok(())
    }

    /// Keeps a specialist with a code for pairing the first device.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn add(&self, person: Person, code_hash: [u8; 32], expires_at: Timestamp) -> Result<(), StorageError> {
        let _one = self.changing.lock().await;
        let version = self.store.keep(&person).await?;
        self.store.keep_code(code_hash, person.id, expires_at).await?;
        self.took(version, |known| {
            add_identities(Arc::make_mut(&mut known.identities), &person);
            known.people.insert(person.id, Arc::new(person));
        })
        .await
    }

    /// Uses a code up for a device; its specialist, or `None` when no such code is valid.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn pair(
        &self,
        code_hash: [u8; 32],
        device: NewDevice,
        now: Timestamp,
    ) -> Result<Option<SpecialistId>, StorageError> {
        let token_hash = device.token_hash;
        let _one = self.changing.lock().await;
        let Some((specialist, version)) = self.store.redeem(code_hash, device, now).await? else { return Ok(None) };
        self.took(version, |known| {
            known.tokens.insert(token_hash, specialist);
        })
        .await?;
        Ok(Some(specialist))
    }

    /// Forgets a specialist; `false` when there was none.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove(&self, id: SpecialistId, now: Timestamp) -> Result<bool, StorageError> {
        let _one = self.changing.lock().await;
        let gone = self.store.remove(id, now).await?;
        self.refresh().await?;
        Ok(gone)
    }

    /// Takes a kept change into memory. To read everybody anew for each would make ten thousand of them a matter of hours;
    /// that is only done when somebody else has changed something too.
    async fn took(&self, version: i64, change: impl FnOnce(&mut Known)) -> Result<(), StorageError> {
        {
            let mut known = self.write();
            if known.version + 1 == version {
                change(&mut known);
                known.version = version;
                return Ok(());
            }
        }
        self.refresh().await
    }

    /// Whose token this is. The map is of hashes: to find one by its timing, one would have to guess hashes.
    #[must_use]
    pub fn by_token(&self, token: &str) -> Option<Arc<Person>> {
        let known = self.read();
        let id = known.tokens.get(&hash(token))?;
        known.people.get(id).cloned()
    }

    #[must_use]
    pub fn get(&self, id: SpecialistId) -> Option<Arc<Person>> {
        self.read().people.get(&id).cloned()
    }

    /// By what everybody is known on the server of rooms.
    #[must_use]
    pub fn identities(&self) -> Arc<Identities> {
        Arc::clone(&self.read().identities)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.known.write().expect("nobody panics while holding people")
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().expect("nobody panics while holding people")
    }
}

/// By what one specialist is known on the server of rooms.
#[must_use]
pub fn identities(person: &Person) -> Identities {
    let mut own = Identities::default();
    add_identities(&mut own, person);
    own
}

fn add_identities(identities: &mut Identities, person: &Person) {
    person.token_ids.iter().for_each(|id| identities.add_token_id(id));
    // The specialist's own application signs its tokens with the id it has here.
    identities.add_token_id(&person.id.to_string());
    if let Some(account) = &person.account {
        identities.add_account(account.reveal());
    }
}

#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Compares in a time that tells nothing about how much was right.
#[must_use]
pub fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

/// A token of 256 random bits, and its hash, which alone is kept.
#[must_use]
pub fn new_token(ids: &dyn Ids) -> (Sensitive<String>, [u8; 32]) {
    use base64::Engine;
    let mut bytes = [0u8; 32];
    ids.fill(&mut bytes);
    let token = format!("kbn_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes));
    let hash = hash(&token);
    (Sensitive::new(token), hash)
}

/// Without letters and digits that are mistaken for each other when read aloud.
const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// How long a pairing code is good for.
pub const CODE_MINUTES: i64 = 15;

/// A pairing code, `ABCD-EFGH`: 40 random bits, good once and for a quarter of an hour.
#[must_use]
pub fn new_code(ids: &dyn Ids) -> (Sensitive<String>, [u8; 32]) {
    let mut bytes = [0u8; 8];
    ids.fill(&mut bytes);
    // 256 is a multiple of 32, so every letter is as likely as any other.
    let letters: String = bytes.iter().map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 32)])).collect();
    let code = format!("{}-{}", &letters[..4], &letters[4..]);
    let hash = code_hash(&code);
    (Sensitive::new(code), hash)
}

/// The hash of a code as it was typed: without regard to case, dashes and spaces.
#[must_use]
pub fn code_hash(typed: &str) -> [u8; 32] {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    hash(&letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Sqlite;
    use kabinet_domain::SystemIds;

    fn somebody() -> Person {
        let id = SpecialistId(SystemIds.next());
        Person { id, name: "".into(), email: None, token_ids: vec![], account: None, created_at: Timestamp::UNIX_EPOCH }
    }

    #[tokio::test]
    async fn what_is_paired_here_is_known_at_once_and_with_it_what_was_added_beside_us() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Sqlite::open(folder.path(), crate::storage::Rows::default()).await.expect("a database");
        let people = People::load(Arc::new(storage.clone())).await.expect("people");
        let (own, other) = (somebody(), somebody());
        let now = Timestamp::UNIX_EPOCH;
        people.add(own.clone(), code_hash("CODE"), now + chrono::Duration::minutes(1)).await.expect("kept");
        assert!(people.get(own.id).is_some());
        storage.keep(&other).await.expect("kept, as by the command line");
        let (token, token_hash) = new_token(&SystemIds);
        let device = NewDevice { id: SystemIds.next(), name: "".into(), token_hash };
        assert_eq!(people.pair(code_hash("CODE"), device, now).await.expect("storage answers"), Some(own.id));
        assert_eq!(people.by_token(token.reveal()).map(|person| person.id), Some(own.id));
        assert!(people.get(other.id).is_some());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let (code, hash) = new_code(&SystemIds);
        let code = code.reveal();
        assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'));
        assert_eq!(code_hash(&code.to_lowercase().replace('-', " ")), hash);
    }

    #[test]
    fn a_token_has_256_bits() {
        let (token, hash) = new_token(&SystemIds);
        assert_eq!(token.reveal().len(), 4 + 43);
        assert!(same(&super::hash(token.reveal()), &hash));
    }
}
