//! What a provider written in Rust has to say and do. Every method works on one component; the server splits chunks.

use crate::context::Context;
use crate::message::{
    Act, Action, Answer, Complaint, Configure, Description, Desired, Discover, Discovered, Identity,
    Inventory, METHOD_NOT_FOUND, MembersAnswer, MembersRequest, Order, PreviewOutcome, Probe, Probed,
    Proposed, Reading, RpcError, Subject,
};

/// A provider. Its methods are called concurrently.
pub trait Provider: Send + Sync + 'static {
    /// Its name and version.
    fn identity(&self) -> Identity;

    /// Its kinds, and what they can.
    fn describe(&self) -> Description;

    /// Takes the arguments of a `provider` block; once per alias, before work for it.
    ///
    /// # Errors
    /// When it cannot work with them.
    fn configure(&self, _configure: &Configure) -> Result<(), RpcError> {
        Ok(())
    }

    /// Complaints about a component's arguments; [`Complaint::component`] is filled in by the server.
    fn validate(&self, _desired: &Desired) -> Vec<Complaint> {
        Vec::new()
    }

    /// What is there now. Must have no effect.
    fn read(&self, desired: &Desired, context: &Context) -> Reading;

    /// Readings of a chunk, in order; for providers that can do better than one after the other.
    fn read_all(&self, components: &[Desired], context: &Context) -> Vec<Reading> {
        components.iter().map(|c| self.read(c, context)).collect()
    }

    /// What a patch would really do. Must have no effect.
    fn preview(&self, proposed: &Proposed, context: &Context) -> PreviewOutcome;

    /// How two levels of a kind compare, where its scheme is `own`.
    fn compare(&self, _kind: &str, _left: &str, _right: &str) -> Order {
        Order::Unknown
    }

    /// Does one action. It must keep the two promises of [`crate::ledger`].
    fn act(&self, action: Action, act: &Act, context: &Context) -> Answer;

    /// How far an action came, told from the target alone.
    ///
    /// # Errors
    /// When it cannot tell.
    fn probe(&self, probe: &Probe, context: &Context) -> Result<Probed, RpcError>;

    /// The core asks to stop an action; [`Context::is_cancelled`] says so already.
    fn cancel(&self, _action: &str) {}

    /// Components that exist already.
    ///
    /// # Errors
    /// When it cannot look.
    fn discover(&self, _discover: &Discover, _context: &Context) -> Result<Discovered, RpcError> {
        Err(RpcError::new(METHOD_NOT_FOUND, "this provider cannot discover"))
    }

    /// Everything that is installed where a component is. Must have no effect.
    ///
    /// # Errors
    /// When it cannot look, and why.
    fn inventory(&self, _subject: &Subject, _context: &Context) -> Result<Inventory, RpcError> {
        Err(RpcError::new(METHOD_NOT_FOUND, "this provider has no inventory"))
    }

    /// How members of a traffic stand. Must have no effect.
    ///
    /// # Errors
    /// When it cannot look, and why.
    fn members(&self, _request: &MembersRequest, _context: &Context) -> Result<MembersAnswer, RpcError> {
        Err(RpcError::new(METHOD_NOT_FOUND, "this provider has no traffic"))
    }
}
