//! Local values that rest on nothing but what is written out: neither on variables nor on what stands outside.

use super::Names;
use crate::config::expr::Expr;
use crate::config::functions::reads_files;
use std::collections::BTreeMap;

/// Whether an expression reads files.
pub(in crate::config::check) fn asks_outside(expr: &Expr) -> bool {
    expr.calls().into_iter().any(|call| reads_files(&call.name))
}

impl Names<'_> {
    /// Whether a local value is one of them.
    pub fn is_constant(&self, name: &str) -> bool {
        let local = self.local_by_name.get(name);
        local.is_some_and(|local| self.constants.get_or_init(|| self.find_constants())[*local])
    }

    /// For each local value whether it is one: found from those that refer to nothing on.
    fn find_constants(&self) -> Vec<bool> {
        let mut waits = vec![0_usize; self.locals.len()];
        let mut behind: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut ready = Vec::new();
        for (local, waits) in waits.iter_mut().enumerate() {
            let expr = &self.locals[local].written.value;
            let on: Option<Vec<usize>> = expr
                .references()
                .iter()
                .filter(|reference| !matches!(&*reference.root, "path" | "patchform"))
                .map(|reference| {
                    let name = reference.name().filter(|_| &*reference.root == "local")?;
                    self.local_by_name.get(&**name).copied()
                })
                .collect();
            match on.filter(|_| !asks_outside(expr)) {
                None => *waits = usize::MAX,
                Some(on) if on.is_empty() => ready.push(local),
                Some(on) => {
                    *waits = on.len();
                    on.into_iter().for_each(|on| behind.entry(on).or_default().push(local));
                }
            }
        }
        let mut constants = vec![false; self.locals.len()];
        while let Some(local) = ready.pop() {
            constants[local] = true;
            for next in behind.remove(&local).unwrap_or_default() {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(next);
                }
            }
        }
        constants
    }
}
