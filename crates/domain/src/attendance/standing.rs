//! What a stay proves by itself, before looking at the others.

use super::Plan;
use super::stays::Stay;
use crate::{Address, Proof};
use std::collections::BTreeSet;

/// By what people are known on a server of rooms: user ids in tokens, and accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities {
    token_ids: BTreeSet<String>,
    accounts: BTreeSet<String>,
}

impl Identities {
    pub fn add_token_id(&mut self, id: &str) {
        self.token_ids.insert(id.to_owned());
    }

    /// An address, or the part before its `@`.
    pub fn add_account(&mut self, account: &str) {
        let account = account.trim().to_lowercase();
        if !account.is_empty() {
            self.accounts.insert(account);
        }
    }

    fn has_account(&self, address: &Address) -> bool {
        let known = |name: &str| self.accounts.contains(&name.to_lowercase());
        known(address.bare()) || known(address.user())
    }
}

/// What is known of one stay's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Specialist(Proof),
    /// A token or an account says that this is somebody else.
    CertainClient(Proof),
    Unproven,
}

pub(super) fn of(plan: &Plan, stay: &Stay) -> Standing {
    if let Some(token) = &stay.token {
        // Where everybody has a token, the focus makes everybody an owner: then only the id tells who is who.
        return match &token.id {
            Some(id) if plan.own.token_ids.contains(id) => Standing::Specialist(Proof::Token),
            Some(_) if plan.token_ids_are_all => Standing::CertainClient(Proof::Token),
            Some(_) | None => Standing::Unproven,
        };
    }
    if stay.account && !plan.own.accounts.is_empty() && !plan.own.has_account(&stay.address) {
        return Standing::CertainClient(Proof::Address);
    }
    // Without logins the focus makes the first comer an owner, whoever it is.
    if stay.granted && has_login(plan, stay) {
        Standing::Specialist(Proof::Grant)
    } else if stay.account {
        Standing::Specialist(Proof::Address)
    } else {
        Standing::Unproven
    }
}

/// The stay proves by itself that it is this specialist's and nobody else's.
pub(super) fn is_certainly(plan: &Plan, stay: &Stay) -> bool {
    match of(plan, stay) {
        Standing::Specialist(Proof::Token) => true,
        // Where nobody said which account is whose, it may be anybody's.
        Standing::Specialist(_) => stay.account && plan.own.has_account(&stay.address),
        Standing::CertainClient(_) | Standing::Unproven => false,
    }
}

/// Hosts are known to prove an account on this server.
fn has_login(plan: &Plan, stay: &Stay) -> bool {
    plan.login.or(stay.witness.login) == Some(true)
}

/// If this were the specialist, a grant would say so within a moment.
pub(super) fn expects_grant(plan: &Plan, stay: &Stay) -> bool {
    stay.witness.grants && stay.token.is_none() && has_login(plan, stay)
}

/// Colleagues who look in are nobody. A page is a colleague's in whatever place and by whichever reporter it was seen.
pub(super) fn leave_out_colleagues(plan: &Plan, stays: &mut Vec<Stay>) {
    let is_colleague = |stay: &Stay| {
        let id = stay.token.as_ref().and_then(|token| token.id.as_ref());
        let by_token = id.is_some_and(|id| plan.everybody.token_ids.contains(id) && !plan.own.token_ids.contains(id));
        let account = stay.account && stay.token.is_none();
        by_token || (account && plan.everybody.has_account(&stay.address) && !plan.own.has_account(&stay.address))
    };
    let pages: BTreeSet<String> =
        stays.iter().filter(|stay| is_colleague(stay)).map(|stay| stay.address.bare().to_owned()).collect();
    if !pages.is_empty() {
        stays.retain(|stay| !pages.contains(stay.address.bare()));
    }
}

/// Token holders of whom nobody knows who they are: with several of them, nothing tells which is the specialist.
pub(super) fn strangers_tokens(stays: &[Stay], standings: &[Standing], present: impl Fn(&Stay) -> bool) -> usize {
    let mut strangers: BTreeSet<&str> = BTreeSet::new();
    for (stay, standing) in stays.iter().zip(standings) {
        if let Some(token) = stay.token.as_ref().filter(|_| *standing == Standing::Unproven && present(stay)) {
            strangers.insert(token.id.as_deref().unwrap_or_else(|| stay.address.bare()));
        }
    }
    strangers.len()
}
